// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/data_sets.h"

#include "core/base/error.h"
#include "core/training/elementary.h"
#include "core/training/random.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <functional>

namespace halfstep::training {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr std::uint64_t training_stream = 11;
constexpr std::uint64_t held_out_stream = 12;

struct Point {
    double x = 0;
    double y = 0;
};

// Classes take turns, so that they are equally frequent.
Examples two_classes(Random random, std::size_t count, double noise,
                     const std::function<Point(std::size_t arm, double along)>& place) {
    Examples examples{{count, 2}, {count, 2}};
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t arm = i % 2;
        const Point point = place(arm, random.uniform());
        examples.inputs.row(i)[0] = static_cast<float>(point.x + noise * random.normal());
        examples.inputs.row(i)[1] = static_cast<float>(point.y + noise * random.normal());
        examples.targets.row(i)[arm] = 1;
    }
    return examples;
}

Point on_spiral(std::size_t arm, double along) {
    const double radius = 0.1 + 0.9 * along;
    const double angle = 3 * pi * along + (arm == 0 ? 0 : pi);
    return {radius * cosine(angle), radius * sine(angle)};
}

Point on_moon(std::size_t arm, double along) {
    const Point circle{cosine(pi * along), sine(pi * along)};
    return arm == 0 ? Point{circle.x - 0.5, circle.y - 0.25} : Point{0.5 - circle.x, 0.25 - circle.y};
}

double wave(double x, double y, double z) {
    return sine(pi * x) + 0.6 * sine(2 * pi * y + 1) + 0.4 * sine(3 * (x + z)) * sine(2 * y);
}

Examples wave_examples(Random random, std::size_t count, double noise) {
    Examples examples{{count, 3}, {count, 1}};
    for (std::size_t i = 0; i < count; ++i) {
        std::array<double, 3> at{};
        for (std::size_t k = 0; k < at.size(); ++k) {
            at[k] = 2 * random.uniform() - 1;
            examples.inputs.row(i)[k] = static_cast<float>(at[k]);
        }
        const double value = wave(at[0], at[1], at[2]);
        examples.targets.row(i)[0] = static_cast<float>(value + noise * random.normal());
    }
    return examples;
}

}  // namespace

DataSet spirals(std::uint64_t seed, std::size_t training, std::size_t held_out) {
    constexpr double noise = 0.03;
    return {"spirals", Loss::cross_entropy,
            two_classes(Random(seed, training_stream), training, noise, on_spiral),
            two_classes(Random(seed, held_out_stream), held_out, noise, on_spiral)};
}

DataSet moons(std::uint64_t seed, std::size_t training, std::size_t held_out) {
    constexpr double noise = 0.2;
    return {"moons", Loss::cross_entropy,
            two_classes(Random(seed, training_stream), training, noise, on_moon),
            two_classes(Random(seed, held_out_stream), held_out, noise, on_moon)};
}

DataSet waves(std::uint64_t seed, std::size_t training, std::size_t held_out) {
    constexpr double noise = 0.05;
    return {"waves", Loss::mean_squared_error, wave_examples(Random(seed, training_stream), training, noise),
            wave_examples(Random(seed, held_out_stream), held_out, 0)};
}

DataSet data_set(std::string_view name, std::uint64_t seed) {
    if (name == "spirals") return spirals(seed);
    if (name == "moons") return moons(seed);
    if (name == "waves") return waves(seed);
    throw Error(fmt::format("There is no data set '{}'", name), {},
                fmt::format("Choose one of {}", fmt::join(data_set_names(), ", ")));
}

std::vector<std::string> data_set_names() {
    return {"spirals", "moons", "waves"};
}

}  // namespace halfstep::training
