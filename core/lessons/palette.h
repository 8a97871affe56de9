// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace halfstep {

// Quantization of colours: a codebook of points in three dimensions.
struct Rgb {
    std::uint8_t red = 0;
    std::uint8_t green = 0;
    std::uint8_t blue = 0;

    friend bool operator==(const Rgb&, const Rgb&) = default;
};

inline constexpr std::size_t most_palette_colors = 4096;

// At most `colors` colours on an even grid: so many levels of green, red and blue as the product allows,
// green first, each in the middle of an equal part of what there is.
std::vector<Rgb> grid_palette(std::size_t colors);

struct PaletteSearch {
    std::uint64_t seed = 1;
    int starts = 1;   // the best of so many
    int rounds = 40;  // of each, at most
};

// At most `colors` colours with a small Σ|pixel − nearest colour|², by k-means: centres chosen by chance in
// proportion to their squared distance (Arthur and Vassilvitskii 2007, k-means++) and moved to the means of
// their pixels until nothing changes (Lloyd). The same for the same pixels and seed. Many pixels are
// gathered in cells of 8 x 8 x 8 colours first, each of which counts as its mean. Fewer colours where the
// pixels have fewer.
std::vector<Rgb> kmeans_palette(std::span<const Rgb> pixels, std::size_t colors,
                                const PaletteSearch& search = {}, const JobContext& job = {});

// For each pixel the place of the nearest colour of the palette (not empty), the first of equally near ones.
std::vector<std::uint16_t> nearest_colors(std::span<const Rgb> pixels, std::span<const Rgb> palette,
                                          const JobContext& job = {});

// Σ of squared differences over all pixels and their three channels.
double palette_error(std::span<const Rgb> pixels, std::span<const Rgb> palette,
                     std::span<const std::uint16_t> nearest);

// 10·log10(255² / mean squared difference of a channel); none where there is no error or no pixel.
std::optional<double> psnr_db(double error, std::size_t pixels);

// Bits of a code that names one of so many colours: ⌈log2(colors)⌉, at least 1.
int palette_code_bits(std::size_t colors);

}  // namespace halfstep
