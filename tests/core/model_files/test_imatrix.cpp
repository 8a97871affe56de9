// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/imatrix.h"
#include "tests/support/bad_files.h"
#include "tests/support/byte_string.h"
#include "tests/support/imatrix_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <cstring>
#include <limits>
#include <random>

using namespace halfstep;
using testing::ByteString;
using testing::error_of;
using testing::ImatrixBuilder;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

ImatrixBuilder two_weights() {
    return ImatrixBuilder()
        .add("blk.0.ffn_down.weight", {2, 4, 6}, {2})
        .add("output.weight", {1, 0, 0.5F, 8}, {4})
        .dataset("wiki.train.raw")
        .chunks(12, 512);
}

// One entry of the older form.
ByteString dat_entry(const std::string& name, std::int32_t calls, const std::vector<float>& values) {
    ByteString bytes;
    bytes.value(static_cast<std::int32_t>(name.size())).raw(name).value(calls);
    bytes.value(static_cast<std::int32_t>(values.size()));
    for (const float value : values)
        bytes.value(value);
    return bytes;
}

std::string dat_file(std::int32_t entries, const ByteString& content) {
    return ByteString().value(entries).raw(content.bytes()).bytes();
}

// The two tensors of a weight, by hand, so that each can be wrong.
struct GgufTensorText {
    std::string name;
    std::vector<std::uint64_t> extents;
    std::uint32_t type = 0;  // f32
    std::vector<float> values;
};

std::string gguf_file(const std::vector<GgufTensorText>& tensors) {
    ByteString bytes;
    bytes.raw("GGUF").u32(3).u64(tensors.size()).u64(1).text("general.type").u32(8).text("imatrix");
    std::uint64_t offset = 0;
    for (const GgufTensorText& tensor : tensors) {
        bytes.text(tensor.name).u32(static_cast<std::uint32_t>(tensor.extents.size()));
        for (const std::uint64_t extent : tensor.extents)
            bytes.u64(extent);
        bytes.u32(tensor.type).u64(offset);
        offset += (tensor.values.size() * sizeof(float) + 31) / 32 * 32;
    }
    bytes.pad_to(32);
    for (const GgufTensorText& tensor : tensors) {
        for (const float value : tensor.values)
            bytes.value(value);
        bytes.pad_to(32);
    }
    return bytes.bytes();
}

}  // namespace

class TestImatrix : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

    Imatrix read(const std::string& bytes) const { return read_imatrix(folder_.put("imatrix", bytes)); }
    std::string error(const std::string& bytes) const {
        return error_of([&] { read(bytes); });
    }

  private slots:
    void both_forms_give_the_mean_squares() {
        for (const Imatrix::Form form : {Imatrix::Form::gguf, Imatrix::Form::dat}) {
            const bool gguf = form == Imatrix::Form::gguf;
            const Imatrix imatrix = read(gguf ? two_weights().gguf() : two_weights().dat());
            QVERIFY(imatrix.form == form);
            QCOMPARE(imatrix.entries.size(), std::size_t{2});
            QCOMPARE(imatrix.entries[0].weight, std::string("blk.0.ffn_down.weight"));
            QVERIFY((imatrix.entries[0].mean_squares == std::vector<float>{1, 2, 3}));
            QVERIFY((imatrix.entries[1].mean_squares == std::vector<float>{0.25F, 0, 0.125F, 2}));
            QVERIFY(imatrix.entries[1].count() == 4);
            QVERIFY((imatrix.datasets == std::vector<std::string>{"wiki.train.raw"}));
            QVERIFY(imatrix.chunk_count == std::uint64_t{12});
            QVERIFY(imatrix.chunk_size == (gguf ? std::optional<std::uint64_t>(512) : std::nullopt));
            QVERIFY(imatrix.issues.empty());
        }
    }

    // llama.cpp divides in float32.
    void quotients_are_float32() {
        const std::vector<float> sums{0.1F, 1e-38F, 3.3e38F, 7};
        const Imatrix gguf = read(ImatrixBuilder().add("w", sums, {3}).gguf());
        const Imatrix dat = read(ImatrixBuilder().add("w", sums, {3}).dat());
        for (std::size_t i = 0; i < sums.size(); ++i) {
            QVERIFY(gguf.entries[0].mean_squares[i] == sums[i] / 3.0F);
            QVERIFY(dat.entries[0].mean_squares[i] == sums[i] / 3.0F);
        }
    }

    void experts_have_counts_of_their_own() {
        const Imatrix imatrix =
            read(ImatrixBuilder().add("blk.0.ffn_up_exps.weight", {8, 4, 0, 0, 3, 9}, {4, 0, 3}).gguf());
        QVERIFY((imatrix.entries[0].mean_squares == std::vector<float>{2, 1, 1, 1, 1, 3}));
        QVERIFY((imatrix.entries[0].counts == std::vector<double>{4, 0, 3}));
        QCOMPARE(imatrix.entries[0].matrices_without_data, std::uint64_t{1});
        QCOMPARE(imatrix.issues.size(), std::size_t{1});
        QCOMPARE(imatrix.issues[0].tensor, std::string("blk.0.ffn_up_exps.weight"));
        QVERIFY(imatrix.issues[0].message.find("1 of the 3 experts") != std::string::npos);
    }

    void the_older_form_without_calls_is_taken_as_it_is() {
        const Imatrix imatrix = read(dat_file(1, dat_entry("w", 0, {5, 7})));
        QVERIFY((imatrix.entries[0].mean_squares == std::vector<float>{5, 7}));
        QVERIFY(imatrix.datasets.empty());
        QVERIFY(!imatrix.chunk_count);
    }

    void what_llama_quantize_records() {
        Imatrix imatrix = read(two_weights().gguf());
        const ImatrixRecord record = imatrix_record(imatrix);
        QCOMPARE(record.file, folder_.path("imatrix").string());
        QCOMPARE(record.dataset, std::string("wiki.train.raw"));
        QCOMPARE(record.entries_count, 2U);
        QVERIFY(record.chunks_count == 12U);
        imatrix.datasets.clear();
        imatrix.chunk_count.reset();
        QVERIFY(imatrix_record(imatrix).dataset.empty());
        QVERIFY(!imatrix_record(imatrix).chunks_count);
    }

    void damaged_values_are_left_out_data() {
        const testing::BadFiles row;
        const auto both = [&](const char* name, const std::vector<float>& sums, const char* words) {
            const ImatrixBuilder file = ImatrixBuilder().add("bad", sums, {2}).add("good", {1}, {1});
            row(qPrintable(QString("%1, gguf").arg(name)), file.gguf(), words);
            row(qPrintable(QString("%1, dat").arg(name)), file.dat(), words);
        };
        both("NaN", {1, not_a_number},
             "1 of the 2 values of 'bad' are NaN, infinite or negative, the first is number 1");
        both("infinite", {infinity, 1, -infinity}, "2 of the 3 values of 'bad'");
        both("negative", {1, 1, -1e-30F}, "the first is number 2");
        row("quotient overflows", ImatrixBuilder().add("bad", {3e38F}, {1e-10F}).add("good", {1}, {1}).gguf(),
            "1 of the 1 values of 'bad'");
        row("negative where no data are", ImatrixBuilder().add("bad", {-1}, {0}).add("good", {1}, {1}).gguf(),
            "1 of the 1 values of 'bad'");
        row("count is NaN", ImatrixBuilder().add("bad", {1}, {not_a_number}).add("good", {1}, {1}).gguf(),
            "a count of 'bad' is NaN or infinite");
        row("count is infinite", ImatrixBuilder().add("bad", {1}, {infinity}).add("good", {1}, {1}).gguf(),
            "a count of 'bad' is NaN or infinite");
    }
    void damaged_values_are_left_out() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const Imatrix imatrix = read(bytes.toStdString());
        QCOMPARE(imatrix.entries.size(), std::size_t{1});
        QCOMPARE(imatrix.entries[0].weight, std::string("good"));
        QCOMPARE(imatrix.issues.size(), std::size_t{1});
        QCOMPARE(imatrix.issues[0].tensor, std::string("bad"));
        const QString message = QString::fromStdString(imatrix.issues[0].message);
        QVERIFY2(message.contains(words), qPrintable(message));
    }

    void files_are_refused_data() {
        const testing::BadFiles row;
        const ByteString entry = dat_entry("w", 1, {1, 2});
        row("empty", "", "this is no importance matrix");
        row("text", "Once upon a time there was no importance matrix", "this is no importance matrix");
        row("no entries", dat_file(0, entry), "this is no importance matrix");
        row("negative number of entries", dat_file(-1, entry), "this is no importance matrix");
        row("2^31 - 1 entries", dat_file(0x7fffffff, entry), "this is no importance matrix");
        row("an entry too many", dat_file(2, ByteString(entry).zeros(17)), "0 letters in its name");
        row("negative name", dat_file(2, ByteString(entry).u32(~0U).zeros(17)),
            "it has -1 letters in its name");
        row("huge name", dat_file(2, ByteString(entry).u32(0x7fffffff).zeros(17)),
            "2147483647 letters in its name cannot fit in the 17 bytes that follow");
        row("name not UTF-8", dat_file(2, ByteString(entry).raw(dat_entry("\xff", 1, {1}).bytes())),
            "not valid UTF-8");
        row("first name not UTF-8", dat_file(1, dat_entry("\xff", 1, {1})), "this is no importance matrix");
        row("no first name", dat_file(1, ByteString().zeros(17)), "this is no importance matrix");
        row("name with a zero", dat_file(1, dat_entry(std::string("a\0b", 3), 1, {1})), "not valid UTF-8");
        row("negative calls", dat_file(1, dat_entry("w", -3, {1})), "it was called -3 times");
        row("no values", dat_file(1, ByteString(dat_entry("w", 1, {})).zeros(9)), "it has 0 values");
        row("huge number of values",
            dat_file(1, ByteString().u32(1).raw("w").u32(1).u32(0x7fffffff).zeros(8)),
            "2147483647 values cannot fit in the 8 bytes that follow");
        row("twice, dat", dat_file(2, ByteString(entry).raw(entry.bytes())), "two entries have this name");
        row("negative dataset", dat_file(1, ByteString(entry).u32(1).u32(~0U)),
            "the dataset's name is -1 bytes long");
        row("huge dataset", dat_file(1, ByteString(entry).u32(1).u32(0x7fffffff)), "the file ends at byte");

        const auto sums = [](const std::string& name = "w.in_sum2") {
            return GgufTensorText{name, {2}, 0, {1, 2}};
        };
        const GgufTensorText counts{"w.counts", {1}, 0, {1}};
        row("a model", two_weights().type("model").gguf(), "this GGUF file is a model");
        row("says nothing", ByteString().raw("GGUF").u32(3).u64(0).u64(0).bytes(),
            "does not say that it is an importance matrix");
        row("no tensors", gguf_file({}), "has no entries");
        row("sums alone", gguf_file({sums()}), "'w.counts', which belongs to it, is missing");
        row("counts alone", gguf_file({counts}), "'w.in_sum2', which belongs to it, is missing");
        row("sums of another type", gguf_file({{"w.in_sum2", {2}, 26, {1, 2}}, counts}),
            "it is of type i32, f32 was expected");
        row("counts of another type", gguf_file({sums(), {"w.counts", {1}, 26, {1}}}),
            "it is of type i32, f32 was expected");
        row("two counts for one matrix", gguf_file({sums(), {"w.counts", {1, 2}, 0, {1, 1}}}),
            "it has 2 counts, but there are 1 sums of 2 columns");
        row("no columns", gguf_file({{"w.in_sum2", {0}, 0, {}}, counts}), "it has no columns");
        row("no name", gguf_file({sums(".in_sum2"), {".counts", {1}, 0, {1}}}), "no weight is named");
        row("twice, gguf", gguf_file({sums(), sums(), counts}), "two tensors have this name");
        row("2^60 columns", gguf_file({{"w.in_sum2", {1ULL << 60U}, 0, {1}}, counts}),
            "4611686018427387904 bytes end beyond the file");
    }
    void files_are_refused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const QString message = QString::fromStdString(error(bytes.toStdString()));
        QVERIFY2(message.contains(words), qPrintable(message));
    }

    void other_tensors_of_a_gguf_file_are_passed_over() {
        const Imatrix imatrix = read(gguf_file(
            {{"extra", {3}, 26, {0, 0, 0}}, {"w.in_sum2", {2}, 0, {1, 2}}, {"w.counts", {1, 1}, 0, {1}}}));
        QCOMPARE(imatrix.entries.size(), std::size_t{1});
    }

    void what_follows_the_end_is_told() {
        const Imatrix imatrix = read(two_weights().dat() + "xyz");
        QCOMPARE(imatrix.entries.size(), std::size_t{2});
        QCOMPARE(imatrix.issues.size(), std::size_t{1});
        QVERIFY(imatrix.issues[0].message.starts_with("3 bytes follow"));
    }

    // Whatever is changed in a file, it is read or refused.
    void damaged_files_do_no_harm() {
        std::mt19937 random(2026);
        for (const std::string& whole : {two_weights().gguf(), two_weights().dat()}) {
            for (int round = 0; round < 400; ++round) {
                std::string bytes = whole;
                for (int change = 0; change < 3; ++change) {
                    const std::size_t at = random() % bytes.size();
                    if (random() % 4 == 0)
                        bytes.insert(at, bytes.substr(at, random() % 9));
                    else
                        bytes[at] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
                }
                error(bytes);  // anything but an Error ends the test
            }
        }
    }

    // Of the older form, a file without its tail is whole; nothing else that is cut off is.
    void every_prefix_is_refused() {
        const std::string dat = two_weights().dat();
        const std::size_t without_tail = dat.size() - 8 - std::strlen("wiki.train.raw");
        for (std::size_t length = 0; length < dat.size(); ++length) {
            const std::string message = error(dat.substr(0, length));
            QVERIFY2((message == "no error") == (length == without_tail), message.c_str());
        }
        const std::string gguf = two_weights().gguf();
        const std::size_t data_end = gguf.size() - 28;  // the last count is followed by padding
        for (std::size_t length = 0; length < gguf.size(); ++length) {
            const std::string message = error(gguf.substr(0, length));
            QVERIFY2((message == "no error") == (length >= data_end), message.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestImatrix)
#include "test_imatrix.moc"
