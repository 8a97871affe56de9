// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "core/quantize/measure.h"
#include "core/quantize/reference.h"
#include "tests/core/quantize/oracle_samples.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// What the plain reference gives, in the form of a measurement.
Measurement by_reference(const Sample& sample, const Scheme& scheme) {
    Measurement result;
    result.scheme = scheme;
    ReferenceResult quantized;
    try {
        quantized = quantize_reference(scheme, sample.values, sample.shape);
    } catch (const Error& error) {
        result.refused = error.what();
        return result;
    }
    Scheme stored = scheme;
    if (quantized.scales_kept_32_bits) stored.scale_storage = ScaleStorage::s32;
    const std::uint64_t bits = stored_bits(stored, sample.shape.channels, sample.shape.inputs, sample.dtype);
    result.bytes = (bits + 7) / 8;
    result.bits_per_weight = static_cast<double>(bits) / static_cast<double>(sample.values.size());
    result.sums = quantized.sums;
    if (scheme.granularity == Granularity::tensor && !quantized.scales.empty())
        result.scale = quantized.scales.front();
    if (scheme.granularity == Granularity::tensor && !quantized.zero_points.empty())
        result.zero_point = quantized.zero_points.front();
    return result;
}

}  // namespace

// The plain reference and the measuring of models against the NumPy oracle.
class TestMeasureOracle : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        const auto python = python_with_numpy();
        if (!python) QSKIP("there is no Python with numpy");
        write_samples(path(), samples_);
        QString failure;
        expected_ = ask_oracle(*python, path(), notations_, failure);
        QVERIFY2(failure.isEmpty(), qPrintable(failure));
        QCOMPARE(expected_.size(), static_cast<qsizetype>(samples_.size()));
    }

    void the_plain_reference_agrees() {
        constexpr double fit_slack = 1e-6;
        compare(fit_slack, [this](std::size_t tensor) {
            std::vector<Measurement> results;
            for (const QString& notation : notations_)
                results.push_back(by_reference(samples_[tensor], parse_scheme(notation.toStdString())));
            return results;
        });
    }

    void measuring_a_model_agrees() {
        // What is promised of the mse range per channel and group; codebooks are exact.
        constexpr double fit_slack = 0.01;
        const auto model = open_model(path());
        std::vector<Scheme> schemes;
        for (const QString& notation : notations_)
            schemes.push_back(parse_scheme(notation.toStdString()));
        compare(fit_slack, [&](std::size_t tensor) {
            return measure_tensor(*model, *model->find(samples_[tensor].name), schemes).results;
        });
    }

  private:
    std::filesystem::path path() const { return folder_.filePath("samples.safetensors").toStdString(); }

    void compare(double fit_slack, const std::function<std::vector<Measurement>(std::size_t)>& measured) {
        QStringList differences;
        for (std::size_t i = 0; i < samples_.size(); ++i) {
            const QJsonObject tensor = expected_[static_cast<qsizetype>(i)].toObject();
            QCOMPARE(tensor["name"].toString().toStdString(), samples_[i].name);
            const QJsonArray results = tensor["results"].toArray();
            const std::vector<Measurement> ours = measured(i);
            QCOMPARE(results.size(), static_cast<qsizetype>(ours.size()));
            for (qsizetype s = 0; s < results.size(); ++s) {
                const QString what =
                    difference(results[s].toObject(), ours[static_cast<std::size_t>(s)], fit_slack);
                if (!what.isEmpty())
                    differences += tensor["name"].toString() + ", " + notations_[s] + ": " + what;
            }
        }
        QVERIFY2(differences.isEmpty(), qPrintable(differences.join("\n")));
    }

    QTemporaryDir folder_;
    const std::vector<Sample> samples_ = oracle_samples();
    const QStringList notations_ = oracle_notations();
    QJsonArray expected_;
};

QTEST_GUILESS_MAIN(TestMeasureOracle)
#include "test_measure_oracle.moc"
