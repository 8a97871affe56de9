#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""torch_peer.py MODEL.safetensors: what PyTorch does, with one thread, on the bf16 tensor "w" of the file. Prints lines
`dtype what weights-per-second`: finding the scales, fake-quantize and the mean squared error; with ":given" after
`what` the same with scales known before, with ":pieces" in pieces that fit the caches, which PyTorch does not do by
itself. Each figure is the best of three runs."""

import json
import struct
import sys
import time

import torch
from torch.nn.functional import mse_loss

torch.set_num_threads(1)
with open(sys.argv[1], "rb") as file:
    (length,) = struct.unpack("<Q", file.read(8))
    entry = json.loads(file.read(length))["w"]
    data = bytearray(file.read())
weights = torch.frombuffer(data, dtype=torch.bfloat16).reshape(entry["shape"])
rows, inputs = weights.shape


def rate(work, pieces=1):
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for first in range(0, rows, rows // pieces):
            work(slice(first, first + rows // pieces))
        best = min(best, time.perf_counter() - start)
    return weights.numel() / best


def show(name, what, work, pieces=1):
    print(name, what, rate(work, pieces), flush=True)


def granularities(bits, asymmetric):
    low, high = (0, 2**bits - 1) if asymmetric else (1 - 2 ** (bits - 1), 2 ** (bits - 1) - 1)

    def parameters(x, axis):
        least, most = (x.amin(axis), x.amax(axis)) if axis is not None else (x.min(), x.max())
        if not asymmetric:
            return torch.maximum(-least, most) / high, torch.zeros_like(most, dtype=torch.int32)
        scale = (most.clamp(min=0) - least.clamp(max=0)) / high
        return scale, torch.round(-least.clamp(max=0) / scale).clamp(0, high).int()

    def per_tensor(x, given):
        known = parameters(x.float(), None)

        def work(piece):
            part = x[piece].float()
            scale, zero = known if given else parameters(part, None)
            mse_loss(part, torch.fake_quantize_per_tensor_affine(part, scale.item(), int(zero), low, high))

        return work

    def per_row(x, size, given):
        known = parameters(x.float().reshape(-1, size), 1)

        def work(piece):
            part = x[piece].float().reshape(-1, size)
            of = slice(piece.start * inputs // size, piece.stop * inputs // size)
            scale, zero = (known[0][of], known[1][of]) if given else parameters(part, 1)
            mse_loss(part, torch.fake_quantize_per_channel_affine(part, scale, zero, 0, low, high))

        return work

    yield "tensor", per_tensor
    yield "channel", lambda x, given: per_row(x, inputs, given)
    for size in (32, 128, 256):
        yield f"g{size}", lambda x, given, size=size: per_row(x, size, given)


for name, dtype in (("f32", torch.float32), ("f16", torch.float16), ("bf16", torch.bfloat16)):
    x = weights.to(dtype)
    for bits, asymmetric in ((8, False), (4, True)):
        for granularity, work in granularities(bits, asymmetric):
            notation = f"int{bits}" + (":asym" if asymmetric else "") + ":" + granularity
            show(name, notation, work(x, False))
            show(name, notation + ":pieces", work(x, False), rows // 64)
            show(name, notation + ":given", work(x, True))
    show(name, "histc", lambda piece: torch.histc(x[piece].float(), 2048))
    show(name, "histc:pieces", lambda piece: torch.histc(x[piece].float(), 2048), rows // 64)
