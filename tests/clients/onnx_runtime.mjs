// SPDX-License-Identifier: GPL-3.0-or-later
// Runs ONNX files with ONNX Runtime, by the npm package onnxruntime-node, on one thread.
//
//     node onnx_runtime.mjs JOBS RESULTS
//
// JOBS is a JSON list of {"model": PATH, "optimize": BOOL, "inputs": {NAME: TENSOR…}}, a TENSOR being {"type", "dims",
// "data"} with its bytes in base64. RESULTS gets a list of {"outputs": {NAME: TENSOR…}}, or {"error": TEXT}.
import {readFileSync, writeFileSync} from "node:fs";
import {InferenceSession, Tensor} from "onnxruntime-node";

const arrays = {float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, float16: Uint16Array};

function toTensor({type, dims, data}) {
    const bytes = Buffer.from(data, "base64");
    const aligned = new Uint8Array(bytes).buffer;
    return new Tensor(type, new arrays[type](aligned), dims);
}

function fromTensor(tensor) {
    const {buffer, byteOffset, byteLength} = tensor.data;
    return {type: tensor.type, dims: tensor.dims, data: Buffer.from(buffer, byteOffset, byteLength).toString("base64")};
}

async function run(job) {
    const session = await InferenceSession.create(job.model, {
        graphOptimizationLevel: job.optimize ? "all" : "disabled", intraOpNumThreads: 1, interOpNumThreads: 1,
        logSeverityLevel: 3});
    const inputs = Object.fromEntries(Object.entries(job.inputs).map(([name, tensor]) => [name, toTensor(tensor)]));
    const outputs = await session.run(inputs);
    await session.release();
    return {outputs: Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, fromTensor(tensor)]))};
}

const results = [];
for (const job of JSON.parse(readFileSync(process.argv[2], "utf-8"))) {
    try {
        results.push(await run(job));
    } catch (error) {
        results.push({error: String(error)});
    }
}
writeFileSync(process.argv[3], JSON.stringify(results));
