// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/export_target.h"
#include "core/exports/gguf/quantized_model.h"
#include "core/tensor/float_conversion.h"
#include "tests/support/byte_string.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"

#include <QElapsedTimer>
#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

using namespace halfstep;
using namespace halfstep::testing;

namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<float> waves(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = std::sin(static_cast<float>(i) * 0.37F) * (1 + static_cast<float>(i % 7));
    return values;
}

// A GGUF file with metadata that nobody knows, two matrices, a norm and integers. `alignment` 0: not said.
std::string small_gguf(std::uint32_t alignment = 0) {
    const std::vector<float> weights = waves(64 * 40);
    ByteString head;
    head.raw("GGUF").u32(3).u64(4).u64(alignment == 0 ? 5 : 6);
    head.text("general.architecture").u32(8).text("llama");
    head.text("general.file_type").u32(4).u32(0);
    head.text("nobody.knows").u32(9).u32(6).u64(3).u32(0x7fc00001U).u32(1).u32(2);  // floats, a NaN among
                                                                                    // them
    head.text("some.texts").u32(9).u32(8).u64(2).text("\xff not UTF-8").text("");
    head.text("split.count").u32(2).u16(1);
    if (alignment != 0) head.text("general.alignment").u32(4).u32(alignment);
    const std::uint64_t unit = alignment == 0 ? 32 : alignment;
    const auto padded = [unit](std::uint64_t size) { return (size + unit - 1) / unit * unit; };
    const std::uint64_t norm = padded(64 * 32 * 4);
    const std::uint64_t odd = padded(norm + 33 * 4);
    const std::uint64_t numbers = padded(odd + 8 * 40 * 2);
    head.text("blk.0.ffn_up.weight").u32(2).u64(64).u64(32).u32(0).u64(0);
    head.text("output_norm.weight").u32(1).u64(33).u32(0).u64(norm);
    head.text("blk.0.ffn_down.weight").u32(2).u64(40).u64(8).u32(1).u64(odd);
    head.text("numbers").u32(1).u64(3).u32(26).u64(numbers);
    head.pad_to(unit);
    for (std::size_t i = 0; i < 64 * 32; ++i)
        head.value(weights[i]);
    head.pad_to(unit);
    for (std::size_t i = 0; i < 33; ++i)
        head.value(weights[i]);
    head.pad_to(unit);
    for (std::size_t i = 0; i < 8 * 40; ++i)
        head.value(f32_to_f16(weights[i]));
    head.pad_to(unit);
    head.u32(1).u32(2).u32(3);
    return head.pad_to(unit).bytes();
}

QuantizedModel write(const Model& model, const std::string& scheme, const fs::path& out,
                     unsigned threads = 2) {
    return write_quantized_model(model, uniform_plan(model, parse_scheme(scheme)), out, {{}, {}, threads});
}

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

}  // namespace

class TestQuantizedModel : public QObject {
    Q_OBJECT
  private slots:
    void tensors_come_back_as_they_were_meant() {
        const TemporaryFolder folder;
        const auto model = open_model(folder.put("m.gguf", small_gguf()));
        const QuantizedModel written = write(*model, "q8_0", folder.path("out.gguf"));
        QCOMPARE(written.bytes, static_cast<std::uint64_t>(fs::file_size(folder.path("out.gguf"))));

        const auto back = open_model(folder.path("out.gguf"));
        for (const Issue& issue : back->issues())
            QVERIFY2(issue.message.find("belong to none") == std::string::npos, issue.message.c_str());
        QCOMPARE(back->tensors().size(), model->tensors().size());
        const char* types[] = {"q8_0", "f32", "f16", "i32"};
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(back->tensors()[i].name, model->tensors()[i].name);
            QCOMPARE(back->tensors()[i].shape, model->tensors()[i].shape);
            QCOMPARE(back->tensors()[i].dtype_name, std::string(types[i]));
        }
        for (const char* name : {"output_norm.weight", "blk.0.ffn_down.weight", "numbers"}) {
            const TensorInfo& tensor = *back->find(name);
            std::vector<std::byte> ours(tensor.bytes);
            std::vector<std::byte> theirs(tensor.bytes);
            back->read_bytes(tensor, 0, ours);
            model->read_bytes(*model->find(name), 0, theirs);
            QVERIFY2(ours == theirs, name);
        }
        QCOMPARE(written.tensors[0].scheme, std::string("q8_0"));
        QVERIFY(*written.tensors[0].rel_error > 0.001 && *written.tensors[0].rel_error < 0.01);
        QCOMPARE(written.tensors[1].scheme, std::string("keep"));
        QVERIFY(*written.tensors[1].rel_error == 0.0);
        // Rows of 40 are no blocks of 32, and f16 is what they were stored in anyway.
        QCOMPARE(written.tensors[2].scheme, std::string("keep"));
        QCOMPARE(written.issues.size(), std::size_t{1});
        QCOMPARE(written.issues[0].tensor, std::string("blk.0.ffn_down.weight"));
    }

    // Everything but the two values that llama-quantize sets, and split.*, byte for byte.
    void metadata_are_carried_over_data() {
        QTest::addColumn<int>("alignment");
        QTest::newRow("alignment not said") << 0;
        QTest::newRow("alignment 64") << 64;
        QTest::newRow("alignment 8") << 8;
    }
    void metadata_are_carried_over() {
        QFETCH(int, alignment);
        const TemporaryFolder folder;
        const std::string source = small_gguf(static_cast<std::uint32_t>(alignment));
        const auto model = open_model(folder.put("m.gguf", source));
        write(*model, "q4_0", folder.path("out.gguf"));
        const std::string written = content_of(folder.path("out.gguf"));
        ByteString expected;
        expected.raw("GGUF").u32(3).u64(4).u64(alignment == 0 ? 5 : 6);
        expected.text("general.architecture").u32(8).text("llama");
        expected.text("general.file_type").u32(4).u32(2);
        const std::size_t from = source.find("nobody.knows") - 8;
        expected.raw(source.substr(from, source.find("split.count") - 8 - from));
        if (alignment != 0) {
            const std::size_t said = source.find("general.alignment") - 8;
            expected.raw(source.substr(said, 8 + 17 + 8));
        }
        expected.text("general.quantization_version").u32(4).u32(2);
        QCOMPARE(written.substr(0, expected.bytes().size()), expected.bytes());
    }

    void the_bytes_do_not_depend_on_the_threads_nor_on_the_day() {
        const TemporaryFolder folder;
        SafetensorsBuilder builder;
        for (const char* name : {"a.weight", "b.weight", "c.weight"})
            builder.add_f32(name, {300, 1024}, waves(300 * 1024));
        builder.write(folder.path("m.safetensors"));
        const auto model = open_model(folder.path("m.safetensors"));
        for (const char* scheme : {"q4_0", "q5_1", "bf16"}) {
            const QuantizedModel one = write(*model, scheme, folder.path("one.gguf"), 1);
            const QuantizedModel many = write(*model, scheme, folder.path("many.gguf"), 7);
            QVERIFY(content_of(folder.path("one.gguf")) == content_of(folder.path("many.gguf")));
            for (std::size_t i = 0; i < 3; ++i)
                QVERIFY(one.tensors[i].rel_error == many.tensors[i].rel_error);
        }
    }

    void the_model_that_is_open_may_be_written_over() {
        const TemporaryFolder folder;
        const auto model = open_model(folder.put("m.gguf", small_gguf()));
        write(*model, "q8_0", folder.path("other.gguf"));
        write(*model, "q8_0", folder.path("m.gguf"));
        QVERIFY(content_of(folder.path("m.gguf")) == content_of(folder.path("other.gguf")));
        QCOMPARE(files_in(folder.path()), std::size_t{2});
        // What is open still reads the old bytes.
        write(*model, "q8_0", folder.path("third.gguf"));
        QVERIFY(content_of(folder.path("third.gguf")) == content_of(folder.path("other.gguf")));
    }

    void weights_that_are_not_finite_are_refused() {
        const TemporaryFolder folder;
        std::vector<float> weights = waves(64 * 4096);
        SafetensorsBuilder builder;
        builder.add_f32("good.weight", {64, 4096}, weights);
        weights[5] = std::numeric_limits<float>::quiet_NaN();
        weights[200'000] = std::numeric_limits<float>::infinity();
        weights[64 * 4096 - 1] = -std::numeric_limits<float>::infinity();
        builder.add_f32("bad.weight", {64, 4096}, weights);
        builder.add_f32("worse.weight", {64, 4096}, std::vector<float>(64 * 4096, NAN));
        builder.write(folder.path("m.safetensors"));
        const auto model = open_model(folder.path("m.safetensors"));
        for (const char* scheme : {"q4_0", "keep"})
            for (const unsigned threads : {1U, 5U}) {
                folder.put("out.gguf", "old");
                const std::string error =
                    error_of([&] { write(*model, scheme, folder.path("out.gguf"), threads); });
                QVERIFY2(error.find("'bad.weight'") != std::string::npos, error.c_str());
                QVERIFY2(error.find("3 of its 262144 weights are not finite (1 NaN, 2 infinite)") !=
                             std::string::npos,
                         error.c_str());
                QCOMPARE(content_of(folder.path("out.gguf")), std::string("old"));
                QCOMPARE(files_in(folder.path()), std::size_t{2});
            }
    }

    void large_weights_saturate_or_are_refused() {
        const TemporaryFolder folder;
        std::vector<float> weights(64, 1.0F);
        weights[3] = 1e8F;
        weights[4] = -1e8F;
        SafetensorsBuilder().add_f32("w.weight", {1, 2, 32}, weights).write(folder.path("m.safetensors"));
        const auto model = open_model(folder.path("m.safetensors"));
        write(*model, "fp16", folder.path("out.gguf"));
        const auto back = open_model(folder.path("out.gguf"));
        std::vector<float> read(64);
        back->read_floats(back->tensors()[0], 0, read);
        QVERIFY(read[3] == 65504.0F && read[4] == -65504.0F && read[5] == 1.0F);
        const std::string error = error_of([&] { write(*model, "q4_0", folder.path("out.gguf")); });
        QVERIFY2(error.find("too large for the 16-bit scales of q4_0") != std::string::npos, error.c_str());
    }

    void parts_become_one_file() {
        const TemporaryFolder folder;
        // Two parts, the first with the metadata, as gguf-split writes them.
        ByteString first;
        first.raw("GGUF").u32(3).u64(1).u64(5);
        first.text("general.architecture").u32(8).text("llama").text("kept").u32(0).u8(9);
        first.text("split.no").u32(2).u16(0).text("split.count").u32(2).u16(2);
        first.text("split.tensors.count").u32(5).u32(2);
        first.text("blk.0.a.weight").u32(2).u64(32).u64(1).u32(0).u64(0).pad_to(32);
        ByteString second;
        second.raw("GGUF").u32(3).u64(1).u64(3);
        second.text("split.no").u32(2).u16(1).text("split.count").u32(2).u16(2);
        second.text("split.tensors.count").u32(5).u32(2);
        second.text("blk.0.b.weight").u32(2).u64(32).u64(2).u32(0).u64(0).pad_to(32);
        for (const float weight : waves(32))
            first.value(weight);
        for (const float weight : waves(64))
            second.value(weight);
        const fs::path path = folder.put("m-00001-of-00002.gguf", first.bytes());
        folder.put("m-00002-of-00002.gguf", second.bytes());
        write(*open_model(path), "keep", folder.path("whole.gguf"));
        const auto whole = open_model(folder.path("whole.gguf"));
        QCOMPARE(whole->tensors().size(), std::size_t{2});
        for (const auto& [key, value] : whole->properties())
            QVERIFY2(!QString::fromStdString(key).startsWith("split."), key.c_str());
        std::vector<float> read(64);
        whole->read_floats(whole->tensors()[1], 0, read);
        QVERIFY(read == waves(64));
    }

    void a_stop_is_felt_and_leaves_nothing() {
        const TemporaryFolder folder;
        SafetensorsBuilder builder;
        for (int i = 0; i < 24; ++i)
            builder.add_bf16(fmt::format("w{}.weight", i), {1024, 1024}, waves(1024 * 1024));
        builder.write(folder.path("m.safetensors"));
        const auto model = open_model(folder.path("m.safetensors"));
        folder.put("out.gguf", "old");
        for (const double when : {0.0, 0.3, 0.85}) {
            std::stop_source source;
            QElapsedTimer since;
            std::atomic<bool> asked = false;
            const JobContext job{source.get_token(),
                                 [&](double done) {
                                     if (done < when || asked.exchange(true)) return;
                                     since.start();
                                     source.request_stop();
                                 },
                                 2};
            const Plan plan = uniform_plan(*model, parse_scheme("q5_1"));
            QVERIFY_EXCEPTION_THROWN(write_quantized_model(*model, plan, folder.path("out.gguf"), job),
                                     Cancelled);
            qInfo("stopped at %.2f within %lld ms", when, static_cast<long long>(since.elapsed()));
            QVERIFY(since.elapsed() < 500);  // where the machine is busy
            QCOMPARE(content_of(folder.path("out.gguf")), std::string("old"));
            QCOMPARE(files_in(folder.path()), std::size_t{2});
        }
    }

    void progress_only_grows() {
        const TemporaryFolder folder;
        const auto model = open_model(folder.put("m.gguf", small_gguf()));
        double last = 0;
        bool grew = true;
        const JobContext job{{}, [&](double done) { grew = grew && done >= last, last = done; }, 3};
        write_quantized_model(*model, uniform_plan(*model, parse_scheme("q4_1")), folder.path("out.gguf"),
                              job);
        QVERIFY(grew);
        QVERIFY(last == 1.0);
    }

    void the_target_says_where_it_differs_from_the_plan() {
        const TemporaryFolder folder;
        const auto model = open_model(folder.put("m.gguf", small_gguf()));
        const Plan plan = uniform_plan(*model, parse_scheme("q4_0"));
        std::vector<Issue> issues;
        const auto files = find_export_target("gguf").export_plan(
            {*model, plan, folder.path("out.gguf"), {}, {}, [&](const Issue& issue) {
                 issues.push_back(issue);
             }});
        QCOMPARE(files, std::vector<fs::path>{folder.path("out.gguf")});
        QCOMPARE(issues.size(), std::size_t{1});
        const std::string refused = error_of([&] {
            const Plan other = uniform_plan(*model, parse_scheme("int4"));
            find_export_target("gguf").export_plan({*model, other, folder.path("no.gguf")});
        });
        QVERIFY2(refused.find("GGUF has no int4: take q4_0") != std::string::npos, refused.c_str());
        QVERIFY(!fs::exists(folder.path("no.gguf")));
    }
};

QTEST_GUILESS_MAIN(TestQuantizedModel)
#include "test_quantized_model.moc"
