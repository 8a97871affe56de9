#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""llama.cpp itself runs the GGUF files that halfstep-cli writes.

    test_llama_cpp.py --cli HALFSTEP_CLI --project FOLDER --packages FOLDER

The npm package node-llama-cpp, which carries a build of llama.cpp, is installed into --packages once. Exit code 77: Node.js,
NumPy or the npm registry is not there, and nothing was tested.
"""
import argparse
import difflib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SKIPPED = 77
VERSION = "3.22.1"  # of node-llama-cpp
HERE = Path(__file__).resolve().parent

parser = argparse.ArgumentParser()
parser.add_argument("--cli", required=True)
parser.add_argument("--project", required=True, type=Path)
parser.add_argument("--packages", required=True, type=Path)
arguments = parser.parse_args()

sys.path += [str(HERE.parent / "oracle"), str(arguments.project / "resources" / "samples")]
SAMPLE = arguments.project / "resources" / "samples" / "tidewater"
MODELS = Path(os.environ.get("HALFSTEP_TEST_MODELS", arguments.project.parent / "shared" / "models"))
STORIES = MODELS / "stories260k-gguf" / "tinyllm.gguf"
STORIES_TEXT = MODELS / "data-tinystories" / "tinystories_sample_256k.txt"


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def install_packages():
    try:
        node_packages.install(arguments.packages, [f"node-llama-cpp@{VERSION}", f"@node-llama-cpp/linux-x64@{VERSION}"],
                              HERE / "llama_cpp.mjs")
    except node_packages.Unavailable as reason:
        skip(reason)


try:
    import numpy as np
except ImportError:
    skip("NumPy is not installed")
import byte_pair
import gguf_oracle
import node_packages
import reference_models


def run_jobs(jobs, folder):
    """What llama.cpp makes of each job of llama_cpp.mjs."""
    (folder / "jobs.json").write_text(json.dumps(jobs))
    environment = {key: value for key, value in os.environ.items() if not key.endswith("SAN_OPTIONS")}
    subprocess.run(["node", "llama_cpp.mjs", folder / "jobs.json", folder / "results.json"], cwd=arguments.packages,
                   check=True, timeout=300, env=environment)
    results = json.loads((folder / "results.json").read_text())
    for job, result in zip(jobs, results, strict=True):
        assert "error" not in result, f"{job['model']}: {result['error']}"
    return results


def halfstep(*words):
    run = subprocess.run([arguments.cli, *map(str, words)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def known_schemes():
    return {scheme["notation"] for scheme in json.loads(halfstep("schemes", "--json"))["schemes"]}


def words(text):
    return re.findall(r"[a-z]+", text.lower())


def variation(one, other):
    """The total variation distance of two distributions, each {token: probability}."""
    return sum(abs(one.get(token, 0) - other.get(token, 0)) for token in one.keys() | other.keys()) / 2


class Generation(unittest.TestCase):
    """Greedy text of quantized models against that of the same model in float32."""

    SCHEMES = ["fp32", "keep", "fp16", "bf16", "q8_0", "q6_K", "q5_1", "q5_0", "q5_K", "q4_1", "q4_0", "q4_K", "iq4_nl"]
    LENGTH = 48  # tokens
    # How much of the next token's probability may go elsewhere, on average; 0.35 where nothing is said.
    MOVED = {"fp32": 0, "keep": 0.02, "fp16": 0.02, "bf16": 0.02, "q8_0": 0.03, "q6_K": 0.06, "q5_K": 0.15}

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)

    def mixed_plan(self, model):
        tensors = json.loads(halfstep("inspect", model, "--no-stats", "--json"))["tensors"]
        kinds = {"attention_q": "q4_0", "attention_k": "q5_0", "ffn_down": "q5_1", "token_embedding": "q8_0"}
        plan = {"halfstep_plan": 1, "model": "", "fingerprint": "",
                "tensors": {t["name"]: kinds.get(t["role"], "q4_1") for t in tensors if t["quantizable"]}}
        path = self.folder / "plan.json"
        path.write_text(json.dumps(plan))
        return path

    def allocated_plan(self, model):
        """The best plan for 7 bits a weight (rows that are no whole blocks stay in float32) of what llama.cpp runs fast."""
        path = self.folder / "allocated.json"
        halfstep("allocate", model, "--for", "gguf", "--candidates", "q4_0,q4_1,iq4_nl,q5_0,q5_1,q8_0,q4_K,q6_K,fp16",
                 "--bits", "7", "-o", path)
        used = set(json.loads(path.read_text())["tensors"].values())
        self.assertGreater(len(used - {"keep"}), 1, used)
        return path

    def run_all(self, model, prompts, language):
        """scheme -> (texts, probabilities of the token after each beginning of the language's text)."""
        plans = {"mixed": self.mixed_plan, "allocated": self.allocated_plan}
        schemes = [scheme for scheme in self.SCHEMES if scheme in known_schemes() | {"keep"}] + list(plans)
        for scheme in schemes:
            how = ("--plan", plans[scheme](model)) if scheme in plans else ("--scheme", scheme)
            halfstep("quantize", model, *how, "-o", self.folder / f"{scheme}.gguf")
        start = {"model": str(self.folder / "fp32.gguf"), "tokenize": [language[:600]]}
        tokens = run_jobs([start], self.folder)[0]["tokens"][0]
        beginnings = [tokens[:length] for length in range(8, 120, 9)]
        jobs = [{"model": str(self.folder / f"{scheme}.gguf"), "generate": prompts, "length": self.LENGTH,
                 "probabilities": beginnings} for scheme in schemes]
        results = run_jobs(jobs, self.folder)
        return {scheme: (result["texts"], result["probabilities"]) for scheme, result in zip(schemes, results)}

    def check(self, model, prompts, language):
        found = self.run_all(model, prompts, language)
        known = set(words(language))
        for scheme, (texts, probabilities) in found.items():
            said = [word for text in texts for word in words(text)[:-1]]  # the last may be cut off
            share = sum(word in known for word in said) / max(len(said), 1)
            alike = difflib.SequenceMatcher(None, " ".join(found["fp32"][0]), " ".join(texts), autojunk=False).ratio()
            moved = np.mean([variation(*pair) for pair in zip(found["fp32"][1], probabilities)])
            print(f"{Path(model).name} {scheme}: {len(said)} words, {share:.1%} known, {alike:.2f} like float32, "
                  f"{moved:.4f} of the probability moved")
            self.assertGreater(len(said), 10 * len(prompts), scheme)
            self.assertGreater(share, 0.9, f"{scheme}: {texts}")
            self.assertLessEqual(moved, self.MOVED.get(scheme, 0.35), scheme)
            if scheme == "q8_0":
                self.assertGreater(alike, 0.6, texts)

    def test_sample_of_the_project(self):
        held_out = (SAMPLE / "held_out.txt").read_text()
        prompts = ["A Trip to the Harbour\nGreta packed for a trip to the harbour.", "The Cat and the Owl\nA thin cat and",
                   "Tess and the Candles\nIt was Friday, and Tess was in the forest."]
        self.check(SAMPLE, prompts, held_out)

    @unittest.skipUnless(STORIES.exists(), "no folder of real models")
    def test_stories(self):
        self.check(STORIES, ["Once upon a time", "Tom and his dog", "One day, Lily"], STORIES_TEXT.read_text())


def sample_tokenizer():
    return {name: (SAMPLE / name).read_bytes() for name in ("tokenizer.json", "tokenizer_config.json")}


class Families(unittest.TestCase):
    """Models of random weights: what llama.cpp computes from the converted file is what NumPy computes."""

    def test_probabilities(self):
        rng = np.random.default_rng(3)
        prompts = [rng.integers(0, 700, length).tolist() for length in (3, 17, 60)]
        variants = [(family, {}) for family in reference_models.FAMILIES]
        variants += [("llama", {"rope_scaling": {"rope_type": "linear", "factor": 4.0}}),
                     ("llama", {"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                                                 "high_freq_factor": 4.0, "original_max_position_embeddings": 64}}),
                     ("llama", {"tie_word_embeddings": True})]
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            jobs, networks = [], []
            for number, (family, changes) in enumerate(variants):
                config = reference_models.configuration(family, 768, **changes)
                tensors = reference_models.random_tensors(config)
                model = folder / f"{family}-{number}"
                reference_models.write_folder(model, config, tensors, sample_tokenizer())
                halfstep("quantize", model, "--scheme", "fp32", "-o", folder / f"{number}.gguf")
                jobs.append({"model": str(folder / f"{number}.gguf"), "probabilities": prompts})
                networks.append(reference_models.Network(config, tensors))
            results = run_jobs(jobs, folder)
        for (family, changes), network, result in zip(variants, networks, results):
            for prompt, found in zip(prompts, result["probabilities"]):
                expected = network.probabilities(prompt)
                got = np.array([found.get(str(token), 0.0) for token in range(len(expected))])
                distance = np.abs(got - expected).max() / expected.max()
                print(f"{family} {changes}: {len(prompt)} tokens, largest difference {distance:.1e} of the largest")
                self.assertLess(distance, 0.02, (family, changes))


class Tokens(unittest.TestCase):
    """llama.cpp cuts text into the same tokens as the tokenizers that the models came with."""

    SENTENCES = ["Once upon a time, there was a little girl named Lily.", "She didn't know!  Two spaces, 1234 numbers.",
                 " leading space", "Tom said: \"Hello,\nworld\"\n\nThe end.", "naïve café — 日本", "a", "I've they'll we're"]

    def test_byte_level(self):
        merges = [tuple(merge.split(" ")) for merge in json.loads((SAMPLE / "tokenizer.json").read_text())["model"]["merges"]]
        encoder = byte_pair.Encoder(merges)
        sentences = [text for text in self.SENTENCES if text.isascii()]  # the reference knows no others
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            halfstep("quantize", SAMPLE, "--scheme", "q8_0", "-o", folder / "sample.gguf")
            (result,) = run_jobs([{"model": str(folder / "sample.gguf"), "tokenize": sentences}], folder)
        self.assertEqual(result["tokens"], [encoder.encode(text) for text in sentences])

    @unittest.skipUnless(STORIES.exists(), "no folder of real models")
    def test_sentencepiece(self):
        """The stories model's own tokenizer, taken through tokenizer.model and through tokenizer.json."""
        metadata = gguf_oracle.metadata_of(STORIES)
        tokens, scores, kinds = (metadata[f"tokenizer.ggml.{key}"][0] for key in ("tokens", "scores", "token_type"))
        config = reference_models.configuration("llama", len(tokens))
        tensors = reference_models.random_tensors(config)
        settings = json.dumps({"bos_token": tokens[1], "eos_token": tokens[2], "added_tokens_decoder": {
            str(i): {"content": tokens[i], "special": True} for i in range(3)}}).encode()
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            files = {"model": {"tokenizer.model": sentencepiece_model(tokens, scores, kinds)},
                     "json": {"tokenizer.json": sentencepiece_json(tokens, scores)}}
            jobs = [{"model": str(STORIES), "tokenize": self.SENTENCES}]
            for name, content in files.items():
                reference_models.write_folder(folder / name, config, tensors, content | {"tokenizer_config.json": settings})
                halfstep("quantize", folder / name, "--scheme", "keep", "-o", folder / f"{name}.gguf")
                jobs.append({"model": str(folder / f"{name}.gguf"), "tokenize": self.SENTENCES})
            own, by_model, by_json = (result["tokens"] for result in run_jobs(jobs, folder))
        self.assertEqual(by_model, own)
        self.assertEqual(by_json, own)


def sentencepiece_model(tokens, scores, kinds):
    """sentencepiece_model.proto: pieces of text, score and kind; then an unknown field."""
    def field(number, content):
        return bytes([number << 3 | 2]) + varint(len(content)) + content

    def varint(number):
        return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)

    pieces = b""
    for token, score, kind in zip(tokens, scores, kinds):
        pieces += field(1, field(1, token.encode()) + b"\x15" + struct.pack("<f", score) + b"\x18" + varint(kind))
    return pieces + field(5, b"unknown")


def sentencepiece_json(tokens, scores):
    """As Hugging Face turns SentencePiece models into pairs: every way to cut a token in two tokens, best score first."""
    vocabulary = {token: number for number, token in enumerate(tokens)}
    merges = []
    for token in tokens:
        cuts = [(token[:at], token[at:]) for at in range(1, len(token))]
        merges += [(vocabulary[token], left, right) for left, right in cuts if left in vocabulary and right in vocabulary
                   and not token.startswith("<")]
    merges.sort(key=lambda merge: -scores[merge[0]])
    return json.dumps({
        "added_tokens": [{"id": i, "content": tokens[i], "special": True, "normalized": False} for i in range(3)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "\u2581"}, {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
        "pre_tokenizer": None,
        "model": {"type": "BPE", "byte_fallback": True, "unk_token": "<unk>", "vocab": vocabulary,
                  "merges": [[left, right] for _, left, right in merges]}}).encode()


if __name__ == "__main__":
    install_packages()
    unittest.main(argv=[sys.argv[0], "-v"])
