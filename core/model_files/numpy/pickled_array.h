// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/pytorch/pickle_tree.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace halfstep {

// An array of NumPy as a pickle describes it: numpy.core.multiarray._reconstruct and the state it is given
// (numpy/core/src/multiarray/methods.c, array_reduce). Nothing is made of it but this.
struct PickledArray {
    std::string descr;  // as in the header of a .npy file: "<f4", "|O"
    std::vector<std::int64_t> shape;
    bool fortran_order = false;
    PickleRef content = 0;  // its bytes; of objects a list of them
};

// None for anything else, and for an array with an extent below 0.
std::optional<PickledArray> pickled_array(const PickleTree& tree, PickleRef value);

}  // namespace halfstep
