// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/memory_model.h"
#include "core/quantize/measure.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <vector>

using namespace halfstep;

class TestMemoryModel : public QObject {
    Q_OBJECT
  private slots:
    void matrices_are_read_where_they_lie() {
        const auto model =
            model_of_matrices("toy", {{"first", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"second", {1, 2}, {7, 8}}});
        QCOMPARE(model->tensors().size(), 2UL);
        QCOMPARE(model->parameters(), 8ULL);
        std::vector<float> two(2);
        model->read_floats(*model->find("first"), 4, two);
        QVERIFY(two == (std::vector<float>{5, 6}));
        model->read_floats(*model->find("second"), 0, two);
        QVERIFY(two == (std::vector<float>{7, 8}));
    }

    // int2: qmax = 1, so the scale of a row is its largest magnitude and the levels are -s, 0 and s. Row one:
    // 0.25 becomes 0; row two: 3 becomes 4, an error of 1.
    void they_are_measured_like_a_file() {
        const auto model = model_of_matrices("toy", {{"w", {2, 2}, {1, 0.25F, -4, 3}}});
        const Scheme scheme = parse_scheme("int2");
        const TensorMeasurement measured = measure_tensor(*model, model->tensors()[0], std::span(&scheme, 1));
        QVERIFY(measured.results[0].sums.error_squared == 1.0625);
        QVERIFY(measured.results[0].sums.value_squared == 26.0625);
    }

    void what_does_not_agree_is_refused() {
        const std::string size = testing::error_of([] {
            model_of_matrices("toy", {{"w", {2, 2}, {1, 2, 3}}});
        });
        QVERIFY2(size.find("w is said to be 2 x 2, but has 3 values") != std::string::npos, size.c_str());
        const std::string twice = testing::error_of([] {
            model_of_matrices("toy", {{"w", {1, 1}, {1}}, {"w", {1, 1}, {1}}});
        });
        QVERIFY2(twice.find("w stands there twice") != std::string::npos, twice.c_str());
    }
};

QTEST_GUILESS_MAIN(TestMemoryModel)
#include "test_memory_model.moc"
