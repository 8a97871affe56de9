#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes weights of Keras 3 in shards, and as arrays of NumPy, as its stores do (keras/src/saving/saving_lib.py:
ShardedH5IOStore, NpzIOStore) and as they should not.

    keras_stores.py FOLDER

Prints what keras_files.py does.
"""

import io
import json
import os
import pickle
import shutil
import sys
import zipfile

import h5py
import numpy as np

from keras_files import BAD, CONV, GOOD, ISSUES, KERNEL, bad, entry, good, layer, model, numbers, path


class Shards:
    """Variables one after the other, with a new shard where the one before is full."""

    def __init__(self, folder, base, most_bytes):
        self.folder, self.base, self.most_bytes = folder, base, most_bytes
        self.map, self.total, self.size, self.count = {}, 0.0, 0, 0
        self.next_shard()

    def next_shard(self):
        self.name = f"{self.base}_{self.count:05}.weights.h5"
        self.count += 1
        self.size = 0
        with h5py.File(path(f"{self.folder}/{self.name}"), "w"):
            pass

    def put(self, object_path, arrays):
        for number, array in enumerate(arrays):
            if self.size + array.nbytes > self.most_bytes:
                self.next_shard()
            self.size += array.nbytes
            self.total += array.nbytes
            with h5py.File(path(f"{self.folder}/{self.name}"), "a") as h5:
                group = h5.require_group(f"{object_path}/vars" if object_path else "vars")
                group[str(number)] = array
                name = group.name
            known = self.map.setdefault(name, self.name)
            if known != self.name and self.name not in known:
                self.map[name] = (known if isinstance(known, list) else [known]) + [self.name]

    def close(self):
        index = {"metadata": {"total_size": self.total}, "weight_map": self.map}
        with open(path(f"{self.folder}/{self.base}.weights.json"), "w") as file:
            json.dump(index, file, indent=4)
        return index


def sharded():
    conv, bias, kernel, wide = numbers(3, 3, 1, 4), numbers(4), numbers(16, 8), numbers(8, 30)
    wide_bias, own, state = numbers(30), numbers(5), numbers(16, 8)
    shards = Shards("sharded", "digits", 600)
    shards.put("layers/conv2d", [conv, bias])
    shards.put("layers/dense", [kernel, numbers(8)[:8]])  # kernel in a shard of its own, bias in the next
    dense_bias = None
    with h5py.File(path(f"sharded/{shards.name}")) as h5:
        dense_bias = h5["layers/dense/vars/1"][()]
    shards.most_bytes = 1000
    shards.put("layers/dense_1", [wide, wide_bias])
    shards.put("", [own])
    shards.put("optimizer", [np.int64(4), state])
    index = shards.close()
    assert shards.count >= 3 and any(isinstance(names, list) for names in index["weight_map"].values())
    expected = [entry("0", own), entry("conv2d/kernel", conv, CONV), entry("conv2d/bias", bias, "bias"),
                entry("dense/kernel", kernel, KERNEL), entry("dense/bias", dense_bias, "bias"),
                entry("dense_1/kernel", wide, KERNEL), entry("dense_1/bias", wide_bias, "bias")]
    issues = [f"optimizer's state is left out: 2 tensors of {8 + state.nbytes} bytes"]
    good("sharded/digits.weights.json", *expected, issues=issues)
    good("sharded", *expected)

    def spoiled(name, *texts, change=None, remove=None, alter=None):
        shutil.copytree(path("sharded"), path(name))
        changed = json.loads(json.dumps(index))
        if change:
            change(changed)
        with open(path(f"{name}/digits.weights.json"), "w") as file:
            json.dump(changed, file)
        if remove:
            os.remove(path(f"{name}/{remove}"))
        if alter:
            alter()
        bad(f"{name}/digits.weights.json", *texts)

    first = "digits_00000.weights.h5"
    spoiled("shard_missing", first, "no such file", remove=first)
    spoiled("group_missing", "/layers/lstm/vars", "the shard index says that this group of variables is here, but it is not",
            change=lambda index: index["weight_map"].update({"/layers/lstm/vars": first}))
    spoiled("not_a_group", "/layers/conv2d", "this group of variables is here, but it is not",
            change=lambda index: index["weight_map"].update({"/layers/conv2d": first}))
    spoiled("shard_above", "is not the name of a file in the model's folder",
            change=lambda index: index["weight_map"].update({"/a/vars": ["../" + first]}))
    spoiled("list_of_others", "only groups of Keras can be in several shards",
            change=lambda index: index["weight_map"].update({"/a/vars": ["a.safetensors"]}))
    spoiled("list_of_numbers", "text in quotes",
            change=lambda index: index["weight_map"].update({"/a/vars": [1]}))

    def put_twice():
        with h5py.File(path(f"variable_twice/{first}"), "a") as h5:
            h5["layers/dense_1/vars/0"] = wide
    spoiled("variable_twice", "/layers/dense_1/vars/0", "this variable is in", "as well", alter=put_twice)

    def cut():
        with open(path(f"shard_cut/{first}"), "r+b") as file:
            file.truncate(1000)
    spoiled("shard_cut", first, alter=cut)
    shutil.copytree(path("sharded"), path("other_total"))
    index["metadata"]["total_size"] = 1.0
    with open(path("other_total/digits.weights.json"), "w") as file:
        json.dump(index, file)
    good("other_total/digits.weights.json", *expected,
         issues=["the shard index speaks of 1 bytes of weights"])
    os.makedirs(path("alone"), exist_ok=True)
    shutil.copy(path(f"sharded/{first}"), path(f"alone/{first}"))
    good(f"alone/{first}", entry("conv2d/kernel", conv, CONV), entry("conv2d/bias", bias, "bias"),
         issues=["by its name this is one shard of several"])


def archive(name, weights, config="{}"):
    with zipfile.ZipFile(path(name), "w") as zipped:
        zipped.writestr("config.json", config)
        zipped.writestr("metadata.json", json.dumps({"keras_version": "3.0.1"}))
        zipped.writestr("model.weights.npz", weights)


def npz(contents):
    file = io.BytesIO()
    np.savez(file, **contents)
    return file.getvalue()


class Code:
    def __reduce__(self):
        return (os.system, ("true",))


def arrays():
    kernel, bias, conv, own = numbers(6, 4), numbers(4), np.asfortranarray(numbers(3, 3, 2, 5)), numbers(3, dtype=">f4")
    half, nothing = numbers(4, 2, dtype="<f2"), np.zeros((0, 4), "<f4")
    contents = {
        "__root__": {"0": own}, "layers/dense": {"0": kernel, "1": bias}, "layers/conv2d": {"0": conv},
        "layers/dense_1": {"0": half}, "layers/dropout/seed_generator": {"0": np.array([1, 2], np.uint32)},
        "layers/dense_2": {"0": nothing}, "layers/flatten": {}}
    config = json.dumps(model(
        layer("InputLayer", "pixels"), layer("Conv2D", "look"), layer("Dense", "hidden"), layer("Dropout", "drop"),
        layer("Dense", "answer", use_bias=False), layer("Dense", "none", use_bias=False), name="digits"))
    archive("arrays.keras", npz(contents), config)
    good("arrays.keras", entry("look/kernel", conv, CONV), entry("hidden/kernel", kernel, KERNEL),
         entry("hidden/bias", bias, "bias"), entry("drop/seed_generator/0", np.array([1, 2], np.uint32)),
         entry("answer/kernel", half, KERNEL), entry("none/kernel", nothing), entry("0", own))

    def spoiled(name, weights, *texts):
        archive(name, weights if isinstance(weights, bytes) else npz(weights))
        bad(name, *texts)

    spoiled("arrays_none.keras", {}, "holds no weights")
    spoiled("arrays_no_archive.keras", b"PK\x03\x04" + bytes(60), "model.weights.npz")
    spoiled("arrays_plain.keras", {"layers/dense": kernel}, "/layers/dense/vars",
            "this is an array, where Keras puts the variables of a layer")
    spoiled("arrays_code.keras", {"layers/dense": {"0": Code()}}, "this file wants to run code: posix.system")
    spoiled("arrays_list.keras", {"layers/dense": np.array([{"0": kernel}, {}], object)}, "this pickle is not one of a layer's variables")
    spoiled("arrays_number.keras", {"layers/dense": np.array(None, object)}, "this pickle is not one of a layer's variables")
    spoiled("arrays_named.keras", {"layers/dense": {"kernel": kernel}}, "are not numbered")
    spoiled("arrays_values.keras", {"layers/dense": {"0": [1.0, 2.0]}}, "is not an array of NumPy")
    spoiled("arrays_objects.keras", {"layers/dense": {"0": np.array([kernel, None], object)}}, "a variable of type '|O8' cannot be read")
    whole = npz({"layers/dense": {"0": kernel}})
    other = npz({"layers/dense": {"0": numbers(7, 4)}})
    shape = pickle.dumps((6, 4), 3)[2:-1].split(b"q")[0]
    assert whole.count(shape) == 1, "the shape is written in another way"
    spoiled("arrays_shape.keras", resealed(whole, shape, shape.replace(b"\x06", b"\x07")), "a variable's shape does not go with its 96 bytes")
    spoiled("arrays_cut.keras", other[:200], "model.weights.npz")


def resealed(archive_bytes, old, new):
    """The archive with its one entry changed."""
    with zipfile.ZipFile(io.BytesIO(archive_bytes)) as zipped:
        name, content = zipped.namelist()[0], zipped.read(zipped.namelist()[0])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr(name, content.replace(old, new, 1))
    return file.getvalue()


def main():
    sharded()
    arrays()
    json.dump({"good": GOOD, "bad": BAD, "issues": ISSUES, "unreadable": {}}, sys.stdout)


if __name__ == "__main__":
    main()
