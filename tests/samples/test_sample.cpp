// SPDX-License-Identifier: GPL-3.0-or-later
// The bundled sample model is what its folder says it is: an independent NumPy forward pass over some of the
// held-out stories arrives at the stated losses, and notices when the model is not the stated one.
#include "tests/support/test_data.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

namespace {

QString sample_folder() {
    return QString::fromStdString(halfstep::testing::project_path("resources/samples/tidewater").string());
}

// Runs resources/samples/check_sample.py on the first stories of a sample folder.
struct Check {
    int exit_code = -1;
    QString output;
    QString errors;
};

Check check_sample(const std::filesystem::path& python, const QString& folder) {
    const auto script = halfstep::testing::project_path("resources/samples/check_sample.py");
    QProcess process;
    process.start(QString::fromStdString(python.string()),
                  {QString::fromStdString(script.string()), folder, "--stories", "6"});
    if (!process.waitForFinished(240000)) return {};
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

bool copy_sample(const QString& to) {
    const QStringList files{"model.safetensors", "config.json",  "tokenizer.json",
                            "training.json",     "held_out.txt", "README.md"};
    for (const QString& file : files) {
        if (!QFile::copy(sample_folder() + '/' + file, to + '/' + file)) return false;
    }
    return true;
}

}  // namespace

class TestSample : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void stated_losses_hold();
    void another_model_is_noticed();

  private:
    std::filesystem::path python_;
};

void TestSample::initTestCase() {
    const auto python = halfstep::testing::python_with_numpy();
    if (!python) QSKIP("python3-numpy is not installed; the sample's losses are not recomputed");
    python_ = *python;
}

void TestSample::stated_losses_hold() {
    const Check check = check_sample(python_, sample_folder());
    QVERIFY2(check.exit_code == 0, qPrintable(check.errors));
    QVERIFY2(check.output.contains("as stated"), qPrintable(check.output));
}

void TestSample::another_model_is_noticed() {
    const QTemporaryDir folder;
    QVERIFY(folder.isValid() && copy_sample(folder.path()));
    QFile model(folder.filePath("model.safetensors"));
    QVERIFY(model.setPermissions(model.permissions() | QFile::WriteOwner) && model.open(QFile::ReadWrite));
    // Zeros over the final norm and a part of the last layer: still a valid file, with other weights.
    constexpr qint64 changed_bytes = 4096;
    QVERIFY(model.seek(model.size() - changed_bytes));
    QCOMPARE(model.write(QByteArray(changed_bytes, '\0')), changed_bytes);
    model.close();

    const Check check = check_sample(python_, folder.path());
    QCOMPARE(check.exit_code, 1);
    QVERIFY2(check.errors.contains("nats, stated are"), qPrintable(check.errors));
}

QTEST_GUILESS_MAIN(TestSample)
#include "test_sample.moc"
