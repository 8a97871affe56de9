// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/comparison_table_model.h"
#include "widgets/tables/figure_sort.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace halfstep;

namespace {

ComparedTensor compared(const char* name, double error_squared) {
    ComparedTensor tensor;
    tensor.name = name;
    tensor.original = name;
    tensor.dtype = "q4_0";
    tensor.original_dtype = "f32";
    tensor.elements = 64;
    tensor.bytes = 36;
    tensor.bits_per_weight = 4.5;
    tensor.sums = {64, 0, error_squared, 100, 100, 100, 0.25};
    return tensor;
}

// Relative errors 10 %, 30 %, none; one refused, one on either side alone.
ModelComparison comparison() {
    ModelComparison result;
    result.tensors = {compared("blk.10", 1), compared("blk.9", 9), compared("same", 0), compared("odd", 0)};
    result.tensors[1].original = "layers.9";
    result.tensors[1].rows_permuted = true;
    result.tensors[3].refused = "the shapes differ";
    result.only_in_model = {"mine"};
    result.only_in_original = {"yours"};
    return result;
}

QStringList column(const QAbstractItemModel& model, int column) {
    QStringList texts;
    for (int row = 0; row < model.rowCount(); ++row)
        texts << model.index(row, column).data().toString();
    return texts;
}

}  // namespace

class TestComparisonTable : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void every_tensor_has_a_row() {
        ComparisonTableModel model(comparison());
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(column(model, ComparisonTableModel::NameColumn),
                 QStringList({"blk.10", "blk.9", "same", "odd", "mine", "yours"}));
        QCOMPARE(column(model, ComparisonTableModel::ErrorColumn),
                 QStringList({"10.0 %", "30.0 %", "0 %", "–", "–", "–"}));
        QCOMPARE(column(model, ComparisonTableModel::SqnrColumn),
                 QStringList({"20.0 dB", "10.5 dB", "–", "–", "–", "–"}));
        QCOMPARE(column(model, ComparisonTableModel::BitsColumn),
                 QStringList({"4.5", "4.5", "4.5", "4.5", "–", "–"}));
        QCOMPARE(column(model, ComparisonTableModel::NoteColumn),
                 QStringList({"", "rows put in order", "the same", "the shapes differ", "not in the original",
                              "only in the original"}));
        QCOMPARE(model.index(1, 0).data(Qt::ToolTipRole).toString(), QString("layers.9 of the original"));
    }

    void rows_without_a_figure_come_last() {
        ComparisonTableModel model(comparison());
        FigureSort sorted;
        sorted.setSourceModel(&model);
        sorted.sort(ComparisonTableModel::ErrorColumn, Qt::DescendingOrder);
        QCOMPARE(column(sorted, 0), QStringList({"blk.9", "blk.10", "same", "odd", "mine", "yours"}));
        sorted.sort(ComparisonTableModel::ErrorColumn, Qt::AscendingOrder);
        QCOMPARE(column(sorted, 0), QStringList({"same", "blk.10", "blk.9", "odd", "mine", "yours"}));
        sorted.sort(ComparisonTableModel::NameColumn, Qt::AscendingOrder);
        QCOMPARE(column(sorted, 0), QStringList({"blk.9", "blk.10", "mine", "odd", "same", "yours"}));
    }

    void the_table_is_written_with_every_digit() {
        const PlotTable table = ComparisonTableModel(comparison()).table();
        QCOMPARE(table.rows.size(), std::size_t{6});
        QCOMPARE(table.rows[0], QStringList({"blk.10", "blk.10", "q4_0", "f32", "64", "4.5", "36", "0.015625",
                                             "0.10000000000000001", "20", "0.25", "1", ""}));
        QCOMPARE(table.rows[5], QStringList({"", "yours", "", "", "", "", "", "", "", "", "", "", ""}));
        for (const QStringList& row : table.rows)
            QCOMPARE(row.size(), table.headers.size());
    }
};

QTEST_GUILESS_MAIN(TestComparisonTable)
#include "test_comparison_table.moc"
