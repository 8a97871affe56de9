// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/moment_table.h"
#include "core/analysis/what_if.h"
#include "core/base/atomic_file.h"
#include "core/base/figure_text.h"
#include "core/exports/markup.h"
#include "core/exports/plan_rows.h"
#include "core/exports/report_charts.h"
#include "core/exports/report_style.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr std::size_t most_bars = 40;
constexpr std::size_t most_map_rows = 120;
constexpr std::size_t most_pictures = 6;
constexpr std::size_t picture_bins = 110;

std::string section(std::string_view title, std::string_view note, std::string_view content) {
    return fmt::format("<section>\n<h2>{}</h2>\n<p class=\"note\">{}</p>\n{}\n</section>\n", title, note,
                       content);
}

std::string figure(std::string_view value, std::string_view meaning) {
    return fmt::format("<div><b>{}</b><span>{}</span></div>\n", escaped_markup(value),
                       escaped_markup(meaning));
}

std::string heading(const ExportRequest& request) {
    const Model& model = request.model;
    std::string facts = model.format();
    if (!model.architecture().empty()) facts += " · " + model.architecture();
    facts += fmt::format(" · {} tensors · {} parameters", count_text(model.tensors().size()),
                         count_text(model.parameters()));
    return fmt::format(
        "<header>\n<p class=\"eyebrow\">Quantization plan</p>\n<h1>{}</h1>\n<p "
        "class=\"soft\">{}</p>\n</header>\n",
        escaped_markup(request.plan.model_name), escaped_markup(facts));
}

std::string share_of(const PlanTotals& totals) {
    return totals.bytes_before == 0 ? "-"
                                    : fmt::format("{:.1f} %", 100 * static_cast<double>(totals.bytes) /
                                                                  static_cast<double>(totals.bytes_before));
}

std::string key_figures(const PlanTotals& totals, const std::vector<const PlanRow*>& ranked) {
    std::string text = "<div class=\"figures\">\n";
    text += figure(size_text(totals.bytes),
                   fmt::format("{} of the {} before", share_of(totals), size_text(totals.bytes_before)));
    text += figure(fmt::format("{:.2f}", totals.bits_per_weight),
                   fmt::format("bits per weight, {:.2f} before", totals.bits_per_weight_before));
    if (!ranked.empty()) {
        text += figure(percent(rel_error(totals.measured)),
                       fmt::format("relative error over {} quantized tensors, SQNR {} dB",
                                   totals.measured_tensors, decimals(sqnr_db(totals.measured), 1)));
        text += figure(percent(rel_error(ranked.front()->measurement->sums)),
                       "in the worst tensor, " + shortened_middle(ranked.front()->tensor->name, 44));
    }
    return text + "</div>\n";
}

// None for tensors without a histogram worth drawing.
std::optional<LevelPicture> level_picture(const ExportRequest& request, const PlanRow& row) {
    const MomentTable table = MomentTable::build(request.model, *row.tensor, request.job);
    if (table.count() == 0 || !(table.max() > table.min())) return std::nullopt;
    LevelPicture picture;
    picture.histogram =
        compute_histogram(request.model, *row.tensor, table.min(), table.max(), picture_bins, request.job);
    if (const auto answer = what_if(table, row.scheme, request.job)) picture.levels = answer->levels;
    return picture;
}

std::string pictures(const ExportRequest& request, const std::vector<const PlanRow*>& ranked) {
    std::string text;
    std::size_t drawn = 0;
    for (const PlanRow* row : ranked) {
        if (drawn == most_pictures) break;
        const auto picture = level_picture(request, *row);
        if (!picture) continue;
        ++drawn;
        text += fmt::format("<div><h3>{}</h3>\n<p class=\"soft\">{} · error {}</p>\n{}</div>\n",
                            escaped_markup(row->tensor->name), escaped_markup(to_string(row->scheme)),
                            percent(rel_error(row->measurement->sums)), level_chart(*row, *picture));
    }
    return text.empty() ? text : "<div class=\"pictures\">\n" + text + "</div>";
}

std::string table_row(const PlanRow& row) {
    const TensorInfo& tensor = *row.tensor;
    const auto from_sums = [&](auto&& cell) {
        return row.measurement != nullptr ? cell(row.measurement->sums) : std::string("–");
    };
    return fmt::format(
        "<tr{}><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{:.3f}</td><td "
        "class=\"n\">{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        row.scheme.family == Family::keep ? " class=\"kept\"" : "", escaped_markup(tensor.name),
        role_name(tensor.role), shape_text(tensor.shape), escaped_markup(tensor.dtype_name),
        escaped_markup(to_string(row.scheme)), row.bits_per_weight(), size_text(tensor.bytes),
        size_text(row.bytes), from_sums([](const ErrorSums& sums) { return percent(rel_error(sums)); }),
        from_sums([](const ErrorSums& sums) { return decimals(sqnr_db(sums), 2); }),
        from_sums([](const ErrorSums& sums) { return percent(clipped_share(sums)); }));
}

std::string tensor_table(const std::vector<PlanRow>& rows) {
    std::string text =
        "<table>\n<thead><tr><th>tensor</th><th>role</th><th>shape</th><th>type</th><th>scheme</th><th "
        "class=\"n\">bits</th>"
        "<th class=\"n\">before</th><th class=\"n\">after</th><th class=\"n\">rel. error</th><th "
        "class=\"n\">SQNR dB</th>"
        "<th class=\"n\">clipped</th></tr></thead>\n<tbody>\n";
    for (const PlanRow& row : rows)
        text += table_row(row);
    return text + "</tbody>\n</table>";
}

std::string footer(const ExportRequest& request) {
    return fmt::format(
        "<footer>Relative error is √(Σ(x−x̂)² / Σx²) over a tensor's weights; SQNR is the same in decibels, "
        "higher is "
        "better. Bits per weight count codes, scales, zero points and codebooks.<br>Made by Halfstep {} for "
        "the model with "
        "fingerprint {}.</footer>\n",
        HALFSTEP_VERSION, model_fingerprint(request.model));
}

std::string document(const ExportRequest& request) {
    const std::vector<PlanRow> rows = plan_rows(request);
    const std::vector<const PlanRow*> ranked = worst_first(rows);
    std::string body = heading(request) + key_figures(plan_totals(rows), ranked);
    body += section("Size", "Stored bytes by type before, and by scheme after.", size_chart(rows));
    if (!ranked.empty())
        body += section("Where the error is",
                        ranked.size() > most_bars
                            ? fmt::format("Relative error, the worst {} of {} quantized tensors.", most_bars,
                                          ranked.size())
                            : "Relative error of every quantized tensor, the worst first.",
                        error_chart(ranked, most_bars));
    if (const std::string map = sqnr_map(rows, most_map_rows); !map.empty())
        body +=
            section("What the schemes would do",
                    "SQNR in decibels: orange below 22, blue above 28. The planned scheme is framed.", map);
    if (const std::string drawn = pictures(request, ranked); !drawn.empty())
        body += section("The worst tensors",
                        "How their weights are spread (counts on a log scale), with the levels of the "
                        "planned format for one "
                        "scale over the whole tensor.",
                        drawn);
    body +=
        section("All tensors", "In the model's order; grey ones are kept as they are.", tensor_table(rows));
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>{} – quantization "
        "plan</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}{}</main>\n</body>\n</html>\n",
        escaped_markup(request.plan.model_name), report_style, body, footer(request));
}

class HtmlTarget : public ExportTarget {
  public:
    std::string_view name() const override { return "html"; }
    std::string_view writes() const override {
        return "a report with pictures in one file, to read or to attach";
    }
    TargetKind kind() const override { return TargetKind::report; }
    std::string_view file_ending() const override { return ".html"; }
    bool shows_measurements() const override { return true; }
    std::string why_not(const Scheme&) const override { return {}; }

  private:
    std::vector<std::filesystem::path> write(const ExportRequest& request) const override {
        write_whole_file(request.out, document(request));
        return {request.out};
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> html_target() {
    return std::make_unique<HtmlTarget>();
}

}  // namespace halfstep
