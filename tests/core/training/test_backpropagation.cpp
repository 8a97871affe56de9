// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/training/backpropagation.h"
#include "core/training/products.h"
#include "core/training/random.h"
#include "tests/support/oracle.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace halfstep::training;
using namespace halfstep::testing;

namespace {

// Networks with biases that are not 0, so that they take part.
DenseNetwork sample_network(const std::vector<std::size_t>& sizes) {
    DenseNetwork network = initial_network(sizes, 5);
    Random random(6);
    for (auto& layer : network.layers)
        for (float& bias : layer.biases)
            bias = static_cast<float>(0.3 * random.normal());
    return network;
}

struct Sample {
    DenseNetwork network;
    Batch inputs;
    Batch targets;
};

Sample sample(Loss loss, const std::vector<std::size_t>& sizes, std::size_t rows = 7) {
    Sample sample{sample_network(sizes), {rows, sizes.front()}, {rows, sizes.back()}};
    Random random(8);
    for (float& value : sample.inputs.values)
        value = static_cast<float>(random.normal());
    for (std::size_t row = 0; row < rows; ++row) {
        if (loss == Loss::cross_entropy)
            sample.targets.row(row)[random.below(sizes.back())] = 1;
        else
            for (float& value : sample.targets.row(row))
                value = static_cast<float>(random.normal());
    }
    return sample;
}

// (loss(p + h) − loss(p − h)) / 2h of one parameter.
double slope(BasicNetwork<double>& network, double& parameter, Loss loss, const Sample& sample) {
    constexpr double h = 1e-5;
    const double kept = parameter;
    const auto loss_with = [&](double value) {
        parameter = value;
        return loss_at(loss, forward(network, in_double(sample.inputs)).outputs, in_double(sample.targets))
            .value;
    };
    const double result = (loss_with(kept + h) - loss_with(kept - h)) / (2 * h);
    parameter = kept;
    return result;
}

QJsonArray json_of(const std::vector<float>& values) {
    QJsonArray array;
    for (const float value : values)
        array.append(double{value});
    return array;
}

QJsonArray json_of(const Batch& batch) {
    QJsonArray rows;
    for (std::size_t row = 0; row < batch.rows; ++row)
        rows.append(json_of(std::vector<float>(batch.row(row).begin(), batch.row(row).end())));
    return rows;
}

QJsonArray json_of(const DenseNetwork& network) {
    QJsonArray layers;
    for (const auto& layer : network.layers)
        layers.append(QJsonObject{{"weights", json_of(layer.weights)}, {"biases", json_of(layer.biases)}});
    return layers;
}

// The largest deviation of a nested array from another, relative to the largest value.
void compare(const QJsonValue& ours, const QJsonValue& theirs, double& deviation, double& largest) {
    if (ours.isArray()) {
        if (ours.toArray().size() != theirs.toArray().size()) deviation = 1e9;
        for (qsizetype i = 0; i < ours.toArray().size(); ++i)
            compare(ours.toArray()[i], theirs.toArray()[i], deviation, largest);
    } else if (ours.isObject()) {
        for (const QString& key : ours.toObject().keys())
            compare(ours[key], theirs[key], deviation, largest);
    } else {
        if (!theirs.isDouble()) deviation = 1e9;
        deviation = std::max(deviation, std::fabs(ours.toDouble() - theirs.toDouble()));
        largest = std::max(largest, std::fabs(theirs.toDouble()));
    }
}

double deviation_of(const QJsonValue& ours, const QJsonValue& theirs) {
    double deviation = 0;
    double largest = 0;
    compare(ours, theirs, deviation, largest);
    return largest == 0 ? 1e9 : deviation / largest;
}

}  // namespace

Q_DECLARE_METATYPE(std::vector<std::size_t>)

class TestBackpropagation : public QObject {
    Q_OBJECT
  private slots:
    void products_are_right() {
        const Batch left{2, 3, {1, 2, 3, 4, 5, 6}};
        const Batch right{3, 2, {1, -1, 0, 2, 10, 0.5F}};
        QVERIFY(product(left, right).values == (std::vector<float>{31, 4.5F, 64, 9}));
        QVERIFY(transposed(left).values == (std::vector<float>{1, 4, 2, 5, 3, 6}));
    }

    // By hand: sums run over the inner index in its order, whatever the sizes; no entry is reordered.
    void products_add_in_order() {
        for (const std::size_t size : {1U, 5U, 31U, 33U, 70U}) {
            Batch left{size, size + 1};
            Batch right{size + 1, size + 2};
            Random random(size);
            for (Batch* batch : {&left, &right})
                for (float& value : batch->values)
                    value = static_cast<float>(random.normal());
            const Batch result = product(left, right);
            for (std::size_t i = 0; i < size; ++i) {
                for (std::size_t j = 0; j < right.columns; ++j) {
                    volatile float sum = 0;
                    for (std::size_t k = 0; k < left.columns; ++k) {
                        const volatile float term = left.row(i)[k] * right.row(k)[j];
                        sum = sum + term;
                    }
                    QVERIFY(result.row(i)[j] == sum);
                }
            }
        }
    }

    // x = (1, −2): h = ReLU((1 − 4 + 0.5, −1 + 3)) = (0, 2); y = 3·0 − 1·2 + 1 = −1; loss = (−1 − 1)² = 4, dy
    // = −4.
    void small_case_by_hand() {
        BasicNetwork<float> network;
        network.layers.push_back({{2, 2, {1, 2, -1, -1.5F}}, {0.5F, 0}});
        network.layers.push_back({{1, 2, {3, -1}}, {1}});
        const Batch inputs{1, 2, {1, -2}};
        const std::vector<Batch> outputs = layer_outputs(network, inputs);
        QVERIFY(outputs[0].values == (std::vector<float>{0, 2}));
        QVERIFY(outputs[1].values == (std::vector<float>{-1}));
        const auto result = loss_and_gradient(network, Loss::mean_squared_error, inputs, Batch{1, 1, {1}});
        QVERIFY(result.loss == 4);
        QVERIFY(result.gradient.layers[1].weights.values == (std::vector<float>{0, -8}));
        QVERIFY(result.gradient.layers[1].biases == (std::vector<float>{-4}));
        QVERIFY(result.gradient.layers[0].weights.values == (std::vector<float>{0, 0, 4, -8}));
        QVERIFY(result.gradient.layers[0].biases == (std::vector<float>{0, 4}));
    }

    void gradients_are_finite_differences_data() {
        QTest::addColumn<bool>("classes");
        QTest::addColumn<std::vector<std::size_t>>("sizes");
        using Sizes = std::vector<std::size_t>;
        for (const bool classes : {false, true}) {
            const char* loss = classes ? "cross entropy" : "squared error";
            QTest::addRow("%s, no hidden layer", loss) << classes << Sizes{3, 4};
            QTest::addRow("%s, one hidden layer", loss) << classes << Sizes{3, 8, 2};
            QTest::addRow("%s, three hidden layers", loss) << classes << Sizes{2, 9, 7, 5, 3};
        }
    }

    void gradients_are_finite_differences() {
        QFETCH(bool, classes);
        QFETCH(std::vector<std::size_t>, sizes);
        const Loss loss = classes ? Loss::cross_entropy : Loss::mean_squared_error;
        const Sample data = sample(loss, sizes);
        BasicNetwork<double> network = in_double(data.network);
        const BasicNetwork<double> gradient =
            loss_and_gradient(network, loss, in_double(data.inputs), in_double(data.targets)).gradient;
        double worst = 0;
        int moving = 0;
        const auto check = [&](double& parameter, double ours) {
            const double expected = slope(network, parameter, loss, data);
            if (std::fabs(expected) > 1e-9) ++moving;
            worst = std::max(worst, std::fabs(ours - expected) / std::max(std::fabs(expected), 1e-4));
        };
        for (std::size_t i = 0; i < network.layers.size(); ++i) {
            auto& layer = network.layers[i];
            for (std::size_t k = 0; k < layer.weights.values.size(); ++k)
                check(layer.weights.values[k], gradient.layers[i].weights.values[k]);
            for (std::size_t k = 0; k < layer.biases.size(); ++k)
                check(layer.biases[k], gradient.layers[i].biases[k]);
        }
        QVERIFY2(worst < 1e-4, qPrintable(QString::number(worst)));
        QVERIFY(moving > static_cast<int>(data.network.parameters() / 2));
    }

    void float_gradients_are_those_of_double() {
        const Sample data = sample(Loss::cross_entropy, {2, 9, 7, 5, 3});
        const auto ours = loss_and_gradient(data.network, Loss::cross_entropy, data.inputs, data.targets);
        const auto exact = loss_and_gradient(in_double(data.network), Loss::cross_entropy,
                                             in_double(data.inputs), in_double(data.targets));
        QVERIFY(std::fabs(ours.loss - exact.loss) < 1e-5);
        for (std::size_t i = 0; i < ours.gradient.layers.size(); ++i)
            for (std::size_t k = 0; k < ours.gradient.layers[i].weights.values.size(); ++k)
                QVERIFY(std::fabs(static_cast<double>(ours.gradient.layers[i].weights.values[k]) -
                                  exact.gradient.layers[i].weights.values[k]) < 1e-5);
    }

    // Two inputs on a grid of the levels 0, 1, 2, 3: 1.2 becomes 1 and passes its gradient, 5 becomes 3 and
    // passes none; the weights' gradient is that of the quantized values.
    void clipped_activations_pass_no_gradient() {
        BasicNetwork<float> network;
        network.layers.push_back({{2, 2, {1, 0, 0, 1}}, {0, 0}});
        network.layers.push_back({{1, 2, {2, 1}}, {0}});
        const std::vector<ActivationGrid> grids{ActivationGrid{}, activation_grid(2, {0, 3})};
        const Batch inputs{1, 2, {1.2F, 5}};
        const auto result =
            loss_and_gradient(network, Loss::mean_squared_error, inputs, Batch{1, 1, {4.5F}}, grids);
        QVERIFY(result.loss == 0.25);  // 2·1 + 3 = 5
        QVERIFY(result.gradient.layers[1].weights.values == (std::vector<float>{1, 3}));
        QVERIFY(result.gradient.layers[0].weights.values == (std::vector<float>{2 * 1.2F, 10, 0, 0}));
        QVERIFY(result.gradient.layers[0].biases == (std::vector<float>{2, 0}));
    }

    // Large outputs must not overflow: the softmax of (1000, 0) is (1, 0).
    void softmax_of_large_outputs() {
        const auto at =
            loss_at(Loss::cross_entropy, Batch{2, 2, {1000, 0, 1000, 0}}, Batch{2, 2, {1, 0, 0, 1}});
        QVERIFY(at.value == 500);
        QVERIFY(at.gradient.values == (std::vector<float>{0, 0, 0.5F, -0.5F}));
        QVERIFY(accuracy(Batch{2, 2, {1000, 0, 1000, 0}}, Batch{2, 2, {1, 0, 0, 1}}) == 0.5);
    }

    void sizes_that_make_no_network_are_refused() {
        for (const std::vector<std::size_t>& sizes :
             {std::vector<std::size_t>{}, {3}, {3, 0, 2}, {3, 70'000, 2}})
            QVERIFY_THROWS_EXCEPTION(halfstep::Error, initial_network(sizes, 1));
    }

    void torch_agrees_data() {
        QTest::addColumn<bool>("classes");
        QTest::newRow("squared error") << false;
        QTest::newRow("cross entropy") << true;
    }

    // Outputs, loss and gradients of PyTorch's automatic differentiation (NumPy by hand where there is none).
    void torch_agrees() {
        if (!python_with_numpy()) QSKIP("there is no Python with numpy");
        QFETCH(bool, classes);
        const Loss loss = classes ? Loss::cross_entropy : Loss::mean_squared_error;
        const Sample data = sample(loss, {3, 16, 12, 4}, 20);
        const TemporaryFolder folder;
        const QString path = QString::fromStdString((folder.path() / "network.json").string());
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QJsonDocument(QJsonObject{{"loss", classes ? "cross_entropy" : "mean_squared_error"},
                                             {"layers", json_of(data.network)},
                                             {"inputs", json_of(data.inputs)},
                                             {"targets", json_of(data.targets)}})
                       .toJson());
        file.close();
        const QJsonObject theirs = run_oracle("tests/oracle/network_oracle.py", {path});
        QVERIFY2(!theirs.contains("failed"), qPrintable(theirs["failed"].toString()));
        qInfo("computed by %s", qPrintable(theirs["by"].toString()));

        const auto result = loss_and_gradient(data.network, loss, data.inputs, data.targets);
        QVERIFY(std::fabs(result.loss - theirs["loss"].toDouble()) < 1e-5);
        QVERIFY(deviation_of(json_of(layer_outputs(data.network, data.inputs).back()), theirs["outputs"]) <
                1e-5);
        const QJsonArray gradients = theirs["gradients"].toArray();
        QCOMPARE(gradients.size(), 3);
        QVERIFY(deviation_of(json_of(result.gradient), gradients) < 1e-5);
    }
};

QTEST_GUILESS_MAIN(TestBackpropagation)
#include "test_backpropagation.moc"
