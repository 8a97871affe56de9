// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/lister/answer_writer.h"

#include <hdf5.h>

#include <cstdint>

namespace halfstep::lister {

// Puts everything that hard links lead to into the answer, each object once, and soft links inside the file
// as further names of what they lead to. Throws Refusal for links to other files.
void put_objects(hid_t file, std::uint64_t file_bytes, AnswerWriter& answer);

}  // namespace halfstep::lister
