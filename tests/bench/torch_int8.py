#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""torch_int8.py MODEL.safetensors: seconds that PyTorch takes, with one thread, to quantize a bf16 tensor to
int8 with a scale a channel and to sum up the squared error."""

import json
import struct
import sys
import time

import torch

torch.set_num_threads(1)
with open(sys.argv[1], "rb") as file:
    (length,) = struct.unpack("<Q", file.read(8))
    entry = json.loads(file.read(length))["w"]
    data = bytearray(file.read())
weights = torch.frombuffer(data, dtype=torch.bfloat16).reshape(entry["shape"])
best = float("inf")
for _ in range(3):
    start = time.perf_counter()
    error = 0.0
    for rows in weights.split(1024):
        x = rows.float()
        scale = x.abs().amax(dim=1, keepdim=True) / 127
        quantized = torch.clamp(torch.round(x / scale), -127, 127) * scale
        error += torch.sum((x - quantized) ** 2).item()
    best = min(best, time.perf_counter() - start)
print(best)
