// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/lister/refusal.h"
#include "core/model_files/hdf5/listing_wire.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace halfstep::lister {

// Puts the answer together, up to what is taken.
class AnswerWriter {
  public:
    template <typename Value>
    void put(Value value) {
        static_assert(std::is_arithmetic_v<Value> || std::is_enum_v<Value>);
        append({reinterpret_cast<const char*>(&value), sizeof value});
    }
    void put_text(std::string_view text) {
        if (++texts_ > listing_wire::most_texts) refuse();
        put(static_cast<std::uint32_t>(text.size()));
        append(text);
    }
    void put_bytes(std::span<const std::byte> bytes) {
        append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }

    const std::string& answer() const { return answer_; }

  private:
    void append(std::string_view bytes) {
        if (bytes.size() > listing_wire::longest_answer - answer_.size()) refuse();
        answer_ += bytes;
    }

    [[noreturn]] static void refuse() {
        throw Refusal({}, "holds more objects and attributes than a model could",
                      "Export the model again, without anything else in the file");
    }

    std::string answer_;
    std::uint64_t texts_ = 0;
};

}  // namespace halfstep::lister
