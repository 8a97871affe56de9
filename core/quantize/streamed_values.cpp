// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/streamed_values.h"

#include "core/base/parallel.h"

#include <algorithm>

namespace halfstep {

StreamedValues::StreamedValues(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                               std::uint64_t count, const JobContext& job)
    : model_(model),
      tensor_(tensor),
      first_(first),
      count_(count),
      blocks_(static_cast<std::size_t>((count + block_elements - 1) / block_elements)),
      job_(job) {
    job_.progress = nullptr;
}

void StreamedValues::read(std::uint64_t begin, std::span<float> into, RowReader& rows) const {
    if (count_ == tensor_.elements)
        model_.read_floats(tensor_, begin, into);
    else
        rows.read_floats(model_, tensor_, first_ + begin, into);
}

std::span<const float> StreamedValues::read(std::size_t block, Buffer& buffer) const {
    const std::uint64_t begin = block * block_elements;
    buffer.values.resize(static_cast<std::size_t>(std::min(block_elements, count_ - begin)));
    read(begin, buffer.values, buffer.rows);
    return buffer.values;
}

void StreamedValues::for_each_block(const Block& work) const {
    std::vector<Buffer> buffers(workers());
    parallel_for(blocks_, job_, [&](std::size_t block, unsigned worker) {
        work(block, worker, read(block, buffers[worker]));
    });
}

void StreamedValues::for_each_in_segments(const Segment& work) const {
    const std::size_t segments = std::min(blocks_, most_segments);
    std::vector<Buffer> buffers(workers());
    parallel_for(segments, job_, [&](std::size_t segment, unsigned worker) {
        const std::size_t end = blocks_ * (segment + 1) / segments;
        for (std::size_t block = blocks_ * segment / segments; block < end; ++block) {
            job_.throw_if_stopped();
            work(segment, read(block, buffers[worker]));
        }
    });
}

std::vector<float> StreamedValues::all() const {
    std::vector<float> values(static_cast<std::size_t>(count_));
    RowReader rows;
    for (std::size_t block = 0; block < blocks_; ++block) {
        job_.throw_if_stopped();
        const std::uint64_t begin = block * block_elements;
        const auto size = static_cast<std::size_t>(std::min(block_elements, count_ - begin));
        read(begin, std::span(values).subspan(static_cast<std::size_t>(begin), size), rows);
    }
    return values;
}

}  // namespace halfstep
