// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_runner.h"
#include "tests/support/test_data.h"

#include <QDirIterator>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace halfstep::testing;

namespace {

QStringList model_files() {
    QStringList files;
    std::vector<QString> folders;
    if (const auto models = models_folder()) folders.push_back(QString::fromStdString(models->string()));
    folders.push_back(QString::fromStdString(project_path("resources/samples").string()));
    QStringList patterns = {"*.safetensors", "*.gguf"};
    if (python_has("onnx")) patterns << "*.onnx";
    if (python_has("torch"))
        patterns << "*.pt"
                 << "*.pth";
    if (python_has("h5py"))
        patterns << "*.h5"
                 << "*.hdf5";
    for (const QString& folder : folders)
        for (QDirIterator it(folder, patterns, QDir::Files, QDirIterator::Subdirectories); it.hasNext();)
            // Three bytes that a reader has to refuse are among the models for tests.
            if (const QString file = it.next(); !file.endsWith("/broken.pt")) files << file;
    files.sort();
    return files;
}

}  // namespace

// halfstep-cli inspect against a reading of the same files with NumPy.
class TestInspectOracle : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        if (!python_with_numpy()) QSKIP("there is no Python with numpy");
        if (!models_folder()) qWarning("the folder of real models is missing: only the sample is read");
    }

    void every_model_reads_the_same_data() {
        QTest::addColumn<QString>("model");
        for (const QString& file : model_files())
            QTest::newRow(qPrintable(file.section('/', -2))) << file;
    }
    void every_model_reads_the_same() {
        QFETCH(QString, model);
        QProcess oracle;
        oracle.start(QString::fromStdString(python_with_numpy()->string()),
                     {QString::fromStdString(project_path("tests/oracle/read_weights.py").string()), model});
        QVERIFY(oracle.waitForFinished(120'000));
        QVERIFY2(oracle.exitCode() == 0, oracle.readAllStandardError().right(500).constData());
        const QJsonArray expected = QJsonDocument::fromJson(oracle.readAllStandardOutput()).array();

        const CliRun run = run_cli({"inspect", "--json", model});
        QVERIFY2(run.code == 0, run.err.constData());
        const QJsonArray tensors = run.json()["tensors"].toArray();
        QCOMPARE(tensors.size(), expected.size());
        for (qsizetype i = 0; i < tensors.size(); ++i)
            compare(expected[i].toObject(), tensors[i].toObject());
    }

    void cleanupTestCase() { qInfo("worst relative deviation %.3g, at %s", worst_, qPrintable(worst_at_)); }

  private:
    void compare(const QJsonObject& expected, const QJsonObject& tensor) {
        const QString name = tensor["name"].toString();
        for (const char* key : {"name", "dtype", "shape", "elements"})
            QVERIFY2(tensor[key] == expected[key], qPrintable(name + " " + key));
        if (is_listed_only(tensor)) return;
        for (const char* key : {"zeros", "nans", "infs"})
            QVERIFY2(tensor[key] == (expected[key].isUndefined() ? QJsonValue() : expected[key]),
                     qPrintable(name + " " + key));
        // What is near 0 by cancellation is held to the size of the values it was made of.
        const double spread = expected["abs_max"].toDouble();
        for (const char* key : {"min", "max", "std", "abs_max"})
            compare_number(expected, tensor, key, 0);
        compare_number(expected, tensor, "mean", spread);
        compare_number(expected, tensor, "kurtosis", 1);
    }

    // A block type that only the oracle can read.
    static bool is_listed_only(const QJsonObject& tensor) {
        static const QRegularExpression blocks("^(q|iq|tq|mxfp|nvfp)[0-9].*");
        return tensor["zeros"].isNull() && blocks.match(tensor["dtype"].toString()).hasMatch();
    }

    void compare_number(const QJsonObject& expected, const QJsonObject& tensor, const char* key,
                        double at_least) {
        const QString where = tensor["name"].toString() + " " + key;
        const bool none = !expected[key].isDouble();
        QVERIFY2(tensor[key].isNull() == none, qPrintable(where));
        if (none) return;
        const double wanted = expected[key].toDouble();
        const double size = std::max({std::fabs(wanted), std::fabs(tensor[key].toDouble()), at_least});
        const double deviation = size > 0 ? std::fabs(wanted - tensor[key].toDouble()) / size : 0.0;
        if (deviation > worst_) {
            worst_ = deviation;
            worst_at_ = where;
        }
        QVERIFY2(deviation <= 1e-6,
                 qPrintable(QString("%1: %2 for %3").arg(where).arg(tensor[key].toDouble()).arg(wanted)));
    }

    double worst_ = 0;
    QString worst_at_ = "no tensor";
};

QTEST_GUILESS_MAIN(TestInspectOracle)
#include "test_cli_inspect_oracle.moc"
