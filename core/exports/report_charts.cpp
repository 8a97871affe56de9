// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/report_charts.h"

#include "core/base/figure_text.h"
#include "core/exports/markup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace halfstep {
namespace {

constexpr double page_width = 1040;
constexpr std::size_t most_colours = 7;  // classes k0 to k6, and k7 for the rest

struct Part {
    std::string name;
    std::uint64_t bytes = 0;
};

// Parts by size; those beyond the colours are one.
std::vector<Part> largest_first(const std::map<std::string, std::uint64_t>& bytes_of) {
    std::vector<Part> parts;
    for (const auto& [name, bytes] : bytes_of)
        parts.push_back({name, bytes});
    std::ranges::stable_sort(parts, std::greater<>(), &Part::bytes);
    if (parts.size() > most_colours) {
        Part rest{fmt::format("{} others", parts.size() - most_colours), 0};
        for (std::size_t i = most_colours; i < parts.size(); ++i)
            rest.bytes += parts[i].bytes;
        parts.resize(most_colours);
        parts.push_back(rest);
    }
    return parts;
}

struct SizeBar {
    const char* title;
    std::vector<Part> parts;
    double y;
    bool colours_from_the_end;  // so that a type and a scheme do not look like the same thing

    std::string colour(std::size_t part) const {
        return fmt::format("k{}", colours_from_the_end ? most_colours - part : part);
    }
};

void draw_size_bar(SvgWriter& svg, const SizeBar& bar, double bytes_per_pixel) {
    constexpr double left = 70;
    svg.text(0, bar.y + 21, bar.title, "label");
    double x = left;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < bar.parts.size(); ++i) {
        const double width = static_cast<double>(bar.parts[i].bytes) / bytes_per_pixel;
        svg.rectangle(x, bar.y, std::max(width - 1, 0.5), 32, bar.colour(i),
                      fmt::format("{}: {}", bar.parts[i].name, size_text(bar.parts[i].bytes)));
        x += width;
        total += bar.parts[i].bytes;
    }
    svg.text(x + 8, bar.y + 21, size_text(total), "value");
    double legend = left;
    for (std::size_t i = 0; i < bar.parts.size(); ++i) {
        const std::string text = fmt::format("{}  {}", bar.parts[i].name, size_text(bar.parts[i].bytes));
        const double width = 34 + 6.6 * static_cast<double>(text.size());
        if (legend + width > page_width) break;  // the tips of the bar name them all
        svg.rectangle(legend, bar.y + 43, 10, 10, bar.colour(i));
        svg.text(legend + 16, bar.y + 52, text, "small");
        legend += width;
    }
}

std::string tip_of(const PlanRow& row) {
    const ErrorSums& sums = row.measurement->sums;
    return fmt::format("{}\n{}: relative error {}, SQNR {} dB", row.tensor->name, to_string(row.scheme),
                       percent(rel_error(sums)), decimals(sqnr_db(sums), 2));
}

double error_of(const PlanRow& row) {
    return rel_error(row.measurement->sums).value_or(0);
}

// Schemes that any tensor was measured with, in the order of their first measurement.
std::vector<Scheme> measured_schemes(const std::vector<PlanRow>& rows) {
    std::vector<Scheme> schemes;
    for (const PlanRow& row : rows) {
        if (row.all_measurements == nullptr) continue;
        for (const Measurement& result : row.all_measurements->results)
            if (std::ranges::find(schemes, result.scheme) == schemes.end()) schemes.push_back(result.scheme);
    }
    return schemes;
}

constexpr std::array heat_limits_db{10, 16, 22, 28, 34, 40};  // classes h0 (below the first) to h6

std::string heat_class(double db) {
    const auto above = std::ranges::upper_bound(heat_limits_db, db);
    return fmt::format("h{}", above - heat_limits_db.begin());
}

void draw_map_cell(SvgWriter& svg, double x, double y, double width, const PlanRow& row,
                   const Measurement& result) {
    const bool chosen = result.scheme == row.scheme;
    const auto db = sqnr_db(result.sums);
    const std::string tip =
        fmt::format("{}\n{}{}: {}", row.tensor->name, to_string(result.scheme), chosen ? " (planned)" : "",
                    result.refused.empty() ? decimals(db, 2) + " dB" : result.refused);
    if (!result.refused.empty()) {
        svg.rectangle(x, y, width, 18, "none", tip);
        svg.text(x + width / 2, y + 13, "–", "cell soft");
        return;
    }
    const bool exact = !db;
    const std::string heat = exact ? "h6" : heat_class(*db);
    svg.rectangle(x, y, width, 18, heat + (chosen ? " chosen" : ""), tip);
    svg.text(x + width / 2, y + 13, exact ? "exact" : decimals(db, 1), heat + "t cell");
}

}  // namespace

std::string size_chart(const std::vector<PlanRow>& rows) {
    std::map<std::string, std::uint64_t> before;
    std::map<std::string, std::uint64_t> after;
    std::uint64_t bytes_before = 0;
    std::uint64_t bytes_after = 0;
    for (const PlanRow& row : rows) {
        before[row.tensor->dtype_name] += row.tensor->bytes;
        after[to_string(row.scheme)] += row.bytes;
        bytes_before += row.tensor->bytes;
        bytes_after += row.bytes;
    }
    const double most = static_cast<double>(std::max({bytes_before, bytes_after, std::uint64_t{1}}));
    const double bytes_per_pixel = most / (page_width - 160);
    SvgWriter svg(page_width, 150,
                  fmt::format("Size: {} before, {} after", size_text(bytes_before), size_text(bytes_after)));
    draw_size_bar(svg, {"before", largest_first(before), 4, true}, bytes_per_pixel);
    draw_size_bar(svg, {"after", largest_first(after), 84, false}, bytes_per_pixel);
    return svg.finish();
}

std::vector<const PlanRow*> worst_first(const std::vector<PlanRow>& rows) {
    std::vector<const PlanRow*> ranked;
    for (const PlanRow& row : rows)
        if (row.measurement != nullptr) ranked.push_back(&row);
    std::ranges::stable_sort(ranked,
                             [](const PlanRow* a, const PlanRow* b) { return error_of(*a) > error_of(*b); });
    return ranked;
}

std::string error_chart(const std::vector<const PlanRow*>& ranked, std::size_t most) {
    constexpr double left = 330;
    constexpr double bar_room = 430;
    constexpr double line = 20;
    const std::size_t shown = std::min(ranked.size(), most);
    const double largest = shown == 0 ? 1 : std::max(error_of(*ranked.front()), 1e-30);
    SvgWriter svg(page_width, line * static_cast<double>(shown) + 4,
                  "Tensors by relative error, the worst first");
    for (std::size_t i = 0; i < shown; ++i) {
        const PlanRow& row = *ranked[i];
        const double y = line * static_cast<double>(i);
        const double width = std::max(error_of(row) / largest * bar_room, 1.0);
        svg.text(left - 10, y + 14, shortened_middle(row.tensor->name, 44), "name end", row.tensor->name);
        svg.rectangle(left, y + 3, width, line - 6, "bar", tip_of(row));
        svg.text(left + width + 8, y + 14,
                 fmt::format("{}   {} dB", percent(rel_error(row.measurement->sums)),
                             decimals(sqnr_db(row.measurement->sums), 1)),
                 "value");
        svg.text(page_width, y + 14, to_string(row.scheme), "small end");
    }
    return svg.finish();
}

std::string sqnr_map(const std::vector<PlanRow>& rows, std::size_t most) {
    std::vector<const PlanRow*> shown;
    bool several = false;
    for (const PlanRow& row : rows) {
        if (row.all_measurements == nullptr || shown.size() == most) continue;
        shown.push_back(&row);
        several = several || row.all_measurements->results.size() > 1;
    }
    if (!several) return {};
    std::vector<Scheme> schemes = measured_schemes(rows);
    constexpr std::size_t most_schemes = 12;
    if (schemes.size() > most_schemes) schemes.resize(most_schemes);

    constexpr double left = 330;
    constexpr double top = 30;
    constexpr double line = 20;
    const double cell = std::min((page_width - left) / static_cast<double>(schemes.size()), 150.0);
    SvgWriter svg(page_width, top + line * static_cast<double>(shown.size()),
                  "SQNR in decibels by tensor and scheme");
    for (std::size_t s = 0; s < schemes.size(); ++s) {
        const auto room = static_cast<std::size_t>(cell / 6.4);
        const std::string notation = to_string(schemes[s]);
        svg.text(left + cell * (static_cast<double>(s) + 0.5), top - 10, shortened_middle(notation, room),
                 "small mid", notation);
    }
    for (std::size_t t = 0; t < shown.size(); ++t) {
        const double y = top + line * static_cast<double>(t);
        svg.text(left - 10, y + 13, shortened_middle(shown[t]->tensor->name, 44), "name end",
                 shown[t]->tensor->name);
        for (const Measurement& result : shown[t]->all_measurements->results) {
            const auto found = std::ranges::find(schemes, result.scheme);
            if (found == schemes.end()) continue;
            draw_map_cell(svg, left + cell * static_cast<double>(found - schemes.begin()), y, cell - 2,
                          *shown[t], result);
        }
    }
    return svg.finish();
}

std::string level_chart(const PlanRow& row, const LevelPicture& picture) {
    constexpr double width = 330;
    constexpr double height = 130;
    constexpr double floor = 104;
    constexpr std::size_t most_levels = 64;  // more are closer than a pixel can tell
    const Histogram& histogram = picture.histogram;
    const double span = std::max(histogram.high - histogram.low, 1e-300);
    const auto across = [&](double value) { return (value - histogram.low) / span * width; };

    SvgWriter svg(
        width, height,
        fmt::format("Histogram of {} with the levels of {}", row.tensor->name, to_string(row.scheme)));
    std::uint64_t highest = 1;
    for (const std::uint64_t count : histogram.counts)
        highest = std::max(highest, count);
    const double tallest = std::log1p(static_cast<double>(highest));
    const double bin = width / static_cast<double>(std::max<std::size_t>(histogram.counts.size(), 1));
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        if (histogram.counts[i] == 0) continue;
        const double tall = std::log1p(static_cast<double>(histogram.counts[i])) / tallest * (floor - 10);
        svg.rectangle(bin * static_cast<double>(i), floor - tall, std::max(bin - 0.4, 0.4), tall, "column");
    }
    if (picture.levels.size() <= most_levels)
        for (const float level : picture.levels)
            if (level >= histogram.low && level <= histogram.high)
                svg.line(across(level), 4, across(level), floor + 5, "level");
    svg.line(0, floor, width, floor, "axis");
    svg.text(0, height - 6, short_number(histogram.low), "small");
    svg.text(width, height - 6, short_number(histogram.high), "small end");
    if (histogram.low < 0 && histogram.high > 0 && across(0) > 70 && across(0) < width - 70)
        svg.text(across(0), height - 6, "0", "small mid");
    return svg.finish();
}

}  // namespace halfstep
