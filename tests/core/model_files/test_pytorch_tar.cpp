// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model.h"
#include "tests/support/bad_files.h"
#include "tests/support/byte_string.h"
#include "tests/support/checkpoint_use.h"
#include "tests/support/model_facts.h"
#include "tests/support/pickle_builder.h"
#include "tests/support/tar_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

// Checkpoints from before PyTorch 0.2. What PyTorch makes of good ones is told by test_pytorch_oracle.
class TestPytorchTar : public QObject {
    Q_OBJECT
    TemporaryFolder folder_;

  private slots:
    void what_the_rows_spoil_is_good() {
        const auto model = open_model(folder_.put("old.pth", OldCheckpoint{}.bytes()));
        QCOMPARE(model->format(), std::string("pytorch"));
        QCOMPARE(model->files().size(), std::size_t{1});  // read where it lies
        QCOMPARE(values_of(*model, "w"), (std::vector<double>{1, 2, 3, 4}));
        OldCheckpoint without_facts;
        std::vector<TarPart> parts = without_facts.parts();
        parts.erase(parts.begin());
        QCOMPARE(values_of(*open_model(folder_.put("bare.pth", tar_of(parts))), "w"),
                 (std::vector<double>{1, 2, 3, 4}));
    }

    void parts_of_storages_are_read() {
        OldCheckpoint file;
        file.views = part_pickle(8, 7, 1, 2);
        file.tensor = Pickle().raw("(").number(5).number(8).raw("Nt").stop();
        file.rank = 1;
        file.shape_strides_first = {1, 1, 1};
        QCOMPARE(values_of(*open_model(folder_.put("part.pth", file.bytes())), "w"), std::vector<double>{3});
    }

    // The module's class stands outside of the pickle, with the text of its source.
    void whole_modules_are_read() {
        OldCheckpoint file;
        file.object = Pickle()
                          .raw("(")
                          .global("m", "Net")
                          .text("net.py")
                          .text("class Net: pass")
                          .raw("tQ)\x81}(")
                          .text("_parameters")
                          .raw("}")
                          .text("w")
                          .text("5")
                          .raw("Qs")
                          .text("_modules")
                          .raw("}ub")
                          .stop();
        const auto model = open_model(folder_.put("module.pth", file.bytes()));
        QCOMPARE(model->architecture(), std::string("Net"));
        QCOMPARE(values_of(*model, "w"), (std::vector<double>{1, 2, 3, 4}));
    }

    void bad_archives_are_refused_data() {
        const BadFiles row;
        const auto spoiled = [&](const char* name, const std::function<void(OldCheckpoint&)>& spoil,
                                 const char* words) {
            OldCheckpoint file;
            spoil(file);
            row(name, file.bytes(), words);
        };
        const std::vector<TarPart> good = OldCheckpoint{}.parts();
        const std::string whole = OldCheckpoint{}.bytes();
        row("another archive", tar_of({{"readme", "hello"}}),
            "is a tar archive without a PyTorch checkpoint");
        row("no tensors", tar_of({good[0], good[1], good[3]}), "is a tar archive without");
        row("a folder of that name", tar_of({good[0], good[1], good[3], {"tensors", "", '5'}}),
            "is a tar archive without");
        std::vector<TarPart> parts = good;
        parts[2].checksum_off = 1;
        row("damaged header", tar_of(parts), "is a tar archive without");
        parts = good;
        parts[3].size = "77777777777";
        row("a member that is too long", tar_of(parts), "is a tar archive without");
        parts[3].size = "0000000000x";
        row("a size that is no number", tar_of(parts), "is a tar archive without");
        row("cut", whole.substr(0, whole.size() - 2048), "is a tar archive without");
        row("too many members", tar_of(std::vector<TarPart>(1001, TarPart{"a", ""})),
            "is a tar archive without");

        spoiled(
            "other byte order",
            [](OldCheckpoint& f) { f.system = Pickle().raw("}").text("little_endian").raw("\x89s").stop(); },
            "this checkpoint was saved by a computer of another byte order");
        spoiled(
            "code in the facts", [](OldCheckpoint& f) { f.system = attack("os", "system", "x"); },
            "wants to run code: os.system");
        spoiled(
            "code in the object", [](OldCheckpoint& f) { f.object = attack("os", "system", "x"); },
            "wants to run code: os.system");
        spoiled(
            "code in a storage", [](OldCheckpoint& f) { f.storage = attack("os", "system", "x"); },
            "wants to run code: os.system");
        spoiled(
            "an object that is not whole", [](OldCheckpoint& f) { f.object = Pickle().raw("NN").stop(); },
            "this pickle ends with values left over");
        spoiled(
            "a tensor that is not there",
            [](OldCheckpoint& f) { f.object = Pickle().dict().text("6").raw("Q").end(); },
            "neither a tensor nor a storage of the archive is '6'");
        spoiled(
            "more storages than there are",
            [](OldCheckpoint& f) { f.storage_count = number_pickle(1LL << 60U); },
            "this is not a storage of a kind that is known");
        spoiled(
            "a storage of an unknown kind",
            [](OldCheckpoint& f) { f.storage = storage_pickle(7, cpu(), "QuaternionStorage"); },
            "this is not a storage of a kind that is known");
        spoiled(
            "a storage without a number",
            [](OldCheckpoint& f) {
                f.storage = Pickle().raw("(NN").global("torch", "FloatStorage").raw("t").stop();
            },
            "this is not a storage of a kind that is known");
        spoiled(
            "a storage of two parts",
            [](OldCheckpoint& f) {
                f.storage = Pickle().numbers({7, 8}).stop();
            },
            "this is not a storage of a kind that is known");
        spoiled(
            "a storage beyond the end", [](OldCheckpoint& f) { f.elements = 1ULL << 62U; },
            "storage '7' should hold 4611686018427387904 elements of 4 bytes");
        spoiled(
            "the same storage twice",
            [](OldCheckpoint& f) {
                f.storage_count = number_pickle(2);
                f.views = storage_pickle(7, cpu()) + ByteString().u64(0).bytes() + f.views;
            },
            "storage '7' is there twice");
        spoiled(
            "views that are none",
            [](OldCheckpoint& f) { f.views = Pickle().raw("]NNa").stop().substr(0, 4) + "a."; },
            "a view of a storage is not described by four values");
        spoiled(
            "a view of nothing", [](OldCheckpoint& f) { f.views = part_pickle(8, 9, 0, 1); },
            "a view is of a storage that is not there");
        spoiled(
            "a view beyond the end", [](OldCheckpoint& f) { f.views = part_pickle(8, 7, 3, 2); },
            "2 elements from 3 on of a storage of 4 are to be viewed");
        spoiled(
            "a view from before the start", [](OldCheckpoint& f) { f.views = part_pickle(8, 7, -1, 2); },
            "of a storage of 4 are to be viewed");
        spoiled(
            "a tensor of no storage",
            [](OldCheckpoint& f) { f.tensor = Pickle().raw("(").number(5).raw("NNt").stop(); },
            "this is not the description of a tensor");
        spoiled(
            "a tensor of another storage",
            [](OldCheckpoint& f) { f.tensor = Pickle().raw("(").number(5).number(9).raw("Nt").stop(); },
            "neither a tensor nor a storage of the archive is '9'");
        spoiled(
            "too many dimensions", [](OldCheckpoint& f) { f.rank = 65; },
            "a tensor has 65 dimensions, at most 64 are possible");
        spoiled(
            "dimensions below 0", [](OldCheckpoint& f) { f.rank = -1; }, "a tensor has -1 dimensions");
        spoiled(
            "shape beyond the end",
            [](OldCheckpoint& f) {
                f.shape_strides_first = {2, 2, 2, 1, 1};
            },
            "a tensor shows element 4 of a storage of 4");
        spoiled(
            "a first element below 0", [](OldCheckpoint& f) { f.shape_strides_first.back() = -1; },
            "the offset of a tensor is not a count");
        spoiled(
            "an extent below 0", [](OldCheckpoint& f) { f.shape_strides_first[0] = -2; },
            "the shape of a tensor is not a count");
        // What follows is the padding of the archive, and not the member's.
        spoiled(
            "tensors that end too early",
            [](OldCheckpoint& f) {
                f.shape_strides_first = {2, 2};
            },
            "this member of the tar archive ends too early");
    }
    void bad_archives_are_refused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const std::string said = wrongly_said_of(folder_.put("bad.pth", bytes.toStdString()), words);
        QVERIFY2(said.empty(), said.c_str());
    }

    void every_prefix_and_every_flipped_bit_is_survived() {
        const std::string good = OldCheckpoint{}.bytes();
        QVERIFY(opens(good));
        const std::size_t needed = good.size() - 1024 - 512;  // the rest is padding
        for (std::size_t length = 0; length < needed; length += 7)
            QVERIFY2(!opens(good.substr(0, length)), qPrintable(QString::number(length)));
        for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
            std::string flipped = good;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
            opens(flipped);
        }
    }
};

QTEST_GUILESS_MAIN(TestPytorchTar)
#include "test_pytorch_tar.moc"
