#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computes a sample model's held-out loss anew and holds it against the figures stated in its folder.

Reads nothing but the folder, and shares no code with the training: it has its own readers of safetensors and
tokenizer.json and its own forward pass in NumPy. Exit code 0: everything agrees; 1: one line says what does not.
"""
import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np

HEADER_LIMIT = 100_000_000
FILE_LIMIT = 8_000_000
ROW_UNIT = 256            # weights: the longest block of any GGUF type
TOKEN_TOLERANCE = 1e-4    # nats: two float32 forward passes that sum in different orders
STORY_TOLERANCE = 1e-2    # nats


class Disagreement(Exception):
    pass


def expect(truth, what):
    if not truth:
        raise Disagreement(what)


def unique_keys(pairs):
    names = [name for name, _ in pairs]
    expect(len(names) == len(set(names)), "the header names a key twice")
    return dict(pairs)


def read_safetensors(path):
    """name -> float32 array, after every check that the reference reader makes. Only BF16 is expected here."""
    data = path.read_bytes()
    expect(len(data) >= 8, "the file is shorter than its header length")
    header_end = 8 + int.from_bytes(data[:8], "little")
    expect(header_end - 8 <= HEADER_LIMIT and header_end <= len(data), "the header is longer than the file")
    expect(header_end % 8 == 0 and data[8:9] == b"{", "the header is not an aligned JSON object")
    header = json.loads(data[8:header_end].decode("utf-8"), object_pairs_hook=unique_keys)
    metadata = header.pop("__metadata__", {})
    expect(all(isinstance(value, str) for value in metadata.values()), "metadata is not text")
    tensors, at = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        expect(entry["dtype"] == "BF16", f"{name} is {entry['dtype']}, not BF16")
        expect(begin == at and end - begin == 2 * int(np.prod(entry["shape"])), f"{name} lies where it should not")
        bits = np.frombuffer(data, "<u2", (end - begin) // 2, header_end + begin).astype(np.uint32) << 16
        tensors[name] = bits.view(np.float32).reshape(entry["shape"])
        expect(np.isfinite(tensors[name]).all(), f"{name} holds NaN or infinity")
        at = end
    expect(header_end + at == len(data), "bytes lie after the last tensor")
    return tensors


def expected_shapes(config):
    hidden, inner, vocabulary = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
    query = config["num_attention_heads"] * config["head_dim"]
    key = config["num_key_value_heads"] * config["head_dim"]
    shapes = {"model.embed_tokens.weight": [vocabulary, hidden], "model.norm.weight": [hidden],
              "lm_head.weight": [vocabulary, hidden]}
    for n in range(config["num_hidden_layers"]):
        for name, shape in {"input_layernorm": [hidden], "post_attention_layernorm": [hidden],
                            "self_attn.q_proj": [query, hidden], "self_attn.k_proj": [key, hidden],
                            "self_attn.v_proj": [key, hidden], "self_attn.o_proj": [hidden, query],
                            "mlp.gate_proj": [inner, hidden], "mlp.up_proj": [inner, hidden],
                            "mlp.down_proj": [hidden, inner]}.items():
            shapes[f"model.layers.{n}.{name}.weight"] = shape
    return shapes


class Tokenizer:
    """GPT-2's byte-level BPE, from tokenizer.json."""

    WORDS = re.compile(r"'(?:s|t|re|ve|m|ll|d)| ?[A-Za-z]+| ?[0-9]+| ?[^A-Za-z0-9\s]+|\s+(?!\S)|\s+")

    def __init__(self, path):
        stored = json.loads(path.read_text(encoding="utf-8"))
        self.vocabulary = stored["model"]["vocab"]
        self.rank = {tuple(merge.split(" ")): rank for rank, merge in enumerate(stored["model"]["merges"])}
        self.special = {token["content"]: token["id"] for token in stored["added_tokens"]}
        expect(sorted(self.vocabulary.values()) == list(range(len(self.vocabulary))), "token ids have gaps")
        expect(all(left + right in self.vocabulary for left, right in self.rank), "a merge makes no token")

    def encode(self, text):
        expect(text.isascii(), "the stories are not plain ASCII")
        return [self.vocabulary[piece] for word in self.WORDS.findall(text) for piece in self.merge(word)]

    def merge(self, word):
        pieces = ["Ġ" if c == " " else "Ċ" if c == "\n" else c for c in word]
        while True:
            ranked = [(self.rank[pair], at) for at, pair in enumerate(zip(pieces, pieces[1:])) if pair in self.rank]
            if not ranked:
                return pieces
            at = min(ranked)[1]
            pieces[at:at + 2] = [pieces[at] + pieces[at + 1]]


def rms_norm(x, weight, eps):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + np.float32(eps)) * weight


def rotate(x, theta):
    """Rotary positions on [heads, length, head_dim]; dimension i turns with dimension i + head_dim / 2."""
    half = x.shape[-1] // 2
    frequency = theta ** (-np.arange(half) / half)
    angle = np.outer(np.arange(x.shape[1]), frequency)
    sine, cosine = np.sin(angle).astype(np.float32), np.cos(angle).astype(np.float32)
    first, second = x[..., :half], x[..., half:]
    return np.concatenate([first * cosine - second * sine, second * cosine + first * sine], axis=-1)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention(x, weights, prefix, config):
    def heads(kind, count):
        y = x @ weights[f"{prefix}.{kind}_proj.weight"].T
        return y.reshape(len(x), count, config["head_dim"]).transpose(1, 0, 2)

    queries, pairs = config["num_attention_heads"], config["num_key_value_heads"]
    query = rotate(heads("q", queries), config["rope_theta"])
    key = rotate(heads("k", pairs), config["rope_theta"])
    value = heads("v", pairs)
    future = np.triu(np.full((len(x), len(x)), -np.inf, np.float32), 1)
    mixed = []
    for head in range(queries):
        shared = head * pairs // queries
        scores = query[head] @ key[shared].T / np.float32(np.sqrt(config["head_dim"])) + future
        mixed.append(softmax(scores) @ value[shared])
    return np.concatenate(mixed, axis=1) @ weights[f"{prefix}.o_proj.weight"].T


def mlp(x, weights, prefix):
    gate = x @ weights[f"{prefix}.gate_proj.weight"].T
    inner = gate / (1 + np.exp(-gate)) * (x @ weights[f"{prefix}.up_proj.weight"].T)
    return inner @ weights[f"{prefix}.down_proj.weight"].T


def logits(tokens, weights, config):
    eps = config["rms_norm_eps"]
    x = weights["model.embed_tokens.weight"][tokens]
    for n in range(config["num_hidden_layers"]):
        block = f"model.layers.{n}"
        normed = rms_norm(x, weights[f"{block}.input_layernorm.weight"], eps)
        x = x + attention(normed, weights, f"{block}.self_attn", config)
        normed = rms_norm(x, weights[f"{block}.post_attention_layernorm.weight"], eps)
        x = x + mlp(normed, weights, f"{block}.mlp")
    return rms_norm(x, weights["model.norm.weight"], eps) @ weights["lm_head.weight"].T


def story_nats(tokens, weights, config):
    scores = logits(tokens[:-1], weights, config).astype(np.float64)
    top = scores.max(axis=-1)
    normalizer = top + np.log(np.exp(scores - top[:, None]).sum(axis=-1))
    return float((normalizer - scores[np.arange(len(scores)), tokens[1:]]).sum())


def entropy(labels):
    """Nats per label of its own frequencies."""
    _, times = np.unique(labels, return_counts=True)
    share = times / times.sum()
    return float(-(share * np.log(share)).sum())


def best_by_counting(stories, vocabulary):
    """The least loss that any unigram and any bigram model whatever can have on these stories: that of the frequencies
    in the stories themselves."""
    before = np.concatenate([story[:-1] for story in stories])
    after = np.concatenate([story[1:] for story in stories])
    return entropy(after), entropy(before * vocabulary + after) - entropy(before)


def check_form(folder, config, weights, tokenizer):
    expect({name: list(w.shape) for name, w in weights.items()} == expected_shapes(config),
           "names or shapes of the tensors are not those of config.json")
    for name, weight in weights.items():
        expect(weight.ndim == 1 or weight.shape[1] % ROW_UNIT == 0, f"rows of {name} are no multiple of {ROW_UNIT}")
    expect((folder / "model.safetensors").stat().st_size <= FILE_LIMIT, "the model is larger than 8 MB")
    expect(len(tokenizer.vocabulary) == config["vocab_size"], "tokenizer and model disagree on the vocabulary")
    expect(tokenizer.special == {"<|endoftext|>": config["eos_token_id"]}, "the end token is not config.json's")


def check_losses(folder, count):
    """The loss of the first `count` held-out stories (all if None), computed here, after it was found as stated."""
    config = json.loads((folder / "config.json").read_text())
    record = json.loads((folder / "training.json").read_text())
    weights, tokenizer = read_safetensors(folder / "model.safetensors"), Tokenizer(folder / "tokenizer.json")
    check_form(folder, config, weights, tokenizer)

    stated, end = record["held_out"], config["eos_token_id"]
    texts = (folder / "held_out.txt").read_text().rstrip("\n").split("\n\n")
    stories = [np.array([end, *tokenizer.encode(text), end]) for text in texts]
    expect([len(story) - 1 for story in stories] == stated["tokens_of_story"],
           "held_out.txt has other tokens than stated")
    chosen = stories[:count]
    nats = [story_nats(story, weights, config) for story in chosen]
    for n, (here, there) in enumerate(zip(nats, stated["nats_of_story"])):
        expect(abs(here - there) <= STORY_TOLERANCE, f"story {n + 1} costs {here:.4f} nats, stated are {there:.4f}")
    if len(chosen) == len(stories):
        loss = sum(nats) / sum(stated["tokens_of_story"])
        expect(abs(loss - stated["nats_per_token"]) <= TOKEN_TOLERANCE,
               f"the loss is {loss:.6f}, stated is {stated['nats_per_token']:.6f}")

    unigram, bigram = best_by_counting(stories, config["vocab_size"])
    expect(stated["nats_per_token"] < bigram, f"the model is no better than the best bigram model, {bigram:.4f}")
    expect(unigram <= stated["unigram_nats_per_token"] and bigram <= stated["bigram_nats_per_token"],
           "an n-gram model is said to be better than it can be")
    expect(abs(bigram - stated["least_bigram_nats_per_token"]) <= TOKEN_TOLERANCE, "the least bigram loss is another")
    readme = (folder / "README.md").read_text()
    for key in ("nats_per_token", "bigram_nats_per_token", "unigram_nats_per_token"):
        expect(f"| {stated[key]:.3f} |" in readme, f"README.md does not state the {key} of training.json")
    return sum(nats) / sum(len(story) - 1 for story in chosen), len(chosen), unigram, bigram, stated["nats_per_token"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent / "tidewater")
    parser.add_argument("--stories", type=int, help="compute the loss of the first so many only (default: all)")
    chosen = parser.parse_args()
    try:
        loss, count, unigram, bigram, stated = check_losses(chosen.folder, chosen.stories)
    except (Disagreement, OSError, ValueError, KeyError) as problem:
        sys.exit(f"{chosen.folder}: {problem}")
    print(f"{chosen.folder.name}: {loss:.6f} nats a token on {count} held-out stories, as stated (all stories: "
          f"{stated:.6f}; the best any bigram model could do on them: {bigram:.4f}, unigram: {unigram:.4f})")


if __name__ == "__main__":
    main()
