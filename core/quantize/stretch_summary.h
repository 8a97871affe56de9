// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_types.h"
#include "core/quantize/block_reader.h"
#include "core/quantize/unit_layout.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace halfstep {

// What is known of a stretch before any scheme: also the limits of its groups, where that was asked for.
struct StretchSummary {
    kernels::ValueSummary whole{};
    std::size_t group = 0;  // elements of a group; 0: not asked for
    std::span<const float> low;
    std::span<const float> high;
};

// Sums up one stretch after another, for all schemes that are measured on it. One a thread.
class StretchSummarizer {
  public:
    // The group whose limits serve units of all these lengths: 16, 32, 64 or 128; 0 where none does. Units
    // that are no multiple of 16 find their limits themselves.
    static std::size_t shared_group(std::span<const std::uint64_t> unit_elements);

    void look_at(const Window& window, const Stretch& stretch, std::size_t group);
    // What is known already of a stretch that is one segment.
    void take(const kernels::ValueSummary& summary);

    StretchSummary summary() const { return summary_; }

    // Calls visit(first, n, summary) for every segment of the stretch.
    template <class Visit>
    void for_each_segment(const Stretch& stretch, Visit&& visit) const {
        for (std::size_t i = 0; i < segments_.size(); ++i) {
            const std::uint64_t offset = i * kernels::segment_elements;
            const std::uint64_t left = stretch.count - offset;
            visit(
                stretch.first + offset,
                static_cast<std::size_t>(left < kernels::segment_elements ? left : kernels::segment_elements),
                segments_[i]);
        }
    }

  private:
    void combine();

    std::vector<kernels::ValueSummary> segments_;
    std::vector<float> lows_;
    std::vector<float> highs_;
    StretchSummary summary_;
};

}  // namespace halfstep
