// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/exports/plan_rows.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

namespace halfstep {
namespace {

// RFC 4180: lines end in CR LF; a field with a comma, a quote or a line break stands in quotes, and a quote
// in it is doubled. Numbers are the shortest that read back as the same double; what does not exist is empty.
std::string field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text)
        quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

std::string row_text(const PlanRow& row) {
    const TensorInfo& tensor = *row.tensor;
    std::string text =
        fmt::format("{},{},{},{},{},{},{},{},{},{}", field(tensor.name), role_name(tensor.role),
                    tensor.block ? fmt::format("{}", *tensor.block) : "", field(tensor.dtype_name),
                    fmt::join(tensor.shape, "x"), tensor.elements, tensor.quantizable ? "true" : "false",
                    field(to_string(row.scheme)), row.bits_per_weight(), row.bytes);
    for (const Figure& figure : figures_of(row.measurement != nullptr ? *row.measurement : Measurement{}))
        text += row.measurement != nullptr && figure.value ? fmt::format(",{}", *figure.value) : ",";
    return text + "\r\n";
}

std::string document(const ExportRequest& request) {
    std::string text = "name,role,block,dtype,shape,elements,quantizable,scheme,bits_per_weight,bytes";
    for (const Figure& figure : figures_of({}))
        text += fmt::format(",{}", figure.name);
    text += "\r\n";
    for (const PlanRow& row : plan_rows(request))
        text += row_text(row);
    return text;
}

class CsvTarget : public ExportTarget {
  public:
    std::string_view name() const override { return "csv"; }
    std::string_view writes() const override {
        return "one row for each tensor: scheme, size and measured error, as CSV";
    }
    TargetKind kind() const override { return TargetKind::report; }
    std::string_view file_ending() const override { return ".csv"; }
    bool shows_measurements() const override { return true; }
    std::string why_not(const Scheme&) const override { return {}; }

  private:
    std::vector<std::filesystem::path> write(const ExportRequest& request) const override {
        write_whole_file(request.out, document(request));
        return {request.out};
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> csv_target() {
    return std::make_unique<CsvTarget>();
}

}  // namespace halfstep
