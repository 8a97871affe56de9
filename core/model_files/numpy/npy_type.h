// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/dtype.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace halfstep {

// An array's type as NumPy writes it: "<f4", ">i8", "|b1", "<U12", "<M8[ns]", "|O".
struct NpyType {
    DType dtype = DType::unknown;
    std::string name;           // as listed
    std::uint64_t bytes = 0;    // of an element
    std::uint64_t swapped = 0;  // bytes whose order is to be turned round, so many at a time; 0: as they are
    std::string not_numbers;    // what the elements are instead of real numbers: "text"
    bool pickled = false;       // Python objects: what they are is for Python alone
};

// None for what is no such type.
std::optional<NpyType> parse_npy_type(std::string_view descr);

}  // namespace halfstep
