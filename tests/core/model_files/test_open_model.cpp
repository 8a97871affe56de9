// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/input_file.h"
#include "core/model_files/model.h"
#include "tests/support/at_once.h"
#include "tests/support/bad_files.h"
#include "tests/support/byte_string.h"
#include "tests/support/model_facts.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <stop_token>

using namespace halfstep;
using testing::ByteString;
using testing::error_of;
using testing::has_issue;
using testing::safetensors_file;
namespace fs = std::filesystem;

namespace {

// JSON with ' for ".
std::string json(std::string text) {
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

// A safetensors file of float32 tensors with four elements each.
std::string shard(const std::vector<std::string>& names) {
    std::string header;
    std::size_t offset = 0;
    for (const std::string& name : names) {
        header += fmt::format("{}'{}':{{'dtype':'F32','shape':[2,2],'data_offsets':[{},{}]}}",
                              header.empty() ? "" : ",", name, offset, offset + 16);
        offset += 16;
    }
    return safetensors_file(json(fmt::format("{{{}}}", header)), offset);
}

std::string weight_map(const std::string& entries) {
    return json(fmt::format("{{'metadata':{{'total_size':32}},'weight_map':{{{}}}}}", entries));
}

// One part of a split GGUF with one tensor.
std::string gguf_part(std::uint16_t number, std::uint16_t count, const std::string& tensor,
                      std::uint32_t all_tensors) {
    return ByteString()
        .raw("GGUF")
        .u32(3)
        .u64(1)
        .u64(3)
        .text("split.no")
        .u32(2)
        .u16(number)
        .text("split.count")
        .u32(2)
        .u16(count)
        .text("split.tensors.count")
        .u32(5)
        .u32(all_tensors)
        .text(tensor)
        .u32(1)
        .u64(8)
        .u32(0)
        .u64(0)
        .pad_to(32)
        .zeros(32)
        .bytes();
}

std::string value_of(const Model& model, const std::string& key) {
    for (const auto& [name, value] : model.properties())
        if (name == key) return value;
    return "missing";
}

}  // namespace

class TestOpenModel : public QObject {
    Q_OBJECT
    std::unique_ptr<testing::TemporaryFolder> folder_;
    fs::path put(std::string_view name, const std::string& content) const {
        return folder_->put(name, content);
    }
    std::string error_at(std::string_view name) const {
        return error_of([&] { open_model(folder_->path(name)); });
    }

  private slots:
    void init() { folder_ = std::make_unique<testing::TemporaryFolder>(); }

    void the_content_tells_the_format_not_the_name() {
        QCOMPARE(open_model(put("weights.bin", shard({"w"})))->format(), std::string("safetensors"));
        QCOMPARE(open_model(put("model.safetensors", gguf_part(0, 1, "w", 1)))->format(),
                 std::string("gguf"));
    }

    void what_is_no_model_is_named_data() {
        const testing::BadFiles row;
        row("empty.bin", "", "this file is empty");
        row("notes.txt", "some text that is no model", "is not a model file that Halfstep knows");
        row("model.pt", std::string("PK\x03\x04").append(60, 'x'), "this ZIP archive has no end");
        row("old.pth", std::string("\x80\x02\x8a\x0a").append(60, 'x'), "is a Python pickle");
        row("keras.h5", std::string("\x89HDF\r\n\x1a\n").append(60, 'x'), "is not a whole HDF5 file");
        row("pointer.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "is a Git LFS pointer");
        row("page.gguf", "<!DOCTYPE html><html></html>", "is a web page");
        row("old.ggml", "lmggxxxxxxxxxxxx", "old llama.cpp");
        row("config.json", "{\"model_type\":\"llama\"}", "no weight_map");
        row("short.gguf", "GG", "begins with the letters GGUF");
        row("short.safetensors", "abc", "this one ends after 3");
    }

    void what_is_no_model_is_named() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const std::string said =
            testing::wrongly_said_of(put(QTest::currentDataTag(), bytes.toStdString()), words);
        QVERIFY2(said.empty(), said.c_str());
    }

    void what_cannot_be_opened_says_why() {
        QVERIFY(error_at("missing.gguf").find("no such file or folder") != std::string::npos);
        QCOMPARE(mkfifo(folder_->path("pipe").c_str(), 0600), 0);
        QVERIFY(error_at("pipe").find("not a regular file") != std::string::npos);  // and does not wait
        QVERIFY(error_of([] { open_model("/dev/zero"); }).find("not a regular file") != std::string::npos);
    }

    void a_folder_is_searched_in_order() {
        QVERIFY(error_at("").find("this folder holds no model") != std::string::npos);
        put("one.gguf", gguf_part(0, 1, "gguf", 1));
        QCOMPARE(open_model(folder_->path())->tensors()[0].name, std::string("gguf"));
        put("other.safetensors", shard({"other"}));
        const std::string several = error_at("");
        QVERIFY2(several.find("several models: one.gguf, other.safetensors") != std::string::npos,
                 several.c_str());
        put("model.safetensors", shard({"single"}));
        QCOMPARE(open_model(folder_->path())->tensors()[0].name, std::string("single"));
        put("model.safetensors.index.json", weight_map("'other':'other.safetensors'"));
        QCOMPARE(open_model(folder_->path())->tensors()[0].name, std::string("other"));
    }

    void many_models_in_a_folder_are_listed_briefly() {
        for (int number = 0; number < 20; ++number)
            put(fmt::format("m{}.gguf", number), gguf_part(0, 1, "w", 1));
        const std::string message = error_at("");
        QVERIFY2(message.find("and 14 more") != std::string::npos, message.c_str());
    }

    void shards_become_one_model() {
        put("a.safetensors", shard({"x", "y"}));
        put("b.safetensors", shard({"z"}));
        const auto index = put("model.safetensors.index.json",
                               weight_map("'z':'b.safetensors','x':'a.safetensors','y':'a.safetensors'"));
        for (const fs::path& path : {index, folder_->path()}) {
            const auto model = open_model(path);
            QCOMPARE(model->tensors().size(), std::size_t{3});
            QCOMPARE(model->files().size(), std::size_t{2});
            QCOMPARE(model->find("z")->file, std::uint32_t{1});
            QCOMPARE(model->files()[1]->path().filename().string(), std::string("b.safetensors"));
            QCOMPARE(model->path(), path);
            QVERIFY(has_issue(*model, "speaks of 32 bytes of weights, the shards hold 48"));
        }
    }

    void indices_are_judged_data() {
        const testing::BadFiles row;
        row("shard missing", weight_map("'x':'gone.safetensors'"),
            "gone.safetensors: cannot be read: no such");
        row("tensor missing", weight_map("'x':'a.safetensors','q':'a.safetensors'"),
            "'q': the shard index says that this tensor is in a.safetensors, but it is not there");
        row("tensor in the other shard", weight_map("'x':'b.safetensors'"), "but it is not there");
        row("folder in the name", weight_map("'x':'sub/a.safetensors'"), "is not the name of a file");
        row("absolute name", weight_map("'x':'/etc/passwd'"), "is not the name of a file");
        row("folder above", weight_map("'x':'..'"), "is not the name of a file");
        row("dots within", weight_map("'x':'a..safetensors'"), "is not the name of a file");
        row("backslash", json("{'weight_map':{'x':'sub\\\\a.safetensors'}}"), "is not the name of a file");
        row("NUL", json("{'weight_map':{'x':'a.safetensors\\u0000'}}"), "is not the name of a file");
        row("empty name", weight_map("'x':''"), "is not the name of a file");
        row("tensor twice", weight_map("'x':'a.safetensors','x':'b.safetensors'"), "appears twice");
        row("map twice", json("{'weight_map':{},'weight_map':{}}"), "weight_map appears twice");
        row("map is a list", json("{'weight_map':[]}"), "JSON object");
        row("name is a number", weight_map("'x':1"), "text in quotes");
        row("cut", weight_map("'x':'a.safetensors'").substr(0, 50), "does not end");
        row("link out of the folder", weight_map("'x':'link.safetensors'"),
            "leads out of the model's folder");
        row("shard is no safetensors", weight_map("'x':'junk.safetensors'"), "junk.safetensors: ");
        row("good", weight_map("'x':'a.safetensors'"), "no error");
    }

    void indices_are_judged() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        put("m/a.safetensors", shard({"x", "y"}));
        put("m/b.safetensors", shard({"z"}));
        put("m/junk.safetensors", "junk that is no header at all");
        put("outside.safetensors", shard({"x"}));
        fs::create_symlink("../outside.safetensors", folder_->path("m/link.safetensors"));
        put("m/model.safetensors.index.json", bytes.toStdString());
        const std::string message = error_at("m");
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
    }

    void tensors_that_the_index_leaves_out_are_reported() {
        put("a.safetensors", shard({"x", "y", "z"}));
        put("model.safetensors.index.json", weight_map("'y':'a.safetensors'"));
        const auto model = open_model(folder_->path());
        QCOMPARE(model->tensors().size(), std::size_t{1});
        QVERIFY(has_issue(*model, "a.safetensors holds 2 tensors that the shard index does not name"));
    }

    void a_shard_alone_is_said_to_be_one() {
        const auto model = open_model(put("model-00001-of-00003.safetensors", shard({"x"})));
        QVERIFY(has_issue(*model, "one of 3 shards"));
    }

    void links_of_the_hugging_face_cache_are_followed() {
        put("models--a--b/blobs/123", shard({"x"}));
        put("models--a--b/blobs/456", json("{'architectures':['TinyForCausalLM']}"));
        const std::string snapshot = "models--a--b/snapshots/abc";
        fs::create_directories(folder_->path(snapshot));
        fs::create_symlink("../../blobs/123", folder_->path(snapshot + "/model.safetensors"));
        fs::create_symlink("../../blobs/456", folder_->path(snapshot + "/config.json"));
        for (const std::string& path :
             {snapshot, snapshot + "/model.safetensors", std::string("models--a--b")}) {
            const auto model = open_model(folder_->path(path));
            QCOMPARE(model->tensors()[0].name, std::string("x"));
            QCOMPARE(model->architecture(), std::string("TinyForCausalLM"));
        }
    }

    void other_links_out_of_a_folder_are_refused() {
        put("outside.safetensors", shard({"x"}));
        put("secret.json", json("{'architectures':['Leaked']}"));
        fs::create_directories(folder_->path("m/snapshots/abc"));
        fs::create_symlink(folder_->path("outside.safetensors"), folder_->path("m/model.safetensors"));
        QVERIFY(error_at("m").find("leads out of the model's folder") != std::string::npos);
        fs::create_symlink("../../../outside.safetensors",
                           folder_->path("m/snapshots/abc/model.safetensors"));
        QVERIFY(error_at("m/snapshots/abc").find("leads out of the model's folder") != std::string::npos);
        // A link that the user names is the user's own.
        QCOMPARE(open_model(folder_->path("m/model.safetensors"))->tensors()[0].name, std::string("x"));
        fs::create_symlink("../secret.json", folder_->path("m/config.json"));
        const auto model = open_model(folder_->path("m/model.safetensors"));
        QVERIFY(model->architecture().empty());
        QVERIFY(has_issue(*model, "leads out of the model's folder"));
    }

    void a_configuration_helps() {
        put("model.safetensors", shard({"model.embed_tokens.weight"}));
        put("config.json", json("{'architectures':['LlamaForCausalLM'],'model_type':'llama','hidden_size':64,"
                                "'tie_word_embeddings':true,'quantization_config':{'quant_method':'gptq'}}"));
        const auto model = open_model(folder_->path());
        QCOMPARE(model->architecture(), std::string("LlamaForCausalLM"));
        QCOMPARE(value_of(*model, "hidden_size"), std::string("64"));
        QCOMPARE(value_of(*model, "tie_word_embeddings"), std::string("true"));
        QVERIFY(has_issue(*model, "already quantized by gptq"));
        QVERIFY(has_issue(*model, "the output head is the token embedding"));
    }

    void a_bad_configuration_does_no_harm_data() {
        QTest::addColumn<QByteArray>("config");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("cut") << QByteArray("{\"architectures\":[");
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("deep") << QByteArray(3'000'000, '[');
        QTest::newRow("large") << QByteArray(5'000'000, ' ');
        QTest::newRow("binary") << QByteArray(1000, '\xff');
    }

    void a_bad_configuration_does_no_harm() {
        QFETCH(QByteArray, config);
        put("model.safetensors", shard({"x"}));
        put("config.json", config.toStdString());
        const auto model = open_model(folder_->path());
        QCOMPARE(model->tensors().size(), std::size_t{1});
        QVERIFY(has_issue(*model, "config.json"));
    }

    void a_configuration_of_many_parts_is_read_at_once() {
        std::string config = R"({"model_type":"llama","parts":[{})";
        for (int i = 0; i < 300'000; ++i)
            config += ",{}";
        put("model.safetensors", shard({"x"}));
        put("config.json", config + "]}");
        const std::clock_t start = std::clock();
        QCOMPARE(open_model(folder_->path())->architecture(), std::string("llama"));
        QVERIFY(testing::seconds_since(start) < 2 * testing::at_once);
    }

    void odd_values_in_a_configuration_are_passed_over() {
        put("model.safetensors", shard({"x"}));
        put("config.json", json("{'architectures':[5],'model_type':['x'],'hidden_size':{},"
                                "'quantization_config':3,'text_config':[],'tie_word_embeddings':'yes'}"));
        const auto model = open_model(folder_->path());
        QVERIFY(model->architecture().empty());
        QVERIFY(model->issues().empty());
    }

    void parts_of_a_gguf_become_one_model() {
        put("m-00001-of-00002.gguf", gguf_part(0, 2, "a", 2));
        put("m-00002-of-00002.gguf", gguf_part(1, 2, "b", 2));
        for (const char* name : {"", "m-00001-of-00002.gguf", "m-00002-of-00002.gguf"}) {
            const auto model = open_model(folder_->path(name));
            QCOMPARE(model->tensors().size(), std::size_t{2});
            QCOMPARE(model->find("b")->file, std::uint32_t{1});
        }
    }

    void bad_parts_of_a_gguf_are_refused() {
        const auto refused = [&](const char* words) {
            const std::string message = error_at("m-00001-of-00002.gguf");
            if (message.find(words) == std::string::npos) qWarning("%s", message.c_str());
            return message.find(words) != std::string::npos;
        };
        put("m-00001-of-00002.gguf", gguf_part(0, 2, "a", 2));
        QVERIFY(refused("m-00002-of-00002.gguf: cannot be read: no such file"));
        put("m-00002-of-00002.gguf", gguf_part(0, 2, "b", 2));
        QVERIFY(refused("should be part 2 of 2, but calls itself part 1 of 2"));
        put("m-00002-of-00002.gguf", gguf_part(1, 2, "a", 2));
        QVERIFY(refused("this tensor is in two parts"));
        put("m-00002-of-00002.gguf", gguf_part(1, 2, "b", 2));
        put("m-00001-of-00002.gguf", gguf_part(0, 2, "a", 3));
        QVERIFY(refused("should hold 3 tensors, they hold 2"));
        put("m-00001-of-00002.gguf", gguf_part(0, 3, "a", 3));
        QVERIFY(refused("one of 3 parts"));
    }

    void notes_are_given_once_for_each_kind() {
        const std::string header = json(
            "{'a':{'dtype':'I64','shape':[1],'data_offsets':[0,8]},'b':{'dtype':'U8','shape':[8],"
            "'data_offsets':[8,16]},'c':{'dtype':'F8_E4M3','shape':[8],'data_offsets':[16,24]},"
            "'d':{'dtype':'F5_NEW','shape':[8],'data_offsets':[24,32]},"
            "'e':{'dtype':'F32','shape':[0],'data_offsets':[32,32]},"
            "'f':{'dtype':'F8_E8M0','shape':[8],'data_offsets':[32,40]}}");
        const auto model = open_model(put("model.safetensors", safetensors_file(header, 40)));
        QCOMPARE(model->issues().size(), std::size_t{5});
        QVERIFY(has_issue(*model, "one tensor of an unknown type: F5_NEW (1); listed, not measured"));
        QVERIFY(
            has_issue(*model, "2 tensors of integers or the like: i64 (1), u8 (1); listed, not measured"));
        QVERIFY(has_issue(*model, "8-bit and smaller floats: f8_e8m0 (1); listed, not measured"));
        QVERIFY(has_issue(*model, "one tensor of 8-bit floats: f8_e4m3 (1); read as they stand"));
        QVERIFY(has_issue(*model, "one tensor without any element"));
    }

    void a_stop_request_ends_the_opening() {
        const fs::path path = put("model.safetensors", shard({"x"}));
        std::stop_source source;
        source.request_stop();
        JobContext job;
        job.stop = source.get_token();
        QVERIFY_EXCEPTION_THROWN(open_model(path, job), Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestOpenModel)
#include "test_open_model.moc"
