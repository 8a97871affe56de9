#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a model file, read with NumPy.

    read_weights.py MODEL [--dump FILE]

MODEL is a safetensors file, a *.safetensors.index.json, a GGUF file, an ONNX file (read by the onnx package), a
checkpoint of PyTorch (*.pt, *.pth or TorchScript's *.jit, read by torch itself), Keras weights in HDF5 (read by h5py),
NumPy's own .npy or .npz, or a .bin of llama2.c. Prints a JSON list of its tensors in file order: name, dtype, shape
(slowest axis first) and elements; for types that hold weights also min, max, mean,
std, abs_max, kurtosis (excess), all over the finite values and in float64, and the numbers of zeros, nans and
infs. Quantized types are dequantized here, or, where there is a MODEL.reference.npz beside a MODEL.gguf, taken from that:
ggml's own decode. With --dump the values of those tensors are written to FILE one after another as float64.

It is written from the descriptions of the formats, not from the program, so that the two can be held together.
It trusts its files.
"""

import json
import os
import struct
import sys

import numpy as np

FLOATS = {"f64": "<f8", "f32": "<f4", "f16": "<f2", "bf16": "<u2", "f8_e4m3": "u1", "f8_e5m2": "u1"}

IQ4_VALUES = np.array([-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113], np.float32)

# ggml type id -> (name, elements of a block, bytes of a block)
GGML_TYPES = {
    0: ("f32", 1, 4), 1: ("f16", 1, 2), 2: ("q4_0", 32, 18), 3: ("q4_1", 32, 20), 6: ("q5_0", 32, 22),
    7: ("q5_1", 32, 24), 8: ("q8_0", 32, 34), 9: ("q8_1", 32, 36), 10: ("q2_K", 256, 84),
    11: ("q3_K", 256, 110), 12: ("q4_K", 256, 144), 13: ("q5_K", 256, 176), 14: ("q6_K", 256, 210),
    15: ("q8_K", 256, 292), 16: ("iq2_xxs", 256, 66), 17: ("iq2_xs", 256, 74), 18: ("iq3_xxs", 256, 98),
    19: ("iq1_s", 256, 50), 20: ("iq4_nl", 32, 18), 21: ("iq3_s", 256, 110), 22: ("iq2_s", 256, 82),
    23: ("iq4_xs", 256, 136), 24: ("i8", 1, 1), 25: ("i16", 1, 2), 26: ("i32", 1, 4), 27: ("i64", 1, 8),
    28: ("f64", 1, 8), 29: ("iq1_m", 256, 56), 30: ("bf16", 1, 2), 34: ("tq1_0", 256, 54),
    35: ("tq2_0", 256, 66), 39: ("mxfp4", 32, 17), 40: ("nvfp4", 64, 36), 41: ("q1_0", 128, 18),
    42: ("q2_0", 64, 18),
}


def safetensors(path, wanted=None):
    """Yields (name, dtype, shape, bytes) in the order of the bytes."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack_from("<Q", data, 0)
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        if wanted is None or name in wanted:
            begin, end = entry["data_offsets"]
            yield name, entry["dtype"].lower(), entry["shape"], data[8 + length + begin:8 + length + end]


def sharded(path):
    with open(path, encoding="utf-8") as file:
        weight_map = json.load(file)["weight_map"]
    for shard in sorted(set(weight_map.values())):
        wanted = {name for name, place in weight_map.items() if place == shard}
        yield from safetensors(os.path.join(os.path.dirname(path), shard), wanted)


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, code):
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return value

    def string(self):
        length = self.take("Q")
        self.at += length
        return self.data[self.at - length:self.at].decode("utf-8", "replace")

    def value(self, kind):
        if kind == 8:
            return self.string()
        if kind == 9:
            inner, count = self.take("I"), self.take("Q")
            return [self.value(inner) for _ in range(count)]
        return self.take("BbHhIif?__Qqd"[kind])


def gguf(path):
    with open(path, "rb") as file:
        cursor = Cursor(file.read())
    assert cursor.data[:4] == b"GGUF"
    cursor.at = 8
    tensors, values = cursor.take("Q"), cursor.take("Q")
    metadata = {}
    for _ in range(values):
        key = cursor.string()
        metadata[key] = cursor.value(cursor.take("I"))
    infos = []
    for _ in range(tensors):
        name, rank = cursor.string(), cursor.take("I")
        extents = [cursor.take("Q") for _ in range(rank)]
        infos.append((name, extents[::-1], cursor.take("I"), cursor.take("Q")))
    alignment = metadata.get("general.alignment", 32)
    start = -(-cursor.at // alignment) * alignment
    for name, shape, kind, offset in infos:
        dtype, per_block, block_bytes = GGML_TYPES[kind]
        size = int(np.prod(shape, dtype=object)) // per_block * block_bytes
        yield name, dtype, shape, cursor.data[start + offset:start + offset + size]


# Numbers of TensorProto.DataType; those that onnx cannot turn into arrays of their own are here by name alone.
ONNX_TYPES = {1: "f32", 2: "u8", 3: "i8", 4: "u16", 5: "i16", 6: "i32", 7: "i64", 8: "string", 9: "bool", 10: "f16",
              11: "f64", 12: "u32", 13: "u64", 14: "c64", 16: "bf16", 17: "f8_e4m3", 19: "f8_e5m2", 21: "u4", 22: "i4"}


def onnx_constant(node):
    """The value of a Constant node as a tensor; None for whole numbers and texts."""
    from onnx import helper, numpy_helper
    for attribute in node.attribute:
        value = helper.get_attribute_value(attribute)
        if attribute.name == "value":
            return value
        if attribute.name in ("value_float", "value_floats"):
            return numpy_helper.from_array(np.array(value, np.float32))
    return None


def onnx_bytes(tensor):
    from onnx import numpy_helper
    if tensor.raw_data or tensor.data_type in (8, 17, 19, 21, 22):
        return tensor.raw_data
    if tensor.data_type == 16:
        return np.array(tensor.int32_data, np.uint32).astype("<u2").tobytes()
    return numpy_helper.to_array(tensor).tobytes()


def onnx_graph(graph, prefix=""):
    """Initializers, then constants and the graphs inside nodes, in the order of the nodes."""
    for tensor in graph.initializer:
        yield prefix + tensor.name, ONNX_TYPES[tensor.data_type], list(tensor.dims), onnx_bytes(tensor)
    for node in graph.node:
        if node.op_type == "Constant" and (value := onnx_constant(node)) is not None:
            yield prefix + node.output[0], ONNX_TYPES[value.data_type], list(value.dims), onnx_bytes(value)
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from onnx_graph(attribute.g, f"{prefix}{node.output[0]}.{attribute.name}/")


def onnx_model(path):
    import onnx
    return onnx_graph(onnx.load(path).graph)


# What h5py calls the types of Keras' weights.
KERAS_TYPES = {"float64": "f64", "float32": "f32", "float16": "f16", "int64": "i64", "int32": "i32"}


def keras(path):
    """The weights that layer_names and weight_names list, as LAYER/VARIABLE."""
    import h5py
    as_text = lambda name: name.decode() if isinstance(name, bytes) else name
    with h5py.File(path, "r") as file:
        group = file["model_weights"] if "model_weights" in file else file
        for layer in map(as_text, group.attrs["layer_names"]):
            for weight in map(as_text, group[layer].attrs["weight_names"]):
                values = group[layer][weight][()]
                yield (f"{layer}/{weight.split('/')[-1].split(':')[0]}", KERAS_TYPES[values.dtype.name],
                       list(values.shape), values.tobytes())


NUMPY_TYPES = {"f2": "f16", "f4": "f32", "f8": "f64", "b1": "bool", "c8": "c64"}


def numpy_type(dtype):
    code = dtype.str[1:]
    if code in NUMPY_TYPES:
        return NUMPY_TYPES[code]
    return code[0] + str(8 * dtype.itemsize) if code[0] in "iu" else code


def numpy_file(path):
    arrays = np.load(path)
    if path.endswith(".npy"):
        arrays = {os.path.basename(path)[:-4]: arrays}
    for name in arrays:
        array = arrays[name]
        swapped = array.astype(array.dtype.newbyteorder("<"))
        yield name, numpy_type(array.dtype), list(array.shape), np.ascontiguousarray(swapped).tobytes()


def llama2c_layers(count, name, *shape):
    return [(f"layers.{layer}.{name}.weight", shape) for layer in range(count)]


def llama2c_tensors(dim, hidden, count, heads, kv_heads, vocabulary, sequence, version, shared):
    kv_dim = dim * kv_heads // heads
    embedding, head = [("tok_embeddings.weight", (vocabulary, dim))], [("output.weight", (vocabulary, dim))]
    norm, attention_norms = [("norm.weight", (dim,))], llama2c_layers(count, "attention_norm", dim)
    feed_norms = llama2c_layers(count, "ffn_norm", dim)
    attention = [tensor for name, rows in (("wq", dim), ("wk", kv_dim), ("wv", kv_dim), ("wo", dim))
                 for tensor in llama2c_layers(count, "attention." + name, rows, dim)]
    feed = [tensor for name, shape in (("w1", (hidden, dim)), ("w2", (dim, hidden)), ("w3", (hidden, dim)))
            for tensor in llama2c_layers(count, "feed_forward." + name, *shape)]
    tables = [(name, (sequence, dim // heads // 2)) for name in ("freqs_cos", "freqs_sin")]
    if version == 0:
        order = embedding + attention_norms + attention + feed_norms + feed + norm + tables
    else:
        order = attention_norms + feed_norms + norm + embedding + attention + feed
    return order if shared else order + head


def llama2c(path):
    """Of version 2, scales follow each tensor."""
    with open(path, "rb") as file:
        data = file.read()
    version, group, at, numbers = 0, None, 28, list(struct.unpack_from("<7i", data))
    if data[:4] == b"24ka":
        version, *numbers, shared, group = struct.unpack_from("<i7iBi", data, 4)
        at = 256
    else:
        shared, numbers[5] = numbers[5] > 0, abs(numbers[5])
    for name, shape in llama2c_tensors(*numbers, version, shared):
        size = int(np.prod(shape))
        if version < 2 or len(shape) == 1:
            yield name, "f32", list(shape), data[at:at + 4 * size]
            at += 4 * size
            continue
        codes = np.frombuffer(data, np.int8, size, at).reshape(-1, group)
        scales = np.frombuffer(data, "<f4", size // group, at + size)
        at += size + 4 * (size // group)
        yield name, f"int8 groups of {group}", list(shape), (scales[:, None] * codes.astype(np.float32)).tobytes()


TORCH_TYPES = {"float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16", "int64": "i64", "int32": "i32",
               "int16": "i16", "int8": "i8", "uint8": "u8", "bool": "bool"}


def torch_tensors(value, path=""):
    """Tensors in what torch.load gave, by the keys that lead to them."""
    import torch
    if isinstance(value, torch.Tensor):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from torch_tensors(part, f"{path}.{key}" if path else str(key))


def torch_model(path):
    import torch
    try:
        saved = torch.load(path, map_location="cpu")
    except RuntimeError:
        saved = torch.jit.load(path, map_location="cpu")
    if isinstance(saved, torch.jit.ScriptModule):
        saved = saved.state_dict()
    for key in ("state_dict", "model_state_dict"):
        saved = saved.get(key, saved)
    holding = [part for part in saved.values() if any(True for _ in torch_tensors(part))]
    if len(holding) == 1 and isinstance(holding[0], dict):
        saved = holding[0]
    for name, tensor in torch_tensors(saved):
        dtype = TORCH_TYPES[str(tensor.dtype).removeprefix("torch.")]
        plain = tensor.detach().contiguous()
        yield name, dtype, list(tensor.shape), (plain.view(torch.int16) if dtype == "bf16" else plain).numpy().tobytes()


def floats_of(dtype, raw):
    stored = np.frombuffer(raw, FLOATS[dtype])
    if dtype == "bf16":
        stored = (stored.astype(np.uint32) << np.uint32(16)).view(np.float32)
    if dtype == "f8_e5m2":
        stored = (stored.astype(np.uint16) << np.uint16(8)).view(np.float16)
    if dtype == "f8_e4m3":
        exponent, mantissa = (stored >> 3 & 15).astype(int), (stored & 7).astype(float)
        value = np.where(exponent == 0, np.ldexp(mantissa, -9), np.ldexp(8 + mantissa, exponent - 10))
        value[stored & 127 == 127] = np.nan
        stored = np.where(stored & 128, -value, value)
    with np.errstate(invalid="ignore"):  # signalling NaNs
        return stored.astype(np.float64)


def nibbles(packed):
    """Codes of a block: the low halves of its 16 bytes, then the high ones."""
    return np.concatenate([packed & 15, packed >> 4], axis=1)


def fifth_bits(packed):
    return np.unpackbits(packed, axis=1, bitorder="little") << 4


def blocks_of(dtype, raw):
    """Weights of a block type in float32, or None where it is not known here. Rows of `block` are blocks."""
    sizes = {"q4_0": 18, "q4_1": 20, "q5_0": 22, "q5_1": 24, "q8_0": 34, "iq4_nl": 18}
    if dtype not in sizes:
        return None
    block = np.frombuffer(raw, np.uint8).reshape(-1, sizes[dtype])
    scale = block[:, :2].copy().view("<f2").astype(np.float32)
    minimum = block[:, 2:4].copy().view("<f2").astype(np.float32)
    if dtype == "q4_0":
        return scale * (nibbles(block[:, 2:]).astype(np.float32) - 8)
    if dtype == "q4_1":
        return scale * nibbles(block[:, 4:]).astype(np.float32) + minimum
    if dtype == "q5_0":
        return scale * ((nibbles(block[:, 6:]) | fifth_bits(block[:, 2:6])).astype(np.float32) - 16)
    if dtype == "q5_1":
        return scale * (nibbles(block[:, 8:]) | fifth_bits(block[:, 4:8])).astype(np.float32) + minimum
    if dtype == "q8_0":
        return scale * block[:, 2:].view(np.int8).astype(np.float32)
    return scale * IQ4_VALUES[nibbles(block[:, 2:])]


def values_of(dtype, raw, decoded=None):
    """The weights in float64; None for types that hold none, or are not known here."""
    if dtype in FLOATS:
        return floats_of(dtype, raw)
    if dtype.startswith("int8 groups"):
        return floats_of("f32", raw)
    if decoded is None:
        decoded = blocks_of(dtype, raw)
    return None if decoded is None else decoded.ravel().astype(np.float64)


def reference_of(path):
    """What ggml decodes the tensors of a file to, where somebody has put that beside it."""
    reference = path.removesuffix(".gguf") + ".reference.npz"
    return np.load(reference) if path.endswith(".gguf") and os.path.exists(reference) else {}


def statistics(values):
    finite = values[np.isfinite(values)]
    counts = {"zeros": int((finite == 0).sum()), "nans": int(np.isnan(values).sum()),
              "infs": int(np.isinf(values).sum())}
    if finite.size == 0:
        return dict.fromkeys(("min", "max", "mean", "std", "abs_max", "kurtosis")) | counts
    mean = finite.mean()
    deviation = finite - mean
    variance = np.mean(deviation**2)
    kurtosis = np.mean(deviation**4) / variance**2 - 3 if variance > 0 else None
    return {"min": finite.min(), "max": finite.max(), "mean": mean, "std": np.sqrt(variance),
            "abs_max": np.abs(finite).max(), "kurtosis": kurtosis} | counts


def tensors_of(path):
    with open(path, "rb") as file:
        start = file.read(9)
    if start[:4] == b"GGUF":
        return gguf(path)
    if path.endswith(".onnx"):
        return onnx_model(path)
    if path.endswith((".pt", ".pth", ".jit")):
        return torch_model(path)
    if start[:8] == b"\x89HDF\r\n\x1a\n":
        return keras(path)
    if path.endswith((".npy", ".npz")):
        return numpy_file(path)
    if path.endswith(".bin"):
        return llama2c(path)
    return sharded(path) if path.endswith(".json") else safetensors(path)


def main():
    model = sys.argv[1]
    dump = open(sys.argv[3], "wb") if sys.argv[2:3] == ["--dump"] else None
    result = []
    reference = reference_of(model)
    for name, dtype, shape, raw in tensors_of(model):
        entry = {"name": name, "dtype": dtype, "shape": shape,
                 "elements": int(np.prod(shape, dtype=object))}
        values = values_of(dtype, raw, reference[name] if name in reference else None)
        if values is not None:
            with np.errstate(all="ignore"):  # sums of the largest doubles are infinite
                entry |= statistics(values)
            entry = {key: float(value) if isinstance(value, np.floating) else value for key, value in entry.items()}
            entry = {key: None if isinstance(value, float) and not np.isfinite(value) else value
                     for key, value in entry.items()}
            if dump:
                values.tofile(dump)
        result.append(entry)
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
