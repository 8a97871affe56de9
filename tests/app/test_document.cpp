// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/document.h"
#include "app/document/first_tensor.h"
#include "tests/support/safetensors_builder.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace halfstep;

class TestDocument : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        const std::vector<float> weights(64 * 32, 0.25F);
        const std::vector<float> norm(32, 1.0F);
        path_ = folder_.filePath("model.safetensors").toStdString();
        testing::SafetensorsBuilder()
            .add_f32("model.layers.0.mlp.up_proj.weight", {64, 32}, weights)
            .add_f32("model.layers.0.mlp.down_proj.weight", {32, 64}, weights)
            .add_f32("model.layers.0.input_layernorm.weight", {32}, norm)
            .write(path_);
    }

    void a_new_model_gets_the_scheme_where_it_is_quantizable() {
        Document document;
        document.setModel(open_model(path_), parse_scheme("int8"));
        QCOMPARE(schemes(document), QStringList({"int8", "int8", "keep"}));
        QVERIFY(!document.isModified());
    }

    void a_scheme_that_does_not_fit_a_tensor_is_not_given_to_it() {
        Document document;
        const std::string odd = folder_.filePath("odd.safetensors").toStdString();
        const std::vector<float> weights(4 * 31, 0.5F);
        testing::SafetensorsBuilder().add_f32("fc.weight", {4, 31}, weights).write(odd);
        document.setModel(open_model(odd), parse_scheme("q4_0"));  // blocks of 32 do not divide 31
        QCOMPARE(schemes(document), QStringList({"keep"}));
    }

    void the_first_tensor_shown_is_the_one_that_says_most() {
        std::vector<TensorInfo> tensors(2);  // of an unknown type
        QCOMPARE(firstTensor({}), -1);
        QCOMPARE(firstTensor(tensors), 0);
        const auto add = [&tensors](bool quantizable, std::optional<int> block) {
            TensorInfo tensor;
            tensor.dtype = DType::f32;
            tensor.elements = 8;
            tensor.quantizable = quantizable;
            tensor.block = block;
            tensors.push_back(tensor);
            return static_cast<int>(tensors.size()) - 1;
        };
        const int norm = add(false, 0);
        add(false, {});
        QCOMPARE(firstTensor(tensors), norm);
        const int embedding = add(true, {});
        QCOMPARE(firstTensor(tensors), embedding);
        const int query = add(true, 0);
        add(true, 0);
        QCOMPARE(firstTensor(tensors), query);
    }

    void undo_and_redo_exchange_schemes() {
        Document document;
        document.setModel(open_model(path_), parse_scheme("int8"));
        QSignalSpy changed(&document, &Document::schemesChanged);
        document.applyScheme({0, 1}, parse_scheme("int4:g32"), "int4 for all");
        QCOMPARE(schemes(document), QStringList({"int4:g32", "int4:g32", "keep"}));
        QVERIFY(document.isModified());
        document.undoStack().undo();
        QCOMPARE(schemes(document), QStringList({"int8", "int8", "keep"}));
        QVERIFY(!document.isModified());
        document.undoStack().redo();
        QCOMPARE(schemes(document), QStringList({"int4:g32", "int4:g32", "keep"}));
        QCOMPARE(changed.size(), 3);
    }

    void an_edit_that_changes_nothing_leaves_no_step() {
        Document document;
        document.setModel(open_model(path_), parse_scheme("int8"));
        document.applyScheme({0}, parse_scheme("int8"), "nothing");
        QCOMPARE(document.undoStack().count(), 0);
    }

    void steps_of_one_gesture_are_undone_as_one() {
        Document document;
        document.setModel(open_model(path_), parse_scheme("int8"));
        for (const char* notation : {"int8:clip0.3", "int8:clip0.25", "int8:clip0.2"})
            document.applyScheme({0}, parse_scheme(notation), "clip", 7);
        document.applyScheme({0}, parse_scheme("int8:clip0.1"), "clip", 8);
        QCOMPARE(document.undoStack().count(), 2);
        document.undoStack().undo();
        QCOMPARE(schemes(document).front(), QString("int8:clip0.2"));
        document.undoStack().undo();
        QCOMPARE(schemes(document).front(), QString("int8"));
    }

    void a_plan_is_applied_in_one_step_and_given_back_equal() {
        Document document;
        document.setModel(open_model(path_), parse_scheme("int8"));
        Plan plan = document.plan();
        plan.entries[1].scheme = parse_scheme("log4:g32");
        plan.entries[2].scheme = parse_scheme("fp16");
        document.applyPlan(plan, "load");
        QCOMPARE(document.undoStack().count(), 1);
        QVERIFY(document.plan() == plan);
    }

    void figures_are_facts_and_survive_undo() {
        Document document;
        document.setModel(open_model(path_), parse_scheme("int8"));
        Measurement measured;
        measured.scheme = parse_scheme("int4");
        measured.sums.error_squared = 3;
        document.addMeasurement(0, measured);
        QVERIFY(document.currentMeasurement(0) == nullptr);
        document.applyScheme({0}, measured.scheme, "int4");
        QVERIFY(document.currentMeasurement(0) != nullptr);
        document.undoStack().undo();
        document.undoStack().redo();
        QCOMPARE(document.currentMeasurement(0)->sums.error_squared, 3.0);
    }

    void non_finite_weights_and_refusals_become_issues() {
        Document document;
        document.setModel(open_model(path_), parse_scheme("int8"));
        const qsizetype before = document.issues().size();
        std::vector<std::optional<TensorStatistics>> statistics(3);
        statistics[1].emplace();
        statistics[1]->nans = 2;
        statistics[1]->first_non_finite = 17;
        document.setStatistics(statistics);
        Measurement refused;
        refused.scheme = parse_scheme("int8");
        refused.refused = "no";
        document.addMeasurement(0, refused);
        const QList<Issue> issues = document.issues();
        QCOMPARE(issues.size(), before + 2);
        QCOMPARE(issues[before].tensor, std::string("model.layers.0.mlp.up_proj.weight"));
        QCOMPARE(issues[before + 1].severity, Severity::error);
        QVERIFY(issues[before + 1].message.find("17") != std::string::npos);
    }

  private:
    static QStringList schemes(const Document& document) {
        QStringList notations;
        for (int i = 0; i < document.tensorCount(); ++i)
            notations.append(QString::fromStdString(to_string(document.scheme(i))));
        return notations;
    }

    QTemporaryDir folder_;
    std::string path_;
};

QTEST_GUILESS_MAIN(TestDocument)
#include "test_document.moc"
