// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/tensor_name.h"

#include <QTest>

using namespace halfstep;

class TestTensorName : public QObject {
    Q_OBJECT
  private slots:
    void narrow_names_keep_what_tells_them_apart_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("room");
        QTest::addColumn<QString>("narrow");
        const QString expert = QStringLiteral("layers.3.mlp.experts.57.down_proj");
        QTest::newRow("all of it") << expert << 33 << expert;
        QTest::newRow("a word less") << expert << 32 << QStringLiteral("layers.3…experts.57.down_proj");
        QTest::newRow("two words") << expert << 28 << QStringLiteral("layers.3…57.down_proj");
        QTest::newRow("the first word last") << expert << 20 << QStringLiteral("…3…57.down_proj");
        QTest::newRow("no room even so") << expert << 5 << expert;
        QTest::newRow("one word") << QStringLiteral("embedding") << 3 << QStringLiteral("embedding");
        QTest::newRow("two") << QStringLiteral("encoder.weights") << 10 << QStringLiteral("…weights");
        QTest::newRow("digits in words")
            << QStringLiteral("conv1.block.w2.bias") << 14 << QStringLiteral("conv1…w2.bias");
        QTest::newRow("weights of what") << QStringLiteral("model.layers.0.post_attention_layernorm.weight")
                                         << 36 << QStringLiteral("…0.post_attention_layernorm.weight");
        QTest::newRow("beyond ASCII")
            << QStringLiteral("größe.mitte.3.ende") << 12 << QStringLiteral("größe…3.ende");
        QTest::newRow("empty") << QString() << 0 << QString();
    }
    void narrow_names_keep_what_tells_them_apart() {
        QFETCH(QString, name);
        QFETCH(int, room);
        QFETCH(QString, narrow);
        QCOMPARE(narrowTensorName(name, [room](const QString& text) { return text.size() <= room; }), narrow);
    }
};

QTEST_APPLESS_MAIN(TestTensorName)
#include "test_tensor_name.moc"
