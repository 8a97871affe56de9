// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace halfstep::testing {

// A file of llama2.c, written down so that a test can get each part of it wrong. Weight number i of the file,
// counted from 0 in its order, is i/8, so that the values show the order.
struct Llama2cBuilder {
    std::int32_t version = 1;
    // dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len
    std::array<std::int32_t, 7> shape{8, 12, 2, 2, 1, 10, 4};
    std::uint8_t shared = 1;
    std::int32_t group_size = 4;
    bool scales_after_all = false;  // version 2: behind all codes, in place of behind those of each tensor

    // Version 2 has code i % 255 − 127 for weight i of its int8 tensors and scale (g + 1)/64 for group g.
    std::string bytes() const;
};

}  // namespace halfstep::testing
