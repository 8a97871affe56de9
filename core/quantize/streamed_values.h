// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/model_files/row_reader.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace halfstep {

// Elements of a tensor that are too many to hold, read in blocks, as often as it takes: counted row by row,
// or the whole tensor in the order of the file.
class StreamedValues {
  public:
    static constexpr std::uint64_t block_elements = 65536;
    static constexpr std::size_t most_segments = 32;

    // The job's progress is not reported: nobody knows how many passes there will be.
    StreamedValues(const Model& model, const TensorInfo& tensor, std::uint64_t first, std::uint64_t count,
                   const JobContext& job);

    std::uint64_t count() const { return count_; }
    std::size_t blocks() const { return blocks_; }
    unsigned workers() const { return job_.thread_count(); }
    const JobContext& job() const { return job_; }

    using Block = std::function<void(std::size_t block, unsigned worker, std::span<const float> values)>;
    void for_each_block(const Block& work) const;

    // Blocks of one segment come in order, in one thread; what the segments are does not depend on the number
    // of threads.
    using Segment = std::function<void(std::size_t segment, std::span<const float> values)>;
    void for_each_in_segments(const Segment& work) const;

    std::vector<float> all() const;

  private:
    struct Buffer {
        RowReader rows;
        std::vector<float> values;
    };
    std::span<const float> read(std::size_t block, Buffer& buffer) const;
    void read(std::uint64_t begin, std::span<float> into, RowReader& rows) const;

    const Model& model_;
    const TensorInfo& tensor_;
    std::uint64_t first_;
    std::uint64_t count_;
    std::size_t blocks_;
    JobContext job_;
};

}  // namespace halfstep
