// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/lister/answer_writer.h"

#include <hdf5.h>

#include <cstdint>
#include <string>

namespace halfstep::lister {

// Puts the attributes of an object that are texts, lists of texts or whole numbers into the answer; others
// are left out. Nothing longer than the file itself is read.
void put_attributes(hid_t object, const std::string& path, std::uint64_t file_bytes, AnswerWriter& answer);

}  // namespace halfstep::lister
