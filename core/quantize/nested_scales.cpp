// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/nested_scales.h"

#include "core/quantize/kmeans.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace halfstep {
namespace {

std::array<float, 256> make_dynamic_map() {
    std::array<float, 256> map{};
    std::size_t count = 0;
    for (int decade = 0; decade < 7; ++decade) {
        const int intervals = 1 << decade;
        const double width = 0.9 / intervals;
        for (int i = 0; i < intervals; ++i) {
            const double middle = 0.1 + (i + 0.5) * width;
            const auto value = static_cast<float>(middle * std::pow(10.0, decade - 6));
            map[count++] = value;
            map[count++] = -value;
        }
    }
    map[count++] = 0;
    map[count++] = 1;
    std::sort(map.begin(), map.end());
    return map;
}

void nest_block(std::span<float> scales, float mean, std::span<const float> last_below) {
    float largest = 0;
    for (float& scale : scales) {
        scale -= mean;
        largest = std::max(largest, std::fabs(scale));
    }
    const std::span<const float> map = dynamic_map();
    for (float& scale : scales) {
        const float position = largest == 0 ? 0.0F : scale / largest;
        const auto place = std::lower_bound(last_below.begin(), last_below.end(), position);
        scale = map[static_cast<std::size_t>(place - last_below.begin())] * largest + mean;
    }
}

}  // namespace

std::span<const float> dynamic_map() {
    static const std::array<float, 256> map = make_dynamic_map();
    return map;
}

void nest_scales(std::span<float> scales) {
    if (scales.empty()) return;
    const std::vector<float> last_below = codebook_thresholds(dynamic_map());
    const double sum = std::accumulate(scales.begin(), scales.end(), 0.0,
                                       [](double total, float x) { return total + static_cast<double>(x); });
    const auto mean = static_cast<float>(sum / static_cast<double>(scales.size()));
    for (std::size_t first = 0; first < scales.size(); first += nested_block_scales)
        nest_block(scales.subspan(first, std::min(nested_block_scales, scales.size() - first)), mean,
                   last_below);
}

}  // namespace halfstep
