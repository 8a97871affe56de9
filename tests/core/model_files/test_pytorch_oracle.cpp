// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model.h"
#include "tests/support/oracle.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QJsonArray>
#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// "weight f32 [2, 3]"
std::string described(const QJsonObject& tensor) {
    std::string shape;
    for (const QJsonValue& extent : tensor["shape"].toArray())
        shape += fmt::format("{}{}", shape.empty() ? "" : ", ", extent.toInteger());
    return fmt::format("{} {} [{}]", tensor["name"].toString().toStdString(),
                       tensor["dtype"].toString().toStdString(), shape);
}

std::string described(const TensorInfo& tensor) {
    return fmt::format("{} {} [{}]", tensor.name, tensor.dtype_name, fmt::join(tensor.shape, ", "));
}

}  // namespace

// Checkpoints that PyTorch wrote a moment ago, against what it says is in them.
class TestPytorchOracle : public QObject {
    Q_OBJECT
    TemporaryFolder folder_;
    QJsonArray cases_;

  private slots:
    void initTestCase() {
        if (!python_with_numpy() || !python_has("torch")) QSKIP("there is no Python with PyTorch");
        const auto models = models_folder();
        if (!models) qWarning("the folder of real models is missing: only what is made here is read");
        const QJsonObject result =
            run_oracle("tests/oracle/torch_checkpoints.py",
                       QStringList{text(folder_.path())} + (models ? files_in(*models) : QStringList()));
        QVERIFY2(!result.contains("failed"), qPrintable(result["failed"].toString()));
        cases_ = result["cases"].toArray();
        QVERIFY(cases_.size() > 40);
        const QJsonObject tars = run_oracle("tests/oracle/torch_tars.py", {text(folder_.path())});
        QVERIFY2(!tars.contains("failed"), qPrintable(tars["failed"].toString()));
        QCOMPARE(tars["cases"].toArray().size(), qsizetype{3});
        for (const QJsonValue& one : tars["cases"].toArray())
            cases_.append(one);
    }

    void tensors_are_those_that_were_saved() {
        for (const QJsonValue& value : cases_) {
            const QJsonObject wanted = value.toObject();
            const std::string file = wanted["file"].toString().toStdString();
            const auto model = open_model(folder_.path(file));
            QCOMPARE(model->format(), std::string("pytorch"));
            std::vector<std::string> expected;
            for (const QJsonValue& tensor : wanted["tensors"].toArray())
                expected.push_back(described(tensor.toObject()));
            std::vector<std::string> found;
            for (const TensorInfo& tensor : model->tensors())
                found.push_back(described(tensor));
            if (file.find("script") != std::string::npos || file.find("traced") != std::string::npos ||
                file.ends_with(".jit")) {
                // Attributes of any order; what is not in the state dict may be among them.
                std::ranges::sort(expected);
                std::ranges::sort(found);
                std::erase_if(found, [&](const std::string& tensor) {
                    return file.ends_with(".jit") && std::ranges::count(expected, tensor) == 0;
                });
            }
            QVERIFY2(found == expected, fmt::format("{}: {} instead of {}", file, fmt::join(found, "; "),
                                                    fmt::join(expected, "; "))
                                            .c_str());
            for (const QJsonValue& tensor : wanted["tensors"].toArray())
                compare_values(*model, tensor.toObject(), file);
        }
    }

    void what_is_left_out_is_said() {
        for (const QJsonValue& value : cases_) {
            const std::string file = value["file"].toString().toStdString();
            const auto model = open_model(folder_.path(file));
            std::string notes;
            for (const Issue& issue : model->issues())
                notes += fmt::format("{}: {}\n", issue.tensor, issue.message);
            for (const QJsonValue& words : value["issues"].toArray())
                QVERIFY2(
                    notes.find(words.toString().toStdString()) != std::string::npos,
                    fmt::format("{}: {} is not in\n{}", file, words.toString().toStdString(), notes).c_str());
        }
    }

  private:
    static QString text(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

    static QStringList files_in(const std::filesystem::path& folder) {
        QStringList files;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            const auto extension = entry.path().extension();
            if ((extension == ".pt" || extension == ".pth" || extension == ".jit") &&
                entry.path().filename() != "broken.pt")
                files << text(entry.path());
        }
        return files;
    }

    static double number(const QJsonValue& value) {
        if (value.isDouble()) return value.toDouble();
        if (value.toString() == "nan") return std::nan("");
        return value.toString() == "inf" ? HUGE_VAL : -HUGE_VAL;
    }
    static bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

    static void compare_values(const Model& model, const QJsonObject& wanted, const std::string& file) {
        const std::string name = wanted["name"].toString().toStdString();
        const TensorInfo& tensor = *model.find(name);
        const QJsonArray expected = wanted["values"].toArray();
        QCOMPARE(tensor.measurable(), wanted.contains("values"));
        if (!tensor.measurable()) return;
        QCOMPARE(static_cast<qsizetype>(tensor.elements), expected.size());
        std::vector<double> values(tensor.elements);
        model.read_doubles(tensor, 0, values);
        for (std::size_t index = 0; index < values.size(); ++index)
            QVERIFY2(same(values[index], number(expected[static_cast<qsizetype>(index)])),
                     fmt::format("{}: {} of {}", file, index, name).c_str());
        // The same, from the middle on.
        std::vector<double> second(values.size() - values.size() / 2);
        model.read_doubles(tensor, values.size() / 2, second);
        QVERIFY(std::equal(second.begin(), second.end(),
                           values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2)));
    }
};

QTEST_GUILESS_MAIN(TestPytorchOracle)
#include "test_pytorch_oracle.moc"
