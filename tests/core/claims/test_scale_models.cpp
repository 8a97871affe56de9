// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/scale_models.h"
#include "core/lessons/toy_weights.h"
#include "core/quantize/reference.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace halfstep;

namespace {

using Vector = std::vector<double>;

std::vector<float> layer_weights(const ScaleModel& model, std::size_t layer) {
    ToyShape shape;
    shape.deviation = std::sqrt(2.0 / static_cast<double>(model.width));
    return toy_weights(shape, model.width * model.width, 1'000 + layer);
}

// ReLU(W·x), four vectors side by side.
Vector passed_through(const std::vector<float>& weights, const Vector& x, std::size_t width) {
    Vector y(x.size());
    for (std::size_t row = 0; row < width; ++row)
        for (std::size_t v = 0; v < 4; ++v) {
            double sum = 0;
            for (std::size_t i = 0; i < width; ++i)
                sum += static_cast<double>(weights[row * width + i]) * x[i * 4 + v];
            y[row * 4 + v] = std::max(sum, 0.0);
        }
    return y;
}

double relative_distance(const Vector& a, const Vector& b) {
    double difference = 0;
    double norm = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        norm += a[i] * a[i];
    }
    return std::sqrt(difference / norm);
}

}  // namespace

class TestScaleModels : public QObject {
    Q_OBJECT
  private slots:
    void models_are_of_the_sizes_that_papers_speak_of() {
        const auto models = scale_models();
        QCOMPARE(models.size(), 3UL);
        QCOMPARE(models[0].parameters(), 10'485'760ULL);
        QCOMPARE(models[1].parameters(), 83'886'080ULL);
        QCOMPARE(models[2].parameters(), 838'860'800ULL);
    }

    // The same network in one piece, quantized by the plain reference, multiplied out in double.
    void layer_by_layer_is_the_same_as_all_at_once() {
        const ScaleModel model{"small", 3, 96};
        const std::vector<Scheme> schemes{parse_scheme("int4:g32"), parse_scheme("int8")};
        const auto outcomes = quantize_at_scale(model, schemes, 2);
        QCOMPARE(outcomes.size(), 2UL);
        const std::vector<float> inputs = toy_weights({}, model.width * 4, 999);
        for (std::size_t s = 0; s < schemes.size(); ++s) {
            Vector original(inputs.begin(), inputs.end());
            Vector changed = original;
            double error = 0;
            double aligned = 1;
            for (std::size_t layer = 0; layer < model.layers; ++layer) {
                const std::vector<float> weights = layer_weights(model, layer);
                const ReferenceResult quantized =
                    quantize_reference(schemes[s], weights, {model.width, model.width});
                error += quantized.sums.error_squared;
                aligned *= 1 + rel_error(quantized.sums).value();
                original = passed_through(weights, original, model.width);
                changed = passed_through(quantized.reconstruction, changed, model.width);
            }
            QVERIFY(std::abs(outcomes[s].sums.error_squared / error - 1) < 1e-6);
            QVERIFY(std::abs(outcomes[s].all_aligned / (aligned - 1) - 1) < 1e-6);
            QVERIFY(std::abs(outcomes[s].output_error / relative_distance(original, changed) - 1) < 1e-4);
        }
        // 4 bits and 16 for every 32 weights; 8 bits and 32 for every row.
        QCOMPARE(outcomes[0].bits, 3ULL * 96 * 96 * 9 / 2);
        QCOMPARE(outcomes[1].bits, 3ULL * (96 * 96 * 8 + 96 * 32));
    }

    void outputs_are_computed_where_asked() {
        const ScaleModel model{"small", 1, 64};
        const std::vector<Scheme> schemes{parse_scheme("int4"), parse_scheme("int8")};
        const auto outcomes = quantize_at_scale(model, schemes, 1);
        QVERIFY(outcomes[0].output_error > 0);
        QVERIFY(outcomes[1].output_error == 0);
    }

    void threads_change_nothing() {
        const ScaleModel model{"small", 2, 512};
        const std::vector<Scheme> schemes{parse_scheme("int4:g64")};
        JobContext one;
        one.threads = 1;
        JobContext four;
        four.threads = 4;
        const auto a = quantize_at_scale(model, schemes, 1, one);
        const auto b = quantize_at_scale(model, schemes, 1, four);
        QVERIFY(a[0].output_error == b[0].output_error);
        QVERIFY(a[0].sums.error_squared == b[0].sums.error_squared);
    }
};

QTEST_GUILESS_MAIN(TestScaleModels)
#include "test_scale_models.moc"
