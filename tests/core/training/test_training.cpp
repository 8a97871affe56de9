// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/training/training.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

using namespace halfstep;
using namespace halfstep::training;

namespace {

TrainingRequest request_for(const char* name, std::uint64_t seed, std::size_t steps) {
    TrainingRequest request;
    request.data = std::make_shared<const DataSet>(data_set(name, seed));
    const std::size_t sizes[] = {request.data->training.inputs.columns, 24, 24,
                                 request.data->training.targets.columns};
    request.start = initial_network(sizes, seed);
    request.seed = seed;
    request.settings.steps = steps;
    return request;
}

bool same_bits(const DenseNetwork& one, const DenseNetwork& other) {
    for (std::size_t i = 0; i < one.layers.size(); ++i) {
        const auto& a = one.layers[i];
        const auto& b = other.layers[i];
        if (std::memcmp(a.weights.values.data(), b.weights.values.data(), a.weights.values.size() * 4) != 0)
            return false;
        if (std::memcmp(a.biases.data(), b.biases.data(), a.biases.size() * 4) != 0) return false;
    }
    return one.layers.size() == other.layers.size();
}

// FNV-1a over the bits of all weights and biases.
std::uint64_t fingerprint(const DenseNetwork& network) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&hash](const std::vector<float>& values) {
        for (const float value : values) {
            std::uint32_t bits = 0;
            std::memcpy(&bits, &value, sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3U;
        }
    };
    for (const auto& layer : network.layers) {
        add(layer.weights.values);
        add(layer.biases);
    }
    return hash;
}

std::string refusal(const TrainingRequest& request) {
    return halfstep::testing::error_of([&] { train(request); });
}

}  // namespace

class TestTraining : public QObject {
    Q_OBJECT
  private slots:
    void networks_learn_data() {
        QTest::addColumn<QString>("data");
        QTest::addColumn<bool>("adam");
        QTest::addColumn<double>("most");  // held-out loss
        for (const bool adam : {false, true}) {
            const char* optimizer = adam ? "adam" : "sgd";
            QTest::addRow("spirals, %s", optimizer) << "spirals" << adam << 0.1;
            QTest::addRow("moons, %s", optimizer) << "moons" << adam << 0.3;
            QTest::addRow("waves, %s", optimizer) << "waves" << adam << 0.05;
        }
    }

    // The losses of guessing are log 2 = 0.69 and, for the waves, about 0.7.
    void networks_learn() {
        QFETCH(QString, data);
        QFETCH(bool, adam);
        QFETCH(double, most);
        TrainingRequest request = request_for(data.toUtf8(), 1, 2000);
        if (!adam) {
            request.settings.optimizer.kind = OptimizerSettings::Kind::sgd;
            request.settings.rate = 0.05F;
        }
        const TrainingResult result = train(request);
        QVERIFY2(result.held_out.loss < most, qPrintable(QString::number(result.held_out.loss)));
        QVERIFY(result.training.loss < most);
        if (data == "spirals") QVERIFY(result.held_out.accuracy.value() > 0.97);
        QVERIFY(result.held_out.accuracy.has_value() == (data != "waves"));
    }

    void the_same_seed_gives_the_same_bits_data() {
        QTest::addColumn<bool>("quantized");
        QTest::newRow("float") << false;
        QTest::newRow("in the loop") << true;
    }

    void the_same_seed_gives_the_same_bits() {
        QFETCH(bool, quantized);
        TrainingRequest request = request_for("spirals", 1, 200);
        if (quantized) request.quantization = {parse_scheme("int4:tensor:mse"), 6};
        const TrainingResult once = train(request);
        JobContext threads;
        threads.threads = 7;
        const TrainingResult again = train(request, threads);
        QVERIFY(same_bits(once.network, again.network));
        QVERIFY(once.held_out.loss == again.held_out.loss);
        request.seed = 2;  // another order alone
        QVERIFY(!same_bits(once.network, train(request).network));
        TrainingRequest other = request_for("spirals", 1, 200);
        other.quantization = request.quantization;
        const std::size_t sizes[] = {2, 24, 24, 2};
        other.start = initial_network(sizes, 2);
        QVERIFY(!same_bits(once.network, train(other).network));
    }

    // The deployed network is the float network through the engine, and it is what was evaluated.
    void what_is_deployed_is_quantized() {
        TrainingRequest request = request_for("moons", 1, 100);
        request.quantization = {parse_scheme("int3"), 4};
        const TrainingResult result = train(request);
        QVERIFY(
            same_bits(result.deployed.network, with_quantized_weights(result.network, parse_scheme("int3"))));
        QVERIFY(!same_bits(result.deployed.network, result.network));
        QCOMPARE(result.deployed.grids.size(), 3UL);
        for (const ActivationGrid& grid : result.deployed.grids)
            QVERIFY(grid.bits == 4 && grid.scale > 0);
        QVERIFY(result.held_out.loss ==
                evaluate(result.deployed, request.data->held_out, request.data->loss).loss);
    }

    // One example, one weight, by hand: y = w·x, loss (y − t)², g = 2·x·(w·x − t).
    void sgd_by_hand() {
        DataSet data{"one", Loss::mean_squared_error, {{1, 1, {1}}, {1, 1, {0}}}, {{1, 1, {1}}, {1, 1, {0}}}};
        TrainingRequest request;
        request.start.layers.push_back({{1, 1, {1}}, {0}});
        request.data = std::make_shared<const DataSet>(data);
        request.settings.steps = 2;
        request.settings.optimizer.kind = OptimizerSettings::Kind::sgd;
        request.settings.optimizer.momentum = 0.5F;
        request.settings.rate = 0.125F;
        request.settings.last_rate = 0.125F;
        // Step 1: y = 1, g = 2 for weight and bias: w = 0.75, b = −0.25. Step 2: y = 0.5, g = 1, v = 2: w =
        // 0.5.
        const TrainingResult result = train(request);
        QVERIFY(result.network.layers[0].weights.values[0] == 0.5F);
        QVERIFY(result.network.layers[0].biases[0] == -0.5F);
        QVERIFY(result.held_out.loss == 0);
    }

    // int2:tensor leaves (1, 0.25) as (1, 0): y = 1 at (1, 1), g = 2 for all, which moves the float weights.
    // (As float: y = 1.25, g = 2.5.)
    void quantization_in_the_loop_by_hand() {
        const Examples examples{Batch{1, 2, {1, 1}}, Batch{1, 1, {0}}};
        TrainingRequest request;
        request.start.layers.push_back({Batch{1, 2, {1, 0.25F}}, {0}});
        request.data =
            std::make_shared<const DataSet>(DataSet{"one", Loss::mean_squared_error, examples, examples});
        request.settings.steps = 1;
        request.settings.optimizer.kind = OptimizerSettings::Kind::sgd;
        request.settings.rate = 0.125F;
        request.quantization.weights = parse_scheme("int2:tensor");
        const TrainingResult result = train(request);
        QVERIFY(result.network.layers[0].weights.values == (std::vector<float>{0.75F, 0}));
        QVERIFY(result.network.layers[0].biases[0] == -0.25F);
        QVERIFY(result.held_out.loss == 0.25);  // (0.75 + 0 − 0.25)²
    }

    // Adam's first step is the rate in the direction of the sign, whatever the size of the gradient.
    void adam_by_hand() {
        for (const float target : {0.0F, -100.0F}) {
            DataSet data{
                "one", Loss::mean_squared_error, {{1, 1, {1}}, {1, 1, {target}}}, {{1, 1, {1}}, {1, 1, {0}}}};
            TrainingRequest request;
            request.start.layers.push_back({{1, 1, {1}}, {0}});
            request.data = std::make_shared<const DataSet>(data);
            request.settings.steps = 1;
            request.settings.rate = 0.125F;
            QVERIFY(std::fabs(train(request).network.layers[0].weights.values[0] - 0.875F) < 1e-6F);
        }
    }

    void the_curve_has_the_points_asked_for() {
        TrainingRequest request = request_for("moons", 1, 95);
        request.settings.curve_points = 10;
        std::vector<std::size_t> seen;
        request.on_point = [&](const CurvePoint& point) { seen.push_back(point.step); };
        const TrainingResult result = train(request);
        QCOMPARE(result.curve.size(), 11UL);
        QVERIFY(result.curve.front().step == 0 && result.curve.back().step == 95);
        QVERIFY(result.curve.back().held_out_loss == result.held_out.loss);
        QVERIFY(result.curve.back().training_loss == result.training.loss);
        QVERIFY(result.curve.back().training_loss < result.curve.front().training_loss);
        QCOMPARE(seen.size(), 11UL);
        for (std::size_t i = 1; i < seen.size(); ++i)
            QVERIFY(seen[i] - seen[i - 1] == 9 || seen[i] - seen[i - 1] == 10);
    }

    void no_steps_change_nothing() {
        const TrainingRequest request = request_for("moons", 1, 0);
        QVERIFY(same_bits(train(request).network, request.start));
    }

    void a_stop_is_felt() {
        std::stop_source source;
        TrainingRequest request = request_for("spirals", 1, 10'000'000);
        request.quantization = {parse_scheme("int4:mse"), 4};
        std::chrono::steady_clock::time_point asked;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(150));
            asked = std::chrono::steady_clock::now();
            source.request_stop();
        });
        QVERIFY_THROWS_EXCEPTION(Cancelled, train(request, {source.get_token(), {}, 0}));
        stopper.join();
        QVERIFY(std::chrono::steady_clock::now() - asked < std::chrono::milliseconds(100));
    }

    void progress_never_falls_and_ends_at_one() {
        double last = 0;
        const TrainingRequest request = request_for("moons", 1, 50);
        JobContext job;
        job.progress = [&](double fraction) {
            QVERIFY(fraction >= last);
            last = fraction;
        };
        train(request, job);
        QVERIFY(last == 1);
    }

    void what_makes_no_sense_is_refused() {
        TrainingRequest request = request_for("moons", 1, 50);
        request.settings.batch_size = 0;
        QVERIFY(refusal(request).find("Batches of no examples") != std::string::npos);
        request = request_for("moons", 1, 50);
        request.quantization.activation_bits = 17;
        QVERIFY(refusal(request).find("cannot have 17 bits") != std::string::npos);
        request = request_for("moons", 1, 50);
        const std::size_t sizes[] = {3, 2};
        request.start = initial_network(sizes, 1);
        QVERIFY(refusal(request).find("does not fit 'moons'") != std::string::npos);
        request = request_for("waves", 1, 500);
        request.settings.optimizer.kind = OptimizerSettings::Kind::sgd;
        request.settings.rate = 100;
        QVERIFY(refusal(request).find("no longer a number at step") != std::string::npos);
        QVERIFY_THROWS_EXCEPTION(Error, data_set("cats", 1));
    }

    void data_sets_are_what_they_say_data() {
        QTest::addColumn<QString>("name");
        for (const std::string& name : data_set_names())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }

    void data_sets_are_what_they_say() {
        QFETCH(QString, name);
        const DataSet data = data_set(name.toStdString(), 3);
        QVERIFY(data.name == name.toStdString());
        QVERIFY(data.training.inputs.values == data_set(name.toStdString(), 3).training.inputs.values);
        QVERIFY(data.training.inputs.values != data_set(name.toStdString(), 4).training.inputs.values);
        QVERIFY(data.training.inputs.row(0)[0] != data.held_out.inputs.row(0)[0]);
        QCOMPARE(data.training.inputs.rows, 512UL);
        QCOMPARE(data.held_out.targets.rows, 1024UL);
        if (data.loss != Loss::cross_entropy) return;
        double in_first = 0;
        for (std::size_t row = 0; row < data.training.targets.rows; ++row) {
            QVERIFY(data.training.targets.row(row)[0] + data.training.targets.row(row)[1] == 1);
            in_first += static_cast<double>(data.training.targets.row(row)[0]);
        }
        QVERIFY(in_first == 256);
    }

    // Golden: a change of these bits changes every figure of the lessons. They are the same on every machine.
    void bits_are_the_same_everywhere() {
        TrainingRequest request = request_for("spirals", 1, 50);
        request.quantization = {parse_scheme("int4"), 8};
        const std::uint64_t found = fingerprint(train(request).network);
        QVERIFY2(found == 0x0472097b76b8c836U, qPrintable(QString::number(found, 16)));
    }
};

QTEST_GUILESS_MAIN(TestTraining)
#include "test_training.moc"
