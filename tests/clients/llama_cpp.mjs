// SPDX-License-Identifier: GPL-3.0-or-later
// Runs GGUF files with llama.cpp, by the npm package node-llama-cpp, on one thread.
//
//     node llama_cpp.mjs JOBS RESULTS
//
// JOBS is a JSON list of {"model": PATH, "tokenize": [TEXT…], "generate": [TEXT…], "length": N, "probabilities": [[TOKEN…]…]};
// RESULTS gets a list of {"tokens": [[…]…], "texts": [TEXT…], "probabilities": [{TOKEN: P…}…]}, or {"error": TEXT} for a file
// that llama.cpp does not take. Texts are continued greedily; probabilities are those of the token after the last.
import {readFileSync, writeFileSync} from "node:fs";
import {getLlama, LlamaCompletion} from "node-llama-cpp";

const llama = await getLlama({gpu: false, build: "never", logLevel: "error", maxThreads: 1});

async function run(job) {
    const model = await llama.loadModel({modelPath: job.model});
    const context = await model.createContext({contextSize: 256, threads: 1});
    const sequence = context.getSequence();
    const completion = new LlamaCompletion({contextSequence: sequence});
    const result = {tokens: (job.tokenize ?? []).map((text) => [...model.tokenize(text)]), texts: [], probabilities: []};
    for (const text of job.generate ?? [])
        result.texts.push(await completion.generateCompletion(text, {maxTokens: job.length, temperature: 0}));
    for (const tokens of job.probabilities ?? []) {
        await sequence.clearHistory();
        const input = tokens.map((token, index) =>
            index + 1 < tokens.length ? token : [token, {generateNext: {probabilities: true}}]);
        const outputs = await sequence.controlledEvaluate(input);
        result.probabilities.push(Object.fromEntries(outputs[tokens.length - 1].next.probabilities));
    }
    await model.dispose();
    return result;
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
process.exit(0);
