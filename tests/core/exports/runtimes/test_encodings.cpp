// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/export_target.h"
#include "core/quantize/reference.h"
#include "core/quantize/unit_grids.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// Uneven numbers, some rows larger than others, with a row of zeros.
std::vector<float> uneven_values(std::size_t rows, std::size_t inputs) {
    std::vector<float> values(rows * inputs);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t row = i / inputs;
        const auto step = static_cast<float>(i * 2'654'435'761U % 1'000);
        values[i] = row == 2 ? 0.0F : (step / 500 - 0.9F) * static_cast<float>(row + 1);
    }
    return values;
}

}  // namespace

// Scales and offsets as AIMET writes them, against the plain reference quantizer.
class TestEncodings : public QObject {
    Q_OBJECT
  private slots:
    void grids_are_those_of_the_reference_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("inputs");
        for (const std::string scheme :
             {"int8", "int4:asym", "int4:g32", "int8:asym:g16", "int4:symfull:g64:s32", "int16:asym:tensor",
              "int5:tensor", "int8:pct99.9", "int6:asym:g48:s16"})
            for (const auto& [rows, inputs] : {std::pair(7, 96), {1, 50}, {3, 300'000}})
                QTest::newRow(fmt::format("{}, {} x {}", scheme, rows, inputs).c_str())
                    << QString::fromStdString(scheme) << rows << inputs;
    }
    void grids_are_those_of_the_reference() {
        QFETCH(QString, scheme);
        QFETCH(int, rows);
        QFETCH(int, inputs);
        const std::vector<float> values =
            uneven_values(static_cast<std::size_t>(rows), static_cast<std::size_t>(inputs));
        const TemporaryFolder folder;
        SafetensorsBuilder().add_f32("w.weight", {rows, inputs}, values).write(folder.path("m.safetensors"));
        const auto model = open_model(folder.path("m.safetensors"));
        const Scheme parsed = parse_scheme(scheme.toStdString());
        const ReferenceResult expected =
            quantize_reference(parsed, values, matrix_shape(model->tensors()[0]));
        std::vector<float> scales;
        std::vector<std::int32_t> zero_points;
        visit_unit_grids(*model, model->tensors()[0], parsed, {}, [&](std::span<const UnitGrid> grids) {
            for (const UnitGrid& grid : grids) {
                scales.push_back(grid.scale);
                zero_points.push_back(grid.zero_point);
            }
        });
        QVERIFY(scales == expected.scales);
        if (parsed.symmetry == Symmetry::asym)
            QVERIFY(zero_points == expected.zero_points);
        else
            QVERIFY(std::ranges::all_of(zero_points, [](std::int32_t zero) { return zero == 0; }));
    }

    // Worked by hand: two rows of four.
    void scales_and_offsets_are_written() {
        const std::vector<float> values{1.27F, -0.5F, 0.25F, 0, -1, 2, 0.5F, 0};
        const TemporaryFolder folder;
        SafetensorsBuilder()
            .add_f32("a.weight", {2, 4}, values)
            .add_f32("b.weight", {2, 4}, values)
            .write(folder.path("m.safetensors"));
        const auto model = open_model(folder.path("m.safetensors"));
        Plan plan = uniform_plan(*model, parse_scheme("int8"));
        plan.entries[1].scheme = parse_scheme("int4:asym:g2:s32");
        const auto files = find_export_target("aimet").export_plan({*model, plan, folder.path("out")});
        QCOMPARE(files.size(), std::size_t{1});
        QFile file(QString::fromStdString(files[0].string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject written = QJsonDocument::fromJson(file.readAll()).object();
        QCOMPARE(written["version"].toString(), QString("1.0.0"));
        const QJsonArray encodings = written["param_encodings"].toArray();
        QCOMPARE(encodings.size(), 2);
        const QJsonObject rows = encodings[0].toObject();
        QCOMPARE(rows["enc_type"].toString(), QString("PER_CHANNEL"));
        QCOMPARE(rows["offset"].toArray(), (QJsonArray{-128, -128}));
        QCOMPARE(static_cast<float>(rows["scale"].toArray()[0].toDouble()) * 1e6F, 1.27F / 127 * 1e6F);
        QCOMPARE(static_cast<float>(rows["scale"].toArray()[1].toDouble()) * 1e6F, 2.0F / 127 * 1e6F);
        // Groups: [1.27, -0.5], [0.25, 0], [-1, 2], [0.5, 0]; s = (max − min)/15, z = round(−min/s).
        const QJsonObject groups = encodings[1].toObject();
        QCOMPARE(groups["enc_type"].toString(), QString("PER_BLOCK"));
        QCOMPARE(groups["block_size"].toInt(), 2);
        QCOMPARE(groups["offset"].toArray(), (QJsonArray{-4, 0, -5, 0}));
        const std::vector<float> scales{1.77F / 15, 0.25F / 15, 3.0F / 15, 0.5F / 15};
        for (int group = 0; group < 4; ++group)
            QVERIFY(std::abs(groups["scale"].toArray()[group].toDouble() -
                             static_cast<double>(scales[static_cast<std::size_t>(group)])) < 1e-7);
    }

    void weights_that_are_not_finite_are_refused() {
        std::vector<float> values(16, 1.0F);
        values[5] = std::numeric_limits<float>::infinity();
        const TemporaryFolder folder;
        SafetensorsBuilder().add_f32("a.weight", {4, 4}, values).write(folder.path("m.safetensors"));
        const auto model = open_model(folder.path("m.safetensors"));
        const std::string error = error_of([&] {
            find_export_target("aimet").export_plan(
                {*model, uniform_plan(*model, parse_scheme("int8")), folder.path("out")});
        });
        QVERIFY2(error.find("1 of its weights are not finite") != std::string::npos, error.c_str());
        QVERIFY(!std::filesystem::exists(folder.path("out")));
    }

    void a_stop_is_felt_and_leaves_nothing() {
        const TemporaryFolder folder;
        const std::vector<float> values = uneven_values(64, 64);
        SafetensorsBuilder().add_f32("a.weight", {64, 64}, values).write(folder.path("m.safetensors"));
        const auto model = open_model(folder.path("m.safetensors"));
        std::stop_source stop;
        stop.request_stop();
        const Plan plan = uniform_plan(*model, parse_scheme("int8"));
        JobContext job;
        job.stop = stop.get_token();
        QVERIFY_EXCEPTION_THROWN(
            find_export_target("aimet").export_plan({*model, plan, folder.path("out"), {}, job}), Cancelled);
        QVERIFY(!std::filesystem::exists(folder.path("out")));
    }
};

QTEST_GUILESS_MAIN(TestEncodings)
#include "test_encodings.moc"
