#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes HDF5 files and Keras archives with h5py, as Keras writes them and as it should not.

    keras_files.py FOLDER

Prints {"good": {FILE: [{"name", "dtype", "shape", "values", and of weights "role", "axes"}]},
        "bad": {FILE: [texts of the message]}, "issues": {FILE: [texts]}}. Values are float64.
"""

import json
import os
import struct
import sys
import zipfile

import h5py
import numpy as np

FOLDER = sys.argv[1]
GOOD, BAD, ISSUES = {}, {}, {}
RANDOM = np.random.default_rng(20240601)

KERNEL = ("dense", [1, 0])
CONV = ("convolution", [3, 0])


def path(name):
    os.makedirs(os.path.dirname(os.path.join(FOLDER, name)) or ".", exist_ok=True)
    return os.path.join(FOLDER, name)


def numbers(*shape, dtype="<f4"):
    return RANDOM.standard_normal(shape).astype(dtype)


def dtype_name(array):
    return {"f": "f", "i": "i", "u": "u", "b": "bool"}[array.dtype.kind] + \
        (str(8 * array.dtype.itemsize) if array.dtype.kind != "b" else "")


def entry(name, array, use=None, dtype=None, values=None):
    """`use`: role and [channel_axis, input_axis, channel_axes if more than one]; only a role for what has no axes."""
    array = np.asarray(array)
    result = {"name": name, "dtype": dtype or dtype_name(array), "shape": list(array.shape)}
    if dtype is None and array.dtype.kind == "f":
        result["values"] = [float(v) for v in array.astype(np.float64).ravel()]
    if values is not None:
        result["values"] = [float(v) for v in np.asarray(values, np.float64).ravel()]
    if isinstance(use, str):
        result["role"] = use
    elif use:
        result["role"], result["axes"] = use
    return result


def names_attribute(group, name, texts, as_str=False):
    if as_str:
        group.attrs.create(name, list(texts), dtype=h5py.string_dtype())
    elif texts:
        group.attrs[name] = np.array([text.encode() for text in texts])
    else:
        group.attrs[name] = np.array([])


def legacy(name, layers, config=None, group="model_weights", as_str=False, version="2.4.0", options=None, **file):
    """`layers`: {layer: [(weight name, array)]}, in order."""
    with h5py.File(path(name), "w", **file) as h5:
        if config is not None:
            h5.attrs["model_config"] = config if isinstance(config, (str, bytes)) else json.dumps(config)
        h5.attrs["keras_version"] = version if as_str else np.bytes_(version)
        h5.attrs["backend"] = "tensorflow" if as_str else np.bytes_("tensorflow")
        root = h5.create_group(group) if group else h5
        names_attribute(root, "layer_names", list(layers), as_str)
        for layer, weights in layers.items():
            place = root.create_group(layer)
            names_attribute(place, "weight_names", [weight for weight, _ in weights], as_str)
            for weight, array in weights:
                place.create_dataset(weight, data=array, **(options or {}))


def layer(class_name, name, **settings):
    return {"class_name": class_name, "config": {"name": name, **settings}}


def model(*layers, name="model", class_name="Functional"):
    return {"class_name": class_name, "config": {"name": name, "layers": list(layers)}}


def good(name, *entries, issues=()):
    GOOD[name] = list(entries)
    if issues:
        ISSUES[name] = list(issues)


def bad(name, *texts):
    BAD[name] = list(texts)


def layouts():
    kernel, bias = numbers(3, 4), numbers(4)
    expected = [entry("dense/kernel", kernel, KERNEL), entry("dense/bias", bias, "bias")]
    weights = {"input_1": [], "dense": [("dense/kernel:0", kernel), ("dense/bias:0", bias)]}
    config = model(layer("InputLayer", "input_1"), layer("Dense", "dense"))
    legacy("full.h5", weights, config)
    good("full.h5", *expected)
    legacy("texts.h5", weights, config, as_str=True)
    good("texts.h5", *expected)
    legacy("weights_only.hdf5", weights, group=None)
    good("weights_only.hdf5", *expected)
    legacy("latest.h5", weights, config, libver="latest")
    good("latest.h5", *expected)
    legacy("user_block.h5", weights, config, userblock_size=1024)
    good("user_block.h5", *expected)
    legacy("no_ending", weights, config)
    good("no_ending", *expected)
    legacy("made_unique.h5", {"dense": [("dense_7/kernel:0", kernel), ("dense_7/bias:0", bias)]})
    good("made_unique.h5", *expected)
    legacy("keras3_paths.h5", {"dense": [("sequential/dense/kernel", kernel), ("sequential/dense/bias", bias)]},
           version="3.3.3")
    good("keras3_paths.h5", *expected)
    legacy("same_names.h5", {"twin": [("kernel", kernel), ("twin/kernel:0", bias)]})
    good("same_names.h5", entry("twin/kernel", kernel, KERNEL), entry("twin/kernel_1", bias))
    with h5py.File(path("split.h5"), "w") as h5:
        h5.attrs["keras_version"] = "2.4.0"
        for part, layers in enumerate((["a", "b"], ["c"])):
            names_attribute(h5, f"layer_names{part}", layers)
        arrays = {}
        for name in "abc":
            arrays[name] = [numbers(2, 2), numbers(2)]
            names_attribute(h5.create_group(name), "weight_names0", [f"{name}/kernel:0"])
            names_attribute(h5[name], "weight_names1", [f"{name}/bias:0"])
            h5[name][f"{name}/kernel:0"], h5[name][f"{name}/bias:0"] = arrays[name]
    good("split.h5", *[entry(f"{n}/{leaf}", a) for n in "abc" for leaf, a in zip(("kernel", "bias"), arrays[n])])
    legacy("model_variables.h5", weights, config)
    with h5py.File(path("model_variables.h5"), "a") as h5:
        place = h5["model_weights"].create_group("top_level_model_weights")
        names_attribute(place, "weight_names", ["temperature:0"])
        place["temperature:0"] = np.float32(0.5)
        h5["optimizer_weights/Adam/m:0"] = numbers(3, 4)
        h5["optimizer_weights/Adam/v:0"] = numbers(3, 4)
        h5["model_weights/stray"] = numbers(2)
    good("model_variables.h5", *expected, entry("top_level_model_weights/temperature", np.float32(0.5)),
         issues=["optimizer's state is left out: 2 tensors of 96 bytes", "one dataset that no layer names, left out"])


def layers():
    conv, depthwise, pointwise = numbers(3, 2, 4, 5), numbers(3, 3, 4, 2), numbers(1, 1, 8, 6)
    transposed, conv1 = numbers(3, 3, 5, 4), numbers(3, 4, 5)
    table, gates, recurrent = numbers(7, 3), numbers(3, 8), numbers(2, 8)
    query, output, projection = numbers(6, 2, 3), numbers(2, 3, 6), numbers(4, 5)
    inner = numbers(3, 2)
    config = model(
        layer("Conv2D", "first"), layer("DepthwiseConv2D", "deep"), layer("SeparableConv2D", "sep"),
        layer("Conv2DTranspose", "up"), layer("Conv1D", "line"), layer("Embedding", "words"), layer("LSTM", "memory"),
        layer("Bidirectional", "both", layer=layer("LSTM", "way")), layer("MultiHeadAttention", "attend"),
        layer("TimeDistributed", "each", layer=layer("Dense", "same")), layer("EinsumDense", "mix", equation="abc,dc->abd"),
        layer("EinsumDense", "heads", equation="abc,cde->abde"), layer("EinsumDense", "join", equation="abde,dec->abc"),
        layer("BatchNormalization", "bn"), model(layer("Dense", "inner"), name="block"),
        layer("LocallyConnected1D", "local"), layer("Attend", "own"))
    weights = {
        "first": [("first/kernel:0", conv)],
        "deep": [("deep/depthwise_kernel:0", depthwise)],
        "sep": [("sep/depthwise_kernel:0", depthwise), ("sep/pointwise_kernel:0", pointwise)],
        "up": [("up/kernel:0", transposed)],
        "line": [("line/kernel:0", conv1)],
        "words": [("words/embeddings:0", table)],
        "memory": [("memory/lstm_cell/kernel:0", gates), ("memory/lstm_cell/recurrent_kernel:0", recurrent)],
        "both": [("both/forward_way/lstm_cell_1/kernel:0", gates), ("both/backward_way/lstm_cell_1/kernel:0", gates)],
        "attend": [("attend/query/kernel:0", query), ("attend/attention_output/kernel:0", output),
                   ("attend/query/bias:0", query[0])],
        "each": [("each/kernel:0", projection)],
        "mix": [("mix/kernel:0", projection)],
        "heads": [("heads/kernel:0", query)],
        "join": [("join/kernel:0", output)],
        "bn": [("bn/gamma:0", numbers(3)), ("bn/moving_variance:0", numbers(3))],
        "block": [("inner/kernel:0", inner)],
        "local": [("local/kernel:0", numbers(4, 6, 5))],
        "own": [("own/attend_W:0", projection)],
    }
    legacy("layers.h5", weights, config)
    good("layers.h5",
         entry("first/kernel", conv, CONV), entry("deep/depthwise_kernel", depthwise, ("convolution", [2, 0, 2])),
         entry("sep/depthwise_kernel", depthwise, ("convolution", [2, 0, 2])), entry("sep/pointwise_kernel", pointwise, CONV),
         entry("up/kernel", transposed, ("convolution", [2, 0])), entry("line/kernel", conv1, ("convolution", [2, 0])),
         entry("words/embeddings", table, ("token_embedding", [0, 1])),
         entry("memory/lstm_cell/kernel", gates, ("recurrent", [1, 0])),
         entry("memory/lstm_cell/recurrent_kernel", recurrent, ("recurrent", [1, 0])),
         entry("both/forward_way/lstm_cell_1/kernel", gates, ("recurrent", [1, 0])),
         entry("both/backward_way/lstm_cell_1/kernel", gates, ("recurrent", [1, 0])),
         entry("attend/query/kernel", query, ("attention_q", [1, 0, 2])),
         entry("attend/attention_output/kernel", output, ("attention_output", [2, 0])),
         entry("attend/query/bias", query[0], "other"),
         entry("each/kernel", projection, KERNEL), entry("mix/kernel", projection, ("dense", [0, 1])),
         entry("heads/kernel", query, ("dense", [1, 0, 2])), entry("join/kernel", output, ("dense", [2, 0])),
         entry("bn/gamma", weights["bn"][0][1], "norm"), entry("bn/moving_variance", weights["bn"][1][1], "norm"),
         entry("block/inner/kernel", inner, KERNEL),
         entry("local/kernel", weights["local"][0][1], ("dense", [2, 1])),
         entry("own/attend_W", projection, KERNEL))
    old = {
        "convolution2d_1": [("convolution2d_1_W", numbers(5, 4, 3, 3)), ("convolution2d_1_b", numbers(5))],
        "batchnormalization_1": [("batchnormalization_1_gamma", numbers(5)),
                                 ("batchnormalization_1_running_std", numbers(5))],
        "lstm_1": [("lstm_1_W_i", numbers(5, 2)), ("lstm_1_U_i", numbers(2, 2)), ("lstm_1_b_i", numbers(2))],
        "embedding_1": [("embedding_1_W", numbers(9, 4))],
        "dense_1": [("dense_1_W", numbers(2, 3)), ("dense_1_b", numbers(3))],
    }
    old_config = {"class_name": "Sequential", "config": [
        layer("Convolution2D", "convolution2d_1", dim_ordering="th"), layer("BatchNormalization", "batchnormalization_1"),
        layer("LSTM", "lstm_1"), layer("Embedding", "embedding_1"), layer("Dense", "dense_1")]}
    uses = {"convolution2d_1_W": ("convolution", [0, 1]), "convolution2d_1_b": "bias", "batchnormalization_1_gamma": "norm",
            "batchnormalization_1_running_std": "norm", "lstm_1_W_i": ("recurrent", [1, 0]),
            "lstm_1_U_i": ("recurrent", [1, 0]), "lstm_1_b_i": "bias", "embedding_1_W": ("token_embedding", [0, 1]),
            "dense_1_W": KERNEL, "dense_1_b": "bias"}
    legacy("keras1.h5", old, old_config, version="1.2.2")
    good("keras1.h5", *[entry(f"{name}/{weight[len(name) + 1:]}", array, uses[weight])
                        for name, weights in old.items() for weight, array in weights], issues=["Theano's order"])
    guessed = {"conv2d_3": [("conv2d_3/kernel:0", conv)], "depthwise_conv2d": [("depthwise_conv2d/depthwise_kernel:0", depthwise)],
               "conv2d_transpose_1": [("conv2d_transpose_1/kernel:0", transposed)], "gru": [("gru/kernel:0", gates)],
               "block1_bn": [("block1_bn/moving_mean:0", numbers(3))]}
    legacy("guessed.h5", guessed, group=None)
    good("guessed.h5", entry("conv2d_3/kernel", conv, CONV),
         entry("depthwise_conv2d/depthwise_kernel", depthwise, ("convolution", [2, 0, 2])),
         entry("conv2d_transpose_1/kernel", transposed, ("convolution", [2, 0])), entry("gru/kernel", gates, ("recurrent", [1, 0])),
         entry("block1_bn/moving_mean", guessed["block1_bn"][0][1], "norm"))
    weights = {"lambda_1": [], "dense": [("dense/kernel:0", projection)]}
    code = {"class_name": "__lambda__", "config": {"value": "cHJpbnQoJ0hBTEZTVEVQJyk="}}
    legacy("lambda.h5", weights, model(layer("Lambda", "lambda_1", function=code), layer("Dense", "dense")))
    good("lambda.h5", entry("dense/kernel", projection, KERNEL), issues=["layer lambda_1 is a Lambda: its Python code is not run"])
    legacy("lambda_activation.h5", weights, model(layer("Dense", "dense", activation=code)))
    good("lambda_activation.h5", entry("dense/kernel", projection, KERNEL), issues=["carries Python code, which is not run"])
    for name, config in {"config_broken": "{\"class_name\": ", "config_list": "[1, 2]", "config_text": "\"Model\"",
                         "config_deep": "[" * 100000, "config_long": "{\"config\": {\"name\": \"" + "x" * (9 << 20) + "\"}}"}.items():
        legacy(name + ".h5", {"dense": [("dense/kernel:0", projection)]})
        with h5py.File(path(name + ".h5"), "a", libver="latest") as h5:
            h5.attrs.create("model_config", config, dtype=h5py.string_dtype())
        good(name + ".h5", entry("dense/kernel", projection, KERNEL), issues=["configuration of the model is not valid"])


def types():
    def one(name, array, expected=None, **options):
        legacy(name, {"dense": [("dense/kernel:0", array)]}, options=options)
        good(name, expected or entry("dense/kernel", array, KERNEL if np.asarray(array).ndim == 2 and np.asarray(array).dtype.kind == "f" else None))

    for dtype in ("<f2", "<f4", "<f8", ">f2", ">f4", ">f8"):
        one(f"type_{dtype[0] == '>' and 'big' or 'little'}_{dtype[1:]}.h5", numbers(5, 3, dtype=dtype))
    for dtype in ("i1", "i2", "<i4", ">i4", "i8", "u1", "u2", "u4", "u8", "?"):
        one(f"type_{'big_' if dtype[0] == '>' else ''}{'bool' if dtype == '?' else dtype[-2:]}.h5", np.ones((3, 2), dtype))
    special = np.array([[np.nan, np.inf], [-0.0, 1e-45]], np.float32)
    legacy("special.h5", {"dense": [("dense/kernel:0", special)]})
    good("special.h5", entry("dense/kernel", special) | {"values": None})
    patterns = np.array([[0x3F80, 0xC000], [0x3E80, 0x7F7F]], np.uint16)
    floats = (patterns.astype(np.uint32) << 16).view(np.float32)
    expected = entry("dense/kernel", patterns, KERNEL, dtype="bf16", values=floats)
    for name, stored in {"bf16_opaque": patterns.view("V2"), "bf16_u16": patterns}.items():
        legacy(name + ".h5", {"dense": [("dense/kernel:0", stored)]})
        with h5py.File(path(name + ".h5"), "a") as h5:
            h5["model_weights/dense/dense/kernel:0"].attrs["dtype"] = "bfloat16"
        good(name + ".h5", expected)
    with h5py.File(path("bf16_float.h5"), "w") as h5:
        kind = h5py.h5t.IEEE_F32LE.copy()
        kind.set_fields(15, 7, 8, 0, 7)
        kind.set_size(2)
        kind.set_ebias(127)
        names_attribute(h5, "layer_names", ["dense"])
        names_attribute(h5.create_group("dense"), "weight_names", ["kernel"])
        data = h5py.h5d.create(h5["dense"].id, b"kernel", kind, h5py.h5s.create_simple((2, 2)))
        data.write(h5py.h5s.ALL, h5py.h5s.ALL, patterns, kind)
    good("bf16_float.h5", expected)
    legacy("type_complex.h5", {"dense": [("dense/kernel:0", np.ones((2, 2), "c8")), ("dense/bias:0", numbers(2))]})
    good("type_complex.h5", entry("dense/kernel", np.ones((2, 2)), dtype="compound of 8 bytes"),
         entry("dense/bias", h5py.File(path("type_complex.h5"))["model_weights/dense/dense/bias:0"][()], "bias"))
    one("scalar.h5", np.float32(2.5))
    one("empty.h5", np.zeros((0, 4), np.float32))
    one("vector.h5", numbers(6))
    one("rank8.h5", numbers(1, 2, 1, 2, 1, 2, 1, 2))
    legacy("int8_quantized.h5", {"dense": [("dense/kernel:0", np.ones((4, 3), "i1")), ("dense/kernel_scale:0", numbers(3, 1))]})
    good("int8_quantized.h5", entry("dense/kernel", np.ones((4, 3), "i1")),
         entry("dense/kernel_scale", h5py.File(path("int8_quantized.h5"))["model_weights/dense/dense/kernel_scale:0"][()], "other"))


def storage():
    array = numbers(37, 23)

    def one(name, libver=None, values=array, user_block=0, **options):
        file = {"libver": libver} if libver else {}
        if user_block:
            file["userblock_size"] = user_block
        legacy(name, {"dense": [("dense/kernel:0", values)]}, options=options, **file)
        good(name, entry("dense/kernel", values, KERNEL))

    for libver in (None, "latest"):
        mark = "_latest" if libver else ""
        one(f"chunked{mark}.h5", libver, chunks=(8, 5))
        one(f"one_chunk{mark}.h5", libver, chunks=(37, 23))
        one(f"chunk_of_one{mark}.h5", libver, chunks=(1, 1))
        one(f"gzip{mark}.h5", libver, chunks=(8, 5), compression="gzip")
        one(f"gzip_shuffle{mark}.h5", libver, chunks=(10, 23), compression="gzip", shuffle=True)
        one(f"shuffle{mark}.h5", libver, chunks=(8, 23), shuffle=True)
        one(f"fletcher{mark}.h5", libver, chunks=(7, 7), fletcher32=True)
        one(f"all_filters{mark}.h5", libver, chunks=(16, 16), compression="gzip", shuffle=True, fletcher32=True)
        one(f"extensible{mark}.h5", libver, chunks=(8, 5), maxshape=(None, 23), compression="gzip")
        one(f"extensible_both{mark}.h5", libver, chunks=(8, 5), maxshape=(None, None))
        one(f"user_block{mark}.h5", libver, user_block=1024)
        one(f"user_block_chunked{mark}.h5", libver, user_block=512, chunks=(8, 5))
        one(f"user_block_gzip{mark}.h5", libver, user_block=2048, chunks=(8, 5), compression="gzip")
    one("gzip_big_endian.h5", values=array.astype(">f8"), chunks=(8, 5), compression="gzip", shuffle=True, fletcher32=True)
    one("gzip_f16.h5", values=numbers(300, 11, dtype="<f2"), chunks=(64, 11), compression="gzip")
    one("gzip_zeros.h5", values=np.zeros((512, 1024), np.float32), chunks=(512, 1024), compression="gzip", compression_opts=9)
    cube = numbers(4, 5, 6, 7)
    legacy("gzip_rank4.h5", {"conv2d": [("conv2d/kernel:0", cube)]}, options={"chunks": (3, 2, 4, 3), "compression": "gzip"})
    good("gzip_rank4.h5", entry("conv2d/kernel", cube, CONV))

    with h5py.File(path("compact.h5"), "w") as h5:
        names_attribute(h5, "layer_names", ["dense"])
        names_attribute(h5.create_group("dense"), "weight_names", ["kernel"])
        for name, kind, where in (("kernel", h5py.h5t.IEEE_F32LE, h5["dense"]),):
            plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plist.set_layout(h5py.h5d.COMPACT)
            small = numbers(4, 3)
            data = h5py.h5d.create(where.id, name.encode(), kind, h5py.h5s.create_simple((4, 3)), plist)
            data.write(h5py.h5s.ALL, h5py.h5s.ALL, small)
    good("compact.h5", entry("dense/kernel", small, KERNEL))
    with h5py.File(path("fill.h5"), "w") as h5:
        names_attribute(h5, "layer_names", ["dense"])
        names_attribute(h5.create_group("dense"), "weight_names", ["written", "in_part", "never", "default"])
        h5["dense"].create_dataset("written", data=array)
        part = h5["dense"].create_dataset("in_part", (20, 20), "<f4", chunks=(6, 6), fillvalue=-1.5, compression="gzip")
        part[3:8, 2:9] = 4.0
        h5["dense"].create_dataset("never", (3, 5), ">f4", fillvalue=2.25)
        h5["dense"].create_dataset("default", (3, 5), "<f4")
        good("fill.h5", *[entry(f"dense/{name}", h5["dense"][name][()]) for name in ("written", "in_part", "never", "default")])
    with h5py.File(path("links.h5"), "w") as h5:
        h5["elsewhere/w"] = array
        names_attribute(h5, "layer_names", ["soft", "hard"])
        h5.create_group("soft").attrs["weight_names"] = np.array([b"kernel"])
        h5.create_group("hard").attrs["weight_names"] = np.array([b"kernel"])
        h5["soft/kernel"] = h5py.SoftLink("/elsewhere/w")
        h5["hard/kernel"] = h5["elsewhere/w"]
        h5["hard/up"] = h5["/"]
        h5["hard/around"] = h5["hard"]
        h5["soft/around"] = h5py.SoftLink("/soft/around")
        h5["soft/nowhere"] = h5py.SoftLink("/nowhere")
        h5["a_type"] = np.dtype("<f4")
        h5["soft"].attrs["pointer"] = h5["elsewhere"].ref
        h5["soft"].attrs["typed"] = np.array([1.0, 2.0])
    good("links.h5", entry("soft/kernel", array, KERNEL), entry("hard/kernel", array, KERNEL))
    with h5py.File(path("many_attributes.h5"), "w", libver="latest") as h5:
        names_attribute(h5, "layer_names", ["dense"])
        names_attribute(h5.create_group("dense"), "weight_names", ["kernel"])
        h5["dense/kernel"] = array
        for number in range(20000):
            h5["dense"].attrs[f"note{number}"] = "nothing"
    good("many_attributes.h5", entry("dense/kernel", array, KERNEL))
    many = {f"dense_{i}": [(f"dense_{i}/kernel:0", numbers(2, 2))] for i in range(3000)}
    legacy("many_layers.h5", many, as_str=True)
    good("many_layers.h5", *[entry(f"{name}/kernel", weights[0][1], KERNEL) for name, weights in many.items()])
    with h5py.File(path("plain.h5"), "w") as h5:
        h5["encoder/weight"], h5["encoder/bias"] = array, array[0]
        h5["steps"] = np.arange(3)
        h5["nothing"] = h5py.Empty("f4")
        h5["text"] = "hello"
        listed = [entry("encoder/bias", array[0], "bias"), entry("encoder/weight", array), entry("nothing", np.zeros(0, "f4")),
                  entry("steps", np.arange(3)), entry("text", np.zeros(()), dtype="string")]
    good("plain.h5", *listed, issues=["not laid out as Keras does it"])


def object_tree(h5, tree, with_names=False):
    for place, (name, arrays) in tree.items():
        group = h5.create_group(place + "/vars")
        if with_names:
            group.attrs["name"] = name
        for index, array in enumerate(arrays):
            group[str(index)] = array


def archives():
    first, bias, second, conv, cell = numbers(3, 4), numbers(4), numbers(4, 2), numbers(3, 3, 1, 2), numbers(4, 8)
    again, norm = numbers(2, 8), [numbers(2) for _ in range(4)]
    attention = numbers(4, 2, 3)
    tree = {
        "layers/dense": ("hidden", [first, bias]), "layers/dense_1": ("answer", [second]),
        "layers/conv2d": ("look", [conv, bias[:2]]), "layers/lstm/cell": ("memory_cell", [cell, again, numbers(8)]),
        "layers/batch_normalization": ("bn", norm[:3]), "layers/functional/layers/dense": ("within", [second]),
        "layers/multi_head_attention/query_dense": ("query", [attention]),
        "layers/bidirectional/backward_layer/cell": ("x", [cell, again]),
        "layers/dropout/seed_generator": ("seed", [np.array([1, 2], np.uint32)]),
        "optimizer": ("adam", [np.int64(3), first, second]),
    }
    config = model(
        layer("InputLayer", "pixels"), layer("Conv2D", "look"), layer("Dense", "hidden"), layer("Dropout", "dropout_5"),
        layer("Dense", "answer", use_bias=False), layer("LSTM", "memory"), layer("BatchNormalization", "bn", scale=False, center=True),
        model(layer("InputLayer", "i"), layer("Dense", "within", use_bias=False), name="inner"),
        layer("MultiHeadAttention", "attend"), layer("Bidirectional", "both", layer=layer("GRU", "gru_9")), name="digits")
    expected = [
        entry("look/kernel", conv, CONV), entry("look/bias", bias[:2], "bias"),
        entry("hidden/kernel", first, KERNEL), entry("hidden/bias", bias, "bias"),
        entry("dropout_5/seed_generator/0", np.array([1, 2], np.uint32)), entry("answer/kernel", second, KERNEL),
        entry("memory/cell/kernel", cell, ("recurrent", [1, 0])), entry("memory/cell/recurrent_kernel", again, ("recurrent", [1, 0])),
        entry("memory/cell/bias", tree["layers/lstm/cell"][1][2], "bias"),
        entry("bn/beta", norm[0], "norm"), entry("bn/moving_mean", norm[1], "norm"), entry("bn/moving_variance", norm[2], "norm"),
        entry("inner/within/kernel", second, KERNEL), entry("attend/query_dense/kernel", attention, ("attention_q", [1, 0, 2])),
        entry("both/backward_layer/cell/kernel", cell, ("recurrent", [1, 0])),
        entry("both/backward_layer/cell/recurrent_kernel", again, ("recurrent", [1, 0]))]
    issues = ["optimizer's state is left out: 3 tensors of 88 bytes"]
    with h5py.File(path("tree.h5"), "w") as h5:
        object_tree(h5, tree)
    with open(path("tree.h5"), "rb") as file:
        weights = file.read()
    contents = {"metadata.json": json.dumps({"keras_version": "3.3.3"}), "config.json": json.dumps(config), "model.weights.h5": weights}

    def archive(name, method, contents=contents):
        with zipfile.ZipFile(path(name), "w", method) as zipped:
            for entry_name, content in contents.items():
                zipped.writestr(entry_name, content)

    archive("stored.keras", zipfile.ZIP_STORED)
    good("stored.keras", *expected, issues=issues)
    archive("deflated.keras", zipfile.ZIP_DEFLATED)
    good("deflated.keras", *expected, issues=issues)
    archive("renamed.bin", zipfile.ZIP_DEFLATED)
    good("renamed.bin", *expected, issues=issues)
    lambda_config = model(layer("Lambda", "bad"), layer("Dense", "hidden"))
    small = {"layers/dense": ("hidden", [first, bias])}
    with h5py.File(path("small.h5"), "w") as h5:
        object_tree(h5, small)
    with open(path("small.h5"), "rb") as file:
        small_weights = file.read()
    archive("lambda.keras", zipfile.ZIP_STORED, {"config.json": json.dumps(lambda_config), "model.weights.h5": small_weights})
    good("lambda.keras", entry("hidden/kernel", first, KERNEL), entry("hidden/bias", bias, "bias"),
         issues=["layer bad is a Lambda"])
    with h5py.File(path("guessed.weights.h5"), "w") as h5:
        object_tree(h5, {"layers/dense": ("hidden", [first, bias]), "layers/dense_1": ("answer", [second]),
                         "conv": ("conv2d_4", [conv])}, with_names=True)
    good("guessed.weights.h5", entry("conv/kernel", conv, CONV), entry("hidden/kernel", first, KERNEL),
         entry("hidden/bias", bias, "bias"), entry("answer/kernel", second, KERNEL))
    with h5py.File(path("unnamed.weights.h5"), "w") as h5:
        object_tree(h5, {"layers/dense": ("", [first, bias]), "layers/dense_10": ("", [second]), "layers/dense_9": ("", [second]),
                         "mine": ("", [second])})
        h5["vars/0"] = bias
    good("unnamed.weights.h5", entry("0", bias), entry("dense/kernel", first, KERNEL), entry("dense/bias", bias, "bias"),
         entry("dense_9/kernel", second, KERNEL), entry("dense_10/kernel", second, KERNEL), entry("mine/0", second, KERNEL))

    archive("no_weights.keras", zipfile.ZIP_STORED, {"config.json": "{}"})
    bad("no_weights.keras", "without the weights of a Keras model")
    archive("not_hdf5.keras", zipfile.ZIP_STORED, {"config.json": "{}", "model.weights.h5": b"hello"})
    bad("not_hdf5.keras", "not_hdf5.keras/model.weights.h5", "is not a whole HDF5 file")
    with open(path("stored.keras"), "rb") as file:
        whole = file.read()
    with open(path("cut.keras"), "wb") as file:
        file.write(whole[:len(whole) // 2])
    bad("cut.keras", "cut.keras")
    with open(path("deflated.keras"), "rb") as file:
        whole = bytearray(file.read())
    whole[len(whole) // 2] ^= 0xFF
    with open(path("damaged.keras"), "wb") as file:
        file.write(whole)
    bad("damaged.keras", "damaged.keras")


def one_weight(name, create, **file):
    """A file whose only weight is made by create(group)."""
    with h5py.File(path(name), "w", **file) as h5:
        names_attribute(h5, "layer_names", ["dense"])
        names_attribute(h5.create_group("dense"), "weight_names", ["kernel"])
        create(h5["dense"])


def patched(name, source, old, new, count=None):
    with open(path(source), "rb") as file:
        content = file.read()
    if old not in content:
        sys.exit(f"{source} does not hold what {name} needs changed")
    with open(path(name), "wb") as file:
        file.write(content.replace(old, new) if count is None else content.replace(old, new, count))


def hostile():
    array = numbers(8, 16)
    one_weight("secret/secret.h5", lambda group: group.create_dataset("kernel", data=array))
    secret = path("secret/secret.h5")

    def external_link(group):
        group["kernel"] = h5py.ExternalLink(secret, "/dense/kernel")
    one_weight("external_link.h5", external_link)
    bad("external_link.h5", "/dense/kernel", "is a link to another file", "secret.h5", "which is not opened")
    one_weight("external_link_latest.h5", external_link, libver="latest")
    bad("external_link_latest.h5", "is a link to another file")

    def soft_through_external(group):
        group["z"] = h5py.ExternalLink(secret, "/dense")
        group["kernel"] = h5py.SoftLink("/dense/z/kernel")
    one_weight("soft_through_external.h5", soft_through_external)
    bad("soft_through_external.h5", "is a link to another file")

    def external_group(group):
        group.file["other"] = h5py.ExternalLink(secret, "/")
        group.create_dataset("kernel", data=array)
    one_weight("external_group.h5", external_group)
    bad("external_group.h5", "/other", "is a link to another file")

    def external_storage(group):
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_external(secret.encode(), 0, array.nbytes)
        h5py.h5d.create(group.id, b"kernel", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(array.shape), plist)
    one_weight("external_storage.h5", external_storage)
    bad("external_storage.h5", "/dense/kernel", "has external storage", "which is not opened")

    def virtual(group):
        layout = h5py.VirtualLayout(shape=array.shape, dtype="<f4")
        layout[:] = h5py.VirtualSource(secret, "dense/kernel", shape=array.shape)
        group.create_virtual_dataset("kernel", layout)
    one_weight("virtual.h5", virtual, libver="latest")
    bad("virtual.h5", "/dense/kernel", "is a virtual dataset", "not opened")

    def filtered(text, **options):
        name = "filter_" + "_".join(options) + ".h5"
        one_weight(name, lambda group: group.create_dataset("kernel", data=np.arange(64).reshape(8, 8), chunks=(4, 4), **options))
        bad(name, "/dense/kernel", text, "only HDF5's own deflate, shuffle and fletcher32")
    filtered("filter 32000 (lzf)", compression="lzf")
    filtered("filter 6 (scaleoffset)", scaleoffset=8)
    one_weight("filter_unknown.h5", lambda group: group.create_dataset(
        "kernel", data=array, chunks=(4, 4), compression="gzip"))
    patched("filter_renamed.h5", "filter_unknown.h5", b"\x01\x00\x08\x00\x01\x00\x01\x00deflate\x00",
            b"\x39\x30\x08\x00\x01\x00\x01\x00blosced\x00")
    bad("filter_renamed.h5", "/dense/kernel", "filter 12345 (blosced)")


def more_hostile():
    array = numbers(8, 16)
    one_weight("never_written.h5", lambda group: group.create_dataset("kernel", (1 << 20, 1 << 20), "<f4"))
    bad("never_written.h5", "/dense/kernel", "4398046511104 bytes of it were never written")
    one_weight("never_written_chunks.h5", lambda group: group.create_dataset(
        "kernel", (1 << 20, 1 << 20), "<f4", chunks=(1024, 1024), compression="gzip"))
    bad("never_written_chunks.h5", "/dense/kernel", "were never written")
    one_weight("huge_chunk.h5", lambda group: group.create_dataset(
        "kernel", (1 << 14, 1 << 13), "<f4", chunks=(1 << 14, 1 << 13), compression="gzip"))
    bad("huge_chunk.h5", "/dense/kernel", "is cut into chunks of more than 134217728 bytes")

    def chunks_of_one(group):
        data = group.create_dataset("kernel", (200, 200), "<f4", chunks=(1, 1))
        data[...] = 1
    one_weight("too_many_chunks.h5", chunks_of_one)
    bad("too_many_chunks.h5", "/dense/kernel", "is cut into 40000 chunks, too many")
    one_weight("uncountable.h5", lambda group: group.create_dataset(
        "kernel", (1 << 40, 1 << 40), "<f4", chunks=(1, 1), maxshape=(None, None)))
    bad("uncountable.h5", "/dense/kernel", "more elements than a computer can count")

    legacy("missing_weight.h5", {"dense": [("dense/kernel:0", array)]})
    with h5py.File(path("missing_weight.h5"), "a") as h5:
        del h5["model_weights/dense/dense/kernel:0"]
    bad("missing_weight.h5", "/model_weights/dense/dense/kernel:0", "weight_names lists this weight, but it is not in the file")

    with h5py.File(path("two.h5"), "w") as h5:
        names_attribute(h5, "layer_names", ["dense"])
        names_attribute(h5.create_group("dense"), "weight_names", ["a", "b"])
        h5["dense/a"], h5["dense/b"] = array, array
        a, b = (struct.pack("<Q", h5["dense"][name].id.get_offset()) for name in "ab")
        size = struct.pack("<Q", array.nbytes)
    patched("beyond_the_end.h5", "two.h5", b + size, struct.pack("<Q", 1 << 40) + size)
    bad("beyond_the_end.h5", "/dense/b", "would lie beyond the end of the file")
    patched("short_storage.h5", "two.h5", b + size, b + struct.pack("<Q", 8))
    bad("short_storage.h5", "/dense/b")
    with h5py.File(path("twenty.h5"), "w") as h5:
        names_attribute(h5, "layer_names", ["dense"])
        names_attribute(h5.create_group("dense"), "weight_names", [f"w{i}" for i in range(20)])
        for i in range(20):
            h5[f"dense/w{i}"] = np.zeros(20000 if i == 0 else 1, "<f4")
        offsets = [struct.pack("<Q", h5[f"dense/w{i}"].id.get_offset()) for i in range(20)]
    with open(path("twenty.h5"), "rb") as file:
        content = file.read()
    one_space = struct.pack("<BBBB4x", 1, 1, 1, 0) + struct.pack("<QQ", 1, 1)
    large_space = struct.pack("<BBBB4x", 1, 1, 1, 0) + struct.pack("<QQ", 20000, 20000)
    content = content.replace(one_space, large_space)
    for offset in offsets[1:]:
        content = content.replace(offset + struct.pack("<Q", 4), offsets[0] + struct.pack("<Q", 80000))
    with open(path("overlapping.h5"), "wb") as file:
        file.write(content)
    bad("overlapping.h5", "overlap")

    deep = "/".join("d" for _ in range(80))
    one_weight("deep.h5", lambda group: group.create_dataset(f"kernel/{deep}", data=array))
    bad("deep.h5", "nested too deeply")
    one_weight("long_name.h5", lambda group: group.create_dataset("k" * 5000, data=array))
    bad("long_name.h5", "has too long a path")

    with h5py.File(path("no_floats.h5"), "w") as h5:
        h5["counts"] = np.arange(10)
    bad("no_floats.h5", "is an HDF5 file without any floating-point numbers", "not a model")
    with h5py.File(path("nothing.h5"), "w"):
        pass
    bad("nothing.h5", "without any floating-point numbers")
    with h5py.File(path("workspace.h5"), "w", userblock_size=512) as h5:
        h5.attrs["halfstep_workspace"] = np.int64(1)
    bad("workspace.h5", "is a workspace of Halfstep, not a model", "Open the model itself")
    with open(path("zero.h5"), "wb"):
        pass
    bad("zero.h5", "this file is empty")
    with open(path("prose.h5"), "wb") as file:
        file.write(b"This is not HDF5. " * 100)
    bad("prose.h5", "is not a whole HDF5 file")
    with open(path("signature.h5"), "wb") as file:
        file.write(b"\x89HDF\r\n\x1a\n")
    bad("signature.h5", "is not a whole HDF5 file")
    with open(path("full.h5"), "rb") as file:
        whole = file.read()
    for share in (2, 3, 10):
        with open(path(f"cut_{share}.h5"), "wb") as file:
            file.write(whole[:len(whole) * (share - 1) // share])
        bad(f"cut_{share}.h5", f"cut_{share}.h5")


def damaged_chunks():
    """Opens, but its numbers cannot be read: {FILE: texts}."""
    array = numbers(32, 32)
    result = {}
    for name, options, text in (
            ("gzip_damaged", {"compression": "gzip"}, "cannot be unpacked"),
            ("fletcher_damaged", {"fletcher32": True}, "does not match its checksum")):
        legacy(name + ".h5", {"dense": [("dense/kernel:0", array)]}, options=options | {"chunks": (32, 32)})
        with h5py.File(path(name + ".h5")) as h5:
            info = h5["model_weights/dense/dense/kernel:0"].id.get_chunk_info(0)
        with open(path(name + ".h5"), "r+b") as file:
            file.seek(info.byte_offset + info.size // 2)
            file.write(b"\xff\x00\xff\x00")
        result[name + ".h5"] = ["dense/kernel", "chunk 0", text]
    return result


def main():
    for write in (layouts, layers, types, storage, archives, hostile, more_hostile):
        write()
    json.dump({"good": GOOD, "bad": BAD, "issues": ISSUES, "unreadable": damaged_chunks()}, sys.stdout)


if __name__ == "__main__":
    main()
