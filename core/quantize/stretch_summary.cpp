// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/stretch_summary.h"

#include "core/kernels/kernel_table.h"

#include <algorithm>
#include <numeric>

namespace halfstep {

std::size_t StretchSummarizer::shared_group(std::span<const std::uint64_t> unit_elements) {
    constexpr std::uint64_t longest = 128;
    std::uint64_t group = 0;
    for (const std::uint64_t unit : unit_elements)
        if (unit % kernels::lanes == 0) group = std::gcd(group == 0 ? longest : group, unit);
    return static_cast<std::size_t>(group);
}

void StretchSummarizer::look_at(const Window& window, const Stretch& stretch, std::size_t group) {
    constexpr std::size_t step = kernels::segment_elements;
    const auto n = static_cast<std::size_t>(stretch.count);
    segments_.resize((n + step - 1) / step);
    const std::size_t groups = group == 0 ? 0 : (n + group - 1) / group;
    grow_to(lows_, groups);
    grow_to(highs_, groups);
    const kernels::KernelTable& kernel = kernels::kernel_table();
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        const std::size_t offset = i * step;
        // What lies behind is fetched while the schemes are measured, which takes longer.
        const std::size_t count = std::min(step, n - offset);
        const kernels::Segment segment =
            kernels::lone_segment(window.part(stretch.first + offset, count).data(), count, false);
        if (group == 0)
            kernel.summarize(segment, &segments_[i]);
        else
            kernel.summarize_groups(segment, group, &segments_[i], &lows_[offset / group],
                                    &highs_[offset / group]);
    }
    summary_.group = group;
    summary_.low = std::span<const float>(lows_).first(groups);
    summary_.high = std::span<const float>(highs_).first(groups);
    combine();
}

void StretchSummarizer::take(const kernels::ValueSummary& summary) {
    segments_.assign(1, summary);
    summary_ = {summary, 0, {}, {}};
}

void StretchSummarizer::combine() {
    kernels::ValueSummary all{};
    for (const kernels::ValueSummary& one : segments_) {
        if (one.finite == 0) continue;
        const bool first = all.finite == 0;
        all.min = first ? one.min : std::min(all.min, one.min);
        all.max = first ? one.max : std::max(all.max, one.max);
        all.finite += one.finite;
        all.value_squared += one.value_squared;
    }
    summary_.whole = all;
}

}  // namespace halfstep
