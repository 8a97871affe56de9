// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace halfstep {

// The seven numbers that a llama2.c file begins with (its Config), and what follows from them.
struct Llama2cShape {
    std::int64_t dim = 0;
    std::int64_t hidden_dim = 0;
    std::int64_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t vocabulary = 0;  // negated in version 0 where the model has an output head of its own
    std::int64_t sequence = 0;

    std::int64_t kv_dim() const { return dim / heads * kv_heads; }
    std::int64_t half_head() const { return dim / heads / 2; }

    // Under the names of llama2.c's Config.
    std::array<std::pair<std::string_view, std::int64_t>, 7> named() const;
    // Why no model has these numbers, with the name of the first that is wrong; empty where one may.
    std::string why_impossible() const;
};

// What to expect in a llama2.c file: in its order, names as in the state dictionary of llama2.c's model.py.
struct Llama2cTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    bool matrix = false;  // a matrix or embedding, which version 2 stores as int8

    std::uint64_t elements() const;
};

// Version 0 has its own order and the tables of the rotary embedding; 1 and 2 share theirs. The shape must be
// possible.
std::vector<Llama2cTensor> llama2c_tensors(const Llama2cShape& shape, bool shared_head, bool version_0);

}  // namespace halfstep
