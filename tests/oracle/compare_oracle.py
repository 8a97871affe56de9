#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What separates two models, worked out with NumPy in float64.

    compare_oracle.py MODEL ORIGINAL

Prints {NAME: {mse, rel_error, sqnr_db, max_abs_error, cosine}} as JSON for every tensor of MODEL that ORIGINAL has
too, under its own name or as llama2.c calls what GGUF does. Names and formats are read as read_weights.py does.
"""

import json
import math
import re
import sys

from read_weights import reference_of, tensors_of, values_of

LLAMA2_C = {"token_embd": "tok_embeddings", "output_norm": "norm", "output": "output", "attn_norm": "attention_norm",
            "ffn_norm": "ffn_norm", "attn_q": "attention.wq", "attn_k": "attention.wk", "attn_v": "attention.wv",
            "attn_output": "attention.wo", "ffn_gate": "feed_forward.w1", "ffn_down": "feed_forward.w2",
            "ffn_up": "feed_forward.w3"}


def llama2_c_name(name):
    found = re.fullmatch(r"(?:blk\.(\d+)\.)?(\w+)\.weight", name)
    if not found or found[2] not in LLAMA2_C:
        return None
    return (f"layers.{found[1]}." if found[1] else "") + LLAMA2_C[found[2]] + ".weight"


def weights_of(path):
    reference = reference_of(path)
    return {name: values_of(dtype, raw, reference[name] if name in reference else None)
            for name, dtype, _, raw in tensors_of(path)}


def figures(x, y):
    error, square = ((x - y) ** 2).sum(), (x**2).sum()
    norms = math.sqrt(square) * math.sqrt((y**2).sum())
    return {"mse": error / x.size, "rel_error": math.sqrt(error / square) if square else None,
            "sqnr_db": 10 * math.log10(square / error) if square and error else None,
            "max_abs_error": abs(x - y).max(), "cosine": (x * y).sum() / norms if norms else None}


def main():
    model, original = weights_of(sys.argv[1]), weights_of(sys.argv[2])
    result = {}
    for name, values in model.items():
        other = original.get(name, original.get(llama2_c_name(name)))
        if values is not None and other is not None:
            result[name] = figures(other, values)
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
