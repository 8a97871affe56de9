// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/checkpoint_use.h"
#include "tests/support/pickle_builder.h"

#include <QTest>

#include <ctime>

using namespace halfstep;
using namespace halfstep::testing;

// What would take time or memory out of all proportion, and files damaged in every way that is cheap to try.
class TestPytorchBombs : public QObject {
    Q_OBJECT

  private slots:
    // What is made to take much more time or memory than its size: each is answered at once.
    void bombs_go_off_in_nothing_data() {
        QTest::addColumn<QByteArray>("pickle");
        const auto row = [](const char* name, const std::string& pickle) {
            QTest::newRow(name) << QByteArray::fromStdString(pickle);
        };
        // Lists of two references to the list before: 2^100 elements to who walks them all.
        Pickle doubling;
        doubling.raw("]").memo(0);
        for (std::uint8_t level = 1; level < 100; ++level)
            doubling.raw("](").get(level - 1).get(level - 1).raw("e").memo(level);
        row("a hundred times doubled list", Pickle(doubling).stop());
        Pickle tuples;
        tuples.raw(")").memo(0);
        for (std::uint8_t level = 1; level < 100; ++level)
            tuples.get(level - 1).get(level - 1).raw("\x86").memo(level);
        row("a hundred times doubled tuple", Pickle(tuples).stop());
        row("a list in itself", Pickle().raw("]").memo(0).get(0).raw("a").stop());
        row("a dict in itself", Pickle().raw("}").memo(0).text("w").get(0).raw("s").stop());
        row("an object that is its own state",
            Pickle().global("m", "C").raw(")\x81").memo(0).get(0).raw("b").stop());
        row("an object called with itself", Pickle()
                                                .raw("]")
                                                .memo(0)
                                                .global("m", "C")
                                                .get(0)
                                                .raw("\x85R")
                                                .memo(1)
                                                .raw("0")
                                                .get(0)
                                                .get(1)
                                                .raw("a")
                                                .stop());
        row("a function that is the object it makes",
            Pickle().global("m", "C").raw(")R").memo(0).raw(")R)R)R").raw("}b").stop());
        std::string states =
            Pickle().raw("}(").raw(repeated("NN", 20'000)).raw("u").memo(0).raw("0](").stop();
        states.pop_back();
        states +=
            repeated(Pickle().global("m", "C").raw(")\x81").get(0).raw("b").stop().substr(2, 10), 20'000) +
            "e.";
        row("twenty thousand objects of one large state", states);
        std::string tensors = Pickle().tensor().memo(1).raw("0](").stop();
        tensors.pop_back();
        row("a million times the same tensor", tensors + repeated("h\x01", 1'000'000) + "e.");
        std::string keys = Pickle().text(std::string(60'000, 'k')).memo(1).raw("0}(").stop();
        keys.pop_back();
        row("a million times the same long key", keys + repeated("h\x01N", 1'000'000) + "u.");
        row("a million times the same long value", keys + repeated("Nh\x01", 1'000'000) + "u.");
        row("a million times the same long key, deeper",
            keys + "K\x01}(" + repeated("h\x01]", 1'000'000) + "uu.");
        // Modules that share what they should each have of their own.
        std::string modules = Pickle()
                                  .raw("](")
                                  .raw(repeated("K\x01", 40'000))
                                  .raw("e")
                                  .memo(0)
                                  .raw("0}(")
                                  .raw(repeated("NN", 20'000))
                                  .raw("u")
                                  .memo(1)
                                  .raw("0")
                                  .text("_parameters")
                                  .memo(2)
                                  .raw("0")
                                  .text("_modules")
                                  .memo(3)
                                  .raw("0")
                                  .text("_non_persistent_buffers_set")
                                  .memo(4)
                                  .raw("0")
                                  .global("m", "C")
                                  .memo(5)
                                  .raw("0](")
                                  .stop();
        modules.pop_back();
        row("twenty thousand modules of the same parameters and buffers",
            modules + repeated(std::string("h\x05)\x81}(h\x02h\x01h\x03h\x01h\x04h\0ub", 20), 20'000) + "e.");
        std::string dicts = Pickle()
                                .raw("](")
                                .raw(repeated("N", 40'000))
                                .raw("e\x85")
                                .memo(0)
                                .raw("0")
                                .global("collections", "OrderedDict")
                                .memo(1)
                                .raw("0](")
                                .stop();
        dicts.pop_back();
        row("forty thousand dicts made of one list",
            dicts + repeated(std::string("h\1h\0R", 5), 40'000) + "e.");
        row("parameters in parameters", Pickle()
                                            .dict()
                                            .raw(repeated("ctorch._utils\n_rebuild_parameter\n", 5000))
                                            .tensor()
                                            .raw(repeated("\x85R", 5000))
                                            .end());
        row("elements repeated without end",
            Pickle().dict().rebuild().storage().view(0, {1LL << 40U, 4}, {0, 1}).end());
        row("text of a million letters", Pickle().dict(std::string(1'000'000, 'x')).raw("K\x01").end());
    }
    void bombs_go_off_in_nothing() {
        QFETCH(QByteArray, pickle);
        const std::clock_t start = std::clock();
        opens(zipped(pickle.toStdString()));
        QVERIFY2(seconds_since(start) < at_once, qPrintable(QString::number(seconds_since(start))));
    }

    void every_prefix_and_every_flipped_bit_is_survived_data() {
        QTest::addColumn<QByteArray>("file");
        const std::string pickle = Pickle(4)
                                       .raw("}(")
                                       .text("a")
                                       .tensor()
                                       .text("b")
                                       .rebuild()
                                       .storage("Half", "1", 6)
                                       .view(1, {2, 2}, {1, 2})
                                       .raw("u")
                                       .stop();
        ZipBuilder zip = checkpoint_zip(pickle, {{"0", floats({1, 2, 3, 4})}, {"1", "abcdefghijkl"}});
        QTest::newRow("zip") << QByteArray::fromStdString(zip.bytes());
        for (ZipPart& part : zip.parts)
            part.method = 8;
        zip.zip64 = true;
        QTest::newRow("zip, deflated") << QByteArray::fromStdString(zip.bytes());
        zip = checkpoint_zip(pickle, {{"0", floats({1, 2, 3, 4})}, {"1", "abcdefghijkl"}});
        zip.parts.push_back({"m/constants.pkl", Pickle().raw("(").tensor().raw("t").stop()});
        zip.parts.push_back({"m/constants/0", floats({1, 2, 3, 4})});
        zip.parts.push_back({"m/byteorder", "big"});
        QTest::newRow("TorchScript, big-endian") << QByteArray::fromStdString(zip.bytes());
        QTest::newRow("legacy") << QByteArray::fromStdString(
            legacy_checkpoint(Pickle().dict().tensor().end()));
    }
    void every_prefix_and_every_flipped_bit_is_survived() {
        QFETCH(QByteArray, file);
        const std::string good = file.toStdString();
        QVERIFY(opens(good));
        const std::clock_t start = std::clock();
        for (std::size_t length = 0; length < good.size(); ++length)
            QVERIFY2(!opens(good.substr(0, length)), qPrintable(QString::number(length)));
        int opened = 0;
        for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
            std::string flipped = good;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
            opened += opens(flipped) ? 1 : 0;
        }
        qInfo("%d of %zu still open", opened, 8 * good.size());
        QVERIFY(opened < static_cast<int>(8 * good.size()) / 2);
        QVERIFY(seconds_since(start) < 20 * at_once);
    }
};

QTEST_GUILESS_MAIN(TestPytorchBombs)
#include "test_pytorch_bombs.moc"
