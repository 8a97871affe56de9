// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/tensor/dtype.h"

#include <string>
#include <string_view>

namespace halfstep {

struct NamedDType {
    DType dtype = DType::unknown;
    std::string name;
};

// The type of an HDF5 dataset's elements. `stored_name` is its attribute dtype, by which Keras tells types
// that HDF5 does not have: "bfloat16", "float8_e4m3fn".
NamedDType dtype_of(const Hdf5Type& type, std::string_view stored_name);

}  // namespace halfstep
