// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model.h"
#include "core/quantize/measure.h"
#include "core/training/error_accumulation.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace halfstep;
using namespace halfstep::training;

namespace {

DenseNetwork chain(std::vector<float> weights) {
    DenseNetwork network;
    for (const float weight : weights)
        network.layers.push_back({Batch{1, 1, {weight}}, {0}});
    return network;
}

DenseNetwork deep_network() {
    const std::vector<std::size_t> sizes(13, 64);
    return initial_network(sizes, 1);
}

bool near(double value, double expected, double tolerance = 1e-6) {
    return std::fabs(value - expected) <= tolerance * std::max(1.0, std::fabs(expected));
}

}  // namespace

class TestErrorAccumulation : public QObject {
    Q_OBJECT
  private slots:
    // 2·3 against 2.5·3.75: a quarter more in each layer, 25/16 of the whole.
    void aligned_errors_multiply() {
        const ErrorAccumulation result =
            error_accumulation(chain({2, 3}), chain({2.5F, 3.75F}), Batch{2, 1, {1, 7}});
        QVERIFY(near(result.layers[0].weight_error, 0.25) && near(result.layers[1].weight_error, 0.25));
        QVERIFY(near(result.layers[0].drift, 0.25) && near(result.layers[1].drift, 9.0 / 16));
        QVERIFY(near(result.layers[0].all_aligned, 0.25) && near(result.layers[1].all_aligned, 9.0 / 16));
        QVERIFY(near(result.layers[1].independent, std::sqrt(17.0 * 17 / 256 - 1)));
        QVERIFY(near(result.layers[0].alone, 0.25) && near(result.layers[1].alone, 0.25));
    }

    void the_most_harmful_layer_is_found() {
        const ErrorAccumulation result =
            error_accumulation(chain({2, 3, 5}), chain({2.5F, 6, 5}), Batch{1, 1, {1}});
        QVERIFY(result.most_harmful_layer() == 1);
        QVERIFY(near(result.layers[0].alone, 0.25) && near(result.layers[1].alone, 1));
        QVERIFY(result.layers[2].alone == 0 && result.layers[2].weight_error == 0);
    }

    void nothing_to_compare_with_drifts_by_nothing() {
        const ErrorAccumulation result = error_accumulation(chain({-1, 1}), chain({-2, 1}), Batch{1, 1, {1}});
        QVERIFY(result.layers[0].drift == 0 && result.layers[1].drift == 0);
    }

    void noise_has_the_size_asked_for() {
        std::vector<double> sizes(12, 0.01);
        sizes[7] = 0.5;
        const DenseNetwork network = deep_network();
        const ErrorAccumulation result =
            error_accumulation(network, with_noise(network, sizes, 3), normal_batch(64, 64, 1));
        for (std::size_t i = 0; i < sizes.size(); ++i)
            QVERIFY(near(result.layers[i].weight_error, sizes[i], 1e-6));
        QVERIFY(result.most_harmful_layer() == 7);
        QVERIFY(with_noise(network, sizes, 3).layers[0].weights.values !=
                with_noise(network, sizes, 4).layers[0].weights.values);
    }

    void errors_of_schemes_are_those_that_are_measured() {
        const DenseNetwork network = deep_network();
        const auto model = model_of(network, "deep");
        const Scheme scheme = parse_scheme("int4");
        const ErrorAccumulation result = accumulated_quantization(network, scheme, normal_batch(8, 64, 1));
        for (std::size_t i = 0; i < result.layers.size(); ++i) {
            const Measurement measured =
                measure_tensor(*model, model->tensors()[i], std::span(&scheme, 1)).results[0];
            QVERIFY(near(result.layers[i].weight_error, rel_error(measured.sums).value(), 1e-9));
        }
    }

    void errors_add_up_through_depth_data() {
        QTest::addColumn<QString>("scheme");
        for (const char* scheme : {"int8", "int6", "int4", "nf4"})
            QTest::newRow(scheme) << scheme;
    }

    // In a network of random weights errors point anywhere: far below the bound, and as √Σε² says.
    void errors_add_up_through_depth() {
        QFETCH(QString, scheme);
        const ErrorAccumulation result = accumulated_quantization(
            deep_network(), parse_scheme(scheme.toStdString()), normal_batch(256, 64, 1));
        QCOMPARE(result.layers.size(), 12UL);
        for (const DepthError& depth : result.layers) {
            QVERIFY(depth.drift < 1.05 * depth.all_aligned);
            QVERIFY(depth.drift > 0.5 * depth.independent && depth.drift < 1.5 * depth.independent);
        }
        QVERIFY(result.layers.back().drift > 2 * result.layers.front().drift);
        QVERIFY(result.layers.back().all_aligned > 3 * result.layers.back().drift);
    }

    void what_does_not_fit_is_refused() {
        const auto refusal = [](const DenseNetwork& one, const DenseNetwork& other, const Batch& inputs) {
            return halfstep::testing::error_of([&] { error_accumulation(one, other, inputs); });
        };
        QVERIFY(refusal(chain({1}), chain({1, 2}), Batch{1, 1}).find("same sizes") != std::string::npos);
        QVERIFY(refusal(chain({1}), chain({1}), Batch{1, 2}).find("takes 1 inputs, not 2") !=
                std::string::npos);
        const std::string noise = halfstep::testing::error_of([] {
            with_noise(chain({1, 2}), std::vector<double>{0.1}, 1);
        });
        QVERIFY(noise.find("1 sizes of noise for 2 layers") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestErrorAccumulation)
#include "test_error_accumulation.moc"
