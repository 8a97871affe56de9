// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/element_source.h"
#include "core/model_files/input_file.h"

#include <cstdint>
#include <memory>

namespace halfstep {

// Where the codes and scales of one tensor stand: int8 codes, and a float32 scale for each `group_size` of
// them, counted over the whole tensor.
struct Int8GroupsPlace {
    std::uint64_t codes = 0;   // of the first, from the start of the file
    std::uint64_t scales = 0;  // likewise
    std::uint64_t elements = 0;
    std::uint64_t group_size = 1;

    std::uint64_t bytes() const { return elements + elements / group_size * sizeof(float); }
};

// The float32 weights scale · code, as llama2.c's runq.c has them.
class Int8Groups : public ElementSource {
  public:
    Int8Groups(std::shared_ptr<const InputFile> file, const Int8GroupsPlace& place);

  private:
    void make_out(std::uint64_t first, std::span<std::byte> into, std::string_view tensor) const override;

    std::shared_ptr<const InputFile> file_;
    Int8GroupsPlace place_;
};

}  // namespace halfstep
