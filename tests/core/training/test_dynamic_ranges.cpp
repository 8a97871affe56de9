// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/activation_grid.h"
#include "core/training/backpropagation.h"
#include "core/training/dynamic_ranges.h"

#include <QTest>

#include <vector>

using namespace halfstep;
using namespace halfstep::training;

namespace {

DenseNetwork identity() {
    return {{{Batch{2, 2, {1, 0, 0, 1}}, {0, 0}}}};
}

}  // namespace

class TestDynamicRanges : public QObject {
    Q_OBJECT
  private slots:
    // 2 bits have 4 codes: over [0, 3] the step is 1, over [0, 0.75] it is 0.25, so that both examples are
    // exact by themselves. With the first one's range the second one becomes (1, 0): 0.75 and 0.25 in steps.
    void every_example_has_its_own_range() {
        const Batch inputs{2, 2, {3, 1, 0.75F, 0.25F}};
        const Batch outputs = dynamic_outputs(identity(), inputs, 2);
        QVERIFY(outputs.values == inputs.values);
        const std::vector<ActivationGrid> grids{activation_grid(2, {0, 3})};
        const Batch fixed = forward(identity(), inputs, grids).outputs;
        QVERIFY(fixed.values == (std::vector<float>{3, 1, 1, 0}));
    }

    // The second layer sees what the first one's grid made: 0.4 of [0, 1] in 1-step codes of 2 bits is 1/3.
    void later_layers_see_what_earlier_ones_made() {
        DenseNetwork two = identity();
        two.layers.push_back(identity().layers.front());
        const Batch outputs = dynamic_outputs(two, Batch{1, 2, {1, 0.4F}}, 2);
        QVERIFY(outputs.values[0] == 1.0F);
        QVERIFY(std::abs(outputs.values[1] - 1.0F / 3) < 1e-6F);
    }

    // By hand: (3, 4) against (3, 3) differs by 1 of 5; of two rows one has its largest output elsewhere.
    void distances_and_answers() {
        QVERIFY(relative_distance(Batch{1, 2, {3, 3}}, Batch{1, 2, {3, 4}}) == 0.2);
        QVERIFY(relative_distance(Batch{1, 1, {1}}, Batch{1, 1, {0}}) == 0);
        QVERIFY(changed_answers(Batch{2, 2, {1, 2, 5, 1}}, Batch{2, 2, {1, 3, 1, 2}}) == 0.5);
    }
};

QTEST_GUILESS_MAIN(TestDynamicRanges)
#include "test_dynamic_ranges.moc"
