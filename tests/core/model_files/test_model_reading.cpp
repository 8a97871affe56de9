// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

using namespace halfstep;
namespace fs = std::filesystem;

namespace {

// What tests/oracle/read_weights.py says of a model, and the values of its floating-point tensors.
struct Reading {
    QJsonArray tensors;
    std::vector<double> values;
};

Reading read_by_numpy(const fs::path& python, const fs::path& model, const fs::path& dump) {
    QProcess process;
    process.start(QString::fromStdString(python.string()),
                  {QString::fromStdString(testing::project_path("tests/oracle/read_weights.py").string()),
                   QString::fromStdString(model.string()), "--dump", QString::fromStdString(dump.string())});
    process.waitForFinished(60'000);
    Reading reading;
    reading.tensors = QJsonDocument::fromJson(process.readAllStandardOutput()).array();
    reading.values.resize(fs::file_size(dump) / sizeof(double));
    std::ifstream(dump, std::ios::binary)
        .read(reinterpret_cast<char*>(reading.values.data()),
              static_cast<std::streamsize>(reading.values.size() * sizeof(double)));
    return reading;
}

bool same_bits(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
           (std::isnan(a) && std::isnan(b));
}

}  // namespace

class TestModelReading : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

  private slots:
    void real_models_agree_with_numpy_data() {
        QTest::addColumn<QString>("path");
        const auto models = testing::models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        for (const auto& entry : fs::recursive_directory_iterator(*models)) {
            const fs::path& path = entry.path();
            if (path.extension() == ".safetensors" || path.extension() == ".gguf")
                QTest::newRow(path.filename().c_str()) << QString::fromStdString(path.string());
        }
    }

    void real_models_agree_with_numpy() {
        const auto python = testing::python_with_numpy();
        if (!python) QSKIP("no Python with NumPy here");
        QFETCH(QString, path);
        const auto model = open_model(path.toStdString());
        const Reading reading = read_by_numpy(*python, path.toStdString(), folder_.path("values"));
        QCOMPARE(static_cast<qsizetype>(model->tensors().size()), reading.tensors.size());
        std::size_t at = 0;
        std::size_t differing = 0;
        for (qsizetype index = 0; index < reading.tensors.size(); ++index) {
            const QJsonObject expected = reading.tensors[index].toObject();
            const TensorInfo& tensor = model->tensors()[static_cast<std::size_t>(index)];
            QCOMPARE(QString::fromStdString(tensor.name), expected["name"].toString());
            QCOMPARE(QString::fromStdString(tensor.dtype_name), expected["dtype"].toString());
            QCOMPARE(tensor.elements, static_cast<std::uint64_t>(expected["elements"].toInteger()));
            QJsonArray shape;
            for (const std::int64_t extent : tensor.shape)
                shape.append(static_cast<qint64>(extent));
            QCOMPARE(shape, expected["shape"].toArray());
            QCOMPARE(tensor.measurable(), expected.contains("mean"));
            if (!tensor.measurable()) continue;
            std::vector<double> values(tensor.elements);
            model->read_doubles(tensor, 0, values);
            for (const double value : values)
                differing += same_bits(value, reading.values.at(at++)) ? 0 : 1;
            std::vector<float> floats(tensor.elements);
            model->read_floats(tensor, 0, floats);
            for (std::size_t element = 0; element < floats.size(); ++element)
                differing += same_bits(floats[element], static_cast<float>(values[element])) ? 0 : 1;
        }
        QCOMPARE(differing, std::size_t{0});
        QCOMPARE(at, reading.values.size());
    }

    // Longer than the buffer that conversions go through, and not a multiple of it.
    void long_tensors_are_read_whole_and_in_parts() {
        std::vector<float> values(100'003);
        for (std::size_t index = 0; index < values.size(); ++index)
            values[index] = static_cast<float>(index % 251) / 256.0F - 0.5F;  // exact in bfloat16 and float16
        std::vector<std::byte> doubles(values.size() * sizeof(double));
        for (std::size_t index = 0; index < values.size(); ++index) {
            const double value = values[index];
            std::memcpy(doubles.data() + index * sizeof value, &value, sizeof value);
        }
        const std::vector<std::int64_t> shape = {100'003};
        testing::SafetensorsBuilder()
            .add_f32("f32", shape, values)
            .add_f16("f16", shape, values)
            .add_bf16("bf16", shape, values)
            .add("f64", "F64", shape, doubles)
            .write(folder_.path("long.safetensors"));
        const auto model = open_model(folder_.path("long.safetensors"));
        for (const TensorInfo& tensor : model->tensors()) {
            std::vector<float> floats(values.size());
            model->read_floats(tensor, 0, floats);
            QVERIFY(floats == values);
            std::vector<double> part(70'001);
            model->read_doubles(tensor, 777, part);
            for (std::size_t index = 0; index < part.size(); ++index)
                QCOMPARE(part[index], static_cast<double>(values[index + 777]));
        }
        QCOMPARE(model->parameters(), std::uint64_t{4 * 100'003});
        QCOMPARE(model->bytes(), std::uint64_t{16 * 100'003});
        QVERIFY(model->find("f16") != nullptr && model->find("f16")->dtype == DType::f16);
        QVERIFY(model->find("f1") == nullptr);
    }

    void reading_beyond_a_tensor_is_refused() {
        testing::SafetensorsBuilder()
            .add_f32("w", {2, 2}, std::vector<float>{1, 2, 3, 4})
            .add("i", "I32", {1}, std::vector<std::byte>(4))
            .write(folder_.path("small.safetensors"));
        const auto model = open_model(folder_.path("small.safetensors"));
        const TensorInfo& tensor = *model->find("w");
        std::vector<float> floats(2);
        model->read_floats(tensor, 2, floats);
        QCOMPARE(floats[1], 4.0F);
        QVERIFY_EXCEPTION_THROWN(model->read_floats(tensor, 3, floats), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(model->read_floats(tensor, ~0ULL, floats), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(model->read_floats(*model->find("i"), 0, std::span(floats).first(1)),
                                 std::invalid_argument);
    }

    void a_file_that_shrinks_gives_an_error() {
        const fs::path path = folder_.path("shrinks.safetensors");
        testing::SafetensorsBuilder().add_f32("w", {4}, std::vector<float>{1, 2, 3, 4}).write(path);
        const auto model = open_model(path);
        fs::resize_file(path, fs::file_size(path) - 6);
        std::vector<float> floats(4);
        const std::string message =
            testing::error_of([&] { model->read_floats(model->tensors()[0], 0, floats); });
        QVERIFY2(message.find("'w': at byte") != std::string::npos, message.c_str());
        QVERIFY2(message.find("6 bytes early") != std::string::npos, message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestModelReading)
#include "test_model_reading.moc"
