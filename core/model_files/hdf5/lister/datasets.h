// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/lister/answer_writer.h"

#include <hdf5.h>

#include <string>

namespace halfstep::lister {

// Puts type, shape and place of a dataset's elements into the answer. Throws Refusal where they are not in
// the file itself, or packed in a way that is not undone.
void put_dataset(hid_t dataset, const std::string& path, haddr_t object, AnswerWriter& answer);

}  // namespace halfstep::lister
