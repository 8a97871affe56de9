// SPDX-License-Identifier: GPL-3.0-or-later
// The lessons about layers: one outlier, keeping the energy, where the bits go. What they show against the
// engine or worked by hand, dragged, by keyboard, on layers of real models, and reset.
#include "core/analysis/what_if.h"
#include "core/lessons/toy_weights.h"
#include "core/quantize/reference.h"
#include "tests/app/lessons/stage_host.h"
#include "tests/support/test_data.h"
#include "widgets/style/theme.h"

#include <QApplication>
#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

using namespace halfstep;
using halfstep::testing::StageHost;

namespace {

constexpr double most_ms = 100;  // machines are loaded; what is measured is printed

bool near(double a, double b, double relative = 1e-9) {
    return std::abs(a - b) <= relative * std::max(1e-300, std::abs(b));
}

// Those that answers depend on, whatever the layer.
bool allFinite(StageHost& host, std::initializer_list<const char*> figures) {
    return std::ranges::all_of(figures, [&host](const char* id) { return std::isfinite(host.figure(id)); });
}

// Of the bundled sample and, where it is there, of a model people use.
std::vector<LessonTensorPtr> realLayers() {
    std::vector<LessonTensorPtr> layers =
        testing::layersOf(testing::project_path("resources/samples/tidewater"), 12);
    if (const auto models = testing::models_folder())
        for (const LessonTensorPtr& layer :
             testing::layersOf(*models / "silero-vad/silero_vad_16k.safetensors", 20))
            layers.push_back(layer);
    else
        qInfo("no folder of real models: the bundled sample only");
    return layers;
}

double deviation(const std::vector<float>& values) {
    double sum = 0;
    double squares = 0;
    for (const float value : values) {
        sum += value;
        squares += static_cast<double>(value) * value;
    }
    const auto n = static_cast<double>(values.size());
    return std::sqrt(squares / n - sum / n * (sum / n));
}

}  // namespace

class TestLessonsLayers : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        applyTheme(*qApp, ThemeMode::light);
        layers_ = realLayers();
        QVERIFY(layers_.size() >= 8);
    }

    // --- one outlier ---------------------------------------------------------------------------------------
    void outlier_errors_are_those_of_the_plain_reference() {
        StageHost host("one-outlier");
        std::vector<float> values = toy_weights({}, 32 * 256, 1);
        const double sigma = deviation(values);
        double energy = 0;
        for (const float value : values)
            energy += static_cast<double>(value) * value;
        const auto share = [&](const char* scheme) {
            return 100 * quantize_reference(parse_scheme(scheme), values, {32, 256}).sums.error_squared /
                   energy;
        };
        const double quiet = share("int4:tensor");
        values[5062] = static_cast<float>(20 * sigma);  // 0.618 of the way
        QVERIFY(near(host.figure("tensor"), share("int4:tensor"), 1e-6));
        QVERIFY(near(host.figure("channel"), share("int4:channel"), 1e-6));
        QVERIFY(near(host.figure("g128"), share("int4:g128"), 1e-6));
        QVERIFY(near(host.figure("g32"), share("int4:g32"), 1e-6));
        QVERIFY(near(host.figure("factor"), share("int4:tensor") / quiet, 1e-6));
        QVERIFY(near(host.figure("step"), 20.0 / 7, 1e-6));
        QVERIFY(host.figure("near") == 3);  // at -20/7, 0 and 20/7
    }

    // 32 bits for 8,192 weights or for 256 of them; 16 for 128 and 32.
    void outlier_scales_cost_what_they_take() {
        StageHost host("one-outlier");
        QVERIFY(near(host.figure("bits_tensor"), 4 + 32.0 / 8192) && host.figure("bits_channel") == 4.125);
        QVERIFY(host.figure("bits_g128") == 4.125 && host.figure("bits_g32") == 4.5);
    }

    void outlier_is_dragged_and_goes_back() {
        StageHost host("one-outlier");
        const double sigma = deviation(toy_weights({}, 32 * 256, 1));
        host.drag("outlier", 10 * sigma);
        QVERIFY(std::abs(host.number("outlier") - 10) < 0.3);
        QVERIFY(near(host.figure("step"), host.number("outlier") / 7, 1e-6));
        const double dragged = host.number("outlier");
        host.press("outlier", Qt::Key_Right, 2);
        QVERIFY(near(host.number("outlier"), dragged + 1));
        host.stage().reset();
        QVERIFY(host.number("outlier") == 20 && near(host.figure("step"), 20.0 / 7, 1e-6));
    }

    void outliers_in_every_group_leave_groups_no_advantage() {
        StageHost host("one-outlier");
        QVERIFY(host.figure("g32") < host.figure("tensor") / 20);
        host.stage().parameters().setNumber("count", 256);
        QVERIFY(host.figure("g32") > host.figure("tensor") / 3);
    }

    void outlier_works_on_any_layer_and_is_quick() {
        StageHost host("one-outlier");
        for (const auto& some : {layers_, testing::awkwardLayers()})
            for (const LessonTensorPtr& layer : some) {
                host.stage().setLayer(layer);
                QVERIFY2(allFinite(host, {"tensor", "channel", "g128", "g32", "step", "bits_g32"}),
                         qPrintable(layer->name));
            }
        host.stage().setLayer(layers_.front());
        const double step = host.medianStep("outlier", 5, 30);
        qInfo("one outlier: %.1f ms a step", step);
        QVERIFY(step < most_ms);
    }

    // --- keeping the energy --------------------------------------------------------------------------------
    // 2 bits, widest range: levels -2, 0 and 2. 0.5, -1 (a tie) and 0.125 become 0, 2 stays. Σx² = 5.265625,
    // Σxq = Σq² = 4.
    void energy_of_a_row_worked_by_hand() {
        StageHost host("keeping-the-energy");
        host.stage().setLayer(lessonTensor("row", {1, 5}, {0.5F, -1, 2, 0, 0.125F}));
        host.stage().parameters().setChoice("range", "minmax");
        QVERIFY(near(host.figure("energy_off"), 400 / 5.265625, 1e-6));
        QVERIFY(near(host.figure("error_off"), 100 * 1.265625 / 5.265625, 1e-6));
        QVERIFY(near(host.figure("keeping"), std::sqrt(5.265625 / 4), 1e-6));
        QVERIFY(near(host.figure("best"), 1, 1e-6));
    }

    // The error with γ by the formula, and by the engine with γ in its scale.
    void energy_agrees_with_the_scheme_that_keeps_it() {
        StageHost host("keeping-the-energy");
        for (const char* data : {"gaussian", "laplace", "half_normal"}) {
            host.stage().parameters().setChoice("data", data);
            QVERIFY(near(host.figure("scheme_energy"), 100, 1e-5));
            QVERIFY(near(host.figure("scheme_error"), host.figure("error_on"), 1e-4));
            QVERIFY(near(host.figure("best"), 1, 0.01));
            QVERIFY(host.figure("error_on") > host.figure("error_off"));
        }
    }

    void energy_helps_outputs_where_all_pull_one_way() {
        StageHost host("keeping-the-energy");
        QVERIFY(host.figure("output_error_on") > host.figure("output_error_off"));
        host.stage().parameters().setValues({{"data", "half_normal"}, {"inputs", "mean"}});
        QVERIFY(host.figure("output_error_on") < host.figure("output_error_off") / 2);
        // Too much energy, and a factor below 1 that helps both.
        host.stage().parameters().setValues(
            {{"data", "gaussian"}, {"inputs", "plain"}, {"bits", 3}, {"range", "minmax"}});
        QVERIFY(host.figure("keeping") < 1 && host.figure("best") < host.figure("keeping"));
        QVERIFY(host.figure("error_on") < host.figure("error_off"));
    }

    void energy_factor_is_dragged_chosen_and_goes_back() {
        StageHost host("keeping-the-energy");
        host.drag("gamma", 1.2);
        QVERIFY(std::abs(host.figure("gamma") - 1.2) < 0.01);
        const double dragged = host.figure("gamma");
        QVERIFY(near(host.figure("energy"), host.figure("energy_off") * dragged * dragged, 1e-9));
        host.press("gamma", Qt::Key_Left, 3);
        QVERIFY(near(host.figure("gamma"), dragged - 0.03));
        host.drag("gamma_outputs", 0.9);
        QVERIFY(std::abs(host.figure("gamma") - 0.9) < 0.01);
        host.stage().parameters().setChoice("at", "energy");
        QVERIFY(near(host.figure("energy"), 100) && near(host.figure("error"), host.figure("error_on")));
        host.stage().parameters().setChoice("at", "least");
        QVERIFY(near(host.figure("gamma"), host.figure("best")));
        host.stage().reset();
        QVERIFY(host.figure("gamma") == 1 && near(host.figure("error"), host.figure("error_off")));
    }

    void energy_works_on_any_layer_and_is_quick() {
        StageHost host("keeping-the-energy");
        for (const char* inputs : {"plain", "mean", "correlated"}) {
            host.stage().parameters().setChoice("inputs", inputs);
            for (const auto& some : {layers_, testing::awkwardLayers()})
                for (const LessonTensorPtr& layer : some) {
                    host.stage().setLayer(layer);
                    if (layer->name == "zeros")
                        QVERIFY(host.stage().figures().isEmpty() && !host.stage().plot().hasData());
                    else
                        QVERIFY2(allFinite(host, {"gamma", "energy", "error", "output_energy", "output_error",
                                                  "keeping", "best", "scheme_error"}),
                                 qPrintable(layer->name));
                }
        }
        host.stage().setLayer(layers_.front());
        host.stage().parameters().setChoice("at", "free");
        const double step = host.medianStep("gamma", 0.8, 1.3);
        qInfo("keeping the energy: %.1f ms a step", step);
        QVERIFY(step < most_ms);
    }

    // --- where the bits go ---------------------------------------------------------------------------------
    // α·σ² of layers 1 to 6: 0.01, 0.16, 0.16, 0.01, 0.000075 and 0.08; λ = 0.00008.
    void bits_follow_the_formula() {
        StageHost host("where-the-bits-go");
        QVERIFY(near(host.figure("bits_first"), 0.5 * std::log2(125)));
        QVERIFY(near(host.figure("extra"), 2));
        QVERIFY(host.figure("drowned") == 1);
        const double first = 0.5 * std::log2(125);
        const double budget = (5 * first + 5 * (first + 2) + 2 * 2 + 0.5 * 0.5 * std::log2(1000)) / 12.5;
        QVERIFY(near(host.figure("budget"), budget));
        host.stage().parameters().setNumber("sensitivity1", 4);
        QVERIFY(near(host.figure("bits_first"), first + 1));
        host.stage().parameters().setNumber("variance1", 0.04);
        QVERIFY(near(host.figure("bits_first"), first + 2));
    }

    // All 7⁶ plans of 2 to 8 bits are tried.
    void bits_of_the_exact_plan_are_the_best_there_are() {
        StageHost host("where-the-bits-go");
        const std::vector<float> toy = toy_weights({}, 65'536, 1);
        const MomentTable table = MomentTable::build(std::span<const float>(toy));
        std::array<double, 7> error{};
        for (int bits = 2; bits <= 8; ++bits) {
            const auto scheme = parse_scheme("int" + std::to_string(bits) + ":tensor:mse");
            const ErrorSums sums = what_if(table, scheme)->answer.sums;
            error[static_cast<std::size_t>(bits - 2)] = sums.error_squared / sums.value_squared;
        }
        constexpr std::array size{1.0, 1.0, 4.0, 4.0, 2.0, 0.5};
        constexpr std::array power{0.01, 0.16, 0.16, 0.01, 0.000075, 0.08};
        double all = 0;
        for (std::size_t i = 0; i < size.size(); ++i)
            all += size[i] * power[i];
        double least = HUGE_VAL;
        for (int plan = 0; plan < 117'649; ++plan) {
            double bits = 0;
            double loss = 0;
            for (std::size_t i = 0, rest = static_cast<std::size_t>(plan); i < size.size(); ++i, rest /= 7) {
                bits += size[i] * static_cast<double>(2 + rest % 7);
                loss += size[i] * power[i] * error[rest % 7];
            }
            if (bits <= host.figure("budget") * 12.5) least = std::min(least, loss);
        }
        QVERIFY(near(host.figure("exact"), 100 * least / all, 1e-6));
        QVERIFY(host.figure("rounded") > host.figure("exact"));
        QVERIFY(near(host.figure("uniform"), 100 * error[2], 1e-6));  // 4 bits for all
    }

    void bits_are_dragged_and_go_back() {
        StageHost host("where-the-bits-go");
        const double before = host.figure("budget");
        host.drag("water", 1e-3);
        QVERIFY(std::abs(std::log(host.number("water") / 1e-3)) < 0.1);
        QVERIFY(host.figure("budget") < before - 1);
        host.drag("sensitivity1", 16);
        QVERIFY(std::abs(std::log(host.number("sensitivity1") / 16)) < 0.1);
        host.drag("variance2", 0.05);
        QVERIFY(std::abs(std::log(host.number("variance2") / 0.05)) < 0.1);
        const double level = host.number("sensitivity1");
        host.press("sensitivity1", Qt::Key_Up);
        QVERIFY(near(host.number("sensitivity1"), 1.1 * level, 1e-6));
        host.stage().reset();
        QVERIFY(near(host.figure("budget"), before) && host.number("sensitivity1") == 1);
    }

    void bits_work_on_any_layers_and_are_quick() {
        StageHost host("where-the-bits-go");
        const auto settled = [&host] {
            return QTest::qWaitFor([&host] { return host.stage().isSettled(); }, 60'000);
        };
        for (const auto& some : {layers_, testing::awkwardLayers()})
            for (const LessonTensorPtr& layer : some) {
                host.stage().setLayer(layer);
                QVERIFY(settled());
                QVERIFY2(allFinite(host, {"budget", "exact", "rounded", "uniform", "drowned", "bits_first"}),
                         qPrintable(layer->name));
                if (!layer->toy)
                    QVERIFY(host.figure("exact") <= host.figure("rounded") + 1e-9 &&
                            host.figure("exact") <= host.figure("uniform") + 1e-9);
            }
        host.stage().setLayer(layers_.back());
        QVERIFY(settled());
        QVERIFY(std::abs(host.figure("budget") - 4) < 1e-6);
        const double step = host.medianStep("water", host.number("water") / 10, host.number("water") * 10);
        qInfo("where the bits go: %.1f ms a step", step);
        QVERIFY(step < most_ms);
        host.stage().setLayer(nullptr);
        host.stage().reset();
        QVERIFY(near(host.figure("extra"), 2));
    }

    void a_stage_may_go_while_it_measures() {
        StageHost host("where-the-bits-go");
        host.stage().setLayer(layers_.front());
        QVERIFY(!host.stage().isSettled());
    }

  private:
    std::vector<LessonTensorPtr> layers_;
};

QTEST_MAIN(TestLessonsLayers)
#include "test_lessons_layers.moc"
