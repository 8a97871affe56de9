// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/numpy_reading.h"

#include "tests/support/test_data.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <span>

namespace halfstep::testing {
namespace {

bool same_bits(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
           (std::isnan(a) && std::isnan(b));
}

std::string difference_of_header(const TensorInfo& tensor, const QJsonObject& expected) {
    QJsonArray shape;
    for (const std::int64_t extent : tensor.shape)
        shape.append(static_cast<qint64>(extent));
    if (QString::fromStdString(tensor.name) != expected["name"].toString())
        return fmt::format("{} is called {}", expected["name"].toString().toStdString(), tensor.name);
    if (QString::fromStdString(tensor.dtype_name) != expected["dtype"].toString())
        return fmt::format("{} is of type {}", tensor.name, tensor.dtype_name);
    if (tensor.elements != static_cast<std::uint64_t>(expected["elements"].toInteger()) ||
        shape != expected["shape"].toArray())
        return fmt::format("{} has another shape", tensor.name);
    return {};
}

std::string difference_of_values(const Model& model, const TensorInfo& tensor,
                                 std::span<const double> expected) {
    std::vector<double> doubles(expected.size());
    std::vector<float> floats(expected.size());
    model.read_doubles(tensor, 0, doubles);
    model.read_floats(tensor, 0, floats);
    for (std::size_t i = 0; i < expected.size(); ++i)
        if (!same_bits(doubles[i], expected[i]) || !same_bits(floats[i], static_cast<float>(expected[i])))
            return fmt::format("{}: element {} is {}, not {}", tensor.name, i, doubles[i], expected[i]);
    return {};
}

}  // namespace

NumpyReading read_by_numpy(const std::filesystem::path& model, const std::filesystem::path& dump) {
    QProcess process;
    process.start(QString::fromStdString(python_with_numpy()->string()),
                  {QString::fromStdString(project_path("tests/oracle/read_weights.py").string()),
                   QString::fromStdString(model.string()), "--dump", QString::fromStdString(dump.string())});
    process.waitForFinished(60'000);
    const QByteArray complaints = process.readAllStandardError();
    if (!complaints.isEmpty()) qWarning("%s", complaints.constData());
    NumpyReading reading;
    reading.tensors = QJsonDocument::fromJson(process.readAllStandardOutput()).array();
    reading.values.resize(std::filesystem::file_size(dump) / sizeof(double));
    std::ifstream(dump, std::ios::binary)
        .read(reinterpret_cast<char*>(reading.values.data()),
              static_cast<std::streamsize>(reading.values.size() * sizeof(double)));
    return reading;
}

std::string first_difference(const Model& model, const NumpyReading& reading) {
    if (static_cast<qsizetype>(model.tensors().size()) != reading.tensors.size())
        return fmt::format("{} tensors, NumPy finds {}", model.tensors().size(), reading.tensors.size());
    std::size_t at = 0;
    for (qsizetype index = 0; index < reading.tensors.size(); ++index) {
        const QJsonObject expected = reading.tensors[index].toObject();
        const TensorInfo& tensor = model.tensors()[static_cast<std::size_t>(index)];
        if (std::string difference = difference_of_header(tensor, expected); !difference.empty())
            return difference;
        const bool has_weights = expected.contains("mean");
        if (has_weights && at + tensor.elements > reading.values.size()) return "NumPy gave too few values";
        // A block type may be one that only the oracle knows; anything else has to be read.
        const bool block = traits(tensor.dtype).kind == DTypeKind::ggml_block;
        if (tensor.measurable() != has_weights && !block)
            return fmt::format("{} is {}measurable", tensor.name, has_weights ? "not " : "");
        if (tensor.measurable() && has_weights)
            if (std::string difference = difference_of_values(
                    model, tensor,
                    std::span(reading.values).subspan(at, static_cast<std::size_t>(tensor.elements)));
                !difference.empty())
                return difference;
        at += has_weights ? static_cast<std::size_t>(tensor.elements) : 0;
    }
    return at == reading.values.size() ? std::string() : "NumPy gave more values";
}

}  // namespace halfstep::testing
