# SPDX-License-Identifier: GPL-3.0-or-later
"""Small language models of six families, made of random weights and run by NumPy.

Written from the architectures' descriptions (Hugging Face's model documentation and papers), in Hugging Face's tensor names
and conventions, so that what llama.cpp computes from a converted file can be held against it.
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np

HIDDEN, INNER, LAYERS, HEADS, KV_HEADS, HEAD_DIM = 64, 96, 3, 4, 2, 16
CONTEXT = 256
FAMILIES = {
    "llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM", "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM",
    "gemma": "GemmaForCausalLM", "gemma2": "Gemma2ForCausalLM", "gemma3_text": "Gemma3ForCausalLM",
}


def configuration(family, vocabulary, **changes):
    config = {
        "architectures": [FAMILIES[family]], "model_type": family, "hidden_size": HIDDEN, "intermediate_size": INNER,
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS, "head_dim": HEAD_DIM,
        "vocab_size": vocabulary, "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
        "tie_word_embeddings": family.startswith("gemma"),
    }
    if family == "gemma2":
        config |= {"attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0, "sliding_window": 128,
                   "query_pre_attn_scalar": HEAD_DIM}
    if family == "gemma3_text":
        config |= {"sliding_window": 128, "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0,
                   "query_pre_attn_scalar": HEAD_DIM}
    return config | changes


def random_tensors(config, seed=1):
    """name -> float32 array. Norms are far from 1 (Gemma: from 0), so that forgetting them shows."""
    rng = np.random.default_rng(seed)
    family = config["model_type"]
    gemma = family.startswith("gemma")

    def matrix(rows, columns):
        return rng.standard_normal((rows, columns)).astype(np.float32) * np.float32(1.5 / columns**0.5)

    def norm(size):
        return rng.uniform(-0.4, 0.6, size).astype(np.float32) + np.float32(0 if gemma else 1)

    tensors = {"model.embed_tokens.weight": matrix(config["vocab_size"], HIDDEN), "model.norm.weight": norm(HIDDEN)}
    if not config["tie_word_embeddings"]:
        tensors["lm_head.weight"] = matrix(config["vocab_size"], HIDDEN)
    for layer in range(LAYERS):
        at = f"model.layers.{layer}."
        tensors[at + "input_layernorm.weight"] = norm(HIDDEN)
        tensors[at + "post_attention_layernorm.weight"] = norm(HIDDEN)
        if family in ("gemma2", "gemma3_text"):
            tensors[at + "pre_feedforward_layernorm.weight"] = norm(HIDDEN)
            tensors[at + "post_feedforward_layernorm.weight"] = norm(HIDDEN)
        for part, rows in (("q", HEADS), ("k", KV_HEADS), ("v", KV_HEADS)):
            tensors[at + f"self_attn.{part}_proj.weight"] = matrix(rows * HEAD_DIM, HIDDEN)
            if family == "qwen2":
                tensors[at + f"self_attn.{part}_proj.bias"] = matrix(rows * HEAD_DIM, 1).reshape(-1)
        tensors[at + "self_attn.o_proj.weight"] = matrix(HIDDEN, HEADS * HEAD_DIM)
        if family in ("qwen3", "gemma3_text"):
            tensors[at + "self_attn.q_norm.weight"] = norm(HEAD_DIM)
            tensors[at + "self_attn.k_norm.weight"] = norm(HEAD_DIM)
        tensors[at + "mlp.gate_proj.weight"] = matrix(INNER, HIDDEN)
        tensors[at + "mlp.up_proj.weight"] = matrix(INNER, HIDDEN)
        tensors[at + "mlp.down_proj.weight"] = matrix(HIDDEN, INNER)
    return tensors


def write_safetensors(path, tensors):
    header, at = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
        at += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for v in tensors.values()))


def write_folder(folder, config, tensors, tokenizer):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    write_safetensors(folder / "model.safetensors", tensors)
    for name, content in tokenizer.items():
        (folder / name).write_bytes(content)


class Network:
    """The forward pass in float64."""

    def __init__(self, config, tensors):
        self.config = config
        self.family = config["model_type"]
        self.gemma = self.family.startswith("gemma")
        self.tensors = {name: values.astype(np.float64) for name, values in tensors.items()}

    def norm(self, x, name):
        weight = self.tensors[name + ".weight"] + (1 if self.gemma else 0)
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + self.config["rms_norm_eps"]) * weight

    def linear(self, x, name):
        y = x @ self.tensors[name + ".weight"].T
        return y + self.tensors[name + ".bias"] if name + ".bias" in self.tensors else y

    def frequencies(self, layer):
        local = self.family == "gemma3_text" and (layer + 1) % 6 != 0
        base = self.config["rope_local_base_freq"] if local else self.config["rope_theta"]
        frequencies = base ** (-np.arange(0, HEAD_DIM, 2) / HEAD_DIM)
        scaling = self.config.get("rope_scaling") or {}
        if scaling.get("rope_type") == "linear":
            frequencies = frequencies / scaling["factor"]
        if scaling.get("rope_type") == "llama3":
            waves = 2 * np.pi / frequencies
            old = scaling["original_max_position_embeddings"]
            low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
            share = np.clip((old / waves - low) / (high - low), 0, 1)
            frequencies = frequencies * ((1 - share) / scaling["factor"] + share)
        return frequencies

    def rotated(self, x, layer):
        angles = np.outer(np.arange(len(x)), self.frequencies(layer))[:, None, :]
        first, second = x[..., :HEAD_DIM // 2], x[..., HEAD_DIM // 2:]
        return np.concatenate((first * np.cos(angles) - second * np.sin(angles),
                               second * np.cos(angles) + first * np.sin(angles)), axis=-1)

    def attention(self, x, at, layer):
        length = len(x)
        query = self.linear(x, at + "q_proj").reshape(length, HEADS, HEAD_DIM)
        key = self.linear(x, at + "k_proj").reshape(length, KV_HEADS, HEAD_DIM)
        value = self.linear(x, at + "v_proj").reshape(length, KV_HEADS, HEAD_DIM)
        if at + "q_norm.weight" in self.tensors:
            query, key = self.norm(query, at + "q_norm"), self.norm(key, at + "k_norm")
        query, key = self.rotated(query, layer), self.rotated(key, layer)
        key, value = (np.repeat(y, HEADS // KV_HEADS, axis=1) for y in (key, value))
        scores = np.einsum("ihd,jhd->hij", query, key) * HEAD_DIM**-0.5
        cap = self.config.get("attn_logit_softcapping")
        if cap:
            scores = np.tanh(scores / cap) * cap
        scores += np.triu(np.full((length, length), -np.inf), 1)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        return self.linear(np.einsum("hij,jhd->ihd", weights, value).reshape(length, -1), at + "o_proj")

    def activation(self, x):
        if self.gemma:  # GELU by the hyperbolic tangent
            return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
        return x / (1 + np.exp(-x))

    def feed_forward(self, x, at):
        return self.linear(self.activation(self.linear(x, at + "gate_proj")) * self.linear(x, at + "up_proj"),
                           at + "down_proj")

    def probabilities(self, tokens):
        x = self.tensors["model.embed_tokens.weight"][tokens]
        if self.gemma:
            x = x * HIDDEN**0.5
        for layer in range(LAYERS):
            at = f"model.layers.{layer}."
            y = self.attention(self.norm(x, at + "input_layernorm"), at + "self_attn.", layer)
            if self.family in ("gemma2", "gemma3_text"):
                x = x + self.norm(y, at + "post_attention_layernorm")
                y = self.feed_forward(self.norm(x, at + "pre_feedforward_layernorm"), at + "mlp.")
                x = x + self.norm(y, at + "post_feedforward_layernorm")
            else:
                x = x + y
                x = x + self.feed_forward(self.norm(x, at + "post_attention_layernorm"), at + "mlp.")
        head = self.tensors.get("lm_head.weight", self.tensors["model.embed_tokens.weight"])
        logits = self.norm(x[-1], "model.norm") @ head.T
        cap = self.config.get("final_logit_softcapping")
        if cap:
            logits = np.tanh(logits / cap) * cap
        exponentials = np.exp(logits - logits.max())
        return exponentials / exponentials.sum()


def main():
    """reference_models.py FAMILY FOLDER TOKENIZER: a model of the family, with the tokenizer.json from another folder."""
    family, folder, tokenizer = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    config = configuration(family, 768)
    write_folder(folder, config, random_tensors(config), {"tokenizer.json": (tokenizer / "tokenizer.json").read_bytes()})


if __name__ == "__main__":
    main()
