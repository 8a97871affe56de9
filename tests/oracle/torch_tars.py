#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints as PyTorch wrote them before 0.2: tar archives, which today's torch.load still reads.

    torch_tars.py FOLDER

Writes the files into FOLDER and prints {"cases": [{"file", "tensors", "issues"}]} as torch_checkpoints.py does: what
is in a file is what torch.load finds there.
"""

import collections
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile
import warnings

import numpy as np
import torch

from torch_checkpoints import entry

STORAGES = {"f4": torch.FloatStorage, "f8": torch.DoubleStorage, "f2": torch.HalfStorage, "i8": torch.LongStorage}


class View:
    """A tensor: some elements of a storage, both known by a number."""

    def __init__(self, key, storage, shape, strides, first=0):
        self.key, self.storage, self.shape, self.strides, self.first = key, storage, shape, strides, first


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return str(value.key) if isinstance(value, View) else None


def pickled(*values):
    return b"".join(pickle.dumps(value, protocol=2) for value in values)


def write_tar(path, saved, storages, views, parts=(), format=tarfile.USTAR_FORMAT):
    """`storages`: {key: array}; `parts`: (key, key of the whole, first element, elements)."""
    objects = io.BytesIO()
    Pickler(objects, protocol=2).dump(saved)
    stored = pickled(len(storages))
    for key, array in storages.items():
        stored += pickled((key, "cpu", STORAGES[array.dtype.str[1:]])) + struct.pack("<q", array.size) + array.tobytes()
    stored += pickled(list(parts))
    tensors = pickled(len(views))
    for view in views:
        tensors += pickled((view.key, view.storage, torch.FloatTensor))
        tensors += struct.pack("<i4x", len(view.shape)) + struct.pack(f"<{len(view.shape)}q", *view.shape)
        tensors += struct.pack(f"<{len(view.shape)}q", *view.strides) + struct.pack("<q", view.first)
    system = {"protocol_version": 1000, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 8}}
    members = {"sys_info": pickled(system), "pickle": objects.getvalue(), "tensors": tensors, "storages": stored}
    with tarfile.open(path, "w", format=format) as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1480000000.5
            tar.addfile(info, io.BytesIO(content))


def main():
    warnings.simplefilter("ignore")
    folder = pathlib.Path(sys.argv[1])
    random = np.random.default_rng(7)
    floats = random.standard_normal(24).astype("<f4")
    doubles = random.standard_normal(6).astype("<f8")
    halves = random.standard_normal(5).astype("<f2")
    storages = {94108: floats, 94109: doubles, 94110: halves, 94111: np.arange(3, dtype="<i8")}
    views = [View(1, 94108, (2, 3), (3, 1)), View(2, 94108, (3, 4), (1, 3), 8), View(3, 94109, (6,), (1,)),
             View(4, 94110, (2, 2), (2, 1), 1), View(5, 94111, (3,), (1,)), View(6, 94112, (4,), (1,), 2),
             View(7, 94108, (), (), 23)]
    names = ["fc.weight", "turned.weight", "fc.bias", "half.weight", "steps", "part", "scalar"]
    state = collections.OrderedDict(zip(names, views))
    parts = [(94112, 94108, 10, 8)]
    write_tar(folder / "old.tar", state, storages, views, parts)
    write_tar(folder / "old-pax.pth", {"epoch": 3, "state_dict": state}, storages, views, parts, tarfile.PAX_FORMAT)
    write_tar(folder / "old-gnu.pth", state, storages, views, parts, tarfile.GNU_FORMAT)
    cases = []
    for name in ("old.tar", "old-pax.pth", "old-gnu.pth"):
        saved = torch.load(folder / name)
        saved = saved.get("state_dict", saved)
        cases.append({"file": name, "tensors": [entry(key, tensor) for key, tensor in saved.items()], "issues": []})
    json.dump({"cases": cases}, sys.stdout)


if __name__ == "__main__":
    main()
