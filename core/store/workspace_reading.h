// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/input_file.h"
#include "core/store/workspace.h"

#include <memory>

namespace halfstep {

// The second half of load_workspace(): what is in a file that was listed. Throws Error for whatever is not a
// workspace.
Workspace read_workspace(std::shared_ptr<const InputFile> file, const Hdf5Listing& listing);

}  // namespace halfstep
