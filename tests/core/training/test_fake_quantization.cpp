// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "core/quantize/reference.h"
#include "core/quantize/tensor_codes.h"
#include "core/training/backpropagation.h"
#include "core/training/fake_quantization.h"
#include "core/training/random.h"

#include <QTest>

#include <cstdint>
#include <vector>

using namespace halfstep;
using namespace halfstep::training;

namespace {

DenseNetwork sample_network() {
    const std::size_t sizes[] = {6, 33, 5};
    return initial_network(sizes, 3);
}

std::vector<float> normal_values(std::size_t count) {
    Random random(4);
    std::vector<float> values(count);
    for (float& value : values)
        value = static_cast<float>(random.normal());
    return values;
}

}  // namespace

class TestFakeQuantization : public QObject {
    Q_OBJECT
  private slots:
    void weights_are_what_codes_and_scales_stand_for_data() {
        QTest::addColumn<QString>("notation");
        for (const char* notation : {"int2", "int3:tensor", "int4", "int4:tensor:mse", "int4:asym:g4",
                                     "int8:mse", "int8:symfull", "int3:asym:tensor:mse"})
            QTest::newRow(notation) << notation;
    }

    // Codes and scales as files store them, put together here.
    void weights_are_what_codes_and_scales_stand_for() {
        QFETCH(QString, notation);
        const Scheme scheme = parse_scheme(notation.toStdString());
        const DenseNetwork network = sample_network();
        const DenseNetwork quantized = with_quantized_weights(network, scheme);
        const auto model = model_of(network, "sample");
        QCOMPARE(model->tensors().size(), network.layers.size());
        for (std::size_t i = 0; i < network.layers.size(); ++i) {
            const Batch& weights = network.layers[i].weights;
            const TensorCodes codes = quantize_to_codes(*model, model->tensors()[i], scheme, {});
            const std::size_t unit = scheme.granularity == Granularity::tensor    ? weights.values.size()
                                     : scheme.granularity == Granularity::channel ? weights.columns
                                                                                  : scheme.group_size;
            const std::size_t in_row = (weights.columns + unit - 1) / unit;
            std::vector<float> expected;
            for (std::size_t k = 0; k < weights.values.size(); ++k) {
                const std::size_t group = scheme.granularity == Granularity::tensor
                                              ? 0
                                              : k / weights.columns * in_row + k % weights.columns / unit;
                const int zero_point = codes.zero_points.empty() ? 0 : codes.zero_points[group];
                const int code = codes.zero_points.empty()
                                     ? static_cast<int>(static_cast<std::int8_t>(codes.codes[k]))
                                     : static_cast<int>(codes.codes[k]);
                expected.push_back(codes.scales[group] * static_cast<float>(code - zero_point));
            }
            for (std::size_t k = 0; k < expected.size(); ++k)
                QVERIFY(quantized.layers[i].weights.values[k] == expected[k]);
            QVERIFY(quantized.layers[i].biases == network.layers[i].biases);
        }
    }

    void weights_are_those_of_the_plain_reference_data() {
        QTest::addColumn<QString>("notation");
        for (const char* notation :
             {"int2", "int3:tensor", "int4", "int8:asym", "int4:g4", "log4", "nf4:g32", "fp4_e2m1",
              "fp8_e4m3:tensor", "bf16", "mxfp4", "int4:pct90", "int4:gamma", "kmeans3", "keep"})
            QTest::newRow(notation) << notation;
    }

    void weights_are_those_of_the_plain_reference() {
        QFETCH(QString, notation);
        const Scheme scheme = parse_scheme(notation.toStdString());
        const DenseNetwork network = sample_network();
        for (const auto& layer : network.layers)
            QVERIFY(
                quantized_weights(layer.weights, scheme).values ==
                quantize_reference(scheme, layer.weights.values, {layer.weights.rows, layer.weights.columns})
                    .reconstruction);
    }

    void a_scheme_that_cannot_be_applied_is_refused() {
        QVERIFY_THROWS_EXCEPTION(Error, with_quantized_weights(sample_network(), parse_scheme("q4_0")));
    }

    // The same arithmetic as the weights' schemes of kind asym:tensor with limits set by hand.
    void activations_are_quantized_as_asymmetric_weights() {
        const std::vector<float> values = normal_values(400);
        for (const int bits : {2, 3, 4, 8}) {
            const ActivationGrid grid = activation_grid(bits, {-0.75F, 1.5F});
            const Scheme scheme =
                parse_scheme(QString("int%1:asym:tensor:clip-0.75..1.5").arg(bits).toStdString());
            const ReferenceResult expected = quantize_reference(scheme, values, {20, 20});
            std::uint64_t clipped = 0;
            for (std::size_t i = 0; i < values.size(); ++i) {
                bool outside = false;
                QVERIFY(grid.quantized(values[i], outside) == expected.reconstruction[i]);
                if (outside) ++clipped;
            }
            QVERIFY(clipped == expected.sums.clipped && clipped > 0);
        }
    }

    void grids_hold_zero_and_nothing_is_nothing() {
        bool clipped = true;
        QVERIFY(activation_grid(4, {1, 3}).quantized(0, clipped) == 0 && !clipped);
        QVERIFY(activation_grid(4, {1, 3}).scale == 3.0F / 15);
        QVERIFY(activation_grid(4, {-3, -1}).quantized(0, clipped) == 0 && !clipped);
        QVERIFY(activation_grid(8, {0, 0}).quantized(0.5F, clipped) == 0);
    }

    // From batch to batch a tenth of the way: 1 -> 1 + (2 − 1)/10.
    void ranges_run_after_the_batches() {
        RunningRange range;
        range.observe({-1, 1});
        QVERIFY(range.limits().low == -1 && range.limits().high == 1);
        range.observe({-1, 2});
        QVERIFY(range.limits().low == -1 && range.limits().high == 1.1F);
    }

    void calibration_sees_what_enters_each_layer() {
        DenseNetwork network;
        network.layers.push_back({{1, 1, {2}}, {-1}});
        network.layers.push_back({{1, 1, {1}}, {0}});
        const std::vector<RunningRange> ranges =
            calibrated_ranges(network, Batch{3, 1, {-5, 0, 4}}, 3).ranges();
        QVERIFY(ranges.size() == 2);
        QVERIFY(ranges[0].limits().low == -5 && ranges[0].limits().high == 4);
        QVERIFY(ranges[1].limits().low == 0 && ranges[1].limits().high == 7);
    }

    void notation() {
        QCOMPARE(training::to_string(FakeQuantization{}), std::string("float"));
        QCOMPARE(training::to_string(FakeQuantization{parse_scheme("int4:tensor"), 8}),
                 std::string("int4:tensor, 8-bit activations"));
    }
};

QTEST_GUILESS_MAIN(TestFakeQuantization)
#include "test_fake_quantization.moc"
