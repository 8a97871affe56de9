// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/lister/asked_file.h"

#include <cstdint>
#include <functional>

namespace halfstep::lister {

// Gives up what the process does not need for a file of that many bytes; false where it cannot.
using Confine = std::function<bool(std::uint64_t file_bytes)>;

// Takes the size of the file, confines the process, looks through the file and says what it holds, or why it
// does not. The status for the process to end with.
int answer(const Asker& asker, const Confine& confine);

}  // namespace halfstep::lister
