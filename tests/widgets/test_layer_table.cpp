// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/widget_samples.h"
#include "widgets/style/role_text.h"
#include "widgets/tables/layer_filter.h"
#include "widgets/tables/layer_table_model.h"
#include "widgets/tables/layer_table_view.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QTranslator>

#include <algorithm>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

LayerRow namedRow(const char* name) {
    LayerRow row;
    row.name = QString::fromLatin1(name);
    row.shape = {4, 4};
    row.dtype = QStringLiteral("f32");
    return row;
}

// The names as the table shows them now, from top to bottom.
QStringList shownNames(const LayerTableView& view) {
    QStringList names;
    const QAbstractItemModel* shown = view.table()->model();
    for (int row = 0; row < shown->rowCount(); ++row)
        names << shown->index(row, LayerTableModel::NameColumn).data().toString();
    return names;
}

QAction* action(LayerTableView& view, const char* name) {
    return view.findChild<QAction*>(QLatin1String(name));
}

void clickHeader(const LayerTableView& view, int column) {
    QHeaderView* header = view.table()->horizontalHeader();
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                      QPoint(header->sectionViewportPosition(column) + 15, header->height() / 2));
}

class LongWords : public QTranslator {
  public:
    bool isEmpty() const override { return false; }
    QString translate(const char* /*context*/, const char* source, const char* /*disambiguation*/,
                      int /*n*/) const override {
        return QString::fromUtf8(source) + QStringLiteral(" of a language of long words");
    }
};

}  // namespace

class TestLayerTable : public QObject {
    Q_OBJECT
  private slots:
    void natural_keys_order_numbers_by_value() {
        const QStringList ordered{QStringLiteral("Layer 2"),  QStringLiteral("layer 2.b"),
                                  QStringLiteral("layer 10"), QStringLiteral("layer 010.c"),
                                  QStringLiteral("layer 11"), QStringLiteral("layer x"),
                                  QStringLiteral("norm")};
        for (qsizetype i = 0; i + 1 < ordered.size(); ++i)
            QVERIFY2(naturalKey(ordered[i]) < naturalKey(ordered[i + 1]), qPrintable(ordered[i]));
    }

    void filter_words_data() {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<bool>("matches");
        QTest::addColumn<bool>("understood");
        // The row: block 3, int4:g128, 4.125 bits, 18.5 dB, 11.9 % error, 8.65 MB.
        QTest::newRow("nothing") << "" << true << true;
        QTest::newRow("part of the name") << "DOWN_proj" << true << true;
        QTest::newRow("two words") << "layers.3 int4" << true << true;
        QTest::newRow("one of two is missing") << "layers.3 int8" << false << true;
        QTest::newRow("role in English") << "role:ffn_down" << true << true;
        QTest::newRow("role as shown") << "role:FFN" << true << true;
        QTest::newRow("other role") << "role:attention" << false << true;
        QTest::newRow("excluded role") << "-role:attention" << true << true;
        QTest::newRow("excluded text") << "-mlp" << false << true;
        QTest::newRow("block") << "block:3" << true << true;
        QTest::newRow("block 30") << "block:30" << false << true;
        QTest::newRow("blocks") << "block:2-5" << true << true;
        QTest::newRow("blocks before") << "block:0-2" << false << true;
        QTest::newRow("bits") << "bits<5" << true << true;
        QTest::newRow("more bits") << "bits>5" << false << true;
        QTest::newRow("bits equal") << "bits=4.125" << true << true;
        QTest::newRow("sqnr") << "sqnr<20" << true << true;
        QTest::newRow("sqnr with its unit") << "sqnr>=18.5dB" << true << true;
        QTest::newRow("error in percent") << "error>10%" << true << true;
        QTest::newRow("error as a share") << "error>0.2" << false << true;
        QTest::newRow("size") << "size>8MB" << true << true;
        QTest::newRow("binary size") << "size>8.5MiB" << false << true;
        QTest::newRow("no value, no match") << "sensitivity>0" << false << true;
        QTest::newRow("status") << "status:stale" << true << true;
        QTest::newRow("scheme with a colon") << "int4:g128" << true << true;
        QTest::newRow("scheme by its column") << "scheme:g128" << true << true;
        QTest::newRow("dtype") << "dtype:bf16" << true << true;
        QTest::newRow("unfinished") << "bits<" << true << false;
        QTest::newRow("unfinished and more") << "bits< role:norm" << false << false;
    }

    void filter_words() {
        QFETCH(QString, filter);
        QFETCH(bool, matches);
        QFETCH(bool, understood);
        LayerRow row = namedRow("model.layers.3.mlp.down_proj.weight");
        row.role = Role::ffn_down;
        row.block = 3;
        row.dtype = QStringLiteral("bf16");
        row.scheme = parse_scheme("int4:g128");
        row.bits = 4.125;
        row.bytes = 8'650'752;
        row.sqnr_db = 18.5;
        row.rel_error = 0.1189;
        row.status = LayerStatus::stale;
        const LayerFilter parsed(filter);
        QCOMPARE(parsed.matches(row), matches);
        QCOMPARE(parsed.problem().isEmpty(), understood);
    }

    void model_keeps_its_promises() {
        LayerTableModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows(sampleLayers(2));
        QCOMPARE(model.rowCount(), 21);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        LayerRow row = model.row(4);
        model.updateRow(4, row);
        QCOMPARE(changed.size(), 0);  // the same value is no change
        row.sensitivity = 0.5;
        model.updateRow(4, row);
        QCOMPARE(changed.size(), 1);
        row.sensitivity = 26;  // a new greatest one: all bars change
        model.updateRow(4, row);
        QCOMPARE(changed.size(), 3);
        QCOMPARE(
            model.index(20, LayerTableModel::SensitivityColumn).data(LayerTableModel::BarRole).toDouble(),
            1.3 / 26);
        row.sensitivity = 0.1;
        model.updateRow(4, row);
        QCOMPARE(
            model.index(20, LayerTableModel::SensitivityColumn).data(LayerTableModel::BarRole).toDouble(),
            1.0);
        QCOMPARE(reset.size(), 0);
        model.setRows({});
        QCOMPARE(model.rowCount(), 0);
    }

    void cells_say_what_the_row_holds() {
        LayerTableModel model;
        LayerRow row = namedRow("w");
        row.shape = {4096, 11008};
        row.role = Role::ffn_down;
        row.scheme = parse_scheme("int4:g128");
        row.bits = 4.125;
        row.bytes = 23'248'896;
        row.sqnr_db = 18.4961;
        row.rel_error = 0.1189;
        row.status = LayerStatus::refused;
        row.status_text = QStringLiteral("the reason");
        model.setRows({row});
        const auto text = [&](int column) { return model.index(0, column).data().toString(); };
        const auto tip = [&](int column) { return model.index(0, column).data(Qt::ToolTipRole).toString(); };
        QCOMPARE(text(LayerTableModel::RoleColumn), QStringLiteral("FFN down"));
        QCOMPARE(text(LayerTableModel::ShapeColumn), QStringLiteral("4096 × 11008"));
        QCOMPARE(text(LayerTableModel::SchemeColumn), QStringLiteral("int4:g128"));
        QCOMPARE(text(LayerTableModel::BitsColumn), QStringLiteral("4.125"));
        QCOMPARE(text(LayerTableModel::SizeColumn), QStringLiteral("23.2 MB"));
        QCOMPARE(text(LayerTableModel::SqnrColumn), QStringLiteral("18.5 dB"));
        QCOMPARE(text(LayerTableModel::ErrorColumn), QStringLiteral("11.9 %"));
        QCOMPARE(text(LayerTableModel::SensitivityColumn), QStringLiteral("–"));
        QCOMPARE(text(LayerTableModel::StatusColumn), QStringLiteral("Refused"));
        QCOMPARE(tip(LayerTableModel::StatusColumn), QStringLiteral("the reason"));
        QVERIFY(tip(LayerTableModel::SqnrColumn).startsWith(QStringLiteral("18.4961")));
        QCOMPARE(tip(LayerTableModel::NameColumn), QStringLiteral("w"));
    }

    void header_clicks_sort_by_value_and_missing_values_stay_last() {
        LayerTableView view;
        std::vector<LayerRow> rows{namedRow("layer10"), namedRow("layer2"), namedRow("layer1"),
                                   namedRow("Layer3")};
        rows[0].sqnr_db = 9.5;
        rows[1].sqnr_db = 30;
        rows[3].sqnr_db = 10.25;
        view.setRows(rows);
        view.resize(1600, 300);
        view.show();
        const QAbstractItemModelTester tester(view.table()->model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(shownNames(view), QStringList({"layer10", "layer2", "layer1", "Layer3"}));
        clickHeader(view, LayerTableModel::NameColumn);
        QCOMPARE(shownNames(view), QStringList({"layer1", "layer2", "Layer3", "layer10"}));
        clickHeader(view, LayerTableModel::SqnrColumn);
        QCOMPARE(shownNames(view), QStringList({"layer10", "Layer3", "layer2", "layer1"}));
        clickHeader(view, LayerTableModel::SqnrColumn);
        QCOMPARE(shownNames(view), QStringList({"layer2", "Layer3", "layer10", "layer1"}));
        clickHeader(view, LayerTableModel::SqnrColumn);  // back to the model's own order
        QCOMPARE(shownNames(view), QStringList({"layer10", "layer2", "layer1", "Layer3"}));
    }

    void measured_rows_move_to_their_place_after_a_moment() {
        LayerTableView view;
        view.setRows({namedRow("a"), namedRow("b"), namedRow("c")});
        view.table()->sortByColumn(LayerTableModel::SqnrColumn, Qt::AscendingOrder);
        view.setCurrentLayer(0);
        LayerRow row = namedRow("a");
        row.sqnr_db = 30;
        view.updateRow(0, row);
        row = namedRow("c");
        row.sqnr_db = 20;
        view.updateRow(2, row);
        QTRY_COMPARE(shownNames(view), QStringList({"c", "a", "b"}));
        QCOMPARE(view.selectedLayers(), std::vector<int>{0});  // the selection moved with its row
    }

    void what_was_selected_is_selected_again_when_the_filter_shows_it() {
        LayerTableView view;
        view.setRows(sampleLayers(3));
        view.selectLayers({9, 18});
        // "role:f" is no role yet, so that nothing is shown for a moment.
        QTest::keyClicks(view.filterEdit(), QStringLiteral("role:ffn_down block:1"));
        QCOMPARE(view.selectedLayers(), (std::vector<int>{18}));
        QCOMPARE(view.currentLayer(), 18);
        view.filterEdit()->clear();
        QCOMPARE(view.selectedLayers(), (std::vector<int>{18}));
    }

    void titles_stand_above_their_figures() {
        LayerTableModel model;
        model.setRows(sampleLayers(1));
        for (int column = 0; column < LayerTableModel::ColumnCount; ++column)
            QCOMPARE(model.index(0, column).data(Qt::TextAlignmentRole),
                     model.headerData(column, Qt::Horizontal, Qt::TextAlignmentRole));
    }

    void the_title_of_the_sorted_column_makes_room_for_the_arrow() {
        LayerTableView view;
        view.setRows(sampleLayers(1));
        view.resize(900, 200);
        view.show();
        QHeaderView* header = view.table()->horizontalHeader();
        const auto grab = [&] {
            const int left = header->sectionViewportPosition(LayerTableModel::SqnrColumn);
            return header->viewport()->grab(
                QRect(left, 0, header->sectionSize(LayerTableModel::SqnrColumn) / 2, header->height()));
        };
        const QImage before = grab().toImage();
        view.table()->sortByColumn(LayerTableModel::SqnrColumn, Qt::AscendingOrder);
        QVERIFY(grab().toImage() != before);  // the title has moved to the left half
    }

    void typing_a_filter_hides_rows_and_escape_shows_them() {
        LayerTableView view;
        view.setRows(sampleLayers(3));
        view.show();
        view.filterEdit()->setFocus();
        QTest::keyClicks(view.filterEdit(), QStringLiteral("role:ffn_down"));
        QCOMPARE(view.table()->model()->rowCount(), 3);
        QVERIFY(view.findChild<QLabel*>(QStringLiteral("layer_count"))
                    ->text()
                    .startsWith(QStringLiteral("3 of 30")));
        QTest::keyClick(view.filterEdit(), Qt::Key_Down);
        QCOMPARE(view.currentLayer(), 9);
        QTest::keyClick(view.filterEdit(), Qt::Key_Escape);
        QVERIFY(view.filter().isEmpty());
        QCOMPARE(view.table()->model()->rowCount(), 30);
    }

    void selections_are_told_in_model_rows() {
        LayerTableView view;
        view.setRows(sampleLayers(3));
        QSignalSpy selected(&view, &LayerTableView::selectionChanged);
        QSignalSpy current(&view, &LayerTableView::currentLayerChanged);
        view.table()->sortByColumn(LayerTableModel::NameColumn, Qt::DescendingOrder);
        view.setCurrentLayer(9);
        QCOMPARE(view.selectedLayers(), std::vector<int>{9});
        QCOMPARE(current.last().first().toInt(), 9);
        view.selectSameRole();
        QCOMPARE(view.selectedLayers(), std::vector<int>({9, 18, 27}));
        QVERIFY(selected.size() >= 2);
        view.selectLayers({1, 2, 3});
        QCOMPARE(view.selectedLayers(), std::vector<int>({1, 2, 3}));
    }

    void new_rows_keep_the_selection_by_name() {
        LayerTableView view;
        view.setRows({namedRow("a"), namedRow("b"), namedRow("c")});
        view.selectLayers({1, 2});
        view.setRows({namedRow("c"), namedRow("x"), namedRow("b")});
        QCOMPARE(view.selectedLayers(), std::vector<int>({0, 2}));
    }

    void jumping_lifts_a_filter_that_hides_the_tensor() {
        LayerTableView view;
        view.setRows(sampleLayers(2));
        view.setFilter(QStringLiteral("role:norm"));
        QVERIFY(view.jumpTo(QStringLiteral("lm_head.weight")));
        QCOMPARE(view.currentLayer(), 20);
        QVERIFY(view.filter().isEmpty());
        QVERIFY(!view.jumpTo(QStringLiteral("no such tensor")));
    }

    void context_menu_speaks_by_signals() {
        LayerTableView view;
        view.setRows(sampleLayers(2));
        view.contextMenu();
        QVERIFY(!action(view, "apply_selected")->isEnabled());
        QVERIFY(action(view, "apply_all")->isEnabled());
        view.selectLayers({2});
        QSignalSpy applied(&view, &LayerTableView::applySchemeRequested);
        QSignalSpy reset(&view, &LayerTableView::resetRequested);
        for (const auto& [name, scope] :
             {std::pair{"apply_selected", ApplyScope::selected},
              std::pair{"apply_role", ApplyScope::same_role}, std::pair{"apply_ffn", ApplyScope::all_ffn},
              std::pair{"apply_all", ApplyScope::all}}) {
            action(view, name)->trigger();
            QCOMPARE(applied.last().first().value<ApplyScope>(), scope);
        }
        action(view, "reset")->trigger();
        QCOMPARE(reset.size(), 1);
        QVERIFY(view.contextMenu()->actions().contains(action(view, "copy_csv")));
    }

    void copying_gives_text_and_csv() {
        LayerTableView view;
        LayerRow row = namedRow("odd, \"name\"");
        row.sqnr_db = 1.0 / 3;
        view.setRows({row, namedRow("other")});
        view.selectLayers({0});
        const QStringList csv =
            view.selectionAsText(QLatin1Char(',')).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(csv.size(), 2);
        QVERIFY(csv[0].startsWith(QStringLiteral("Name,Role,Block")));
        QVERIFY(csv[1].startsWith(QStringLiteral("\"odd, \"\"name\"\"\",Other,,4 × 4,f32,keep")));
        QVERIFY(csv[1].contains(QStringLiteral("0.3333333333333333")));
        view.show();
        view.table()->setFocus();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        QTest::keySequence(view.table(), QKeySequence(QKeySequence::Copy));
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("0.3 dB")));
    }

    void names_take_the_room_that_is_left() {
        LayerTableView view;
        view.setRows({namedRow("model.layers.0.mlp.weight"),
                      namedRow("model.layers.0.post_attention_layernorm.weight")});
        view.resize(2000, 300);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        const QTableView* table = view.table();
        const auto name_width = [table] { return table->columnWidth(LayerTableModel::NameColumn); };
        const int longest =
            table->fontMetrics().horizontalAdvance(QStringLiteral("layers.0.post_attention_layernorm"));
        QTRY_VERIFY(name_width() > longest);
        QVERIFY(name_width() < longest + 40);
        view.resize(view.widthOfColumns() - 60, 300);
        QTRY_VERIFY(name_width() < longest);
        QCOMPARE(table->horizontalScrollBar()->maximum(), 0);
        view.resize(500, 300);
        QTRY_VERIFY(table->horizontalScrollBar()->maximum() > 0);
        QVERIFY(name_width() >
                table->fontMetrics().horizontalAdvance(QStringLiteral("layers.10.self_attn.q_proj")));
        view.table()->setColumnWidth(LayerTableModel::NameColumn, 150);  // as the user does
        view.resize(2000, 300);
        QTRY_COMPARE(table->horizontalScrollBar()->maximum(), 0);
        QCOMPARE(name_width(), 150);
    }

    void no_role_is_cut_in_any_language() {
        LayerTableView view;
        const auto fits = [&view] {
            const QFontMetrics metrics = view.table()->fontMetrics();
            const int width = view.table()->columnWidth(LayerTableModel::RoleColumn);
            return width > metrics.horizontalAdvance(roleText(Role::position_embedding)) &&
                   width > metrics.horizontalAdvance(roleText(Role::attention_output));
        };
        QVERIFY(fits());
        LongWords language;
        QVERIFY(QCoreApplication::installTranslator(&language));
        QCoreApplication::sendPostedEvents();
        QVERIFY(roleText(Role::norm).size() > 20);
        QVERIFY(fits());
        QCoreApplication::removeTranslator(&language);
    }

    void the_columns_state_comes_back() {
        LayerTableView view;
        view.table()->setColumnWidth(LayerTableModel::NameColumn, 321);
        view.table()->hideColumn(LayerTableModel::DTypeColumn);
        LayerTableView other;
        QVERIFY(other.restoreState(view.saveState()));
        QCOMPARE(other.table()->columnWidth(LayerTableModel::NameColumn), 321);
        QVERIFY(other.table()->isColumnHidden(LayerTableModel::DTypeColumn));
        QVERIFY(!other.restoreState("nonsense"));
    }

    void everything_is_reached_and_named_without_a_mouse() {
        LayerTableView view;
        view.setRows(sampleLayers(1));
        view.show();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        view.filterEdit()->setFocus();
        QTest::keyClick(view.filterEdit(), Qt::Key_Tab);
        QCOMPARE(QApplication::focusWidget(), view.table());
        QTest::keyClick(view.table(), Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(view.selectedLayers().size(), 12U);
        QVERIFY(!view.table()->accessibleName().isEmpty());
        QVERIFY(!view.filterEdit()->accessibleName().isEmpty());
    }

    // Not a benchmark: only that nothing is quadratic.
    // Experts of a large model, of which a hundredth stays: letter by letter, in the time of a few frames.
    void a_filter_is_typed_over_a_hundred_thousand_tensors() {
        std::vector<LayerRow> rows;
        for (int i = 0; i < 100'000; ++i) {
            rows.push_back(namedRow(""));
            rows.back().name =
                QStringLiteral("model.layers.%1.mlp.experts.%2.down_proj.weight").arg(i / 100).arg(i % 100);
        }
        LayerTableView view;
        view.resize(700, 400);
        view.setRows(std::move(rows));
        view.show();
        view.setCurrentLayer(57);
        const QString text = QStringLiteral("experts.57.");
        qint64 longest = 0;
        for (qsizetype typed = 1; typed <= text.size(); ++typed) {
            QElapsedTimer timer;
            timer.start();
            view.setFilter(text.left(typed));
            QApplication::processEvents();
            longest = std::max(longest, timer.elapsed());
        }
        QCOMPARE(view.table()->model()->rowCount(), 1000);
        QCOMPARE(view.currentLayer(), 57);
        QElapsedTimer timer;
        timer.start();
        view.setFilter(QString());
        QApplication::processEvents();
        longest = std::max(longest, timer.elapsed());
        QCOMPARE(view.table()->model()->rowCount(), 100'000);
        qInfo("the longest step took %lld ms", longest);
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        QVERIFY2(longest < 400, qPrintable(QString::number(longest)));
#endif
    }

    void ten_thousand_tensors_are_handled() {
        LayerTableView view;
        view.resize(1000, 600);
        view.show();
        QElapsedTimer timer;
        timer.start();
        view.setRows(sampleLayers(1111));
        QCOMPARE(view.model()->rowCount(), 10002);
        view.table()->sortByColumn(LayerTableModel::NameColumn, Qt::AscendingOrder);
        view.setFilter(QStringLiteral("role:ffn"));
        view.setFilter({});
        view.table()->selectAll();
        QCOMPARE(view.selectedLayers().size(), 10002U);
        for (int row = 0; row < view.model()->rowCount(); ++row) {
            LayerRow value = view.model()->row(row);
            value.sensitivity = row;
            view.updateRow(row, std::move(value));
        }
        QTest::qWait(400);
        qInfo("10,002 tensors set, sorted, filtered, selected and updated in %lld ms", timer.elapsed());
        QCOMPARE(view.selectedLayers().size(), 10002U);
    }
};

QTEST_MAIN(TestLayerTable)
#include "test_layer_table.moc"
