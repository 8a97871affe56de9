# SPDX-License-Identifier: GPL-3.0-or-later
"""What counting alone can predict: unigram, bigram and trigram models to hold a trained model against."""
import numpy as np


def windows(stories, order):
    """Every run of `order` tokens that ends on a predicted token, as rows; before a story is its start token."""
    rows = []
    for story in stories:
        padded = np.concatenate([np.full(order - 1, story[0]), story[1:]]).astype(np.int64)
        rows.append(np.lib.stride_tricks.sliding_window_view(padded, order))
    return np.concatenate(rows)


def keys(rows, vocabulary):
    key = np.zeros(len(rows), np.int64)
    for column in rows.T:
        key = key * vocabulary + column
    return key


def counts(seen, asked):
    known, times = np.unique(seen, return_counts=True)
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[at] == asked, times[at], 0)


def entropy(labels):
    """Nats per label of its own frequencies."""
    _, times = np.unique(labels, return_counts=True)
    return float(-(times / times.sum() * np.log(times / times.sum())).sum())


def least_bigram_loss(held_out, vocabulary):
    """What the best of all bigram models would have on these stories: one with their own frequencies."""
    pairs = windows(held_out, 2)
    return entropy(keys(pairs, vocabulary)) - entropy(pairs[:, 0])


def losses(training, held_out, vocabulary, highest_order):
    """Nats per held-out token of the 1-gram, 2-gram, ... models fitted on the training stories.

    Each order is smoothed towards the one below it with the weight of one token (Dirichlet prior; MacKay & Peto 1995).
    """
    probability, result = 1.0 / vocabulary, []
    for order in range(1, highest_order + 1):
        seen, asked = windows(training, order), windows(held_out, order)
        both = counts(keys(seen, vocabulary), keys(asked, vocabulary))
        context = counts(keys(seen[:, :-1], vocabulary), keys(asked[:, :-1], vocabulary))
        probability = (both + probability) / (context + 1.0)
        result.append(float(-np.log(probability).mean()))
    return result
