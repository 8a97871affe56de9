// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/export_target.h"
#include "tests/support/tiny_model.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// Σ(x−x̂)² = 4, Σx² = 100: rel_error 0.2, SQNR 10·log10(25) dB.
ErrorSums worked_sums() {
    ErrorSums sums;
    sums.count = 150;
    sums.clipped = 3;
    sums.error_squared = 4;
    sums.value_squared = 100;
    sums.product = 72;
    sums.quantized_squared = 64;
    sums.max_abs_error = 0.5;
    return sums;
}

TensorMeasurement measured(const char* tensor, const char* scheme) {
    TensorMeasurement measurement;
    measurement.tensor = tensor;
    measurement.elements = 150;
    Measurement result;
    result.scheme = parse_scheme(scheme);
    result.bits_per_weight = 4.64;
    result.bytes = 87;
    result.sums = worked_sums();
    result.scale = 0.25F;
    measurement.results = {result};
    return measurement;
}

Model odd_model() {
    return described_model({described_matrix("a,\"b\"\n", 3, 50, DType::f32), described_vector("norm", 7)});
}

QByteArray exported(const char* target, const Model& model, const Plan& plan,
                    const std::vector<TensorMeasurement>& measurements = {}) {
    const QTemporaryDir folder;
    const QString out = folder.filePath("out");
    find_export_target(target).export_plan({model, plan, out.toStdString(), measurements});
    QFile file(out);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}

}  // namespace

class TestTableExports : public QObject {
    Q_OBJECT
  private slots:
    void the_csv_is_the_documented_one() {
        const Model model = odd_model();
        const Plan plan = uniform_plan(model, parse_scheme("int4"));
        // int4 per channel of 3 x 50: (600 + 96)/150 = 4.64 bits. 10·log10(25) = 13.979400086720377.
        // cosine 72/√(100·64), mse 4/150.
        const QList<QByteArray> expected{
            "name,role,block,dtype,shape,elements,quantizable,scheme,bits_per_weight,bytes,mse,rel_error,"
            "sqnr_db,"
            "max_abs_error,cosine,clipped",
            "\"a,\"\"b\"\"\n\",ffn_up,,f32,3x50,150,true,int4,4.64,87,0.02666666666666667,0.2,13."
            "979400086720377,"
            "0.5,0.9,0.02",
            "norm,norm,,f32,7,7,false,keep,32,28,,,,,,", ""};
        const QByteArray text = exported("csv", model, plan, {measured("a,\"b\"\n", "int4")});
        QList<QByteArray> lines;
        for (const QString& line : QString::fromUtf8(text).split("\r\n"))
            lines.push_back(line.toUtf8());
        QCOMPARE(lines, expected);
    }

    void the_json_holds_every_figure() {
        const Model model = odd_model();
        const Plan plan = uniform_plan(model, parse_scheme("int4"));
        const QJsonObject document =
            QJsonDocument::fromJson(exported("json", model, plan, {measured("a,\"b\"\n", "int4")})).object();
        QCOMPARE(document["halfstep_export"].toInt(), 1);
        QCOMPARE(document["model"]["name"].toString(), QString("tiny.safetensors"));
        QCOMPARE(document["model"]["bytes"].toInt(), 628);
        QCOMPARE(document["plan"]["bytes"].toInt(), 87 + 28);
        QCOMPARE(document["plan"]["bits_per_weight"].toDouble(), (4.64 * 150 + 32 * 7) / 157);
        const QJsonArray tensors = document["tensors"].toArray();
        QCOMPARE(tensors.size(), 2);
        QCOMPARE(tensors[0]["scheme"].toString(), QString("int4"));
        QCOMPARE(tensors[0]["measured"]["rel_error"].toDouble(), 0.2);
        QCOMPARE(tensors[0]["measured"]["scale"].toDouble(), 0.25);
        QVERIFY(!tensors[0]["measured"].toObject().contains("zero_point"));
        QVERIFY(tensors[1]["measured"].isNull());
        QCOMPARE(tensors[1]["shape"].toArray(), QJsonArray{7});
    }

    void figures_of_another_scheme_are_not_shown() {
        const Model model = odd_model();
        const Plan plan = uniform_plan(model, parse_scheme("int8"));
        const QJsonObject document =
            QJsonDocument::fromJson(exported("json", model, plan, {measured("a,\"b\"\n", "int4")})).object();
        const QJsonArray tensors = document["tensors"].toArray();
        QVERIFY(tensors[0]["measured"].isNull());
    }

    void an_unknown_target_is_refused_with_the_known_ones() {
        try {
            find_export_target("onnx");
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY(std::string(error.what()).find("json, csv, html") != std::string::npos);
        }
    }

    void a_plan_for_another_model_is_refused() {
        Plan plan;
        plan.entries = {{"gone", parse_scheme("int8")}};
        QVERIFY_EXCEPTION_THROWN(exported("csv", odd_model(), plan), Error);
    }
};

QTEST_GUILESS_MAIN(TestTableExports)
#include "test_table_exports.moc"
