// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/file_contents.h"
#include "core/model_files/keras/keras_config.h"

#include <string>

namespace halfstep {

// What a file says of the model beside its weights; empty where it does not.
struct KerasWords {
    std::string config;    // model_config or config.json
    std::string metadata;  // metadata.json
    std::string version;   // where metadata does not tell it
    std::string backend;
};

// Reads the configuration, and puts what is to be shown of it, and to be said about it, into `contents`.
KerasConfig take_words(const KerasWords& words, FileContents& contents);

}  // namespace halfstep
