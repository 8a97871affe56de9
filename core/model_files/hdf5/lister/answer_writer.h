// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/lister/refusal.h"
#include "core/model_files/hdf5/listing_wire.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace halfstep::lister {

// Puts the answer together, up to the length that is taken.
class AnswerWriter {
  public:
    template <typename Value>
    void put(Value value) {
        static_assert(std::is_arithmetic_v<Value> || std::is_enum_v<Value>);
        append({reinterpret_cast<const char*>(&value), sizeof value});
    }
    void put_text(std::string_view text) {
        put(static_cast<std::uint32_t>(text.size()));
        append(text);
    }
    void put_bytes(std::span<const std::byte> bytes) {
        append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }

    const std::string& answer() const { return answer_; }
    std::size_t space_left() const { return listing_wire::longest_answer - answer_.size(); }

  private:
    void append(std::string_view bytes) {
        if (bytes.size() > space_left())
            throw Refusal({}, "holds more objects and attributes than a model could",
                          "Export the model again, without anything else in the file");
        answer_ += bytes;
    }

    std::string answer_;
};

}  // namespace halfstep::lister
