// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

namespace halfstep {

struct TensorChoice {
    std::string name;  // GGUF name
    std::string type;  // ggml type, lower case
};

struct TensorPattern {
    std::string pattern;  // ECMAScript, anchored at both ends, without '=' and white space, lower case only
    std::string type;
};

// Patterns of which exactly one matches each of the names, and it has that name's type. Blocks that share a
// type are one alternation: ^blk\.(0|1|2)\.ffn_down\.weight$. Characters that the runtime would change or
// split at are matched by '.'. Throws Error where two names could not be told apart then.
std::vector<TensorPattern> tensor_patterns(std::span<const TensorChoice> choices);

}  // namespace halfstep
