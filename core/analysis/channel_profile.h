// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/importance.h"
#include "core/schemes/scheme.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfstep {

// How a tensor differs from channel to channel, and along the inputs.
struct ChannelProfile {
    struct Channel {
        float min = 0;  // of the finite values
        float max = 0;
        double rms = 0;
        double value_squared = 0;    // Σx²
        double error_squared = 0;    // Σ(x−x̂)² of the scheme asked for
        std::uint64_t outliers = 0;  // |x| > 6 standard deviations of the tensor
    };
    std::vector<Channel> channels;

    // max|x| over cells of channels x inputs; at most the number of rows and columns asked for.
    struct Map {
        std::size_t rows = 0;
        std::size_t columns = 0;
        std::uint64_t channels_per_row = 1;
        std::uint64_t inputs_per_column = 1;
        std::vector<float> abs_max;    // row-major
        std::vector<float> rms_error;  // √(mean (x−x̂)²) of the scheme
    };
    Map map;
};

ChannelProfile compute_channel_profile(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                                       std::size_t max_rows, std::size_t max_columns,
                                       const JobContext& job = {}, const Importance* importance = nullptr);

}  // namespace halfstep
