// SPDX-License-Identifier: GPL-3.0-or-later
// What the fuzz targets for HDF5 start from is whole: each seed is read to its end.
#include "core/model_files/hdf5/lister/answer_writer.h"
#include "core/model_files/keras/keras.h"
#include "core/model_files/keras/keras_arrays.h"
#include "core/store/workspace_reading.h"
#include "tests/fuzz/listed_file.h"
#include "tests/fuzz/listed_seeds.h"
#include "tests/support/numpy_pickle.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace halfstep;

namespace {

fuzz::ListedFile seed(std::string_view name) {
    const auto seeds = testing::listed_seeds();
    const auto found = std::ranges::find(seeds, name, &testing::ListedSeed::name);
    const std::string& bytes = found->bytes;
    return fuzz::listed_file({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

using NamesAndValue = std::pair<std::vector<std::string>, float>;

// The tensors' names, and the last value of the last one.
NamesAndValue names_and_last_value(const std::shared_ptr<const InputFile>& file, KerasContents read) {
    Model::Contents contents;
    contents.tensors = std::move(read.contents.tensors);
    contents.files = std::move(read.further_files);
    contents.files.insert(contents.files.begin(), file);
    const Model model(std::move(contents));
    NamesAndValue result;
    for (const TensorInfo& tensor : model.tensors()) {
        result.first.push_back(tensor.name);
        if (tensor.measurable()) model.read_floats(tensor, tensor.elements - 1, std::span(&result.second, 1));
    }
    return result;
}

NamesAndValue weights(std::string_view name) {
    const auto [file, answer] = seed(name);
    const KerasFile only{file, read_listing(*file, *answer)};
    return names_and_last_value(file, read_keras(std::span(&only, 1), {}, {}));
}

using Names = std::vector<std::string>;

// One number in one chunk, written through `filters`.
std::vector<std::byte> answer_of_one_dataset(const std::string& path, const QList<int>& filters) {
    lister::AnswerWriter answer;
    answer.put(listing_wire::Record::dataset);
    answer.put_text(path);
    answer.put(std::uint64_t{0});
    answer.put(listing_wire::TypeKind::integer);
    answer.put(std::uint32_t{4});
    answer.put_bytes(std::vector<std::byte>(2 + 6 * sizeof(std::uint32_t)));
    answer.put(std::uint8_t{1});
    answer.put(std::uint64_t{1});
    answer.put(listing_wire::Layout::chunked);
    answer.put_bytes(std::vector<std::byte>(4));
    answer.put(std::uint64_t{1});
    answer.put(static_cast<std::uint8_t>(filters.size()));
    for (const int filter : filters) {
        answer.put(static_cast<std::uint32_t>(filter));
        answer.put(std::uint32_t{4});
    }
    answer.put(std::uint64_t{0});
    answer.put(listing_wire::Record::end);
    const auto bytes = std::as_bytes(std::span(answer.answer()));
    return {bytes.begin(), bytes.end()};
}

// A workspace that says it lists `tensors` names of one letter, of which not a byte is in the file.
std::vector<std::byte> workspace_without_data(std::uint64_t tensors) {
    lister::AnswerWriter answer;
    answer.put(listing_wire::Record::number);
    answer.put_text("");
    answer.put_text("halfstep_workspace");
    answer.put(std::int64_t{1});
    for (const char* name : {"model_path", "fingerprint", "format", "architecture"}) {
        answer.put(listing_wire::Record::texts);
        answer.put_text("");
        answer.put_text(name);
        answer.put(std::uint32_t{1});
        answer.put_text("m");
    }
    answer.put(listing_wire::Record::dataset);
    answer.put_text("/tensors/name");
    answer.put(std::uint64_t{0});
    answer.put(listing_wire::TypeKind::text);
    answer.put(std::uint32_t{1});
    answer.put_bytes(std::vector<std::byte>(2 + 6 * sizeof(std::uint32_t)));
    answer.put(std::uint8_t{1});
    answer.put(tensors);
    answer.put(listing_wire::Layout::chunked);
    answer.put_bytes(std::vector<std::byte>(1));
    answer.put(tensors);
    answer.put(std::uint8_t{0});
    answer.put(std::uint64_t{0});
    answer.put(listing_wire::Record::end);
    const auto bytes = std::as_bytes(std::span(answer.answer()));
    return {bytes.begin(), bytes.end()};
}

}  // namespace

class TestListedSeeds : public QObject {
    Q_OBJECT
  private slots:
    void weights_are_read() {
        QVERIFY(weights("keras_2.listed") == std::pair(Names({"dense/kernel", "dense/bias"}), 2.0F));
        QVERIFY(weights("keras_3.listed") ==
                std::pair(Names({"conv2d/kernel", "conv2d/bias", "gru/cell/kernel"}), 12.0F));
        QVERIFY(weights("other_weights.listed") == std::pair(Names({"a/w", "b", "c"}), 2.0F));
    }

    void the_pickled_arrays_are_read() {
        const std::string bytes = testing::keras_arrays(testing::layer_pickle());
        const auto file = fuzz::file_of({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
        QVERIFY(names_and_last_value(file, read_keras_arrays(file, {}, {})) ==
                std::pair(Names({"dense/kernel", "dense/bias"}), 6.0F));
    }

    // Sixty million names would take two gigabytes.
    void a_workspace_takes_no_more_than_its_file_can_hold() {
        const auto message_of = [](std::uint64_t tensors) {
            const auto file = std::make_shared<const InputFile>("w.h5", std::vector<std::byte>(4));
            const InputFile answer("w.h5", workspace_without_data(tensors));
            return testing::error_of([&] { read_workspace(file, read_listing(*file, answer)); });
        };
        const std::string message = message_of(60'000'000);
        QVERIFY2(message.starts_with("w.h5: '/tensors/name': claims more data than the file can hold"),
                 message.c_str());
        QVERIFY(message_of(1000).starts_with("w.h5: '/tensors/shape': is missing"));
    }

    void what_no_lister_says_is_refused_data() {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QList<int>>("filters");
        QTest::addColumn<QString>("words");
        const QList<int> too_many(33, 1);
        QTest::newRow("no path") << QByteArray() << QList<int>() << "is not what HDF5 could say of a file";
        QTest::newRow("no root") << QByteArray("a") << QList<int>() << "is not what HDF5 could say of a file";
        QTest::newRow("one filter twice")
            << QByteArray("/a") << QList<int>{2, 1, 2} << "is packed with filter 2 more than once";
        QTest::newRow("33 filters") << QByteArray("/a") << too_many << "has too many filters";
    }
    void what_no_lister_says_is_refused() {
        QFETCH(QByteArray, path);
        QFETCH(QList<int>, filters);
        QFETCH(QString, words);
        const InputFile file("model", std::vector<std::byte>(4));
        const InputFile answer("model", answer_of_one_dataset(path.toStdString(), filters));
        const std::string message = testing::error_of([&] { read_listing(file, answer); });
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
    }

    void the_workspace_is_read() {
        const auto [file, answer] = seed("workspace.listed");
        const Workspace workspace = read_workspace(file, read_listing(*file, *answer));
        QCOMPARE(workspace.tensors.size(), 1U);
        QCOMPARE(workspace.tensors[0].shape, std::vector<std::int64_t>{3});
        QCOMPARE(workspace.statistics.size(), 1U);
        QVERIFY(workspace.statistics[0]->std == 0.5);
        QCOMPARE(workspace.measurements.at(0).results.at(0).bytes, 2U);
        QVERIFY(workspace.measurements[0].results[0].weighted.has_value());
        QVERIFY(workspace.plan->entries.at(0).locked);
    }
};

QTEST_APPLESS_MAIN(TestListedSeeds)
#include "test_listed_seeds.moc"
