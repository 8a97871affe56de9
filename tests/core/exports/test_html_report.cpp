// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/export_target.h"
#include "core/exports/markup.h"
#include "core/quantize/measure.h"
#include "tests/support/safetensors_builder.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <cmath>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

constexpr const char* evil_name = "<script>alert(\"1\")</script>&' \xC3\xA9.weight";

// Reads the body as XML, which all of it happens to be, and counts its elements.
struct Elements {
    explicit Elements(const QByteArray& html) {
        QByteArray xml = html.mid(html.indexOf("<body>"));
        xml.truncate(xml.indexOf("</html>"));
        xml.replace("<br>", "<br/>");
        QXmlStreamReader reader(xml);
        while (!reader.atEnd()) {
            if (reader.readNext() == QXmlStreamReader::StartElement) {
                names << reader.name().toString();
                if (reader.name() == QStringLiteral("rect"))
                    rectangles << reader.attributes().value("class").toString();
            }
            if (reader.isCharacters()) text += reader.text().toString();
        }
        error = reader.hasError() ? reader.errorString() : QString();
    }
    QStringList names;
    QStringList rectangles;
    QString text;
    QString error;
};

}  // namespace

class TestHtmlReport : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        std::vector<float> wave(64 * 64);
        for (std::size_t i = 0; i < wave.size(); ++i)
            wave[i] = std::sin(static_cast<float>(i) * 1.7F) * (i % 64 == 3 ? 9.0F : 1.0F);
        SafetensorsBuilder file;
        file.add_f32(evil_name, {64, 64}, wave);
        file.add_f32("model.layers.0.mlp.down_proj.weight", {64, 64}, wave);
        file.add_f32("model.layers.0.mlp.up_proj.weight", {64, 64}, std::vector<float>(64 * 64, 0.0F));
        file.add_f32("model.norm.weight", {4}, std::vector<float>{1, 2, 3, 6});
        file.write(folder_.filePath("m.safetensors").toStdString());
        model_ = open_model(folder_.filePath("m.safetensors").toStdString());
    }

    void it_is_whole_and_holds_every_tensor() {
        const QByteArray html = report({"int4"}, "int4");
        const Elements elements(html);
        QVERIFY2(elements.error.isEmpty(), qPrintable(elements.error));
        QCOMPARE(elements.names.count("tr"), 1 + 4);
        QCOMPARE(elements.names.count("svg"),
                 1 + 1 + 2);  // size, errors, two histograms (one tensor is all zero)
        QVERIFY(elements.text.contains(QString::fromUtf8(evil_name)));
        QVERIFY(!elements.names.contains("script"));
        QCOMPARE(elements.rectangles.count("bar"), 3);
    }

    void several_schemes_make_a_map() {
        const Elements elements(report({"int4", "int8", "kmeans2:tensor", "q8_0"}, "int8"));
        QVERIFY2(elements.error.isEmpty(), qPrintable(elements.error));
        QCOMPARE(elements.names.count("svg"), 1 + 1 + 1 + 2);
        QCOMPARE(elements.rectangles.filter(QRegularExpression("^h[0-6]")).size(), 3 * 4);
        QCOMPARE(elements.rectangles.filter(QRegularExpression("^h[0-6] chosen$")).size(), 3);
    }

    void nothing_comes_from_elsewhere() {
        const QByteArray html = report({"int4"}, "int4");
        for (const char* word : {"http:", "https:", "src=", "href=", "@import", "url(", "<script"})
            QVERIFY2(!html.contains(word), word);
        QVERIFY(html.contains("prefers-color-scheme: dark"));
    }

    void it_can_be_written_without_measurements() {
        const Elements elements(report({}, "int8"));
        QVERIFY2(elements.error.isEmpty(), qPrintable(elements.error));
        QCOMPARE(elements.names.count("svg"), 1);
        QCOMPARE(elements.names.count("tr"), 1 + 4);
    }

    void names_are_escaped_and_shortened() {
        QCOMPARE(escaped_markup("a<b>&\"'\x01"), std::string("a&lt;b&gt;&amp;&quot;&#39;\xEF\xBF\xBD"));
        QCOMPARE(escaped_markup("\xFF<"), std::string("\xEF\xBF\xBD&lt;"));
        QCOMPARE(shortened_middle("abcdefghij", 10), std::string("abcdefghij"));
        QCOMPARE(shortened_middle("abcdefghijk", 10), std::string("abc…fghijk"));
        QCOMPARE(shortened_middle("äöüäöüäöüäöü", 7), std::string("äö…üäöü"));
    }

  private:
    QByteArray report(const std::vector<const char*>& measured, const char* planned) {
        std::vector<Scheme> schemes;
        for (const char* text : measured)
            schemes.push_back(parse_scheme(text));
        std::vector<const TensorInfo*> tensors;
        for (const TensorInfo& tensor : model_->tensors())
            if (tensor.shape.size() == 2) tensors.push_back(&tensor);
        const auto measurements =
            schemes.empty() ? std::vector<TensorMeasurement>() : measure_tensors(*model_, tensors, schemes);
        Plan plan = uniform_plan(*model_, Scheme{});
        for (Plan::Entry& entry : plan.entries)
            if (entry.tensor != "model.norm.weight") entry.scheme = parse_scheme(planned);
        const QString out = folder_.filePath("report.html");
        find_export_target("html").export_plan({*model_, plan, out.toStdString(), measurements});
        QFile file(out);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QTemporaryDir folder_;
    std::shared_ptr<const Model> model_;
};

QTEST_GUILESS_MAIN(TestHtmlReport)
#include "test_html_report.moc"
