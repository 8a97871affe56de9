// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/llama2c/llama2c_shape.h"

#include <fmt/format.h>

namespace halfstep {
namespace {

// Far above what models have, and low enough for sizes that no 64-bit number is too short for.
constexpr std::array<std::int64_t, 7> largest{
    1 << 20, 1 << 22, 1 << 12, 1 << 16, 1 << 16, 1 << 24, 1 << 26,
};

class TensorList {
  public:
    explicit TensorList(const Llama2cShape& shape) : shape_(shape) {}

    void once(std::string_view name, std::vector<std::int64_t> shape, bool matrix = true) {
        tensors_.push_back({std::string(name), std::move(shape), matrix});
    }
    void in_layers(std::string_view name, const std::vector<std::int64_t>& shape, bool matrix = true) {
        for (std::int64_t layer = 0; layer < shape_.layers; ++layer)
            tensors_.push_back({fmt::format("layers.{}.{}.weight", layer, name), shape, matrix});
    }

    void embedding() { once("tok_embeddings.weight", {shape_.vocabulary, shape_.dim}); }
    void attention_norms() { in_layers("attention_norm", {shape_.dim}, false); }
    void attention() {
        in_layers("attention.wq", {shape_.dim, shape_.dim});
        in_layers("attention.wk", {shape_.kv_dim(), shape_.dim});
        in_layers("attention.wv", {shape_.kv_dim(), shape_.dim});
        in_layers("attention.wo", {shape_.dim, shape_.dim});
    }
    void feed_forward_norms() { in_layers("ffn_norm", {shape_.dim}, false); }
    void feed_forward() {
        in_layers("feed_forward.w1", {shape_.hidden_dim, shape_.dim});
        in_layers("feed_forward.w2", {shape_.dim, shape_.hidden_dim});
        in_layers("feed_forward.w3", {shape_.hidden_dim, shape_.dim});
    }
    void final_norm() { once("norm.weight", {shape_.dim}, false); }
    void rotary_tables() {
        once("freqs_cos", {shape_.sequence, shape_.half_head()}, false);
        once("freqs_sin", {shape_.sequence, shape_.half_head()}, false);
    }
    void head() { once("output.weight", {shape_.vocabulary, shape_.dim}); }

    std::vector<Llama2cTensor> take() { return std::move(tensors_); }

  private:
    const Llama2cShape& shape_;
    std::vector<Llama2cTensor> tensors_;
};

}  // namespace

std::array<std::pair<std::string_view, std::int64_t>, 7> Llama2cShape::named() const {
    return {{{"dim", dim},
             {"hidden_dim", hidden_dim},
             {"n_layers", layers},
             {"n_heads", heads},
             {"n_kv_heads", kv_heads},
             {"vocab_size", vocabulary},
             {"seq_len", sequence}}};
}

std::string Llama2cShape::why_impossible() const {
    const auto numbers = named();
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (numbers[i].second < 1 || numbers[i].second > largest[i])
            return fmt::format("{} is {}, between 1 and {} was expected", numbers[i].first, numbers[i].second,
                               largest[i]);
    if (dim % heads != 0) return fmt::format("dim {} cannot be divided into {} heads", dim, heads);
    if (dim / heads % 2 != 0)
        return fmt::format("heads of {} cannot be divided into the pairs of a rotary embedding", dim / heads);
    if (heads % kv_heads != 0)
        return fmt::format("{} heads cannot be divided among {} of keys and values", heads, kv_heads);
    return {};
}

std::uint64_t Llama2cTensor::elements() const {
    std::uint64_t product = 1;
    for (const std::int64_t extent : shape)
        product *= static_cast<std::uint64_t>(extent);
    return product;
}

std::vector<Llama2cTensor> llama2c_tensors(const Llama2cShape& shape, bool shared_head, bool version_0) {
    TensorList list(shape);
    if (version_0) {
        list.embedding();
        list.attention_norms();
        list.attention();
        list.feed_forward_norms();
        list.feed_forward();
        list.final_norm();
        list.rotary_tables();
    } else {
        list.attention_norms();
        list.feed_forward_norms();
        list.final_norm();
        list.embedding();
        list.attention();
        list.feed_forward();
    }
    if (!shared_head) list.head();
    return list.take();
}

}  // namespace halfstep
