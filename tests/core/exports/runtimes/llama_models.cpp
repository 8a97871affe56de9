// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/exports/runtimes/llama_models.h"

#include "core/model_files/tensor_roles.h"
#include "tests/support/tiny_model.h"

#include <algorithm>
#include <array>

namespace halfstep::testing {
namespace {

struct Matrix {
    std::array<const char*, 3> names;  // in the order of Naming
    std::int64_t channels;
    std::int64_t inputs;
};

constexpr std::array<const char*, 3> layer_starts{"model.layers.", "layers.", "blk."};
constexpr Matrix embedding{{"model.embed_tokens", "tok_embeddings", "token_embd"}, 512, 256};
constexpr Matrix head{{"lm_head", "output", "output"}, 512, 256};
constexpr std::array in_layers{
    Matrix{{"self_attn.q_proj", "attention.wq", "attn_q"}, 256, 256},
    Matrix{{"self_attn.k_proj", "attention.wk", "attn_k"}, 128, 256},
    Matrix{{"self_attn.v_proj", "attention.wv", "attn_v"}, 128, 256},
    Matrix{{"self_attn.o_proj", "attention.wo", "attn_output"}, 256, 256},
    Matrix{{"mlp.gate_proj", "feed_forward.w1", "ffn_gate"}, 512, 256},
    Matrix{{"mlp.up_proj", "feed_forward.w3", "ffn_up"}, 512, 256},
    Matrix{{"mlp.down_proj", "feed_forward.w2", "ffn_down"}, 256, 512},
};

}  // namespace

DescribedLlama described_llama(Naming naming, int layers, const std::string& architecture) {
    const auto world = static_cast<std::size_t>(naming);
    std::vector<TensorInfo> tensors;
    std::vector<NamedWeight> weights;
    const auto add = [&](const Matrix& matrix, const std::string& layer) {
        const std::string start = layer.empty() ? "" : layer_starts[world] + layer + ".";
        tensors.push_back(
            described_matrix(start + matrix.names[world] + ".weight", matrix.channels, matrix.inputs));
        assign_role(tensors.back());
        weights.push_back(
            {tensors.back().name, (layer.empty() ? "" : layer_starts[0] + layer + ".") + matrix.names[0]});
    };
    add(embedding, "");
    for (int layer = 0; layer < layers; ++layer)
        for (const Matrix& matrix : in_layers)
            add(matrix, std::to_string(layer));
    tensors.push_back(
        described_vector(naming == Naming::gguf ? "output_norm.weight" : "model.norm.weight", 256));
    add(head, "");
    Model::Contents contents;
    contents.path = naming == Naming::gguf ? "models/llama.gguf" : "models/llama";
    contents.format = naming == Naming::gguf ? "gguf" : "safetensors";
    contents.architecture = naming == Naming::gguf ? architecture : "LlamaForCausalLM";
    contents.tensors = std::move(tensors);
    return {Model(std::move(contents)), std::move(weights)};
}

void set_scheme(Plan& plan, const std::string& tensor, const std::string& scheme) {
    std::ranges::find(plan.entries, tensor, &Plan::Entry::tensor)->scheme = parse_scheme(scheme);
}

}  // namespace halfstep::testing
