// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/input_file.h"
#include "core/model_files/model.h"
#include "core/model_files/row_reader.h"
#include "core/tensor/float_conversion.h"
#include "tests/support/byte_string.h"
#include "tests/support/numpy_reading.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QTest>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

using namespace halfstep;
namespace fs = std::filesystem;

namespace {

std::string contents_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

class TestModelReading : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

  private slots:
    void real_models_agree_with_numpy_data() {
        QTest::addColumn<QString>("path");
        const auto models = testing::models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        const bool reads_onnx = testing::python_has("onnx");
        const bool reads_hdf5 = testing::python_has("h5py");
        for (const auto& entry : fs::recursive_directory_iterator(*models)) {
            const fs::path& path = entry.path();
            const bool llama2c =
                path.filename().string().starts_with("stories") && path.extension() == ".bin";
            if (path.extension() == ".safetensors" || path.extension() == ".gguf" ||
                path.extension() == ".npz" || path.extension() == ".npy" || llama2c ||
                (path.extension() == ".onnx" && reads_onnx) ||
                ((path.extension() == ".h5" || path.extension() == ".hdf5") && reads_hdf5))
                QTest::newRow(path.filename().c_str()) << QString::fromStdString(path.string());
        }
    }

    void real_models_agree_with_numpy() {
        if (!testing::python_with_numpy()) QSKIP("no Python with NumPy here");
        QFETCH(QString, path);
        const auto model = open_model(path.toStdString());
        const auto reading = testing::read_by_numpy(path.toStdString(), folder_.path("values"));
        const std::string difference = testing::first_difference(*model, reading);
        QVERIFY2(difference.empty(), difference.c_str());
    }

    void parts_of_blocks_are_read_data() {
        QTest::addColumn<quint64>("first");
        QTest::addColumn<qsizetype>("count");
        QTest::newRow("nothing") << quint64{40} << qsizetype{0};
        QTest::newRow("one element") << quint64{77} << qsizetype{1};
        QTest::newRow("the last element") << quint64{64 * 256 - 1} << qsizetype{1};
        QTest::newRow("within a block") << quint64{33} << qsizetype{30};
        QTest::newRow("a block") << quint64{256} << qsizetype{256};
        QTest::newRow("over the end of a block") << quint64{250} << qsizetype{12};
        QTest::newRow("from within a block to within another") << quint64{511} << qsizetype{1026};
        QTest::newRow("more than is decoded at once") << quint64{3} << qsizetype{4096 + 2};
        QTest::newRow("just what is decoded at once") << quint64{4096} << qsizetype{4096};
        QTest::newRow("all but the ends") << quint64{1} << qsizetype{64 * 256 - 2};
    }

    void parts_of_blocks_are_read() {
        const auto models = testing::models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        QFETCH(quint64, first);
        QFETCH(qsizetype, count);
        const auto model = open_model(*models / "gguf-all-types/all-types.gguf");
        std::size_t read = 0;
        for (const TensorInfo& tensor : model->tensors()) {
            if (!tensor.measurable()) continue;
            std::vector<float> whole(tensor.elements);
            model->read_floats(tensor, 0, whole);
            const std::vector<float> expected(whole.begin() + static_cast<std::ptrdiff_t>(first),
                                              whole.begin() + static_cast<std::ptrdiff_t>(first) + count);
            std::vector<float> floats(expected.size());
            model->read_floats(tensor, first, floats);
            QVERIFY(floats == expected);
            RowReader().read_floats(*model, tensor, first, floats);
            QVERIFY(floats == expected);
            std::vector<double> doubles(expected.size());
            model->read_doubles(tensor, first, doubles);
            QVERIFY(std::equal(doubles.begin(), doubles.end(), expected.begin(),
                               [](double a, float b) { return a == static_cast<double>(b); }));
            ++read;
        }
        QVERIFY(read >= 8);
    }

    // The bytes that ggml wrote, as a file of one tensor, give the floats that ggml made of them.
    void blocks_are_read_as_ggml_does_data() {
        QTest::addColumn<quint32>("id");  // of the type, in ggml.h
        const std::pair<const char*, quint32> types[] = {
            {"q4_0", 2},     {"q4_1", 3},    {"q5_0", 6},     {"q5_1", 7},   {"q8_0", 8},
            {"q2_K", 10},    {"q3_K", 11},   {"q4_K", 12},    {"q5_K", 13},  {"q6_K", 14},
            {"iq2_xxs", 16}, {"iq2_xs", 17}, {"iq3_xxs", 18}, {"iq1_s", 19}, {"iq4_nl", 20},
            {"iq3_s", 21},   {"iq2_s", 22},  {"iq4_xs", 23},  {"iq1_m", 29}, {"tq1_0", 34},
            {"tq2_0", 35},   {"mxfp4", 39},  {"nvfp4", 40},   {"q1_0", 41},  {"q2_0", 42}};
        for (const auto& [name, id] : types)
            QTest::newRow(name) << id;
    }

    void blocks_are_read_as_ggml_does() {
        const auto golden = testing::golden_folder();
        if (!golden) QSKIP("the folder of reference outputs is not here");
        QFETCH(quint32, id);
        fs::path reference = *golden / "ggml" / QTest::currentDataTag();
        if (!fs::exists(reference.string() + ".blocks")) reference += ".imatrix";
        const std::string blocks = contents_of(reference.string() + ".blocks");
        const std::string expected = contents_of(reference.string() + ".f32");
        QVERIFY(!blocks.empty());
        testing::ByteString file;
        file.raw("GGUF").u32(3).u64(1).u64(0).text("w").u32(2).u64(512).u64(32).u32(id).u64(0);
        const auto model =
            open_model(folder_.put("golden.gguf", file.pad_to(32).raw(blocks).pad_to(32).bytes()));
        const TensorInfo& tensor = model->tensors()[0];
        if (!tensor.measurable()) QSKIP("blocks of this type are only listed");
        std::vector<float> values(tensor.elements);
        model->read_floats(tensor, 0, values);
        QCOMPARE(expected.size(), values.size() * sizeof(float));
        QVERIFY(std::memcmp(values.data(), expected.data(), expected.size()) == 0);
    }

    // Blocks that lie on both sides of what is read from the file at once: 65,536 bytes are 3,640 blocks.
    void long_tensors_of_blocks_are_read() {
        constexpr std::size_t blocks = 4000;
        testing::ByteString file;
        file.raw("GGUF").u32(3).u64(1).u64(0).text("w").u32(1).u64(blocks * 32).u32(2).u64(0).pad_to(32);
        for (std::size_t block = 0; block < blocks; ++block) {
            file.u16(f32_to_f16(static_cast<float>(block % 1000) + 1));
            for (unsigned byte = 0; byte < 16; ++byte)
                file.u8(static_cast<std::uint8_t>(byte | (15 - byte) << 4U));
        }
        const auto model = open_model(folder_.put("long.gguf", file.pad_to(32).bytes()));
        std::vector<float> values(blocks * 32 - 7);
        model->read_floats(model->tensors()[0], 7, values);
        for (std::size_t index = 7; index < blocks * 32; ++index) {
            const float scale = static_cast<float>(index / 32 % 1000) + 1;
            const auto place = static_cast<float>(index % 16);
            const float code = index % 32 < 16 ? place : 15 - place;
            QVERIFY(values[index - 7] == scale * (code - 8));
        }
    }

    void small_floats_agree_with_numpy() {
        if (!testing::python_with_numpy()) QSKIP("no Python with NumPy here");
        std::vector<std::byte> bytes(256);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::byte>(i);
        const fs::path path = folder_.path("f8.safetensors");
        testing::SafetensorsBuilder()
            .add("a", "F8_E4M3", {16, 16}, bytes)
            .add("b", "F8_E5M2", {16, 16}, bytes)
            .write(path);
        const auto model = open_model(path);
        const auto reading = testing::read_by_numpy(path, folder_.path("values"));
        QCOMPARE(reading.values.size(), std::size_t{512});
        const std::string difference = testing::first_difference(*model, reading);
        QVERIFY2(difference.empty(), difference.c_str());
    }

    // Longer than the buffer that conversions go through, and not a multiple of it.
    void long_tensors_are_read_whole_and_in_parts() {
        std::vector<float> values(100'003);
        for (std::size_t index = 0; index < values.size(); ++index)
            values[index] = static_cast<float>(index % 251) / 256.0F - 0.5F;  // exact in bfloat16 and float16
        std::vector<std::byte> doubles(values.size() * sizeof(double));
        for (std::size_t index = 0; index < values.size(); ++index) {
            const double value = values[index];
            std::memcpy(doubles.data() + index * sizeof value, &value, sizeof value);
        }
        const std::vector<std::int64_t> shape = {100'003};
        testing::SafetensorsBuilder()
            .add_f32("f32", shape, values)
            .add_f16("f16", shape, values)
            .add_bf16("bf16", shape, values)
            .add("f64", "F64", shape, doubles)
            .write(folder_.path("long.safetensors"));
        const auto model = open_model(folder_.path("long.safetensors"));
        for (const TensorInfo& tensor : model->tensors()) {
            std::vector<float> floats(values.size());
            model->read_floats(tensor, 0, floats);
            QVERIFY(floats == values);
            std::vector<double> part(70'001);
            model->read_doubles(tensor, 777, part);
            for (std::size_t index = 0; index < part.size(); ++index)
                QCOMPARE(part[index], static_cast<double>(values[index + 777]));
        }
        QCOMPARE(model->parameters(), std::uint64_t{4 * 100'003});
        QCOMPARE(model->bytes(), std::uint64_t{16 * 100'003});
        QVERIFY(model->find("f16") != nullptr && model->find("f16")->dtype == DType::f16);
        QVERIFY(model->find("f1") == nullptr);
    }

    void reading_beyond_a_tensor_is_refused() {
        testing::SafetensorsBuilder()
            .add_f32("w", {2, 2}, std::vector<float>{1, 2, 3, 4})
            .add("i", "I32", {1}, std::vector<std::byte>(4))
            .write(folder_.path("small.safetensors"));
        const auto model = open_model(folder_.path("small.safetensors"));
        const TensorInfo& tensor = *model->find("w");
        std::vector<float> floats(2);
        model->read_floats(tensor, 2, floats);
        QCOMPARE(floats[1], 4.0F);
        QVERIFY_EXCEPTION_THROWN(model->read_floats(tensor, 3, floats), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(model->read_floats(tensor, ~0ULL, floats), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(model->read_floats(*model->find("i"), 0, std::span(floats).first(1)),
                                 std::invalid_argument);
    }

    // A tensor of no bytes may be said to lie anywhere.
    void reading_nothing_is_never_too_far() {
        const InputFile decoded("decoded", std::vector<std::byte>(3));
        decoded.read_at(100, {});
        std::byte one{};
        QVERIFY_EXCEPTION_THROWN(decoded.read_at(3, std::span(&one, 1)), std::out_of_range);
    }

    void a_file_that_shrinks_gives_an_error() {
        const fs::path path = folder_.path("shrinks.safetensors");
        testing::SafetensorsBuilder().add_f32("w", {4}, std::vector<float>{1, 2, 3, 4}).write(path);
        const auto model = open_model(path);
        fs::resize_file(path, fs::file_size(path) - 6);
        std::vector<float> floats(4);
        const std::string message =
            testing::error_of([&] { model->read_floats(model->tensors()[0], 0, floats); });
        QVERIFY2(message.find("'w': at byte") != std::string::npos, message.c_str());
        QVERIFY2(message.find("6 bytes early") != std::string::npos, message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestModelReading)
#include "test_model_reading.moc"
