// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/what_if.h"
#include "core/base/error.h"
#include "core/quantize/range.h"
#include "core/tensor/float_conversion.h"
#include "tests/core/quantize/exhaustive_search.h"
#include "tests/support/safetensors_builder.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

std::vector<float> mixture(std::size_t n, unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal(0.002F, 0.02F);
    std::vector<float> values(n);
    for (std::size_t i = 0; i < n; ++i)
        values[i] = normal(generator) * (i % 997 == 0 ? 6.0F : 1.0F);
    return values;
}

float rounded_to(DType type, float x) {
    if (type == DType::bf16) return bf16_to_f32(f32_to_bf16(x));
    if (type == DType::f16) return f16_to_f32(f32_to_f16(x));
    return x;
}

Scheme integer_scheme(int bits, Symmetry symmetry, Range range) {
    Scheme scheme;
    scheme.family = Family::integer;
    scheme.bits = bits;
    scheme.symmetry = symmetry;
    scheme.granularity = Granularity::tensor;
    scheme.range = range;
    if (range == Range::percentile) scheme.percentile = 99.9;
    if (range == Range::clip) {
        scheme.clip_low = -0.03F;
        scheme.clip_high = 0.04F;
    }
    return scheme;
}

// A model of one tensor "w".
class OneTensor {
  public:
    OneTensor(DType type, std::vector<float> values) : values_(std::move(values)) {
        for (float& x : values_)
            x = rounded_to(type, x);
        SafetensorsBuilder builder;
        const std::vector<std::int64_t> shape{1, static_cast<std::int64_t>(values_.size())};
        if (type == DType::bf16)
            builder.add_bf16("w", shape, values_);
        else if (type == DType::f16)
            builder.add_f16("w", shape, values_);
        else
            builder.add_f32("w", shape, values_);
        const std::filesystem::path path = folder_.filePath("model.safetensors").toStdString();
        builder.write(path);
        model_ = open_model(path);
    }

    EstimatedGrid estimate(const Scheme& scheme, const JobContext& job = {}) const {
        return estimate_streamed_grid(scheme, *model_, tensor(), 0, tensor().elements, job);
    }
    const TensorInfo& tensor() const { return model_->tensors().front(); }
    const Model& model() const { return *model_; }
    const std::vector<float>& values() const { return values_; }

  private:
    QTemporaryDir folder_;
    std::vector<float> values_;
    std::shared_ptr<const Model> model_;
};

// More than is held in memory.
constexpr std::size_t long_tensor = (std::size_t{1} << 22U) + 77;

}  // namespace

class TestRangeStreamed : public QObject {
    Q_OBJECT
  private slots:
    void ranges_are_those_of_the_values_in_memory_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("count");
        QTest::newRow("bf16") << int(DType::bf16) << 150'000;
        QTest::newRow("f16") << int(DType::f16) << 150'000;
        QTest::newRow("f32") << int(DType::f32) << 150'000;
        QTest::newRow("long f32") << int(DType::f32) << int(long_tensor);
    }
    void ranges_are_those_of_the_values_in_memory() {
        QFETCH(int, type);
        QFETCH(int, count);
        std::vector<float> values = mixture(static_cast<std::size_t>(count), 1);
        values[5] = std::numeric_limits<float>::quiet_NaN();
        values[70'000] = -std::numeric_limits<float>::infinity();
        const OneTensor one(static_cast<DType>(type), std::move(values));
        RangeScratch scratch;
        for (const Range range : {Range::minmax, Range::percentile, Range::kl, Range::clip})
            for (const Symmetry symmetry : {Symmetry::sym, Symmetry::asym}) {
                const Scheme scheme = integer_scheme(4, symmetry, range);
                QCOMPARE(one.estimate(scheme).grid, estimate_grid(scheme, one.values(), scratch).grid);
            }
        Scheme log = integer_scheme(4, Symmetry::sym, Range::mse);
        log.family = Family::logarithmic;
        QCOMPARE(one.estimate(log).grid, estimate_grid(log, one.values(), scratch).grid);
        log.half_octave = true;
        QCOMPARE(one.estimate(log).grid, estimate_grid(log, one.values(), scratch).grid);
    }

    void mse_is_the_true_optimum_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("symmetry");
        const auto row = [](const char* name, DType type, std::size_t count, int bits, Symmetry symmetry) {
            QTest::newRow(name) << int(type) << int(count) << bits << int(symmetry);
        };
        row("bf16 int2", DType::bf16, 150'000, 2, Symmetry::sym);
        row("bf16 int4", DType::bf16, 150'000, 4, Symmetry::sym);
        row("bf16 int4 symfull", DType::bf16, 150'000, 4, Symmetry::symfull);
        row("bf16 int4 asym", DType::bf16, 150'000, 4, Symmetry::asym);
        row("bf16 int8", DType::bf16, 150'000, 8, Symmetry::sym);
        row("bf16 int8, few", DType::bf16, 3000, 8, Symmetry::sym);
        row("f16 int5", DType::f16, 150'000, 5, Symmetry::sym);
        row("f16 int3 asym", DType::f16, 150'000, 3, Symmetry::asym);
        row("f32 int4", DType::f32, 150'000, 4, Symmetry::sym);
        row("f32 int3 asym", DType::f32, 100'000, 3, Symmetry::asym);
        row("f32 int8", DType::f32, 20'000, 8, Symmetry::sym);
        row("long f32 int3", DType::f32, long_tensor, 3, Symmetry::sym);
    }
    void mse_is_the_true_optimum() {
        QFETCH(int, type);
        QFETCH(int, count);
        QFETCH(int, bits);
        QFETCH(int, symmetry);
        const OneTensor one(static_cast<DType>(type), mixture(static_cast<std::size_t>(count), 2));
        const Scheme scheme = integer_scheme(bits, static_cast<Symmetry>(symmetry), Range::mse);
        const WeightedValues values = weighted(one.values());
        const double got = error_of(scheme, one.estimate(scheme).grid, values);
        const double least = smallest_error(scheme, values);
        QVERIFY2(got <= least * (1 + 1e-6), qPrintable(QString::number(got / least - 1)));
    }

    void threads_do_not_matter() {
        const OneTensor one(DType::f32, mixture(long_tensor, 4));
        JobContext alone;
        alone.threads = 1;
        JobContext many;
        many.threads = 5;
        for (const Range range : {Range::percentile, Range::kl, Range::mse}) {
            const Scheme scheme = integer_scheme(4, Symmetry::sym, range);
            QCOMPARE(one.estimate(scheme, alone).grid, one.estimate(scheme, many).grid);
        }
    }

    void can_be_stopped() {
        const OneTensor one(DType::f32, mixture(100'000, 4));
        std::stop_source source;
        source.request_stop();
        JobContext job;
        job.stop = source.get_token();
        QVERIFY_EXCEPTION_THROWN(one.estimate(integer_scheme(4, Symmetry::sym, Range::mse), job), Cancelled);
    }

    void the_table_of_a_model_is_that_of_its_values() {
        const OneTensor one(DType::f32, mixture(200'000, 9));
        const MomentTable read = MomentTable::build(one.model(), one.tensor());
        const MomentTable direct = MomentTable::build(one.values());
        QCOMPARE(read.count(), direct.count());
        QCOMPARE(read.value_squared(), direct.value_squared());
        QCOMPARE(read.means().size(), direct.means().size());
    }
};

QTEST_GUILESS_MAIN(TestRangeStreamed)
#include "test_range_streamed.moc"
