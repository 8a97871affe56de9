# SPDX-License-Identifier: GPL-3.0-or-later
"""Byte-level byte-pair encoding as GPT-2 has it (Radford et al. 2019; Sennrich et al. 2016): training, and encoding.

Text is cut into words by GPT-2's pattern, every byte of a word becomes one printable character, and the learned merges
are applied, earliest first. The pattern here is GPT-2's for ASCII text, which is all that the stories contain.
"""
import re
from collections import Counter, defaultdict

END_OF_TEXT = "<|endoftext|>"
WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")


def byte_characters():
    """GPT-2's printable stand-in for each byte: itself where printable in Latin-1, else from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    characters = {byte: chr(byte) for byte in printable}
    characters.update({byte: chr(0x100 + n) for n, byte in enumerate(others)})
    return characters


BYTE_CHARACTERS = byte_characters()


def joined(symbols, pair):
    """The symbols with every non-overlapping occurrence of the pair, from the left, made one."""
    result, at = [], 0
    while at < len(symbols):
        if tuple(symbols[at:at + 2]) == pair:
            result.append(symbols[at] + symbols[at + 1])
            at += 2
        else:
            result.append(symbols[at])
            at += 1
    return result


def learn_merges(text, count):
    """The `count` most frequent merges of the text, each found after the ones before it were applied."""
    words = [([BYTE_CHARACTERS[byte] for byte in word.encode()], times)
             for word, times in sorted(Counter(WORDS.findall(text)).items())]
    pairs, where = Counter(), defaultdict(set)
    for index, (symbols, times) in enumerate(words):
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += times
            where[pair].add(index)
    merges = []
    while len(merges) < count and pairs:
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for index in where.pop(best):
            symbols, times = words[index]
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] -= times
            words[index] = (joined(symbols, best), times)
            for pair in zip(words[index][0], words[index][0][1:]):
                pairs[pair] += times
                where[pair].add(index)
        del pairs[best]
    return merges


class Encoder:
    def __init__(self, merges):
        self.merges = list(merges)
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        symbols = [*sorted(BYTE_CHARACTERS.values()), *(a + b for a, b in self.merges), END_OF_TEXT]
        self.vocabulary = {symbol: token for token, symbol in enumerate(symbols)}
        self.end_of_text = self.vocabulary[END_OF_TEXT]
        self.symbols = symbols
        self.known = {}

    def word(self, word):
        if word not in self.known:
            symbols = [BYTE_CHARACTERS[byte] for byte in word.encode()]
            while len(symbols) > 1:
                best = min(zip(symbols, symbols[1:]), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
                if best not in self.ranks:
                    break
                symbols = joined(symbols, best)
            self.known[word] = [self.vocabulary[symbol] for symbol in symbols]
        return self.known[word]

    def encode(self, text):
        return [token for word in WORDS.findall(text) for token in self.word(word)]

    def decode(self, tokens):
        byte_of = {character: byte for byte, character in BYTE_CHARACTERS.items()}
        characters = "".join(self.symbols[token] for token in tokens if token != self.end_of_text)
        return bytes(byte_of[character] for character in characters).decode("utf-8", "replace")

    def hugging_face(self):
        """The contents of tokenizer.json: every story is preceded by the end-of-text token."""
        start = {"SpecialToken": {"id": END_OF_TEXT, "type_id": 0}}
        return {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [{"id": self.end_of_text, "content": END_OF_TEXT, "single_word": False, "lstrip": False,
                              "rstrip": False, "normalized": False, "special": True}],
            "normalizer": None,
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
            "post_processor": {
                "type": "TemplateProcessing", "single": [start, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [start, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {END_OF_TEXT: {"id": END_OF_TEXT, "ids": [self.end_of_text],
                                                 "tokens": [END_OF_TEXT]}}},
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
                      "vocab": self.vocabulary, "merges": [f"{a} {b}" for a, b in self.merges]}}
