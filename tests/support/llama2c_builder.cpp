// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/llama2c_builder.h"

#include "tests/support/byte_string.h"

#include <cstddef>
#include <cstdlib>

namespace halfstep::testing {
namespace {

// Weights of the parts, in any order.
struct Sizes {
    explicit Sizes(const std::array<std::int32_t, 7>& shape) {
        const auto [dim, hidden, layers, heads, kv_heads, vocabulary, sequence] = shape;
        const auto product = [](auto a, auto b) {
            return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
        };
        layer_count = static_cast<std::size_t>(layers);
        norm = static_cast<std::size_t>(dim);
        embedding = product(std::abs(vocabulary), dim);
        attention = {product(dim, dim), product(dim / heads * kv_heads, dim),
                     product(dim / heads * kv_heads, dim), product(dim, dim)};
        feed_forward = product(hidden, dim);
        tables = product(sequence, dim / heads / 2) * 2;
    }

    std::size_t layer_count = 0;
    std::size_t norm = 0;
    std::size_t embedding = 0;
    std::array<std::size_t, 4> attention{};
    std::size_t feed_forward = 0;
    std::size_t tables = 0;

    std::size_t norms() const { return (2 * layer_count + 1) * norm; }
    std::vector<std::size_t> matrices(bool head) const {
        std::vector<std::size_t> sizes{embedding};
        for (const std::size_t size : attention)
            sizes.insert(sizes.end(), layer_count, size);
        sizes.insert(sizes.end(), 3 * layer_count, feed_forward);
        if (head) sizes.push_back(embedding);
        return sizes;
    }
};

void put_floats(ByteString& file, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        file.value(static_cast<float>(i) / 8);
}

}  // namespace

std::string Llama2cBuilder::bytes() const {
    const Sizes sizes(shape);
    const bool head = version == 0 ? shape[5] < 0 : shared == 0;
    const std::vector<std::size_t> matrices = sizes.matrices(head);
    std::size_t weights = 0;
    for (const std::size_t size : matrices)
        weights += size;
    ByteString file;
    if (version != 0) file.u32(0x616b3432).value(version);
    for (const std::int32_t number : shape)
        file.value(number);
    if (version == 0) {
        put_floats(file, sizes.norms() + weights + sizes.tables);
        return file.bytes();
    }
    file.u8(shared);
    if (version == 2) file.value(group_size);
    file.pad_to(256);
    put_floats(file, sizes.norms() + (version == 2 ? 0 : weights));
    if (version != 2) return file.bytes();
    std::size_t code = 0;
    std::size_t group = 0;
    ByteString scales;
    for (const std::size_t size : matrices) {
        for (std::size_t i = 0; i < size; ++i)
            file.value(static_cast<std::int8_t>(static_cast<int>(code++ % 255) - 127));
        ByteString& into = scales_after_all ? scales : file;
        for (std::size_t i = 0; i < size / static_cast<std::size_t>(group_size); ++i)
            into.value(static_cast<float>(++group) / 64);
    }
    return file.raw(scales.bytes()).bytes();
}

}  // namespace halfstep::testing
