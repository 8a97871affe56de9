// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/error_profile.h"
#include "core/analysis/importance_summary.h"
#include "core/base/error.h"
#include "core/ggml/ggml_blocks.h"
#include "core/quantize/measure.h"
#include "core/quantize/unit_layout.h"
#include "tests/support/imatrix_builder.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"
#include "tests/support/tiny_model.h"

#include <QFile>
#include <QTest>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace halfstep;
using testing::described_matrix;
using testing::described_model;
using testing::ImatrixBuilder;
using testing::SafetensorsBuilder;

namespace {

using Floats = std::vector<float>;

Floats floats_of(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QByteArray bytes = file.readAll();
    Floats values(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

Floats gaussian(std::size_t count, float deviation, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0F, deviation);
    Floats values(count);
    std::generate(values.begin(), values.end(), [&] { return normal(random); });
    return values;
}

// Mean squares as networks have them: a few columns matter far more than the others.
Floats mean_squares(std::size_t count, unsigned seed) {
    Floats values = gaussian(count, 1.5F, seed);
    for (float& value : values)
        value = std::exp(value);
    return values;
}

struct Sums {
    double error = 0;
    double value = 0;
    double weighted_error = 0;
    double weighted_value = 0;
};

// The long way, of rows that share one importance.
Sums sums_of(std::span<const float> x, std::span<const float> back, std::span<const float> importance) {
    Sums sums;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(x[i])) continue;
        const double value = x[i];
        const double error = value - back[i];
        const double weight = importance[i % importance.size()];
        sums.error += error * error;
        sums.value += value * value;
        sums.weighted_error += weight * error * error;
        sums.weighted_value += weight * value * value;
    }
    return sums;
}

bool close(double a, double b, double tolerance) {
    return std::fabs(a - b) <= tolerance * std::max(std::fabs(a), std::fabs(b));
}

std::shared_ptr<const Model> model_of(const testing::TemporaryFolder& folder,
                                      const SafetensorsBuilder& weights) {
    weights.write(folder.path("model.safetensors"));
    return open_model(folder.path("model.safetensors"));
}

std::shared_ptr<const Importance> load(const testing::TemporaryFolder& folder, const ImatrixBuilder& imatrix,
                                       const Model& model) {
    return load_importance(folder.put("imatrix.gguf", imatrix.gguf()), model);
}

JobContext threads(unsigned count) {
    return {{}, {}, count};
}

}  // namespace

class TestImportance : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

  private slots:
    void entries_find_their_tensors() {
        const Model model = described_model({described_matrix("model.layers.0.mlp.down_proj.weight", 3, 4),
                                             described_matrix("blk.1.ffn_down.weight", 2, 3),
                                             described_matrix("model.layers.2.mlp.down_proj.weight", 3, 4),
                                             described_matrix("mine.weight", 2, 2)});
        const auto importance = load(folder_,
                                     ImatrixBuilder()
                                         .add("blk.0.ffn_down.weight", {1, 2, 3, 4}, {1})
                                         .add("blk.1.ffn_down.weight", {5, 6, 7}, {1})
                                         .add("blk.2.ffn_down.weight", {1, 2, 3}, {1})
                                         .add("mine.weight", {8, 9}, {1})
                                         .add("blk.3.ffn_down.weight", {1, 2, 3}, {1}),
                                     model);
        QCOMPARE(importance->matched(), std::size_t{3});
        QCOMPARE(importance->name(), std::string("imatrix.gguf"));
        const TensorImportance* mlp = importance->find("model.layers.0.mlp.down_proj.weight");
        QVERIFY(mlp != nullptr);
        QVERIFY((mlp->by_input() == std::vector<double>{1, 2, 3, 4}));
        QVERIFY(importance->find("blk.1.ffn_down.weight") != nullptr);
        QVERIFY(importance->find("mine.weight") != nullptr);
        QVERIFY(importance->find("model.layers.2.mlp.down_proj.weight") == nullptr);
        QVERIFY((importance->unmatched() == std::vector<std::string>{"blk.3.ffn_down.weight"}));
        QCOMPARE(importance->issues().size(), std::size_t{2});
        QCOMPARE(importance->issues()[0].tensor, std::string("model.layers.2.mlp.down_proj.weight"));
        QVERIFY(importance->issues()[0].message.find("3 values for it, 4 were expected") !=
                std::string::npos);
        QVERIFY(importance->issues()[1].message.starts_with("1 of the 5 entries"));
    }

    void issues_of_the_file_name_the_tensor_of_the_model() {
        const Model model = described_model({described_matrix("model.layers.0.mlp.down_proj.weight", 3, 4)});
        const auto importance =
            load(folder_, ImatrixBuilder().add("blk.0.ffn_down.weight", {1, 2, 3, 4}, {0}), model);
        QCOMPARE(importance->issues().size(), std::size_t{1});
        QCOMPARE(importance->issues()[0].tensor, std::string("model.layers.0.mlp.down_proj.weight"));
        QVERIFY((importance->find("model.layers.0.mlp.down_proj.weight")->by_input() ==
                 std::vector<double>{1, 1, 1, 1}));
    }

    void so_do_those_of_entries_that_are_left_out() {
        const Model model = described_model({described_matrix("model.layers.0.mlp.down_proj.weight", 3, 2),
                                             described_matrix("model.layers.1.mlp.down_proj.weight", 3, 2)});
        const auto importance = load(folder_,
                                     ImatrixBuilder()
                                         .add("blk.0.ffn_down.weight", {1, -2}, {1})
                                         .add("blk.1.ffn_down.weight", {1, 2}, {1}),
                                     model);
        QCOMPARE(importance->matched(), std::size_t{1});
        QCOMPARE(importance->issues().size(), std::size_t{1});
        QCOMPARE(importance->issues()[0].tensor, std::string("model.layers.0.mlp.down_proj.weight"));
    }

    void a_matrix_of_another_model_is_refused() {
        const Model model = described_model({described_matrix("blk.0.ffn_down.weight", 3, 4)});
        const auto path = folder_.put("other", ImatrixBuilder().add("x", {1}, {1}).gguf());
        const std::string error = testing::error_of([&] { load_importance(path, model); });
        QVERIFY2(error.find("none of its entries can be used") != std::string::npos, error.c_str());
    }

    // Two experts of 2 x 3.
    void experts_have_their_own_columns() {
        TensorInfo tensor = described_matrix("blk.0.ffn_up_exps.weight", 2, 3);
        tensor.shape = {2, 2, 3};
        tensor.elements = 12;
        tensor.channel_axis = 1;
        tensor.input_axis = 2;
        const auto importance =
            load(folder_, ImatrixBuilder().add(tensor.name, {1, 2, 3, 40, 50, 60}, {1, 10}),
                 described_model({tensor}));
        const TensorImportance* found = importance->find(tensor.name);
        QVERIFY(found != nullptr);
        QCOMPARE(found->matrices(), std::uint64_t{2});
        Floats all(12);
        found->fill(0, all);
        QVERIFY((all == Floats{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}));
        Floats some(5);
        found->fill(4, some);
        QVERIFY((some == Floats{2, 3, 4, 5, 6}));
        const std::span<const float> part = found->in_row(10, 2);
        QVERIFY((Floats(part.begin(), part.end()) == Floats{5, 6}));
        QVERIFY((found->by_input() == std::vector<double>{2.5, 3.5, 4.5}));
    }

    void a_summary_tells_how_uneven_the_inputs_are() {
        Floats sums(200, 1.0F);
        sums[17] = 50;
        sums[3] = 100;
        sums[199] = 0.5F;
        const TensorInfo tensor = described_matrix("w.weight", 2, 200);
        const auto importance =
            load(folder_, ImatrixBuilder().add("w.weight", sums, {2}), described_model({tensor}));
        const ImportanceSummary summary = summarize_importance(*importance->find("w.weight"));
        QVERIFY(summary.count == 2);
        QVERIFY(summary.inputs == 200);
        QVERIFY(summary.min == 0.25);
        QVERIFY(summary.max == 50);
        QVERIFY(close(summary.mean, 347.5 / 2 / 200, 1e-15));
        QVERIFY(close(summary.top_hundredth_share, 150.0 / 347.5, 1e-15));  // two of 200
        QCOMPARE(summary.top.size(), std::size_t{3});
        QCOMPARE(summary.top[0].index, std::uint64_t{3});
        QCOMPARE(summary.top[1].index, std::uint64_t{17});
        QCOMPARE(summary.top[2].index, std::uint64_t{0});
    }

    // The weights as ggml gives them back, row by row and all together.
    void blocks_are_those_of_ggml_data() {
        QTest::addColumn<QString>("type");
        for (const char* type :
             {"q4_0", "q4_1", "q5_0", "q5_1", "q2_K", "q3_K", "q4_K", "q5_K", "q6_K", "iq4_nl", "iq4_xs"})
            QTest::newRow(type) << type;
    }
    void blocks_are_those_of_ggml() {
        const auto golden = testing::golden_folder();
        if (!golden) QSKIP("there is no folder of reference outputs");
        QFETCH(QString, type);
        const Floats input = floats_of(*golden / "ggml/input.f32");
        const Floats importance = floats_of(*golden / "ggml/imatrix.f32");
        const Floats back = floats_of(*golden / "ggml" / (type + ".imatrix.f32").toStdString());
        QCOMPARE(back.size(), input.size());
        const std::size_t columns = importance.size();
        SafetensorsBuilder weights;
        ImatrixBuilder imatrix;
        const auto add = [&](const std::string& name, std::size_t first, std::size_t count) {
            weights.add_f32(name,
                            {static_cast<std::int64_t>(count / columns), static_cast<std::int64_t>(columns)},
                            std::span(input).subspan(first, count));
            imatrix.add(name, importance, {1});
        };
        add("all.weight", 0, input.size());
        for (std::size_t first = 0; first < input.size(); first += columns)
            add("row" + std::to_string(first / columns) + ".weight", first, columns);
        const auto model = model_of(folder_, weights);
        const auto known = load(folder_, imatrix, *model);
        const Scheme scheme = parse_scheme(type.toStdString());
        for (const TensorInfo& tensor : model->tensors()) {
            const std::size_t first =
                tensor.name == "all.weight" ? 0 : std::stoul(tensor.name.substr(3)) * columns;
            const Sums expected = sums_of(std::span(input).subspan(first, tensor.elements),
                                          std::span(back).subspan(first, tensor.elements), importance);
            const Measurement found =
                measure_tensor(*model, tensor, {&scheme, 1}, {}, known.get()).results.front();
            QVERIFY2(found.refused.empty(), found.refused.c_str());
            QVERIFY2(close(found.sums.error_squared, expected.error, 1e-6), tensor.name.c_str());
            QVERIFY(found.weighted.has_value());
            QVERIFY2(close(found.weighted->error_squared, expected.weighted_error, 1e-12),
                     tensor.name.c_str());
            QVERIFY2(close(found.weighted->value_squared, expected.weighted_value, 1e-12),
                     tensor.name.c_str());
        }
    }

    // Rows of several segments are quantized as a whole: the weights of these types depend on σ² of the row.
    void long_rows_are_quantized_whole() {
        constexpr std::size_t columns = 12'288;
        Floats values = gaussian(3 * columns, 0.02F, 5);
        for (std::size_t i = 5000; i < 9000; ++i)
            values[i] *= 30;  // σ² differs from part to part
        const Floats importance = mean_squares(columns, 6);
        const auto model =
            model_of(folder_, SafetensorsBuilder().add_f32("w.weight", {3, std::int64_t{columns}}, values));
        const auto known = load(folder_, ImatrixBuilder().add("w.weight", importance, {1}), *model);
        for (const DType type : {DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1, DType::q4_K}) {
            const Scheme scheme = parse_scheme(traits(type).name);
            const auto quantized = [&](std::size_t piece) {
                Floats back(values.size());
                for (std::size_t first = 0; first < values.size(); first += piece)
                    fake_quantize_ggml_row(type, std::span(values).subspan(first, piece),
                                           std::span(importance).subspan(first % columns, piece),
                                           std::span(back).subspan(first, piece));
                return sums_of(values, back, importance);
            };
            const Measurement found =
                measure_tensor(*model, model->tensors()[0], {&scheme, 1}, threads(2), known.get())
                    .results.front();
            QVERIFY(close(found.sums.error_squared, quantized(columns).error, 1e-6));
            QVERIFY(close(found.weighted->error_squared, quantized(columns).weighted_error, 1e-12));
            if (type != DType::q4_K)
                QVERIFY(!close(found.weighted->error_squared, quantized(4096).weighted_error, 1e-5));
        }
    }

    void rows_too_long_to_be_held_are_refused() {
        constexpr std::size_t columns = local_row_elements + 256;
        const auto model = model_of(
            folder_,
            SafetensorsBuilder().add_f32("w.weight", {1, std::int64_t{columns}}, gaussian(columns, 1, 7)));
        const auto known =
            load(folder_, ImatrixBuilder().add("w.weight", mean_squares(columns, 8), {1}), *model);
        const std::vector<Scheme> schemes{parse_scheme("q4_0"), parse_scheme("q4_K"), parse_scheme("int4")};
        const TensorMeasurement with = measure_tensor(*model, model->tensors()[0], schemes, {}, known.get());
        QVERIFY(with.results[0].refused.find("with importance weights") != std::string::npos);
        QVERIFY(with.results[1].refused.empty());
        QVERIFY(with.results[2].refused.empty());
        QVERIFY(measure_tensor(*model, model->tensors()[0], schemes).results[0].refused.empty());
    }

    // Weights that are all the same change nothing in the weighted error; where none is known there is none.
    void equal_importance_weighs_nothing() {
        Floats values = gaussian(7 * 320, 0.1F, 9);
        values[100] = std::numeric_limits<float>::quiet_NaN();
        values[700] = -std::numeric_limits<float>::infinity();
        const auto model = model_of(
            folder_,
            SafetensorsBuilder().add_f32("w.weight", {7, 320}, values).add_f32("v.weight", {7, 320}, values));
        const auto known = load(folder_, ImatrixBuilder().add("w.weight", Floats(320, 0.25F), {1}), *model);
        for (const char* text :
             {"int4", "int8:tensor", "int4:g32", "log4:tensor", "kmeans3", "fp16", "nf4", "q8_0"}) {
            const Scheme scheme = parse_scheme(text);
            const Measurement found =
                measure_tensor(*model, *model->find("w.weight"), {&scheme, 1}, {}, known.get()).results[0];
            QVERIFY2(close(found.weighted_rel_error().value(), rel_error(found.sums).value(), 1e-5), text);
            QVERIFY(!measure_tensor(*model, *model->find("v.weight"), {&scheme, 1}, {}, known.get())
                         .results[0]
                         .weighted);
        }
    }

    void zero_importance_has_no_weighted_error() {
        const auto model =
            model_of(folder_, SafetensorsBuilder().add_f32("w.weight", {2, 64}, gaussian(128, 1, 10)));
        const auto known = load(folder_, ImatrixBuilder().add("w.weight", Floats(64, 0.0F), {1}), *model);
        const Scheme scheme = parse_scheme("int4");
        const Measurement found =
            measure_tensor(*model, model->tensors()[0], {&scheme, 1}, {}, known.get()).results[0];
        QVERIFY(found.weighted.has_value());
        QVERIFY(!found.weighted_rel_error());
    }

    // To the bit, whatever the number of threads; nothing else that is measured changes with importance,
    // but for GGUF blocks.
    void threads_and_company_change_nothing() {
        const auto model =
            model_of(folder_, SafetensorsBuilder()
                                  .add_f32("w.weight", {300, 512}, gaussian(300 * 512, 1, 11))
                                  .add_bf16("v.weight", {40, 9216}, gaussian(40 * 9216, 1, 12)));
        const auto known = load(folder_,
                                ImatrixBuilder()
                                    .add("w.weight", mean_squares(512, 13), {1})
                                    .add("v.weight", mean_squares(9216, 14), {1}),
                                *model);
        std::vector<Scheme> schemes;
        for (const char* text : {"q4_0", "q5_1", "q4_K", "int4:tensor", "int4:g128", "kmeans2:tensor"})
            schemes.push_back(parse_scheme(text));
        const std::vector<const TensorInfo*> tensors{&model->tensors()[0], &model->tensors()[1]};
        const auto plain = measure_tensors(*model, tensors, schemes, threads(1));
        const auto one = measure_tensors(*model, tensors, schemes, threads(1), known.get());
        const auto five = measure_tensors(*model, tensors, schemes, threads(5), known.get());
        for (std::size_t t = 0; t < tensors.size(); ++t) {
            for (std::size_t s = 0; s < schemes.size(); ++s) {
                const Measurement& a = one[t].results[s];
                const Measurement& b = five[t].results[s];
                const Measurement alone =
                    measure_tensor(*model, *tensors[t], {&schemes[s], 1}, threads(2), known.get()).results[0];
                for (const Measurement* other : {&b, &alone}) {
                    QVERIFY(a.sums.error_squared == other->sums.error_squared);
                    QVERIFY(a.weighted->error_squared == other->weighted->error_squared);
                    QVERIFY(a.weighted->value_squared == other->weighted->value_squared);
                }
                const bool same = a.sums.error_squared == plain[t].results[s].sums.error_squared;
                QCOMPARE(same, schemes[s].family != Family::ggml);
            }
        }
    }

    // What is looked at closely is what was measured.
    void the_error_profile_is_of_the_same_weights() {
        const auto model =
            model_of(folder_, SafetensorsBuilder().add_f32("w.weight", {20, 512}, gaussian(20 * 512, 1, 15)));
        const auto known =
            load(folder_, ImatrixBuilder().add("w.weight", mean_squares(512, 16), {1}), *model);
        const Scheme scheme = parse_scheme("q4_0");
        const Measurement measured =
            measure_tensor(*model, model->tensors()[0], {&scheme, 1}, {}, known.get()).results[0];
        const ErrorProfile profile =
            compute_error_profile(*model, model->tensors()[0], scheme, 64, {}, known.get());
        QVERIFY(close(profile.sums.error_squared, measured.sums.error_squared, 1e-12));
    }
};

QTEST_GUILESS_MAIN(TestImportance)
#include "test_importance.moc"
