// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/training/loss_surface.h"
#include "core/training/training.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

using namespace halfstep;
using namespace halfstep::training;

namespace {

// y = w·x with w = 3 on the one example (1, 3): at a loss of 0, and d = ±3 for every direction.
DenseNetwork single_weight() {
    DenseNetwork network;
    network.layers.push_back({Batch{1, 1, {3}}, {0}});
    return network;
}

Examples single_example() {
    return {Batch{1, 1, {1}}, Batch{1, 1, {3}}};
}

double norm(std::span<const float> values) {
    double sum = 0;
    for (const float value : values)
        sum += static_cast<double>(value) * static_cast<double>(value);
    return std::sqrt(sum);
}

}  // namespace

class TestLossSurface : public QObject {
    Q_OBJECT
  private slots:
    void directions_have_the_norms_of_the_neurons() {
        const std::size_t sizes[] = {5, 7, 3};
        DenseNetwork network = initial_network(sizes, 1);
        std::ranges::fill(network.layers[0].weights.row(2), 0.0F);
        const DenseNetwork direction = normalised_direction(network, 1, 2);
        for (std::size_t i = 0; i < 2; ++i) {
            const Batch& weights = network.layers[i].weights;
            for (std::size_t neuron = 0; neuron < weights.rows; ++neuron) {
                const double expected = norm(weights.row(neuron));
                const double found = norm(direction.layers[i].weights.row(neuron));
                QVERIFY(std::fabs(found - expected) <= 1e-6 * expected);
            }
            QVERIFY(std::ranges::all_of(direction.layers[i].biases, [](float bias) { return bias == 0; }));
        }
        QVERIFY(norm(direction.layers[0].weights.row(2)) == 0);
        QVERIFY(direction.layers[0].weights.values !=
                normalised_direction(network, 1, 3).layers[0].weights.values);
        QVERIFY(direction.layers[0].weights.values !=
                normalised_direction(network, 2, 2).layers[0].weights.values);
    }

    void moving_adds_a_multiple() {
        DenseNetwork direction = single_weight();
        direction.layers[0].biases[0] = 2;
        const DenseNetwork there = moved(single_weight(), direction, -0.5F);
        QVERIFY(there.layers[0].weights.values[0] == 1.5F && there.layers[0].biases[0] == -1);
    }

    // Both directions are ±3, so the loss at (a, b) is (3·(±a ± b))²: 9·(a + b)² or 9·(a − b)².
    void surface_by_hand() {
        const LossSurface surface =
            loss_surface(single_weight(), single_example(), Loss::mean_squared_error, 0.5, 5, 1);
        QCOMPARE(surface.losses.size(), 25UL);
        const double coordinates[] = {-0.5, -0.25, 0, 0.25, 0.5};
        const bool same = surface.at(0, 0) > 1;  // both directions have the same sign
        for (std::size_t row = 0; row < 5; ++row) {
            QVERIFY(surface.coordinate(row) == coordinates[row]);
            for (std::size_t column = 0; column < 5; ++column) {
                const double along = coordinates[column];
                const double distance = same ? coordinates[row] + along : coordinates[row] - along;
                QVERIFY(std::fabs(surface.at(row, column) - 9 * distance * distance) < 1e-5);
            }
        }
    }

    // (3·0.1)² both ways, whatever the direction.
    void sharpness_by_hand() {
        const double rise = sharpness(single_weight(), single_example(), Loss::mean_squared_error, 0.1, 8, 1);
        QVERIFY(std::fabs(rise - 0.09) < 1e-6);
    }

    void the_middle_is_the_network() {
        const DataSet data = moons(1);
        const std::size_t sizes[] = {2, 8, 2};
        const DenseNetwork network = initial_network(sizes, 1);
        const LossSurface surface = loss_surface(network, data.training, data.loss, 1, 3, 7);
        QVERIFY(surface.at(1, 1) == evaluate({network, {}}, data.training, data.loss).loss);
        QVERIFY(surface.losses == loss_surface(network, data.training, data.loss, 1, 3, 7).losses);
        QVERIFY(surface.losses != loss_surface(network, data.training, data.loss, 1, 3, 8).losses);
    }

    // Keskar et al. 2017: small batches end in wide minima. Their networks lose less to rounding as well.
    void small_batches_end_in_wide_minima_that_survive_rounding() {
        double rise[2] = {};
        double rounding[2] = {};
        for (const std::uint64_t seed : {1U, 2U}) {
            for (std::size_t large = 0; large < 2; ++large) {
                TrainingRequest request;
                request.data = std::make_shared<const DataSet>(moons(seed));
                const std::size_t sizes[] = {2, 32, 32, 2};
                request.start = initial_network(sizes, seed);
                request.settings.batch_size = large == 1 ? 512 : 4;
                request.settings.optimizer.kind = OptimizerSettings::Kind::sgd;
                request.settings.rate = 0.1F;
                request.settings.last_rate = 0.01F;
                request.settings.steps = 2000;
                const TrainingResult result = train(request);
                const Examples& examples = request.data->training;
                rise[large] += sharpness(result.network, examples, request.data->loss, 0.1, 8, seed);
                const DenseNetwork rounded = with_quantized_weights(result.network, parse_scheme("int3"));
                rounding[large] +=
                    evaluate({rounded, {}}, examples, request.data->loss).loss - result.training.loss;
            }
        }
        qInfo("rise %.4f and %.4f, by rounding %.4f and %.4f", rise[0] / 2, rise[1] / 2, rounding[0] / 2,
              rounding[1] / 2);
        QVERIFY(rise[1] > 2 * rise[0] && rise[0] > 0);
        QVERIFY(rounding[1] > 2 * rounding[0]);
    }

    void a_stop_is_felt() {
        std::stop_source source;
        const DataSet data = moons(1);
        const std::size_t sizes[] = {2, 32, 32, 2};
        const DenseNetwork network = initial_network(sizes, 1);
        std::chrono::steady_clock::time_point asked;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            asked = std::chrono::steady_clock::now();
            source.request_stop();
        });
        QVERIFY_THROWS_EXCEPTION(Cancelled, loss_surface(network, data.training, data.loss, 1, 1001, 1,
                                                         {source.get_token(), {}, 0}));
        stopper.join();
        QVERIFY(std::chrono::steady_clock::now() - asked < std::chrono::milliseconds(100));
    }

    void what_makes_no_sense_is_refused() {
        const auto refusal = [](double range, std::size_t resolution) {
            return halfstep::testing::error_of([&] {
                loss_surface(single_weight(), single_example(), Loss::mean_squared_error, range, resolution,
                             1);
            });
        };
        QVERIFY(refusal(0, 5).find("cannot reach 0 far") != std::string::npos);
        QVERIFY(refusal(std::nan(""), 5).find("cannot reach nan far") != std::string::npos);
        QVERIFY(refusal(1, 4).find("4 points an axis") != std::string::npos);
        QVERIFY(refusal(1, 1).find("1 points an axis") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestLossSurface)
#include "test_loss_surface.moc"
