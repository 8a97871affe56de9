// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/model_files/pytorch/pytorch.h"
#include "tests/fuzz/use_model.h"
#include "tests/support/at_once.h"
#include "tests/support/pickle_builder.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// What tests of hostile checkpoints do with them.
namespace halfstep::testing {

// Reads the checkpoint and some of every tensor, from memory, as /models/model.pt.
inline void use(const std::string& bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const auto file = fuzz::file_of({data, bytes.size()}, "/models/model.pt");
    PytorchContents read = read_pytorch(file, {});
    fuzz::use_model(file, read.contents, read.further_files);
}

inline bool opens(const std::string& bytes) {
    try {
        use(bytes);
        return true;
    } catch (const Error&) {
        return false;
    }
}

inline std::string zipped(const std::string& pickle) {
    return checkpoint_zip(pickle).bytes();
}

// A call of a function with a command as its argument.
inline std::string attack(std::string_view module, std::string_view name, std::string_view command) {
    return Pickle().dict().global(module, name).raw("(").text(command).raw("tR").end();
}

inline std::string repeated(std::string_view text, std::size_t count) {
    std::string result;
    for (std::size_t i = 0; i < count; ++i)
        result += text;
    return result;
}

}  // namespace halfstep::testing
