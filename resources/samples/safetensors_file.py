# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a safetensors file of bfloat16 tensors: the same tensors give the same bytes."""
import json
import os


def write(path, tensors):
    """`tensors`: name -> uint16 array holding the bfloat16 bit patterns."""
    header, begin = {"__metadata__": {"format": "pt"}}, 0
    for name in sorted(tensors):
        end = begin + tensors[name].nbytes
        header[name] = {"dtype": "BF16", "shape": list(tensors[name].shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{path}.part", "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for name in sorted(tensors):
            file.write(tensors[name].astype("<u2").tobytes())
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{path}.part", path)
