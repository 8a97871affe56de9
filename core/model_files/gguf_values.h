// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/byte_reader.h"

#include <cstdint>
#include <optional>
#include <string>

namespace halfstep {

// The types of metadata values, numbered as in the file.
enum class GgufType : std::uint32_t {
    u8,
    i8,
    u16,
    i16,
    u32,
    i32,
    f32,
    boolean,
    string,
    array,
    u64,
    i64,
    f64,
};

// Texts in all arrays of a file: far more than any vocabulary has, and few enough to be passed over at once.
inline constexpr std::uint64_t most_gguf_texts = 10'000'000;

struct GgufValue {
    GgufType type = GgufType::u8;
    std::string text;                     // for display; an array is described, not spelled out
    std::optional<std::uint64_t> number;  // of an integer that is not negative
    std::uint64_t texts = 0;              // in an array of them
};

// Reads a metadata value, its type first. Long texts and arrays are checked and passed over without being
// stored: they come back as a description.
GgufValue read_gguf_value(ByteReader& reader, const JobContext& job);

}  // namespace halfstep
