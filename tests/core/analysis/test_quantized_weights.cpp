// SPDX-License-Identifier: GPL-3.0-or-later
// Quantized weights and what they are dequantized to, stored in float32: every figure is the same.
#include "core/analysis/channel_profile.h"
#include "core/analysis/histogram.h"
#include "core/analysis/moment_table.h"
#include "core/analysis/statistics.h"
#include "core/quantize/measure.h"
#include "tests/support/byte_string.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <random>

using namespace halfstep;
using testing::ByteString;

namespace {

constexpr std::int64_t rows = 257;
constexpr std::int64_t inputs = 320;

// Names as their types are numbered in ggml.h; a block of q5_1 and of q8_0 is 24 and 34 bytes.
struct Type {
    const char* name;
    std::uint32_t id;
    std::size_t block_bytes;
    std::size_t halves;  // that a block begins with: scale and minimum
};
constexpr Type types[] = {{"q5_1.weight", 7, 24, 2}, {"q8_0.weight", 8, 34, 1}};

// Blocks of any codes; scales and minima are between 2^-7 and 2^-3, of either sign.
std::string random_blocks(const Type& type, std::mt19937& random) {
    ByteString bytes;
    for (std::int64_t block = 0; block < rows * inputs / 32; ++block) {
        for (std::size_t half = 0; half < type.halves; ++half)
            bytes.u16(static_cast<std::uint16_t>((random() & 0x8fffU) + 0x2000U));
        for (std::size_t byte = 2 * type.halves; byte < type.block_bytes; ++byte)
            bytes.u8(static_cast<std::uint8_t>(random()));
    }
    return bytes.pad_to(32).bytes();
}

std::string quantized_file() {
    std::mt19937 random(7);
    ByteString head;
    ByteString data;
    head.raw("GGUF").u32(3).u64(std::size(types)).u64(0);
    for (const Type& type : types) {
        head.text(type.name).u32(2).u64(inputs).u64(rows).u32(type.id).u64(data.bytes().size());
        data.raw(random_blocks(type, random));
    }
    return head.pad_to(32).raw(data.bytes()).bytes();
}

bool same(const ErrorSums& a, const ErrorSums& b) {
    return a.count == b.count && a.clipped == b.clipped && a.error_squared == b.error_squared &&
           a.value_squared == b.value_squared && a.product == b.product &&
           a.quantized_squared == b.quantized_squared && a.max_abs_error == b.max_abs_error;
}

bool same(const TensorStatistics& a, const TensorStatistics& b) {
    return a.count == b.count && a.min == b.min && a.max == b.max && a.mean == b.mean && a.std == b.std &&
           a.kurtosis == b.kurtosis && a.zeros == b.zeros && a.nans == b.nans && a.infs == b.infs;
}

JobContext threads(unsigned count) {
    JobContext job;
    job.threads = count;
    return job;
}

}  // namespace

class TestQuantizedWeights : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;
    std::shared_ptr<const Model> quantized_;
    std::shared_ptr<const Model> floats_;

  private slots:
    void initTestCase() {
        quantized_ = open_model(folder_.put("quantized.gguf", quantized_file()));
        testing::SafetensorsBuilder file;
        for (const TensorInfo& tensor : quantized_->tensors()) {
            std::vector<float> values(tensor.elements);
            quantized_->read_floats(tensor, 0, values);
            file.add_f32(tensor.name, tensor.shape, values);
        }
        file.write(folder_.path("floats.safetensors"));
        floats_ = open_model(folder_.path("floats.safetensors"));
    }

    void statistics_and_histograms_are_the_same() {
        for (const TensorInfo& tensor : quantized_->tensors()) {
            const TensorInfo& other = *floats_->find(tensor.name);
            QVERIFY(tensor.quantizable && other.quantizable);
            const TensorStatistics statistics = compute_statistics(*quantized_, tensor, threads(1));
            QVERIFY(statistics.std > 0 && statistics.nans == 0);
            QVERIFY(same(statistics, compute_statistics(*quantized_, tensor, threads(5))));
            QVERIFY(same(statistics, compute_statistics(*floats_, other)));
            const Histogram histogram = compute_histogram(*quantized_, tensor, -1, 1, 97);
            QVERIFY(histogram.counts == compute_histogram(*floats_, other, -1, 1, 97).counts);
        }
    }

    void what_if_is_the_same() {
        for (const TensorInfo& tensor : quantized_->tensors()) {
            const MomentTable table = MomentTable::build(*quantized_, tensor, threads(3));
            const MomentTable other = MomentTable::build(*floats_, *floats_->find(tensor.name));
            const UniformQuantizer quantizer{0.01F, 0, -127, 127, 0};
            QVERIFY(same(table.evaluate(quantizer).sums, other.evaluate(quantizer).sums));
            QCOMPARE(table.count(), tensor.elements);
            // A few rows of it, which begin within a block that is read along.
            const MomentTable part = MomentTable::build(*quantized_, tensor, 3 * inputs, 2 * inputs, {});
            QVERIFY(same(part.evaluate(quantizer).sums,
                         MomentTable::build(*floats_, *floats_->find(tensor.name), 3 * inputs, 2 * inputs, {})
                             .evaluate(quantizer)
                             .sums));
        }
    }

    void channels_are_the_same() {
        for (const TensorInfo& tensor : quantized_->tensors()) {
            const Scheme scheme = parse_scheme("int4");
            const ChannelProfile a = compute_channel_profile(*quantized_, tensor, scheme, 64, 64, threads(4));
            const ChannelProfile b =
                compute_channel_profile(*floats_, *floats_->find(tensor.name), scheme, 64, 64);
            QCOMPARE(a.channels.size(), static_cast<std::size_t>(rows));
            for (std::size_t i = 0; i < a.channels.size(); ++i)
                QVERIFY(a.channels[i].min == b.channels[i].min && a.channels[i].max == b.channels[i].max &&
                        a.channels[i].value_squared == b.channels[i].value_squared &&
                        a.channels[i].error_squared == b.channels[i].error_squared);
            QVERIFY(a.map.abs_max == b.map.abs_max && a.map.rms_error == b.map.rms_error);
        }
    }

    void every_scheme_measures_the_same_data() {
        QTest::addColumn<QString>("scheme");
        for (const char* scheme : {"int4", "int3:asym:g48", "int8:tensor", "int4:tensor:mse",
                                   "int6:asym:pct99.5:tensor", "int4:kl", "log4:g32", "kmeans3", "nf4",
                                   "fp6_e2m3", "fp8_e4m3:tensor", "bf16", "q4_0", "q5_1", "keep"})
            QTest::newRow(scheme) << scheme;
    }

    void every_scheme_measures_the_same() {
        QFETCH(QString, scheme);
        const Scheme wanted = parse_scheme(scheme.toStdString());
        for (const TensorInfo& tensor : quantized_->tensors()) {
            const Measurement one =
                measure_tensor(*quantized_, tensor, {&wanted, 1}, threads(1)).results.front();
            const Measurement many =
                measure_tensor(*quantized_, tensor, {&wanted, 1}, threads(5)).results.front();
            const Measurement floats =
                measure_tensor(*floats_, *floats_->find(tensor.name), {&wanted, 1}).results.front();
            QVERIFY(one.refused.empty() && same(one.sums, many.sums) && same(one.sums, floats.sums));
            const bool kept = wanted.family == Family::keep;
            QVERIFY(kept ? one.bytes == tensor.bytes : one.bytes == floats.bytes);
            QVERIFY(kept == (one.sums.error_squared == 0) || scheme == "q5_1" || scheme == "bf16");
        }
    }

    // A block whose scale is infinite and one whose scale is not a number, with all codes 1.
    void scales_that_are_not_finite_are_counted() {
        ByteString file;
        file.raw("GGUF").u32(3).u64(1).u64(0).text("w").u32(2).u64(32).u64(3).u32(8).u64(0).pad_to(32);
        for (const std::uint16_t scale :
             {std::uint16_t{0x3c00}, std::uint16_t{0x7c00}, std::uint16_t{0x7e00}}) {
            file.u16(scale);
            for (int code = 0; code < 32; ++code)
                file.u8(1);
        }
        const auto model = open_model(folder_.put("bad.gguf", file.pad_to(32).bytes()));
        const TensorStatistics found = compute_statistics(*model, model->tensors()[0]);
        QCOMPARE(found.count, std::uint64_t{32});
        QCOMPARE(found.infs, std::uint64_t{32});
        QCOMPARE(found.nans, std::uint64_t{32});
        QCOMPARE(found.first_non_finite.value(), std::uint64_t{32});
        QVERIFY(found.min == 1 && found.max == 1);
    }
};

QTEST_GUILESS_MAIN(TestQuantizedWeights)
#include "test_quantized_weights.moc"
