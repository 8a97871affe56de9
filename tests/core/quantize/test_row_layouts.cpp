// SPDX-License-Identifier: GPL-3.0-or-later
// The same matrix stored row by row and with inputs before the channels: what is read, measured and profiled
// must be the same, bit for bit.
#include "core/analysis/channel_profile.h"
#include "core/model_files/row_reader.h"
#include "core/quantize/measure.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <fmt/format.h>

#include <random>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

struct Case {
    MatrixLayout layout;
    DType dtype = DType::f32;
    const char* name = "";
};

// A few rows and many, an input axis before and behind, rows longer than what is held in memory, stacks.
const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {{1, 48, 96, 1}, DType::f32, "dense"},
        {{1, 40, 1300, 1}, DType::bf16, "more channels than a block of rows"},
        {{1, 33, 20, 9}, DType::bf16, "transposed convolution"},
        {{3, 20, 40, 1}, DType::f16, "stack"},
        {{2, 7, 5, 3}, DType::f32, "stack of small convolutions"},
        {{1, 5003, 3, 1}, DType::f32, "few channels"},
        {{1, 9, 9000, 1}, DType::f32, "short rows"},
        {{1, 270'001, 2, 1}, DType::bf16, "rows that are streamed"},
        {{1, 1, 30, 64}, DType::f32, "rows after all"},
        {{4, 64, 1, 1}, DType::f32, "one channel"},
    };
    return all;
}

std::vector<float> weights(std::size_t count) {
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0.001F, 0.04F);
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

// In the order of the file; walks over it, so as not to compute places as the code does.
std::vector<float> scattered(const MatrixLayout& layout, const std::vector<float>& rows) {
    std::vector<float> file;
    for (std::uint64_t matrix = 0; matrix < layout.matrices; ++matrix)
        for (std::uint64_t outer = 0; outer < layout.outer; ++outer)
            for (std::uint64_t channel = 0; channel < layout.channels; ++channel)
                for (std::uint64_t inner = 0; inner < layout.inner; ++inner)
                    file.push_back(rows[(matrix * layout.channels + channel) * layout.inputs() +
                                        outer * layout.inner + inner]);
    return file;
}

std::vector<std::int64_t> shape_of(std::initializer_list<std::uint64_t> extents) {
    std::vector<std::int64_t> shape;
    for (const std::uint64_t extent : extents)
        shape.push_back(static_cast<std::int64_t>(extent));
    return shape;
}

void add(SafetensorsBuilder& builder, DType dtype, const std::string& name,
         const std::vector<std::int64_t>& shape, const std::vector<float>& values) {
    if (dtype == DType::f32) builder.add_f32(name, shape, values);
    if (dtype == DType::f16) builder.add_f16(name, shape, values);
    if (dtype == DType::bf16) builder.add_bf16(name, shape, values);
}

// Tensor 0 row by row, tensor 1 the other way.
std::shared_ptr<const Model> model_of(const Case& one, const std::filesystem::path& path) {
    const MatrixLayout& layout = one.layout;
    const std::vector<float> rows = weights(layout.rows() * layout.inputs());
    SafetensorsBuilder builder;
    add(builder, one.dtype, "rows", shape_of({layout.rows(), layout.inputs()}), rows);
    add(builder, one.dtype, "scattered",
        shape_of({layout.matrices, layout.outer, layout.channels, layout.inner}), scattered(layout, rows));
    builder.write(path);
    const std::shared_ptr<const Model> opened = open_model(path);
    Model::Contents contents{opened->path(), opened->format(), {}, opened->tensors(), {}, {},
                             opened->files()};
    TensorInfo& tensor = contents.tensors[1];
    tensor.input_axis = 1;
    tensor.channel_axis = 2;
    return std::make_shared<const Model>(std::move(contents));
}

bool same(const ErrorSums& a, const ErrorSums& b) {
    return a.count == b.count && a.clipped == b.clipped && a.error_squared == b.error_squared &&
           a.value_squared == b.value_squared && a.product == b.product &&
           a.quantized_squared == b.quantized_squared && a.max_abs_error == b.max_abs_error;
}

}  // namespace

class TestRowLayouts : public QObject {
    Q_OBJECT

    TemporaryFolder folder_;
    std::vector<std::shared_ptr<const Model>> models_;

    void for_each_case() const {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < cases().size(); ++i)
            QTest::newRow(cases()[i].name) << static_cast<int>(i);
    }

  private slots:
    void initTestCase() {
        for (const Case& one : cases())
            models_.push_back(model_of(one, folder_.path(fmt::format("{}.safetensors", one.name))));
    }

    void places_of_elements_data() { for_each_case(); }
    void places_of_elements() {
        QFETCH(int, index);
        const Model& model = *models_[static_cast<std::size_t>(index)];
        const MatrixLayout& layout = cases()[static_cast<std::size_t>(index)].layout;
        const MatrixLayout found = matrix_layout(model.tensors()[1]);
        QCOMPARE(found.rows(), layout.rows());
        QCOMPARE(found.inputs(), layout.inputs());
        std::vector<float> rows(layout.rows() * layout.inputs());
        std::vector<float> file(rows.size());
        model.read_floats(model.tensors()[0], 0, rows);
        model.read_floats(model.tensors()[1], 0, file);
        for (std::uint64_t i = 0; i < file.size(); i += 1 + i / 50) {
            const MatrixPlace place = matrix_place(found, i);
            QVERIFY(rows[place.row * layout.inputs() + place.input] == file[i]);
        }
    }

    void any_part_of_the_rows_data() { for_each_case(); }
    void any_part_of_the_rows() {
        QFETCH(int, index);
        const Model& model = *models_[static_cast<std::size_t>(index)];
        const TensorInfo& tensor = model.tensors()[1];
        std::vector<float> rows(tensor.elements);
        model.read_floats(model.tensors()[0], 0, rows);
        std::mt19937_64 random(3);
        RowReader reader;
        for (int round = 0; round < 60; ++round) {
            const std::uint64_t first = random() % tensor.elements;
            std::uint64_t count = random() % (tensor.elements - first) + 1;
            if (round % 3 == 0) count = std::min<std::uint64_t>(count, 100);
            std::vector<float> part(count);
            reader.read_floats(model, tensor, first, part);
            QVERIFY(std::equal(part.begin(), part.end(), &rows[first]));
        }
    }

    void measurements_have_the_same_bits_data() { for_each_case(); }
    void measurements_have_the_same_bits() {
        QFETCH(int, index);
        const Model& model = *models_[static_cast<std::size_t>(index)];
        std::vector<Scheme> schemes;
        for (const char* notation :
             {"int8", "int4:asym:g32", "int4:g128:mse", "int8:tensor", "int8:asym:tensor:pct99",
              "int4:tensor:kl", "int6:gamma", "log4", "kmeans3:tensor", "kmeans2", "fp16", "q8_0",
              "int5:channel:pct99.5", "int3:asym:channel:mse"})
            schemes.push_back(parse_scheme(notation));
        for (const unsigned threads : {1U, 3U}) {
            JobContext job;
            job.threads = threads;
            const TensorMeasurement expected = measure_tensor(model, model.tensors()[0], schemes, job);
            const TensorMeasurement found = measure_tensor(model, model.tensors()[1], schemes, job);
            for (std::size_t s = 0; s < schemes.size(); ++s) {
                QCOMPARE(found.results[s].refused, expected.results[s].refused);
                QVERIFY2(
                    same(found.results[s].sums, expected.results[s].sums),
                    fmt::format("{}: {} instead of {}", to_string(schemes[s]),
                                found.results[s].sums.error_squared, expected.results[s].sums.error_squared)
                        .c_str());
            }
        }
    }

    void channels_have_the_same_profile_data() { for_each_case(); }
    void channels_have_the_same_profile() {
        QFETCH(int, index);
        const Model& model = *models_[static_cast<std::size_t>(index)];
        for (const char* notation : {"int4:g32", "int4:tensor"}) {
            const Scheme scheme = parse_scheme(notation);
            const ChannelProfile expected =
                compute_channel_profile(model, model.tensors()[0], scheme, 16, 16, {});
            const ChannelProfile found =
                compute_channel_profile(model, model.tensors()[1], scheme, 16, 16, {});
            QCOMPARE(found.channels.size(), expected.channels.size());
            for (std::size_t i = 0; i < found.channels.size(); ++i) {
                QVERIFY(std::abs(found.channels[i].error_squared - expected.channels[i].error_squared) <=
                        1e-12 * expected.channels[i].error_squared);
                QVERIFY(std::abs(found.channels[i].rms - expected.channels[i].rms) <=
                        1e-12 * expected.channels[i].rms);
            }
            QVERIFY(found.map.abs_max == expected.map.abs_max);
        }
    }
};

QTEST_GUILESS_MAIN(TestRowLayouts)
#include "test_row_layouts.moc"
