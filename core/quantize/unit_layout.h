// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_types.h"
#include "core/schemes/scheme.h"
#include "core/tensor/tensor_info.h"

#include <algorithm>
#include <cstdint>

namespace halfstep {

// Rows up to this many elements are held in memory whole; of longer ones, and of a tensor that has one scale,
// a segment at a time.
inline constexpr std::uint64_t local_row_elements = std::uint64_t{1} << 18U;

// What is worked on at once: a whole row, or a segment of a long one.
struct Stretch {
    std::uint64_t row = 0;
    std::uint64_t first = 0;  // element of the tensor
    std::uint64_t count = 0;
};

// How a scheme divides a tensor: rows (or the flattened tensor as one row), in each of them scale units, none
// of which crosses a row.
struct UnitLayout {
    bool flat = false;  // one row: the scheme has one scale for the tensor, or none at all
    std::uint64_t rows = 0;
    std::uint64_t row_elements = 0;
    std::uint64_t unit_elements = 0;  // the last unit of a row may be shorter

    // Whether a stretch is a segment rather than a whole row.
    bool chunked() const { return flat || row_elements > local_row_elements; }
    // Whether a unit is longer than a stretch, so that its grid has to be known before.
    bool streamed() const { return chunked() && unit_elements == row_elements; }

    std::uint64_t stretch_elements() const { return chunked() ? kernels::segment_elements : row_elements; }

    // Calls visit(Stretch) for every stretch that begins in elements [from, to).
    template <class Visit>
    void for_each_stretch(std::uint64_t from, std::uint64_t to, Visit&& visit) const {
        if (row_elements == 0) return;
        const std::uint64_t step = stretch_elements();
        for (std::uint64_t row = from / row_elements; row < rows && row * row_elements < to; ++row) {
            const std::uint64_t row_first = row * row_elements;
            const std::uint64_t skipped = from > row_first ? (from - row_first + step - 1) / step : 0;
            for (std::uint64_t offset = skipped * step; offset < row_elements && row_first + offset < to;
                 offset += step)
                visit(Stretch{row, row_first + offset, std::min(step, row_elements - offset)});
        }
    }

    // The elements that the units of a stretch cover: more than the stretch where groups straddle its ends.
    Stretch covered(const Stretch& stretch) const {
        if (streamed()) return stretch;
        const std::uint64_t row_first = stretch.row * row_elements;
        const std::uint64_t begin = (stretch.first - row_first) / unit_elements * unit_elements;
        const std::uint64_t end =
            (stretch.first + stretch.count - row_first + unit_elements - 1) / unit_elements * unit_elements;
        return {stretch.row, row_first + begin, std::min(end, row_elements) - begin};
    }
};

UnitLayout unit_layout(const Scheme& scheme, MatrixShape shape);

}  // namespace halfstep
