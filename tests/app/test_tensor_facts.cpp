// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/tensor_facts.h"
#include "core/model_files/model.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <algorithm>

using namespace halfstep;

class TestTensorFacts : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        std::vector<float> values(2 * 512);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i * 37 % 101) / 50 - 1;
        values[512 + 300] = 3;  // channel 1, second super-block, third sub-block of 16 and second of 32
        testing::SafetensorsBuilder()
            .add_f32("model.layers.0.mlp.up_proj.weight", {2, 512}, values)
            .write(folder_.path("model.safetensors"));
        const auto model = open_model(folder_.path("model.safetensors"));
        facts_ = gather_facts(*model, model->tensors().front(), {});
    }

    void block_formats_show_the_levels_around_the_largest_weight_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<int>("first_input");
        QTest::addColumn<int>("levels");
        QTest::newRow("q8_0") << "q8_0" << 288 << 255;
        QTest::newRow("q4_0") << "q4_0" << 288 << 16;
        QTest::newRow("q2_K") << "q2_K" << 288 << 4;
        QTest::newRow("q6_K") << "q6_K" << 288 << 64;
        QTest::newRow("q5_K") << "q5_K" << 288 << 32;
        QTest::newRow("iq4_xs") << "iq4_xs" << 288 << 16;
        QTest::newRow("tq2_0") << "tq2_0" << 256 << 3;
        QTest::newRow("q1_0") << "q1_0" << 256 << 2;
        QTest::newRow("q2_0") << "q2_0" << 256 << 3;
    }
    void block_formats_show_the_levels_around_the_largest_weight() {
        QFETCH(QString, scheme);
        QFETCH(int, first_input);
        QFETCH(int, levels);
        const auto shown = shown_grid(facts_, parse_scheme(scheme.toStdString()));
        QVERIFY(shown.has_value() && !shown->whole_tensor);
        QCOMPARE(shown->channel, std::uint64_t{1});
        QCOMPARE(shown->first_input, static_cast<std::uint64_t>(first_input));
        QCOMPARE(static_cast<int>(shown->levels.size()), levels);
        QVERIFY(std::ranges::is_sorted(shown->levels));
        QVERIFY(shown->clip_low == shown->levels.front() && shown->clip_high == shown->levels.back());
        // Two levels are the mean magnitude and its negative; all others reach the weight, to half a step.
        if (levels > 2) QVERIFY(std::abs(shown->clip_high - 3) < (levels > 4 ? 0.3F : 0.7F));
    }

  private:
    testing::TemporaryFolder folder_;
    TensorFacts facts_;
};

QTEST_GUILESS_MAIN(TestTensorFacts)
#include "test_tensor_facts.moc"
