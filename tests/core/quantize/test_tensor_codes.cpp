// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quantize/reference.h"
#include "core/quantize/tensor_codes.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <limits>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

std::vector<float> waves(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = 0.1F * std::sin(static_cast<float>(i) * 0.37F) * (1 + static_cast<float>(i % 11));
    return values;
}

// A weight of [outputs, inputs], or of [inputs, outputs].
std::string model_of(const std::vector<float>& values, std::uint64_t rows, std::uint64_t columns,
                     bool inputs_first) {
    Proto node = node_proto("Gemm", {"x", "w"}, {"y"});
    if (!inputs_first) node.bytes(5, int_attribute("transB", 1));
    return onnx_file(Proto().bytes(1, node).bytes(5, f32_tensor("w", {rows, columns}, values)));
}

std::int32_t number_of(const TensorCodes& codes, std::size_t element, bool is_signed) {
    std::int32_t number = 0;
    std::memcpy(&number, codes.codes.data() + element * codes.code_bytes, codes.code_bytes);
    const int bits = static_cast<int>(codes.code_bytes) * 8;
    if (is_signed && number >= 1 << (bits - 1)) number -= 1 << bits;
    return number;
}

}  // namespace

class TestTensorCodes : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

  private slots:
    void codes_are_those_of_the_plain_reference_data() {
        QTest::addColumn<QString>("notation");
        for (const char* notation : {"int8",         "int8:asym",    "int8:tensor",   "int8:asym:tensor",
                                     "int8:symfull", "int4:g32",     "int4:asym:g24", "int2:g16",
                                     "int3",         "int5:asym",    "int9",          "int12:g32:asym",
                                     "int16:asym",   "int16:tensor", "int8:g16:s32",  "int8:g32:dq",
                                     "int8:gamma",   "int8:clip0.3", "fp8_e4m3",      "fp8_e5m2:tensor",
                                     "fp8_e4m3:g32"})
            QTest::newRow(notation) << QString(notation);
    }
    void codes_are_those_of_the_plain_reference() {
        QFETCH(QString, notation);
        const Scheme scheme = parse_scheme(notation.toStdString());
        constexpr std::size_t rows = 37;
        constexpr std::size_t inputs = 90;
        const std::vector<float> values = waves(rows * inputs);
        const ReferenceResult expected = quantize_reference(scheme, values, {rows, inputs});
        std::vector<float> transposed(values.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            transposed[i % inputs * rows + i / inputs] = values[i];
        for (const bool inputs_first : {false, true}) {
            const auto model =
                open_model(folder_.put("model.onnx", inputs_first ? model_of(transposed, inputs, rows, true)
                                                                  : model_of(values, rows, inputs, false)));
            const TensorCodes codes = quantize_to_codes(*model, *model->find("w"), scheme, {});
            QCOMPARE(codes.codes.size(), values.size() * codes.code_bytes);
            QVERIFY(codes.scales == expected.scales);
            QVERIFY(codes.zero_points == expected.zero_points);
            const std::size_t units_in_row =
                expected.scales.size() < rows ? 0 : expected.scales.size() / rows;
            const std::size_t group = scheme.group_size != 0 ? scheme.group_size : inputs;
            for (std::size_t i = 0; i < values.size(); ++i) {
                const std::size_t at = inputs_first ? i % inputs * rows + i / inputs : i;
                const std::size_t unit =
                    units_in_row == 0 ? 0 : i / inputs * units_in_row + i % inputs / group;
                if (scheme.family == Family::integer) {
                    const std::int32_t code = number_of(codes, at, scheme.symmetry != Symmetry::asym);
                    QCOMPARE(code, expected.codes[i]);
                    const std::int32_t zero = codes.zero_points.empty() ? 0 : codes.zero_points[unit];
                    QVERIFY(codes.scales[unit] * static_cast<float>(code - zero) ==
                            expected.reconstruction[i]);
                } else {
                    // Bits of IEEE's layout: exponents of 4 or 5 bits.
                    const int pattern = number_of(codes, at, false);
                    const int mantissa_bits = scheme.float_format == FloatFormat::fp8_e4m3 ? 3 : 2;
                    const int bias = mantissa_bits == 3 ? 7 : 15;
                    const int exponent = (pattern & 0x7f) >> mantissa_bits;
                    const int mantissa = pattern & ((1 << mantissa_bits) - 1);
                    const int one = exponent == 0 ? 0 : 1 << mantissa_bits;
                    const float magnitude = std::ldexp(static_cast<float>(mantissa + one),
                                                       std::max(exponent, 1) - bias - mantissa_bits);
                    const float value = (pattern & 0x80) != 0 ? -magnitude : magnitude;
                    QVERIFY(codes.scales[unit] * value == expected.reconstruction[i]);
                }
            }
        }
    }

    // Units that are longer than what is worked on at once.
    void large_tensors() {
        constexpr std::size_t inputs = 300'000;
        const std::vector<float> values = waves(3 * inputs);
        const auto model = open_model(folder_.put("model.onnx", model_of(values, 3, inputs, false)));
        for (const char* notation : {"int8", "int8:asym:tensor"}) {
            const Scheme scheme = parse_scheme(notation);
            const ReferenceResult expected = quantize_reference(scheme, values, {3, inputs});
            const TensorCodes codes = quantize_to_codes(*model, *model->find("w"), scheme, {});
            QVERIFY(codes.scales == expected.scales);
            QVERIFY(codes.zero_points == expected.zero_points);
            std::size_t differing = 0;
            for (std::size_t i = 0; i < values.size(); ++i)
                differing +=
                    number_of(codes, i, scheme.symmetry != Symmetry::asym) != expected.codes[i] ? 1 : 0;
            QCOMPARE(differing, std::size_t{0});
        }
    }

    void halves() {
        const auto model =
            open_model(folder_.put("model.onnx", model_of({1, -2, 1e6F, 0x1p-24F}, 2, 2, false)));
        const auto patterns = [&](const char* notation) {
            const TensorCodes codes =
                quantize_to_codes(*model, *model->find("w"), parse_scheme(notation), {});
            std::vector<std::uint16_t> result(4);
            std::memcpy(result.data(), codes.codes.data(), codes.codes.size());
            return result;
        };
        QCOMPARE(patterns("fp16"), (std::vector<std::uint16_t>{0x3c00, 0xc000, 0x7bff, 0x0001}));
        QCOMPARE(patterns("bf16"), (std::vector<std::uint16_t>{0x3f80, 0xc000, 0x4974, 0x3380}));
    }

    void an_empty_unit_has_the_scale_0() {
        const auto model = open_model(folder_.put("model.onnx", model_of({0, 0, 3, -127}, 2, 2, false)));
        const TensorCodes codes = quantize_to_codes(*model, *model->find("w"), parse_scheme("int8"), {});
        QCOMPARE(codes.scales, (std::vector<float>{0, 1}));
        QCOMPARE(number_of(codes, 0, true), 0);
        QCOMPARE(number_of(codes, 2, true), 3);
        QCOMPARE(number_of(codes, 3, true), -127);
    }

    void what_is_not_finite_is_refused() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto model = open_model(folder_.put("model.onnx", model_of({0, nan, 3, -127}, 2, 2, false)));
        const std::string error =
            error_of([&] { quantize_to_codes(*model, *model->find("w"), parse_scheme("int8"), {}); });
        QVERIFY2(error.find("1 of its 4 weights are not finite") != std::string::npos, error.c_str());
    }

    void a_stop_is_felt() {
        std::stop_source source;
        source.request_stop();
        JobContext job;
        job.stop = source.get_token();
        const auto model = open_model(folder_.put("model.onnx", model_of({0, 1, 3, -127}, 2, 2, false)));
        QVERIFY_THROWS_EXCEPTION(Cancelled,
                                 quantize_to_codes(*model, *model->find("w"), parse_scheme("int8"), job));
    }
};

QTEST_GUILESS_MAIN(TestTensorCodes)
#include "test_tensor_codes.moc"
