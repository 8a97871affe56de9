// SPDX-License-Identifier: GPL-3.0-or-later
// Traces of single weights: their last number is what the engine measures with, for every scheme; where the
// bits lie is what the formats' own descriptions say.
#include "core/analysis/bit_fields.h"
#include "core/analysis/trace_text.h"
#include "core/analysis/weight_tracer.h"
#include "core/base/error.h"
#include "core/ggml/ggml_blocks.h"
#include "core/quantize/measured_scheme.h"
#include "core/quantize/measuring_pass.h"
#include "tests/support/imatrix_builder.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

std::shared_ptr<const Model> model_of(const TemporaryFolder& folder, const std::vector<std::int64_t>& shape,
                                      const std::vector<float>& values) {
    const auto path = folder.path("model.safetensors");
    SafetensorsBuilder().add_f32("weight", shape, values).write(path);
    return open_model(path);
}

std::vector<float> heavy_tailed(std::size_t count) {
    std::mt19937 random(11);
    std::student_t_distribution<float> tailed(4);
    std::vector<float> values(count);
    for (float& value : values)
        value = 0.03F * tailed(random);
    values[5] = 0;
    values[9] = -0.0F;
    return values;
}

// x̂ of the whole tensor, as the measuring engine has it.
std::vector<float> engine_values(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                                 const Importance* importance = nullptr) {
    const AppliedScheme applied = measure_scheme(model, tensor, scheme, {}, importance).applied;
    std::vector<float> values(tensor.elements);
    reconstruct_tensor(model, tensor, applied, {}, [&](std::size_t, const ReconstructedSegment& segment) {
        std::copy(segment.reconstruction.begin(), segment.reconstruction.end(),
                  values.begin() + static_cast<std::ptrdiff_t>(segment.first));
    });
    return values;
}

// Where the trace contradicts the engine or itself; empty where it does not.
std::string flaw_of(const WeightTrace& trace, float engine) {
    if (!std::isfinite(trace.value)) return {};
    if (trace.reconstruction != engine)
        return fmt::format("reconstruction {} instead of {}", trace.reconstruction, engine);
    if (trace.asked.family == Family::keep) {
        if (trace.reading.back().result.value != static_cast<double>(engine)) return "last number of reading";
        return {};
    }
    if (trace.decoding.empty()) return "no steps back";
    if (trace.decoding.back().result.value != static_cast<double>(engine))
        return fmt::format("the steps end with {} instead of {}", trace.decoding.back().result.value, engine);
    // The code that is selected among the bytes is the one that the steps end and begin with.
    const StoredBytes& stored = trace.stored.front();
    if (stored.selected.empty()) return "nothing is selected";
    for (const TraceStep& step : trace.encoding)
        if (step.label == StepLabel::code && !stored.selected.front().split.is_float() &&
            trace.asked.block_type != DType::tq1_0 && step.result.value != stored.selected.front().value)
            return fmt::format("code {} but bits of {}", step.result.value, stored.selected.front().value);
    if (stored.roles.size() != 8 * stored.bytes.size()) return "roles";
    return {};
}

// The number that a group's bits spell, read afresh.
double number_in_bits(const StoredBytes& stored, const BitGroup& group) {
    double number = 0;
    for (const std::uint32_t place : group.bits)
        number = 2 * number + (stored.bytes[place / 8] >> (place % 8) & 1);
    return number;
}

std::vector<std::uint32_t> bits_of(const StoredBytes& stored, BitRole role) {
    for (const BitGroup& group : stored.selected)
        if (group.role == role) return group.bits;
    return {};
}

std::string formula_of(const std::vector<TraceStep>& steps, StepLabel label) {
    for (const TraceStep& step : steps)
        if (step.label == label) return formula_text(step);
    return "none";
}

}  // namespace

class TestWeightTrace : public QObject {
    Q_OBJECT
    TemporaryFolder folder_;

  private slots:
    void ends_with_what_the_engine_measures_data() {
        QTest::addColumn<QString>("notation");
        for (const char* notation : {"int2",
                                     "int4",
                                     "int8",
                                     "int16",
                                     "int3:symfull",
                                     "int4:symfull:g32",
                                     "int8:asym",
                                     "int4:asym:g32",
                                     "int4:asym:tensor",
                                     "int4:g32:mse",
                                     "int4:g128:mse:s32",
                                     "int3:pct99.5",
                                     "int4:kl",
                                     "int5:clip0.05",
                                     "int4:gamma",
                                     "int4:asym:g64:gamma",
                                     "log2",
                                     "log4",
                                     "log4:sqrt2",
                                     "log3:g32",
                                     "log4:tensor:gamma",
                                     "log8:mse",
                                     "kmeans2",
                                     "kmeans4:tensor",
                                     "kmeans3:g64",
                                     "nf4",
                                     "nf4:tensor",
                                     "nf4:g64:s16",
                                     "nf4:dq",
                                     "int4:g32:dq",
                                     "mxfp4",
                                     "mxfp6_e2m3",
                                     "mxfp6_e3m2",
                                     "mxfp8_e4m3",
                                     "mxfp8_e5m2",
                                     "mxint8",
                                     "nvfp4",
                                     "fp4_e2m1",
                                     "fp4_e2m1:g32",
                                     "fp6_e2m3",
                                     "fp6_e3m2:tensor",
                                     "fp8_e4m3",
                                     "fp8_e5m2",
                                     "fp8_e4m3:clip0.05",
                                     "fp8_e4m3:gamma",
                                     "fp16",
                                     "bf16",
                                     "fp32",
                                     "q4_0",
                                     "q4_1",
                                     "q5_0",
                                     "q5_1",
                                     "q8_0",
                                     "q2_K",
                                     "q3_K",
                                     "q4_K",
                                     "q5_K",
                                     "q6_K",
                                     "iq4_nl",
                                     "iq4_xs",
                                     "tq1_0",
                                     "tq2_0",
                                     "q1_0",
                                     "q2_0",
                                     "keep"})
            QTest::newRow(notation) << notation;
        for (const Scheme& scheme : all_formats())
            QTest::addRow("all formats: %s", to_string(scheme).c_str())
                << QString::fromStdString(to_string(scheme));
    }

    void ends_with_what_the_engine_measures() {
        QFETCH(QString, notation);
        const Scheme scheme = parse_scheme(notation.toStdString());
        constexpr std::int64_t rows = 7;
        constexpr std::int64_t inputs = 512;
        const std::vector<float> values = heavy_tailed(rows * inputs);
        const auto model = model_of(folder_, {rows, inputs}, values);
        const TensorInfo& tensor = model->tensors().front();
        const std::vector<float> engine =
            scheme.family == Family::keep ? values : engine_values(*model, tensor, scheme);
        const WeightTracer tracer = WeightTracer::prepare(model, tensor, scheme);
        for (std::uint64_t element = 0; element < values.size(); element += element < 600 ? 1 : 17) {
            const WeightTrace trace = tracer.trace({element / inputs, element % inputs});
            const std::string flaw = flaw_of(trace, engine[element]);
            QVERIFY2(flaw.empty(), fmt::format("element {}: {}", element, flaw).c_str());
            for (const TraceNote note : trace.notes)
                QVERIFY2(note != TraceNote::not_laid_out, "a format without a layout");
        }
    }

    // Bits read by themselves: two's complement, least significant bit first in the bytes.
    void codes_lie_where_they_are_said_to() {
        std::vector<float> values(64, 0.0F);
        values[0] = 7;
        values[33] = -3.4F;
        values[34] = 7;
        const auto model = model_of(folder_, {1, 64}, values);
        const WeightTracer tracer =
            WeightTracer::prepare(model, model->tensors().front(), parse_scheme("int4:g32:s32"));
        const WeightTrace trace = tracer.trace({0, 33});
        QCOMPARE(trace.unit.index, 1U);
        QCOMPARE(trace.unit.first.input, 32U);
        QCOMPARE(trace.unit.last.input, 63U);
        const StoredBytes& codes = trace.stored[0];
        QCOMPARE(codes.bytes.size(), std::size_t{16});
        QCOMPARE(codes.bytes[0], std::uint8_t{0xd0});  // 0, then -3
        QCOMPARE(codes.bytes[1], std::uint8_t{0x07});
        QCOMPARE(place_text(codes, codes.selected[0]), std::string("byte 0 bits 4-7"));
        QCOMPARE(binary_text(codes, codes.selected[0]), std::string("1101"));
        QCOMPARE(hex_text(trace.stored[1]), std::string("00 00 80 3f"));
        QCOMPARE(binary_text(trace.stored[1], trace.stored[1].selected[0]),
                 std::string("0 01111111 00000000000000000000000"));
        QCOMPARE(formula_of(trace.encoding, StepLabel::rounded), std::string("round(-3.4) = -3"));
        QCOMPARE(formula_of(trace.decoding, StepLabel::times_scale), std::string("1 × (-3) = -3"));
    }

    void asymmetric_codes_have_their_zero_point() {
        std::vector<float> values(16, 0.0F);
        values[0] = -1;
        values[1] = 2.1875F;
        const auto model = model_of(folder_, {1, 16}, values);
        const WeightTracer tracer =
            WeightTracer::prepare(model, model->tensors().front(), parse_scheme("int8:asym"));
        const WeightTrace trace = tracer.trace({0, 1});
        // s = 3.1875/255 = 0.0125, z = 80, q = 175 + 80.
        QCOMPARE(trace.stored[2].bytes[0], std::uint8_t{80});
        QCOMPARE(formula_of(trace.encoding, StepLabel::offset_added), std::string("175 + 80 = 255"));
        QCOMPARE(formula_of(trace.decoding, StepLabel::centred), std::string("255 - 80 = 175"));
    }

    // E4M3 of OCP's specification: 448 is 1111.110, the smallest subnormal 2^-9 is 0000.001.
    void small_floats_have_their_own_patterns() {
        std::vector<float> values(16, 0.0F);
        values[0] = -448;
        values[1] = 0x1p-9F;
        values[2] = 17;  // half-way between 16 (1011.000) and 18
        const auto model = model_of(folder_, {1, 16}, values);
        const WeightTracer tracer =
            WeightTracer::prepare(model, model->tensors().front(), parse_scheme("fp8_e4m3"));
        const auto pattern = [&](std::uint64_t input) {
            const WeightTrace trace = tracer.trace({0, input});
            return binary_text(trace.stored[0], trace.stored[0].selected[0]);
        };
        QCOMPARE(pattern(0), std::string("1 1111 110"));
        QCOMPARE(pattern(1), std::string("0 0000 001"));
        QCOMPARE(pattern(2), std::string("0 1011 000"));
    }

    // q4_K as ggml-common.h describes it: d, dmin, 12 bytes of 6-bit numbers, nibbles of 64 weights in 32
    // bytes. Scale 5 has its low nibble in byte 4 + 9, its upper two bits in byte 4 + 1.
    void a_block_s_numbers_lie_where_ggml_has_them() {
        const auto model = model_of(folder_, {1, 256}, heavy_tailed(256));
        const WeightTracer tracer =
            WeightTracer::prepare(model, model->tensors().front(), parse_scheme("q4_K"));
        const WeightTrace trace = tracer.trace({0, 5 * 32 + 7});
        const StoredBytes& block = trace.stored.front();
        QCOMPARE(block.bytes.size(), std::size_t{144});
        QCOMPARE(trace.sub_unit->index, 5U);
        const std::uint32_t code = 8 * (16 + 2 * 32 + 7);
        QCOMPARE(bits_of(block, BitRole::code),
                 (std::vector<std::uint32_t>{code + 7, code + 6, code + 5, code + 4}));
        QCOMPARE(bits_of(block, BitRole::sub_scale),
                 (std::vector<std::uint32_t>{47, 46, 107, 106, 105, 104}));
        QCOMPARE(bits_of(block, BitRole::sub_minimum),
                 (std::vector<std::uint32_t>{79, 78, 111, 110, 109, 108}));
        QCOMPARE(bits_of(block, BitRole::minimum).back(), 16U);
        for (const BitGroup& group : block.selected)
            if (!group.split.is_float()) QCOMPARE(number_in_bits(block, group), group.value);
        QCOMPARE(block.roles[code], BitRole::code);
        QCOMPARE(block.roles[16], BitRole::minimum);
    }

    // ggml weighs the whole row then, and most codes come from a search.
    void importance_is_heeded_data() {
        QTest::addColumn<QString>("notation");
        for (const char* notation :
             {"q4_0", "q5_1", "q2_K", "q3_K", "q4_K", "q6_K", "iq4_xs", "q8_0", "int4"})
            QTest::newRow(notation) << notation;
    }

    void importance_is_heeded() {
        QFETCH(QString, notation);
        const Scheme scheme = parse_scheme(notation.toStdString());
        const auto path = folder_.path("weighted.safetensors");
        const std::string name = "model.layers.0.mlp.down_proj.weight";
        SafetensorsBuilder().add_f32(name, {3, 512}, heavy_tailed(3 * 512)).write(path);
        const auto model = open_model(path);
        std::vector<float> sums(512);
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] = static_cast<float>(i % 37 * (i % 37));
        const auto matrix = folder_.put(
            "imatrix.gguf", ImatrixBuilder().add("blk.0.ffn_down.weight", sums, {4}).chunks(1, 512).gguf());
        const auto importance = load_importance(matrix, *model);
        const TensorInfo& tensor = model->tensors().front();
        QVERIFY(importance->find(tensor.name) != nullptr);
        const std::vector<float> engine = engine_values(*model, tensor, scheme, importance.get());
        const WeightTracer tracer = WeightTracer::prepare(model, tensor, scheme, {}, importance);
        for (std::uint64_t element = 0; element < engine.size(); element += 5) {
            const std::string flaw = flaw_of(tracer.trace({element / 512, element % 512}), engine[element]);
            QVERIFY2(flaw.empty(), fmt::format("element {}: {}", element, flaw).c_str());
        }
    }

    void weights_that_are_not_finite_are_said_to_be_left_out() {
        std::vector<float> values(32, 0.5F);
        values[3] = std::numeric_limits<float>::quiet_NaN();
        const auto model = model_of(folder_, {1, 32}, values);
        const WeightTrace trace =
            WeightTracer::prepare(model, model->tensors().front(), parse_scheme("q4_0")).trace({0, 3});
        QCOMPARE(trace.notes, std::vector<TraceNote>{TraceNote::not_finite});
        QVERIFY(!aligned_text(trace_lines(trace)).empty());
    }

    void scales_that_float16_would_lose_are_told() {
        std::vector<float> values(64, 1e-30F);
        values[40] = 1;
        const auto model = model_of(folder_, {1, 64}, values);
        const WeightTrace trace =
            WeightTracer::prepare(model, model->tensors().front(), parse_scheme("int4:g32")).trace({0, 3});
        QVERIFY(std::ranges::count(trace.notes, TraceNote::scales_in_32_bits) == 1);
        QCOMPARE(trace.stored[1].total_bytes, 4U);
        QVERIFY(trace.reconstruction != 0);
    }

    void what_cannot_be_traced_is_refused() {
        const auto model = model_of(folder_, {2, 48}, heavy_tailed(96));
        const TensorInfo& tensor = model->tensors().front();
        const std::string refused =
            error_of([&] { WeightTracer::prepare(model, tensor, parse_scheme("q4_K")); });
        QVERIFY2(refused.find("q4_K cannot be applied") != std::string::npos, refused.c_str());
        const WeightTracer tracer = WeightTracer::prepare(model, tensor, parse_scheme("int4"));
        QVERIFY(error_of([&] { tracer.trace({2, 0}); }).find("Rows go to 1") != std::string::npos);
        QVERIFY(error_of([&] { tracer.trace({0, 48}); }).find("columns to 47") != std::string::npos);
    }

    void extremes_are_found() {
        std::vector<float> values = heavy_tailed(3 * 300);
        for (float& value : values)
            value = std::clamp(value, -0.5F, 0.5F);
        values[2 * 300 + 17] = -2;
        const auto model = model_of(folder_, {3, 300}, values);
        const TensorInfo& tensor = model->tensors().front();
        const WeightTracer tracer = WeightTracer::prepare(model, tensor, parse_scheme("int3"));
        const WeightTracer::Extremes found = tracer.find_extremes();
        QCOMPARE(found.largest_weight->row, 2U);
        QCOMPARE(found.largest_weight->input, 17U);
        const std::vector<float> engine = engine_values(*model, tensor, parse_scheme("int3"));
        std::size_t worst = 0;
        const auto error = [&](std::size_t i) {
            return std::fabs(static_cast<double>(values[i]) - static_cast<double>(engine[i]));
        };
        for (std::size_t i = 1; i < values.size(); ++i)
            if (error(i) > error(worst)) worst = i;
        QCOMPARE(found.largest_error->row * 300 + found.largest_error->input, std::uint64_t{worst});
        QVERIFY(!WeightTracer::prepare(model, tensor, Scheme{}).find_extremes().largest_error);
    }

    // Blocks as they stand in files, against the values that NumPy's reader of the GGUF package gives.
    void stored_blocks_read_as_the_engine_reads_them() {
        const auto models = models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        std::size_t types = 0;
        for (const char* file :
             {"gguf-all-types/all-types.gguf", "stories260k-gguf/derived/stories260K-Q2_K.gguf",
              "stories260k-gguf/derived/stories260K-Q4_K_M.gguf",
              "stories260k-gguf/derived/stories260K-Q6_K.gguf"}) {
            const auto model = open_model(*models / file);
            for (const TensorInfo& tensor : model->tensors()) {
                if (!tensor.measurable() || tensor.elements == 0) continue;
                ++types;
                const WeightTracer tracer = WeightTracer::prepare(model, tensor, Scheme{});
                std::vector<float> values(tensor.elements);
                model->read_floats(tensor, 0, values);
                const MatrixLayout layout = matrix_layout(tensor);
                for (std::uint64_t index = 0; index < std::min<std::uint64_t>(tensor.elements, 512);
                     index += is_quantized(tensor.dtype) && index > 40 ? 7 : 1) {
                    const WeightTrace trace = tracer.trace(matrix_place(layout, index));
                    const std::string flaw = flaw_of(trace, values[index]);
                    QVERIFY2(flaw.empty(), fmt::format("{} {}: {}", tensor.name, index, flaw).c_str());
                    QVERIFY(!trace.source.selected.empty());
                }
            }
        }
        QVERIFY(types > 30);
    }

    // Real tensors, quantized ones once more, in the layouts that they have.
    void real_tensors_end_with_what_the_engine_measures() {
        const auto models = models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        for (const char* file : {"stories260k/derived/stories260K.safetensors",
                                 "stories260k-gguf/derived/stories260K-ffn192-Q4_0.gguf"}) {
            const auto model = open_model(*models / file);
            for (const char* notation :
                 {"int4:g32", "int8:asym", "nf4", "fp8_e4m3:tensor", "log4", "kmeans3", "q4_0", "iq4_nl"}) {
                const Scheme scheme = parse_scheme(notation);
                for (const TensorInfo& tensor : model->tensors()) {
                    const MatrixShape shape = matrix_shape(tensor);
                    if (!tensor.quantizable || tensor.elements > 20'000 ||
                        !why_not_applicable(scheme, shape.inputs).empty())
                        continue;
                    const std::vector<float> engine = engine_values(*model, tensor, scheme);
                    const WeightTracer tracer = WeightTracer::prepare(model, tensor, scheme);
                    for (std::uint64_t element = 0; element < tensor.elements; element += 97) {
                        const WeightTrace trace =
                            tracer.trace({element / shape.inputs, element % shape.inputs});
                        const std::string flaw = flaw_of(trace, engine[element]);
                        QVERIFY2(flaw.empty(),
                                 fmt::format("{} {} {}: {}", tensor.name, notation, element, flaw).c_str());
                    }
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestWeightTrace)
#include "test_weight_trace.moc"
