#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints of every kind that people save, written by PyTorch itself, with what is in them.

    torch_checkpoints.py FOLDER [FILE...]

Writes the files into FOLDER and prints {"cases": [{"file", "tensors", "issues"}]}: the tensors in the order of
the state dict, each with name, dtype, shape and (of floating-point types) values, and words that a note on the
file has to say. FILEs, which others wrote, are listed in the same way; numbers that JSON has no words for are
texts. It trusts its files.
"""

import argparse
import collections
import io
import json
import math
import pathlib
import pickle
import sys
import warnings
import zipfile

import numpy as np
import torch
from torch import nn

DTYPES = {torch.float32: "f32", torch.float64: "f64", torch.float16: "f16", torch.bfloat16: "bf16",
          torch.int64: "i64", torch.int32: "i32", torch.int16: "i16", torch.int8: "i8", torch.uint8: "u8",
          torch.bool: "bool", torch.complex64: "c64", torch.complex128: "complex128", torch.qint8: "qint8",
          torch.quint8: "quint8"}


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 4)
        self.conv = nn.Conv2d(3, 6, 3, groups=3)
        self.up = nn.ConvTranspose2d(6, 2, 2)
        self.norm = nn.BatchNorm2d(2)
        self.lstm = nn.LSTM(4, 5, bidirectional=True)
        self.attention = nn.MultiheadAttention(8, 2)
        self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(4, 8), nn.ReLU()), nn.LayerNorm([4, 2])])
        self.scales = nn.ParameterList([nn.Parameter(torch.randn(3)), nn.Parameter(torch.randn(2, 2))])
        self.register_buffer("table", torch.arange(6).float().reshape(2, 3))
        self.register_buffer("passing", torch.ones(4), persistent=False)

    def forward(self, x):
        return self.norm(self.up(self.conv(x)))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(6, 3)
        self.lm_head = nn.Linear(3, 6, bias=False)
        self.lm_head.weight = self.wte.weight


class Scripted(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.second = nn.Sequential(nn.Linear(4, 2), nn.Tanh())
        self.register_buffer("mean", torch.tensor([0.5, 0.25]))
        self.steps = [1, 2, 3]

    def forward(self, x):
        return self.second(self.first(x)) - self.mean


def entry(name, tensor):
    result = {"name": name, "dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape)}
    if tensor.dtype.is_floating_point:
        values = tensor.detach().to(torch.float64).reshape(-1).tolist()
        result["values"] = [v if math.isfinite(v) else str(v) for v in values]
    return result


class Cases:
    def __init__(self, folder):
        self.folder, self.cases = folder, []

    def add(self, file, tensors, issues=()):
        tensors = tensors.items() if isinstance(tensors, dict) else tensors
        self.cases.append({"file": file, "tensors": [entry(n, t) for n, t in tensors], "issues": list(issues)})

    def save(self, name, saved, tensors=None, issues=(), **options):
        torch.save(saved, self.folder / name, **options)
        self.add(name, saved if tensors is None else tensors, issues)

    def save_both(self, name, saved, tensors=None, issues=()):
        self.save(name + ".pt", saved, tensors, issues)
        self.save(name + "-legacy.pt", saved, tensors, issues, _use_new_zipfile_serialization=False)


def add_types_and_views(cases):
    numbers = torch.tensor([[1.5, -2.0, 0.0], [3.25, 1e-3, -7.0]])
    cases.save_both("types", {
        "double": numbers.double(), "half": numbers.half(), "bfloat": numbers.bfloat16(), "long": numbers.long(),
        "int": numbers.int(), "short": numbers.short(), "char": numbers.char(), "byte": numbers.abs().byte(),
        "bool": numbers > 0, "complex": torch.complex(numbers, numbers), "wide": torch.complex(numbers.double(), numbers.double()),
        "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3)}, issues=["listed, not measured"])
    big = torch.arange(60).float().reshape(3, 4, 5)
    views = {
        "transposed": big.permute(2, 0, 1), "row": big[1], "column": big[:, :, 2], "every second": big[:, ::2, ::3],
        "part": big[1:, 2, 1:4], "repeated": torch.tensor([[1.0], [2.0]]).expand(2, 5), "tail": big.flatten()[57:],
        "diagonal": big[0, :4, :4].diagonal(), "one": big[2:3, 3:4, 4:5], "halves": big.half().permute(1, 2, 0)}
    cases.save_both("views", views)
    large = torch.randn(120, 90)
    cases.save("large-transposed.pt", {"w": large.t(), "v": large[:, 10:80:7].t()})
    torch.manual_seed(3)
    cases.save("channels-last.pt", nn.Conv2d(5, 4, 3).to(memory_format=torch.channels_last).state_dict())
    cases.save("only-a-tensor.pt", torch.tensor([1.0, 2.0]), {"tensor": torch.tensor([1.0, 2.0])})
    cases.save("list.pt", [torch.ones(2), {"a": torch.zeros(3)}], {"0": torch.ones(2), "1.a": torch.zeros(3)})
    cases.save("numbered.pt", {0: torch.ones(2), 1: torch.zeros(3)}, {"0": torch.ones(2), "1": torch.zeros(3)})
    for protocol in (3, 4, 5):
        cases.save(f"protocol-{protocol}.pt", {"a": torch.ones(2, 2)}, pickle_protocol=protocol)
        cases.save(f"protocol-{protocol}-legacy.pt", {"a": torch.ones(2, 2)}, pickle_protocol=protocol,
                   _use_new_zipfile_serialization=False)
    quantized = torch.quantize_per_tensor(numbers, 0.1, 3, torch.quint8)
    channels = torch.quantize_per_channel(numbers, torch.tensor([0.1, 0.2]), torch.tensor([0, 1]), 0, torch.qint8)
    cases.save_both("quantized", {"q": quantized, "c": channels}, issues=["unknown type: qint8 (1), quint8 (1)"])
    cases.save("sparse.pt", {"a": torch.ones(2), "s": torch.eye(3).to_sparse()}, {"a": torch.ones(2)}, ["not listed", "'s'"])


def add_modules(cases):
    torch.manual_seed(1)
    small = Small()
    cases.save_both("state-dict", small.state_dict())
    cases.save_both("whole", small, small.state_dict(), ["which were left as they are", "Small"])
    wrapped = nn.DataParallel(small)
    cases.save("wrapped.pt", wrapped.state_dict(), small.state_dict(), ["all names in the file begin with 'module.'"])
    cases.save("wrapped-whole.pt", wrapped, small.state_dict(), ["all names in the file begin with 'module.'"])
    tied = Tied()
    once = {"wte.weight": tied.wte.weight}
    cases.save_both("tied", tied.state_dict(), once, ["also stands under 'lm_head.weight'"])
    cases.save_both("tied-whole", tied, once, ["also stands under 'lm_head.weight'"])
    norm = nn.utils.weight_norm(nn.Linear(3, 2))
    cases.save("weight-norm.pt", norm.state_dict())
    cases.save("half.pt", Small().half().state_dict())
    return small


def add_training(cases, small):
    optimizer = torch.optim.Adam(small.parameters())
    small.conv(torch.randn(1, 3, 5, 5)).sum().backward()
    optimizer.step()
    state = {"epoch": 3, "model_state_dict": small.state_dict(), "optimizer_state_dict": optimizer.state_dict(),
             "loss": 0.25, "rng_state": torch.get_rng_state()}
    kept = sum(t.numel() * t.element_size() for s in optimizer.state.values() for t in s.values())
    cases.save_both("training", state, small.state_dict(),
                    ["the state of an optimizer is left out", f"{kept} bytes", "left out: 'rng_state' (1 tensor)"])
    hyper = {"lr": np.float64(0.1), "path": pathlib.PurePosixPath("/data"), "args": argparse.Namespace(width=3),
             "activation": torch.nn.functional.relu, "kind": collections.Counter("aab"), "seen": {1, 2}}
    lightning = {"state_dict": small.state_dict(), "hyper_parameters": hyper, "global_step": 10,
                 "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [], "pytorch-lightning_version": "1.9"}
    cases.save_both("lightning", lightning, small.state_dict(), ["argparse.Namespace", "nothing of it was run"])
    cases.save("best.pt", {"state_dict": small.state_dict(), "best_acc1": torch.tensor(0.5)}, small.state_dict(),
               ["the model is what stands under 'state_dict'; left out: 'best_acc1' (1 tensor)"])
    cases.save("optimizer.pt", optimizer.state_dict(), {}, ["the state of an optimizer is left out"])
    linear = nn.Linear(2, 2)
    two = {"generator": linear.state_dict(), "discriminator": nn.Linear(2, 3).state_dict()}
    cases.save("two-networks.pt", two, {f"{a}.{b}": t for a, d in two.items() for b, t in d.items()})
    cases.save("one-key.pt", {"encoder": linear.state_dict(), "note": "x"}, linear.state_dict())


def add_scripts(cases):
    torch.manual_seed(2)
    script = torch.jit.script(Scripted().eval())
    script.save(str(cases.folder / "script.pt"))
    cases.add("script.pt", script.state_dict())
    frozen = torch.jit.freeze(script)
    frozen.save(str(cases.folder / "frozen.pt"))
    cases.add("frozen.pt", frozen_constants(cases.folder / "frozen.pt"))
    traced = torch.jit.trace(Small().eval(), torch.randn(1, 3, 5, 5))
    traced.save(str(cases.folder / "traced.pt"))
    cases.add("traced.pt", {n: t for n, t in traced.state_dict().items()} | {"passing": torch.ones(4)})


def frozen_constants(path):
    """What the archive's own loader makes of its constants."""
    reader = torch._C.PyTorchFileReader(str(path))
    data = reader.get_record("constants.pkl")

    class Loader(pickle.Unpickler):
        def persistent_load(self, saved):
            _, storage, key, _, count = saved
            return reader.get_storage_from_record(f"constants/{key}", count, storage.dtype).storage()

    values = Loader(io.BytesIO(data)).load()
    return {f"CONSTANTS.c{i}": v for i, v in enumerate(values) if isinstance(v, torch.Tensor)}


def repack(cases, source, target, change):
    with zipfile.ZipFile(cases.folder / source) as old, zipfile.ZipFile(cases.folder / target, "w") as new:
        for info in old.infolist():
            change(new, info.filename, old.read(info))


def add_containers(cases):
    """Archives that other programs packed again, and one of a computer with the other byte order."""
    torch.manual_seed(4)
    saved = {"a": torch.randn(30, 40), "b": torch.randn(50, 3).double(), "c": torch.randn(9).half(),
             "d": torch.randn(40, 5).t()}
    torch.save(saved, cases.folder / "plain.pt")
    repack(cases, "plain.pt", "deflated.pt",
           lambda z, name, data: z.writestr(name, data, compress_type=zipfile.ZIP_DEFLATED))
    cases.add("deflated.pt", saved)
    widths = {"0": 4, "1": 8, "2": 2, "3": 4}

    def swap(archive, name, data):
        key = name.rpartition("/data/")[2]
        if key in widths:
            data = np.frombuffer(data, f"<u{widths[key]}").byteswap().tobytes()
        archive.writestr(name, data)

    def swap_and_say(archive, name, data):
        swap(archive, name, data)
        if name.endswith("/data.pkl"):
            archive.writestr(name.replace("data.pkl", "byteorder"), "big")

    repack(cases, "plain.pt", "big-endian.pt", swap_and_say)
    cases.add("big-endian.pt", saved)


def tensors_in(value, path=""):
    """By the keys that lead to them."""
    if isinstance(value, torch.Tensor):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from tensors_in(part, f"{path}.{key}" if path else str(key))


def read(path):
    """The state dict of a file, found by the rule that one key beside plain values leads to it."""
    if path.endswith(".jit"):
        return torch.jit.load(path, map_location="cpu").state_dict()
    saved = torch.load(path, map_location="cpu")
    saved = saved.get("model_state_dict", saved)
    holding = [part for part in saved.values() if any(True for _ in tensors_in(part))]
    if len(holding) == 1 and isinstance(holding[0], dict):
        saved = holding[0]
    return dict(tensors_in(saved))


def main():
    warnings.simplefilter("ignore")
    cases = Cases(pathlib.Path(sys.argv[1]))
    add_types_and_views(cases)
    small = add_modules(cases)
    add_training(cases, small)
    add_scripts(cases)
    add_containers(cases)
    for path in sys.argv[2:]:
        cases.add(path, read(path))
    json.dump({"cases": cases.cases}, sys.stdout)


if __name__ == "__main__":
    main()
