// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/element_source.h"
#include "core/model_files/input_file.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace halfstep {

// Elements of a part of a file from `offset` on, their bytes turned round: big-endian ones as little-endian.
class SwappedElements : public ElementSource {
  public:
    SwappedElements(std::shared_ptr<const InputFile> file, std::uint64_t offset, std::uint64_t elements,
                    std::size_t element_bytes);

  private:
    void make_out(std::uint64_t first, std::span<std::byte> into, std::string_view tensor) const override;

    std::shared_ptr<const InputFile> file_;
    std::uint64_t offset_;
};

// Elements of an array whose first axis is the contiguous one in the file (Fortran's order), with the last
// one contiguous. Rows lie scattered there: the more of them are asked for at once, the better; buffers are
// small whatever is asked for.
class FortranOrder : public ElementSource {
  public:
    FortranOrder(std::shared_ptr<const InputFile> file, std::uint64_t offset, std::vector<std::int64_t> shape,
                 std::size_t element_bytes);

  private:
    // Some rows (places on the first axis), from element `begin` up to `end` of each.
    struct Piece {
        std::uint64_t first_row = 0;
        std::uint64_t rows = 0;
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };
    class Columns;

    void make_out(std::uint64_t first, std::span<std::byte> into, std::string_view tensor) const override;
    void make_out(const Piece& piece, std::span<std::byte> into, std::string_view tensor) const;
    void make_out_few(const Piece& piece, std::span<std::byte> into, std::string_view tensor) const;

    std::shared_ptr<const InputFile> file_;
    std::uint64_t offset_;
    std::vector<std::int64_t> shape_;
    std::uint64_t rows_;          // extent of the first axis
    std::uint64_t row_elements_;  // of all others together
};

// Whether the order makes no difference: at most one axis has more than one place.
bool same_in_either_order(const std::vector<std::int64_t>& shape);

}  // namespace halfstep
