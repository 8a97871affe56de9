// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lessons/palette.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr std::size_t most_single_pixels = 4096;
constexpr std::size_t pixels_between_looks = 4096;
constexpr int cell_shift = 3;
constexpr std::size_t cells_a_channel = 256U >> cell_shift;

struct Point {
    double red = 0;
    double green = 0;
    double blue = 0;
    double weight = 1;
};

double square(double x) {
    return x * x;
}

double distance(const Point& a, const Point& b) {
    return square(a.red - b.red) + square(a.green - b.green) + square(a.blue - b.blue);
}

Point point_of(const Rgb& color) {
    return {static_cast<double>(color.red), static_cast<double>(color.green),
            static_cast<double>(color.blue)};
}

Rgb color_of(const Point& point) {
    const auto byte = [](double x) {
        return static_cast<std::uint8_t>(std::clamp(std::lround(x), 0L, 255L));
    };
    return {byte(point.red), byte(point.green), byte(point.blue)};
}

// Sums of colours on the way to their mean.
void add(Point& sum, const Point& point) {
    sum.red += point.weight * point.red;
    sum.green += point.weight * point.green;
    sum.blue += point.weight * point.blue;
    sum.weight += point.weight;
}

Point mean(const Point& sum) {
    return {sum.red / sum.weight, sum.green / sum.weight, sum.blue / sum.weight, sum.weight};
}

std::vector<Point> points_of(std::span<const Rgb> pixels) {
    std::vector<Point> points;
    if (pixels.size() <= most_single_pixels) {
        std::ranges::transform(pixels, std::back_inserter(points), point_of);
        return points;
    }
    std::vector<Point> cells(cells_a_channel * cells_a_channel * cells_a_channel, Point{0, 0, 0, 0});
    for (const Rgb& pixel : pixels) {
        const std::size_t red = pixel.red >> cell_shift;
        const std::size_t green = pixel.green >> cell_shift;
        const std::size_t blue = pixel.blue >> cell_shift;
        add(cells[(red * cells_a_channel + green) * cells_a_channel + blue], point_of(pixel));
    }
    for (const Point& cell : cells)
        if (cell.weight > 0) points.push_back(mean(cell));
    return points;
}

// SplitMix64 (Steele, Lea and Flood 2014), as numbers from 0 to 1 without 1.
class Chance {
  public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}
    double next() {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return static_cast<double>((z ^ (z >> 31U)) >> 11U) * 0x1p-53;
    }

  private:
    std::uint64_t state_;
};

// k-means over weighted points.
class Clusters {
  public:
    Clusters(std::span<const Point> points, const JobContext& job)
        : points_(points), job_(job), nearest_(points.size()), distance_(points.size()) {}

    void choose(std::size_t count, Chance& chance) {
        std::ranges::fill(distance_, std::numeric_limits<double>::infinity());
        centres_.clear();
        centres_.push_back(points_[drawn(chance, [this](std::size_t i) { return points_[i].weight; })]);
        while (centres_.size() < count) {
            job_.throw_if_stopped();
            for (std::size_t i = 0; i < points_.size(); ++i)
                distance_[i] = std::min(distance_[i], distance(points_[i], centres_.back()));
            const auto chances = [this](std::size_t i) { return points_[i].weight * distance_[i]; };
            const std::size_t next = drawn(chance, chances);
            if (chances(next) == 0) return;  // every point is a centre
            centres_.push_back(points_[next]);
        }
    }

    // Whether any point went to another centre.
    bool assign() {
        job_.throw_if_stopped();
        bool moved = false;
        error_ = 0;
        for (std::size_t i = 0; i < points_.size(); ++i) {
            std::size_t best = 0;
            double least = std::numeric_limits<double>::infinity();
            for (std::size_t k = 0; k < centres_.size(); ++k) {
                const double d = distance(points_[i], centres_[k]);
                if (d < least) {
                    least = d;
                    best = k;
                }
            }
            moved = moved || nearest_[i] != best;
            nearest_[i] = best;
            error_ += points_[i].weight * least;
        }
        return moved;
    }

    void move_to_means() {
        std::vector<Point> sums(centres_.size(), Point{0, 0, 0, 0});
        for (std::size_t i = 0; i < points_.size(); ++i)
            add(sums[nearest_[i]], points_[i]);
        for (std::size_t k = 0; k < centres_.size(); ++k)
            if (sums[k].weight > 0) centres_[k] = mean(sums[k]);
    }

    double error() const { return error_; }
    const std::vector<Point>& centres() const { return centres_; }

  private:
    template <class Weight>
    std::size_t drawn(Chance& chance, Weight weight) const {
        double sum = 0;
        for (std::size_t i = 0; i < points_.size(); ++i)
            sum += weight(i);
        double left = chance.next() * sum;
        std::size_t last = 0;
        for (std::size_t i = 0; i < points_.size(); ++i) {
            if (weight(i) == 0) continue;
            last = i;
            left -= weight(i);
            if (left < 0) break;
        }
        return last;
    }

    std::span<const Point> points_;
    const JobContext& job_;
    std::vector<Point> centres_;
    std::vector<std::size_t> nearest_;
    std::vector<double> distance_;
    double error_ = 0;
};

// The middle of one of so many equal parts of 0 to 256, rounded.
std::uint8_t grid_value(std::size_t place, std::size_t levels) {
    return static_cast<std::uint8_t>((256 * (2 * place + 1) + levels) / (2 * levels));
}

}  // namespace

std::vector<Rgb> grid_palette(std::size_t colors) {
    colors = std::min(colors, most_palette_colors);
    std::array<std::size_t, 3> levels{1, 1, 1};  // of green, red, blue
    for (bool raised = true; raised;) {
        raised = false;
        std::array<std::size_t, 3> by_need{0, 1, 2};
        std::ranges::stable_sort(by_need, {}, [&levels](std::size_t c) { return levels[c]; });
        for (const std::size_t channel : by_need) {
            const std::size_t now = levels[0] * levels[1] * levels[2];
            if (now / levels[channel] * (levels[channel] + 1) > colors) continue;
            ++levels[channel];
            raised = true;
            break;
        }
    }
    std::vector<Rgb> palette;
    for (std::size_t red = 0; red < levels[1]; ++red)
        for (std::size_t green = 0; green < levels[0]; ++green)
            for (std::size_t blue = 0; blue < levels[2]; ++blue)
                palette.push_back(
                    {grid_value(red, levels[1]), grid_value(green, levels[0]), grid_value(blue, levels[2])});
    return palette;
}

std::vector<Rgb> kmeans_palette(std::span<const Rgb> pixels, std::size_t colors, const PaletteSearch& search,
                                const JobContext& job) {
    if (pixels.empty() || colors == 0) return {};
    const std::vector<Point> points = points_of(pixels);
    Chance chance(search.seed);
    Clusters clusters(points, job);
    std::vector<Point> best;
    double least = std::numeric_limits<double>::infinity();
    for (int start = 0; start < std::max(1, search.starts); ++start) {
        clusters.choose(std::min(colors, most_palette_colors), chance);
        clusters.assign();
        for (int round = 0; round < search.rounds; ++round) {
            clusters.move_to_means();
            if (!clusters.assign()) break;
        }
        if (clusters.error() >= least) continue;
        least = clusters.error();
        best = clusters.centres();
    }
    std::vector<Rgb> palette;
    std::ranges::transform(best, std::back_inserter(palette), color_of);
    return palette;
}

std::vector<std::uint16_t> nearest_colors(std::span<const Rgb> pixels, std::span<const Rgb> palette,
                                          const JobContext& job) {
    std::vector<std::uint16_t> nearest(pixels.size());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        if (i % pixels_between_looks == 0) job.throw_if_stopped();
        const Rgb pixel = pixels[i];
        int least = std::numeric_limits<int>::max();
        for (std::size_t k = 0; k < palette.size(); ++k) {
            const int red = pixel.red - palette[k].red;
            const int green = pixel.green - palette[k].green;
            const int blue = pixel.blue - palette[k].blue;
            const int d = red * red + green * green + blue * blue;
            if (d >= least) continue;
            least = d;
            nearest[i] = static_cast<std::uint16_t>(k);
        }
    }
    return nearest;
}

double palette_error(std::span<const Rgb> pixels, std::span<const Rgb> palette,
                     std::span<const std::uint16_t> nearest) {
    double sum = 0;
    for (std::size_t i = 0; i < pixels.size(); ++i)
        sum += distance(point_of(pixels[i]), point_of(palette[nearest[i]]));
    return sum;
}

std::optional<double> psnr_db(double error, std::size_t pixels) {
    if (!(error > 0) || pixels == 0) return std::nullopt;
    return 10 * std::log10(square(255) * 3 * static_cast<double>(pixels) / error);
}

int palette_code_bits(std::size_t colors) {
    return std::max(1, static_cast<int>(std::bit_width(std::max<std::size_t>(1, colors) - 1)));
}

}  // namespace halfstep
