#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ONNX Runtime itself runs the ONNX files that halfstep-cli writes.

    test_onnx_runtime.py --cli HALFSTEP_CLI --project FOLDER --packages FOLDER

The npm package onnxruntime-node, which carries a build of ONNX Runtime, is installed into --packages once. Exit code 77:
Node.js, NumPy, onnx for Python or the npm registry is not there, and nothing was tested.
"""
import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SKIPPED = 77
VERSION = "1.30.0"  # of onnxruntime-node
HERE = Path(__file__).resolve().parent

parser = argparse.ArgumentParser()
parser.add_argument("--cli", required=True)
parser.add_argument("--project", required=True, type=Path)
parser.add_argument("--packages", required=True, type=Path)
arguments = parser.parse_args()

sys.path += [str(HERE.parent / "oracle")]
MODELS = Path(os.environ.get("HALFSTEP_TEST_MODELS", arguments.project.parent / "shared" / "models"))


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


try:
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper, version_converter
except ImportError as error:
    skip(f"{error.name} for Python is not installed")
import measure_oracle
import node_packages

NEWEST_CHECKED = 17  # operator set that this onnx knows
TYPES = {"float32": np.float32, "float64": np.float64, "int64": np.int64, "float16": np.float16}


def tensor(array):
    return {"type": str(array.dtype), "dims": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def array(result):
    return np.frombuffer(base64.b64decode(result["data"]), TYPES[result["type"]]).reshape(result["dims"])


def run_jobs(jobs, folder):
    """The outputs of each (model, inputs, optimize)."""
    described = [{"model": str(model), "optimize": optimize, "inputs": {k: tensor(v) for k, v in inputs.items()}}
                 for model, inputs, optimize in jobs]
    (folder / "jobs.json").write_text(json.dumps(described))
    environment = {key: value for key, value in os.environ.items() if not key.endswith("SAN_OPTIONS")}
    subprocess.run(["node", "onnx_runtime.mjs", folder / "jobs.json", folder / "results.json"], cwd=arguments.packages,
                   check=True, timeout=300, env=environment)
    results = json.loads((folder / "results.json").read_text())
    for job, result in zip(jobs, results, strict=True):
        assert "error" not in result, f"{job[0]}: {result['error']}"
    return [{name: array(value) for name, value in result["outputs"].items()} for result in results]


def halfstep(*words):
    return subprocess.run([arguments.cli, *map(str, words)], capture_output=True, text=True)


def export(model, scheme, out):
    run = halfstep("export", model, "--scheme", scheme, "--to", "onnx-qdq", "-o", out)
    assert run.returncode == 0, run.stderr
    return out


def graphs(graph):
    """A graph and all graphs inside it."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in ([attribute.g] if attribute.type == onnx.AttributeProto.GRAPH else []) + list(attribute.graphs):
                yield from graphs(inner)


def opset(model):
    return next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))


# --- what DequantizeLinear makes of stored codes, by its definition ---


def small_float(patterns, exponent_bits, mantissa_bits, bias):
    exponent = (patterns >> mantissa_bits) & ((1 << exponent_bits) - 1)
    mantissa = (patterns & ((1 << mantissa_bits) - 1)).astype(np.float64)
    value = np.where(exponent == 0, np.ldexp(mantissa, 1 - bias - mantissa_bits),
                     np.ldexp(mantissa + (1 << mantissa_bits), exponent.astype(int) - bias - mantissa_bits))
    return np.where(patterns & 0x80, -value, value).astype(np.float32)


def stored_numbers(stored):
    count = int(np.prod(stored.dims, dtype=np.int64))
    raw = np.frombuffer(stored.raw_data, np.uint8)
    kind = stored.data_type
    plain = {1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16, 10: np.float16}
    if kind in plain:
        numbers = np.frombuffer(stored.raw_data, plain[kind])
    elif kind in (21, 22):
        numbers = np.stack([raw & 15, raw >> 4], axis=1).reshape(-1)[:count].astype(np.int32)
        numbers = np.where((kind == 22) & (numbers > 7), numbers - 16, numbers)
    elif kind == 16:
        numbers = (np.frombuffer(stored.raw_data, np.uint16).astype(np.uint32) << 16).view(np.float32)
    else:
        numbers = small_float(raw.astype(np.int32), *{17: (4, 3, 7), 19: (5, 2, 15)}[kind])
    return numbers.reshape(stored.dims).astype(np.float32)


def spread(values, node, shape):
    """Scales or zero points, one for each element of a tensor."""
    settings = {attribute.name: attribute.i for attribute in node.attribute}
    if values.ndim == 0:
        return values
    if "block_size" not in settings:
        return values.reshape([-1 if axis == settings["axis"] else 1 for axis in range(len(shape))])
    axis = settings["axis"]
    return np.take(np.repeat(values, settings["block_size"], axis), range(shape[axis]), axis)


def dequantized(model):
    """{name of a weight: its values}, of a model with DequantizeLinear or Cast after each of them."""
    weights = {}
    for graph in graphs(model.graph):
        initializers = {stored.name: stored for stored in graph.initializer}
        for node in graph.node:
            if node.op_type not in ("DequantizeLinear", "Cast") or node.input[0] not in initializers:
                continue
            codes = stored_numbers(initializers[node.input[0]])
            if node.op_type == "DequantizeLinear":
                scale = spread(stored_numbers(initializers[node.input[1]]), node, codes.shape)
                if len(node.input) > 2:
                    codes = codes - spread(stored_numbers(initializers[node.input[2]]), node, codes.shape)
                codes = codes * scale
            weights[node.output[0]] = codes.astype(np.float32)
    return weights


def with_weights(model, weights):
    """A copy of the model with other values in its weights, initializers and constants."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    left = set(weights)
    for graph in graphs(copy.graph):
        stored = {initializer.name: initializer for initializer in graph.initializer}
        stored |= {node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == "Constant"}
        for name in left & set(stored):
            stored[name].CopyFrom(numpy_helper.from_array(weights[name], stored[name].name))
            left.discard(name)
    assert not left, left
    return copy


class Case(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)
        self.random = np.random.default_rng(7)

    def save(self, name, model):
        path = self.folder / name
        onnx.save(model, str(path))
        return path

    def check(self, path):
        """What onnx for Python says of a file, where it knows its operator set."""
        model = onnx.load(str(path))
        if opset(model) <= NEWEST_CHECKED:
            onnx.checker.check_model(model, full_check=False)
        return model


class Weights(Case):
    """Weights of every kind of layer, put out again: what ONNX Runtime dequantizes is what NumPy quantizes, bit for bit."""

    SCHEMES = ["int8", "int8:asym", "int8:asym:tensor", "int8:tensor", "int8:symfull", "int8:pct99.5", "int4:g32", "int4:asym:g32",
               "int4:g16:s32", "int4:asym", "int2:g32", "int3", "int5", "int6:asym", "int7:symfull", "int9", "int12:g64", "int16:asym",
               "int16:tensor", "fp8_e4m3", "fp8_e5m2", "fp8_e4m3:tensor", "fp8_e4m3:g32", "int8:g64:dq", "int8:gamma", "fp16", "bf16"]

    def weights(self):
        def gaussian(*shape):
            values = self.random.normal(0, 0.05, shape).astype(np.float32)
            values.flat[0] = 0.4  # an outlier, and groups of unlike size
            return values
        return {"matrix": gaussian(70, 48), "gemm": gaussian(24, 48), "conv": gaussian(8, 64, 1, 1), "up": gaussian(64, 6, 1, 1),
                "stack": gaussian(3, 48, 20), "lstm": gaussian(1, 32, 48), "lstm2": gaussian(2, 32, 48), "table": gaussian(11, 48),
                "zero": np.zeros((5, 48), np.float32)}

    def model(self, weights, version):
        x = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        inputs = [x("a", 1, 70), x("b", 1, 48), x("image", 1, 64, 2, 2), x("c", 3, 1, 48), x("d", 2, 1, 48),
                  helper.make_tensor_value_info("ids", TensorProto.INT64, [2])]
        nodes = [helper.make_node("MatMul", ["a", "matrix"], ["y0"]), helper.make_node("Gemm", ["b", "gemm"], ["y1"], transB=1),
                 helper.make_node("Conv", ["image", "conv"], ["y2"]), helper.make_node("ConvTranspose", ["image", "up"], ["y3"]),
                 helper.make_node("MatMul", ["c", "stack"], ["y4"]), helper.make_node("Gather", ["table", "ids"], ["y5"]),
                 helper.make_node("LSTM", ["d", "lstm", "recur"], ["y6"], hidden_size=8),
                 helper.make_node("LSTM", ["d", "lstm2", "recur2"], ["y7"], hidden_size=8, direction="bidirectional"),
                 helper.make_node("Gemm", ["b", "zero"], ["y8"], transB=1)]
        nodes += [helper.make_node("Identity", [name], [name + "_out"]) for name in weights]
        shapes = {"y6": 4, "y7": 4}
        stored = weights | {"recur": np.zeros((1, 32, 8), np.float32), "recur2": np.zeros((2, 32, 8), np.float32)}
        outputs = [x(name + "_out", *values.shape) for name, values in weights.items()]
        graph = helper.make_graph(nodes, "weights", inputs, outputs, [numpy_helper.from_array(v, k) for k, v in stored.items()])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)])
        model.ir_version = 8
        return model

    def inputs(self):
        zeros = lambda *shape: np.zeros(shape, np.float32)
        return {"a": zeros(1, 70), "b": zeros(1, 48), "image": zeros(1, 64, 2, 2), "c": zeros(3, 1, 48), "d": zeros(2, 1, 48),
                "ids": np.array([0, 1])}

    @staticmethod
    def expected(values, name, text):
        """Rows are channels: of matrices that are multiplied from the right, columns."""
        to_rows = {"matrix": [1, 0], "up": [1, 0, 2, 3], "stack": [0, 2, 1]}.get(name, list(range(values.ndim)))
        rows = values.transpose(to_rows)
        scheme = measure_oracle.Scheme(text)
        channels = {"stack": 60, "lstm": 32, "lstm2": 64}.get(name, rows.shape[0])
        quantized = measure_oracle.quantize(scheme, np.ascontiguousarray(rows).reshape(channels, -1))[0]
        return quantized.reshape(rows.shape).transpose(np.argsort(to_rows))

    def test_every_scheme(self):
        weights = self.weights()
        path = self.save("weights.onnx", self.model(weights, 13))
        files = {}
        for scheme in self.SCHEMES:
            with self.subTest(scheme):
                files[scheme] = export(path, scheme, self.folder / f"{scheme.replace(':', '-')}.onnx")
                self.check(files[scheme])
        results = run_jobs([(file, self.inputs(), False) for file in files.values()], self.folder)
        for scheme, outputs in zip(files, results, strict=True):
            for name, values in weights.items():
                with self.subTest(scheme, tensor=name):
                    wanted = self.expected(values, name, scheme)
                    found = outputs[name + "_out"]
                    self.assertEqual(found.shape, wanted.shape)
                    differing = np.count_nonzero((found + 0).view(np.uint32) != (wanted + 0).astype(np.float32).view(np.uint32))
                    self.assertEqual(differing, 0)

    def test_types_of_codes(self):
        """The smallest type of ONNX that holds the codes, and its operator set."""
        path = self.save("weights.onnx", self.model(self.weights(), 13))
        for scheme, kind, version in [("int8", 3, 13), ("int8:asym", 2, 13), ("int5", 3, 13), ("int4", 22, 21), ("int3:asym", 21, 21),
                                      ("int9", 5, 21), ("int16:asym", 4, 21), ("fp8_e4m3", 17, 19), ("fp8_e5m2", 19, 19), ("fp16", 10, 13)]:
            with self.subTest(scheme):
                # The bidirectional LSTM has channels over two axes, which takes blocks.
                plan = {"halfstep_plan": 1, "model": "", "fingerprint": "", "tensors": {"matrix": scheme, "gemm": scheme}}
                (self.folder / "plan.json").write_text(json.dumps(plan))
                out = self.folder / "out.onnx"
                run = halfstep("export", path, "--plan", self.folder / "plan.json", "--to", "onnx-qdq", "-o", out)
                self.assertEqual(run.returncode, 0, run.stderr)
                model = onnx.load(str(out))
                codes = {stored.name: stored.data_type for stored in model.graph.initializer}
                self.assertEqual((codes["matrix_quantized"], codes["gemm_quantized"]), (kind, kind))
                self.assertEqual(opset(model), version)
                self.assertIn("conv", codes)

    def test_quantize(self):
        """The command that says what became of every tensor writes the same."""
        path = self.save("weights.onnx", self.model(self.weights(), 13))
        exported = export(path, "int8:asym", self.folder / "exported.onnx")
        run = halfstep("quantize", path, "--scheme", "int8:asym", "-o", self.folder / "quantized.onnx", "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual((self.folder / "quantized.onnx").read_bytes(), exported.read_bytes())
        report = json.loads(run.stdout)
        self.assertEqual(report["bytes"], exported.stat().st_size)
        measured = json.loads(halfstep("measure", path, "--scheme", "int8:asym", "--json").stdout)["tensors"]
        wanted = {tensor["name"]: tensor["results"][0]["rel_error"] for tensor in measured}
        stored = {tensor["name"]: tensor for tensor in report["tensors"]}
        self.assertEqual(stored["recur"]["scheme"], "int8:asym")
        self.assertEqual(stored["matrix"]["bytes"], 70 * 48 + 48 * 5)
        for name, tensor in stored.items():
            self.assertEqual(tensor["rel_error"], wanted[name], name)

    def test_half_precision(self):
        """A model of float16: dequantized weights are rounded to it."""
        values = self.random.normal(0, 0.05, (48, 20)).astype(np.float16)
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT16, [1, 48])
        y = helper.make_tensor_value_info("y", TensorProto.FLOAT16, [48, 20])
        nodes = [helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("Identity", ["w"], ["y"])]
        model = helper.make_model(helper.make_graph(nodes, "half", [x], [y], [numpy_helper.from_array(values, "w")]),
                                  opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        out = export(self.save("half.onnx", model), "int8", self.folder / "out.onnx")
        self.check(out)
        (outputs,) = run_jobs([(out, {"x": np.zeros((1, 48), np.float16)}, False)], self.folder)
        wanted = measure_oracle.quantize(measure_oracle.Scheme("int8"), np.ascontiguousarray(values.T).astype(np.float32))[0]
        self.assertTrue(np.array_equal(outputs["y"], wanted.reshape(20, 48).T.astype(np.float16)))

    def test_external_data(self):
        """Data beside the model stays beside it, in a file of the new one's name."""
        weights = self.weights()
        (self.folder / "source").mkdir()
        model = self.model(weights, 13)
        onnx.save(model, str(self.folder / "source" / "model.onnx"), save_as_external_data=True, location="model.bin", size_threshold=0)
        out = export(self.folder / "source" / "model.onnx", "int8", self.folder / "out.onnx")
        self.assertTrue((self.folder / "out.onnx.data").exists())
        self.check(out)
        inside = export(self.save("inside.onnx", self.model(weights, 13)), "int8", self.folder / "inside-int8.onnx")
        one, other = run_jobs([(out, self.inputs(), False), (inside, self.inputs(), False)], self.folder)
        for name in weights:
            self.assertTrue(np.array_equal(one[name + "_out"], other[name + "_out"]), name)


class Models(Case):
    """Real models: with quantized weights they compute what they do with the dequantized ones in their place."""

    SCHEMES = ["int8", "int8:asym:tensor", "int4:asym", "fp8_e4m3", "fp16"]

    def feeds(self, model):
        types = {TensorProto.FLOAT: np.float32, TensorProto.INT64: np.int64}
        stored = {initializer.name for initializer in model.graph.initializer}
        feeds = {}
        for entry in model.graph.input:
            if entry.name in stored:
                continue
            tensor_type = entry.type.tensor_type
            known = {"sequence": 512, "tokens": 7}
            shape = [d.dim_value if d.dim_value > 0 else known.get(d.dim_param, 1) for d in tensor_type.shape.dim]
            if entry.name == "input" and len(shape) == 2 and shape == [1, 1]:
                shape = [1, 512]  # speech, of a model that does not say how much
            kind = types[tensor_type.elem_type]
            values = self.random.normal(0, 0.3, shape).astype(np.float32) if kind is np.float32 else np.ones(shape, np.int64)
            feeds[entry.name] = np.full(shape, 16000, np.int64) if entry.name == "sr" else values
        return feeds

    def compare(self, path, schemes):
        original = onnx.load(str(path))
        feeds = self.feeds(original)
        jobs = [(path, feeds, True)]
        for scheme in schemes:
            name = scheme.replace(":", "-")
            out = export(path, scheme, self.folder / f"{name}.onnx")
            weights = dequantized(self.check(out))
            self.assertGreater(len(weights), 0)
            replaced = self.save(f"{name}-replaced.onnx", with_weights(original, weights))
            jobs += [(out, feeds, False), (out, feeds, True), (replaced, feeds, False), (replaced, feeds, True)]
        plain, *results = run_jobs(jobs, self.folder)
        for number, scheme in enumerate(schemes):
            quantized, quantized_fast, replaced, replaced_fast = results[4 * number:4 * number + 4]
            for name, values in plain.items():
                with self.subTest(path.name, scheme=scheme, output=name):
                    size = np.abs(replaced[name]).max()
                    # Newer operator sets may take other kernels, which add in another order.
                    self.assertLessEqual(np.abs(quantized[name] - replaced[name]).max(), 2e-6 * size)
                    # With optimizations, what ONNX Runtime makes of the nodes is its own affair, within its own bounds.
                    self.assertLessEqual(np.abs(quantized_fast[name] - replaced_fast[name]).max(), 0.02 * size)
                    change = np.abs(replaced[name] - values).max()
                    self.assertGreater(change, 0)  # it is not the original that was run
                    print(f"{path.name} {scheme} {name}: {change / size:.2g} of the largest output by quantizing, "
                          f"{np.abs(quantized[name] - replaced[name]).max() / size:.2g} by where it is done")

    def test_speech(self):
        """Convolutions and an LSTM; in the one, weights are constants in branches of If."""
        for name in ("silero_vad_16k_op15.onnx", "silero_vad.onnx"):
            self.compare(self.real(f"silero-vad/{name}"), self.SCHEMES)

    def test_music(self):
        self.compare(self.real("basic-pitch/nmp.onnx"), self.SCHEMES)

    def test_faces(self):
        """Operator set 9, whose Slice and Unsqueeze have to be adapted."""
        self.compare(self.real("face-rfb320/version-RFB-320.onnx"), self.SCHEMES)

    def test_transformers(self):
        """Operator set 12, whose Softmax has to be adapted."""
        fixtures = "format-fixtures/vespa-onnx/"
        self.compare(self.real(fixtures + "llm__random_encoder.onnx"), [*self.SCHEMES, "int4:g16", "int8:g32:asym"])
        self.compare(self.real(fixtures + "transformer__dummy_transformer.onnx"), [*self.SCHEMES, "int4:g16"])
        self.compare(self.real(fixtures + "pytorch__one_layer.onnx"), self.SCHEMES)

    def test_digits(self):
        """Operator set 4 is too old to be raised: it is refused, and what the message says to do helps."""
        path = self.real("mnist-softmax-onnx/mnist_softmax.onnx")
        run = halfstep("export", path, "--scheme", "int8", "--to", "onnx-qdq", "-o", self.folder / "no.onnx")
        self.assertEqual(run.returncode, 1)
        self.assertIn("needs ONNX operator set 13, the model has 4", run.stderr)
        self.assertIn("onnx.version_converter", run.stderr)
        self.assertFalse((self.folder / "no.onnx").exists())
        converted = version_converter.convert_version(onnx.load(str(path)), 13)
        self.compare(self.save("mnist.onnx", converted), [*self.SCHEMES, "int4:g16", "int4:asym:g32"])

    def real(self, name):
        if not (MODELS / name).exists():
            self.skipTest("no folder of real models")
        return MODELS / name


if __name__ == "__main__":
    try:
        node_packages.install(arguments.packages, [f"onnxruntime-node@{VERSION}"], HERE / "onnx_runtime.mjs")
    except node_packages.Unavailable as reason:
        skip(reason)
    unittest.main(argv=[sys.argv[0], "-v"])
