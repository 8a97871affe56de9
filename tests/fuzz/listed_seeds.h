// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace halfstep::testing {

struct ListedSeed {
    std::string name;
    std::string bytes;  // as fuzz::listed_file() reads them
};

// Small HDF5 files with what a lister would say of them: weights as Keras 2 and Keras 3 lay them out, other
// weights, and a workspace.
std::vector<ListedSeed> listed_seeds();

}  // namespace halfstep::testing
