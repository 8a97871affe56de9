#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds a GGUF file that was written from a model against the model, with NumPy.

    gguf_oracle.py SOURCE WRITTEN

SOURCE is a GGUF file or a Hugging Face folder with one model.safetensors. Prints a JSON object: "metadata" (all values of
WRITTEN, long lists by their length), "types" (tensor -> type), and "differences", which is empty where every tensor is there,
holds exactly the values that its type can hold of the source's, and, for a GGUF source, all other metadata have the
source's bytes.

It is written from the descriptions of the formats, not from the program. It trusts its files.
"""
import json
import sys
from pathlib import Path

import numpy as np

import measure_oracle
import read_weights

CHANGED_KEYS = ("general.file_type", "general.quantization_version")
PARTS = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
WHOLE = {"model.embed_tokens": "token_embd", "lm_head": "output", "model.norm": "output_norm"}


def metadata_of(path):
    """key -> (value, its bytes with the key in front)."""
    cursor = read_weights.Cursor(Path(path).read_bytes())
    cursor.at = 8
    cursor.take("Q")
    found = {}
    for _ in range(cursor.take("Q")):
        start = cursor.at
        key = cursor.string()
        value = cursor.value(cursor.take("I"))
        found[key] = (value, cursor.data[start:cursor.at])
    return found


def values_of(dtype, shape, raw):
    if dtype in read_weights.FLOATS:
        return read_weights.values_of(dtype, raw).astype(np.float32).reshape(shape)
    return dequantized(dtype, np.frombuffer(raw, np.uint8)).reshape(shape)


def dequantized(dtype, raw):
    """Blocks of 32: a scale (and a minimum) in float16, fifth bits, then the low four bits of element j and j + 16."""
    _, _, size = next(entry for entry in read_weights.GGML_TYPES.values() if entry[0] == dtype)
    blocks = raw.reshape(-1, size)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    if dtype == "q8_0":
        return blocks[:, 2:].view(np.int8).astype(np.float32) * scale
    low = np.zeros_like(scale)
    at = 2
    if dtype in ("q4_1", "q5_1"):
        low, at = blocks[:, 2:4].copy().view(np.float16).astype(np.float32), 4
    nibbles = blocks[:, -16:]
    codes = np.concatenate((nibbles & 15, nibbles >> 4), axis=1).astype(np.int32)
    if dtype in ("q5_0", "q5_1"):
        fifth = blocks[:, at:at + 4].copy().view("<u4").astype(np.int64)
        codes |= (((fifth >> np.arange(32)) & 1) << 4).astype(np.int32)
    codes -= {"q4_0": 8, "q5_0": 16}.get(dtype, 0)
    return codes.astype(np.float32) * scale + low


def paired(weights, heads):
    """The two halves of each head's rows, one row of each in turn."""
    halves = weights.reshape(heads, 2, -1, *weights.shape[1:])
    return halves.swapaxes(1, 2).reshape(weights.shape)


def gguf_name(name, family):
    parts = dict(PARTS)
    if family in ("gemma2", "gemma3_text"):
        parts |= {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
                  "post_feedforward_layernorm": "post_ffw_norm"}
    else:
        parts |= {"post_attention_layernorm": "ffn_norm"}
    stem, end = name.rsplit(".", 1)
    if stem in WHOLE:
        return f"{WHOLE[stem]}.{end}"
    _, _, layer, part = stem.split(".", 3)
    return f"blk.{layer}.{parts[part]}.{end}"


def from_folder(folder):
    """GGUF name -> (type that is kept, values)."""
    config = json.loads((folder / "config.json").read_text())
    family = config["model_type"]
    gemma = family.startswith("gemma")
    for name, dtype, shape, raw in read_weights.safetensors(folder / "model.safetensors"):
        if name == "lm_head.weight" and (gemma or config.get("tie_word_embeddings")):
            continue
        values = values_of(dtype, shape, raw)
        if family in ("llama", "mistral") and "self_attn.q_proj" in name:
            values = paired(values, config["num_attention_heads"])
        if family in ("llama", "mistral") and "self_attn.k_proj" in name:
            values = paired(values, config["num_key_value_heads"])
        if gemma and name.endswith("norm.weight"):
            values = values + np.float32(1)
        yield gguf_name(name, family), values


def from_gguf(path):
    for name, dtype, shape, raw in read_weights.gguf(path):
        yield name, values_of(dtype, shape, raw)


class Format:
    def __init__(self, name):
        self.format = name


def as_stored(dtype, values):
    """What the type can hold of the values."""
    if dtype == "f32":
        return values
    if dtype == "f16":
        return values.astype(np.float16).astype(np.float32)
    if dtype == "bf16":
        return measure_oracle.bf16_to_f32(measure_oracle.f32_to_bf16(values))
    rows = values.reshape(-1, values.shape[-1])
    return measure_oracle.ggml_tensor(Format(dtype), rows)[0].reshape(values.shape)


def main():
    source, written = Path(sys.argv[1]), Path(sys.argv[2])
    wanted = dict(from_folder(source) if source.is_dir() else from_gguf(source))
    differences, types = [], {}
    for name, dtype, shape, raw in read_weights.gguf(written):
        types[name] = dtype
        if name not in wanted:
            differences.append(f"{name} is in no source")
            continue
        values = wanted.pop(name)
        if list(values.shape) != list(shape):
            differences.append(f"{name} has shape {shape}, not {values.shape}")
        elif not np.array_equal(values_of(dtype, shape, raw), as_stored(dtype, values)):
            differences.append(f"{name} ({dtype}) has other values")
    differences += [f"{name} is missing" for name in wanted]
    metadata = metadata_of(written)
    if source.is_file():
        before = metadata_of(source)
        for key, (_, raw) in before.items():
            if key.startswith("split.") or key in CHANGED_KEYS:
                continue
            if metadata.get(key, (None, b""))[1] != raw:
                differences.append(f"the metadata value {key} has other bytes")
    short = {key: len(value) if isinstance(value, list) else value for key, (value, _) in metadata.items()}
    print(json.dumps({"metadata": short, "types": types, "differences": differences}))


if __name__ == "__main__":
    main()
