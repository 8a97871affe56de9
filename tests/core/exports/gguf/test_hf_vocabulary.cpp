// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/hf_files.h"
#include "core/exports/gguf/hf_vocabulary.h"
#include "core/exports/gguf/pre_tokenizer.h"
#include "core/exports/gguf/special_tokens.h"
#include "tests/support/byte_string.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <filesystem>

using namespace halfstep;
using namespace halfstep::testing;
using Json = nlohmann::json;

namespace {

std::vector<std::int32_t> kinds(std::initializer_list<int> numbers) {
    return {numbers.begin(), numbers.end()};
}

std::string bytes_of(const GgufMetadata& metadata) {
    std::string bytes;
    metadata.write([&](std::span<const std::byte> piece) {
        bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
    return bytes;
}

// A field of a protobuf message that holds bytes.
std::string field(int number, const std::string& content) {
    return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(content.size()) + content;
}

std::string piece(const std::string& text, float score, int kind) {
    return field(1,
                 field(1, text) +
                     ByteString().u8(0x15).value(score).u8(0x18).u8(static_cast<std::uint8_t>(kind)).bytes());
}

}  // namespace

class TestHfVocabulary : public QObject {
    Q_OBJECT
  private slots:
    void byte_level_pairs() {
        const TemporaryFolder folder;
        folder.put("tokenizer.json", R"({
            "version": "1.0", "truncation": {"any": ["thing", 1e5]},
            "added_tokens": [{"id": 4, "content": "<|end|>", "special": false, "lstrip": true},
                             {"id": 5, "content": "my\u2581own", "special": false},
                             {"id": 9, "content": "beyond", "special": true}],
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
            "model": {"type": "BPE", "vocab": {"a": 0, "\u0120": 1, "\u0120a": 3, "b": 2},
                      "merges": ["\u0120 a", ["a b", "b"]]}})");
        const auto tokenizer = read_hf_tokenizer(folder.path());
        QVERIFY(tokenizer.has_value());
        std::vector<Issue> issues;
        const auto vocabulary = vocabulary_of(*tokenizer, 8, issues);
        QVERIFY(vocabulary.has_value());
        QCOMPARE(vocabulary->model, std::string("gpt2"));
        QCOMPARE(vocabulary->pre, std::string("gpt-2"));
        // What looks special counts as control; texts of others have plain spaces; rows without a token get
        // one.
        const std::vector<std::string> tokens{"a", "Ġ", "b", "Ġa", "<|end|>", "my own", "[PAD6]", "[PAD7]"};
        QCOMPARE(vocabulary->tokens, tokens);
        QCOMPARE(vocabulary->kinds, kinds({1, 1, 1, 1, 3, 4, 5, 5}));
        const std::vector<std::string> merges{"Ġ a", "aĠb b"};
        QCOMPARE(vocabulary->merges, merges);
        QVERIFY(vocabulary->scores.empty() && !vocabulary->space_prefix);
        QVERIFY(issues.empty());
    }

    void pairs_with_byte_fallback_get_scores() {
        HfTokenizer tokenizer;
        tokenizer.type = "BPE";
        tokenizer.byte_fallback = true;
        tokenizer.vocabulary = {{"<unk>", 0}, {"<s>", 1}, {"<0x0A>", 2}, {"a", 3},
                                {"b", 4},     {"ab", 5},  {"aba", 6}};
        tokenizer.merges = {{"ab", "a"}, {"a", "b"}, {"a", "ba"}};
        tokenizer.added = {{0, "<unk>", true}, {1, "<s>", true}};
        tokenizer.normalizer = Json::parse(R"({"type": "Sequence", "normalizers": [{"type": "Prepend"}]})");
        std::vector<Issue> issues;
        const auto vocabulary = vocabulary_of(tokenizer, 7, issues);
        QCOMPARE(vocabulary->model, std::string("llama"));
        QCOMPARE(vocabulary->kinds, kinds({2, 3, 6, 1, 1, 1, 1}));
        // "aba" is made by the first merge, "ab" by the second; single letters by none.
        const std::vector<float> scores{0, -1000, 0, -3, -3, -1, 0};
        QVERIFY(vocabulary->scores == scores);
        QVERIFY(vocabulary->space_prefix == std::optional(true));
    }

    void sentencepiece() {
        const std::string bytes = piece("<unk>", 0, 2) + piece("<0x0A>", 0, 6) +
                                  piece("\xe2\x96\x81t", -1.5F, 1) +
                                  piece("\xe2\x96\x81\xe2\x96\x81", -2, 4) +
                                  field(3, std::string("\x18\x00", 2)) + field(7, "later");
        const SentencePieceFile file = parse_sentencepiece(bytes, "tokenizer.model");
        QCOMPARE(file.pieces.size(), std::size_t{4});
        QVERIFY(!file.add_dummy_prefix);
        const Json config = Json::parse(R"({"added_tokens_decoder": {
            "0": {"content": "<unk>", "special": true}, "4": {"content": "<tool>", "special": false},
            "5": {"content": "<eot>", "special": true}, "x": {"content": "?"}, "77": {"content": "far"}}})");
        const GgufVocabulary vocabulary =
            vocabulary_of(file, config, Json::parse(R"({"<old>": 6, "<tool>": 4, "bad": -1})"), 7);
        const std::vector<std::string> tokens{"<unk>",  "<0x0A>", "\xe2\x96\x81t", "  ",
                                              "<tool>", "<eot>",  "<old>"};
        QCOMPARE(vocabulary.tokens, tokens);
        QCOMPARE(vocabulary.kinds, kinds({2, 6, 1, 4, 4, 3, 4}));
        const std::vector<float> scores{0, 0, -1.5F, -2, -1000, -1000, -1000};
        QVERIFY(vocabulary.scores == scores);
        QVERIFY(vocabulary.space_prefix == std::optional(false));
    }

    void damaged_sentencepiece_files_give_an_error_data() {
        QTest::addColumn<std::string>("bytes");
        QTest::newRow("empty") << std::string();
        QTest::newRow("no tokens") << field(5, "x");
        QTest::newRow("text") << std::string("hello, world");
        QTest::newRow("cut short") << piece("abc", 0, 1).substr(0, 6);
        QTest::newRow("a length without end")
            << std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
        QTest::newRow("a huge length") << std::string("\x0a\xff\xff\xff\xff\x7f");
        QTest::newRow("a kind of field that is no more") << std::string("\x0b\x00", 2);
    }
    void damaged_sentencepiece_files_give_an_error() {
        QFETCH(std::string, bytes);
        const std::string error = error_of([&] { parse_sentencepiece(bytes, "tokenizer.model"); });
        QVERIFY2(error.find("tokenizer.model") == 0, error.c_str());
    }

    void damaged_tokenizer_files_give_an_error_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("no JSON") << "hello";
        QTest::newRow("a list") << "[]";
        QTest::newRow("cut short") << R"({"model": {"vocab": {"a": 0)";
        QTest::newRow("a number that is none") << R"({"model": {"vocab": {"a": "0"}}})";
        QTest::newRow("a merge of three") << R"({"model": {"merges": [["a", "b", "c"]]}})";
        QTest::newRow("a merge of one") << R"({"model": {"merges": ["ab"]}})";
    }
    void damaged_tokenizer_files_give_an_error() {
        QFETCH(QString, text);
        const TemporaryFolder folder;
        folder.put("tokenizer.json", text.toStdString());
        const std::string error = error_of([&] { read_hf_tokenizer(folder.path()); });
        QVERIFY2(error.find("tokenizer.json") != std::string::npos, error.c_str());
    }

    void other_kinds_of_tokenizers_are_said_to_be_missing() {
        HfTokenizer tokenizer;
        tokenizer.type = "Unigram";
        std::vector<Issue> issues;
        QVERIFY(!vocabulary_of(tokenizer, 3, issues));
        QCOMPARE(issues.size(), std::size_t{1});
        tokenizer.type = "BPE";
        tokenizer.pre_tokenizer = Json::parse(R"({"type": "Whitespace"})");
        tokenizer.vocabulary = {{"a", 0}, {"b", 5}};
        issues.clear();
        QCOMPARE(vocabulary_of(tokenizer, 3, issues)->pre, std::string("default"));
        QCOMPARE(issues.size(), std::size_t{2});  // the pattern, and the token beyond the embedding
    }

    void ways_to_cut_text_have_names_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("name");
        const QString split =
            R"({"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "%1"}, "behavior": "Isolated"},
                {"type": "ByteLevel", "use_regex": false}]})";
        const QString start = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|)";
        const QString end = R"(| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+)";
        QTest::newRow("GPT-2") << R"({"type": "ByteLevel"})"
                               << "gpt-2";
        QTest::newRow("Llama 3") << split.arg(start + R"(\\p{N}{1,3})" + end) << "llama-bpe";
        QTest::newRow("Qwen 2") << split.arg(start + R"(\\p{N})" + end) << "qwen2";
        QTest::newRow("SmolLM")
            << R"({"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, {"type": "ByteLevel"}]})"
            << "smollm";
        QTest::newRow("another pattern") << split.arg("x+") << "";
        QTest::newRow("none") << "null"
                              << "";
        QTest::newRow("Metaspace") << R"({"type": "Metaspace"})"
                                   << "";
    }
    void ways_to_cut_text_have_names() {
        QFETCH(QString, json);
        QFETCH(QString, name);
        QCOMPARE(QString::fromStdString(pre_tokenizer_name(Json::parse(json.toStdString())).value_or("")),
                 name);
    }

    void special_tokens_by_name_and_by_number() {
        HfTokenizer tokenizer;
        tokenizer.added = {{3, "<s>", true}, {4, "</s>", true}};
        tokenizer.post_processor = Json::parse(R"({"type": "Sequence", "processors": [{"type": "ByteLevel"},
            {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]}]})");
        const Json tokenizer_config = Json::parse(
            R"({"bos_token": "<s>", "eos_token": {"content": "</s>"}, "pad_token": null, "add_eos_token": false})");
        const Json config = Json::parse(
            R"({"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": [6, 7], "unk_token_id": 99})");
        GgufMetadata metadata;
        set_special_tokens(metadata, {&tokenizer, tokenizer_config, config, 10});
        GgufMetadata expected;
        expected.set("tokenizer.ggml.bos_token_id", std::uint32_t{3});
        expected.set("tokenizer.ggml.eos_token_id", std::uint32_t{4});
        expected.set("tokenizer.ggml.padding_token_id", std::uint32_t{6});
        expected.set("tokenizer.ggml.add_bos_token", true);
        expected.set("tokenizer.ggml.add_eos_token", false);
        QCOMPARE(bytes_of(metadata), bytes_of(expected));
    }

    void chat_templates() {
        const TemporaryFolder folder;
        GgufMetadata several;
        set_chat_template(several, folder.path(), Json::parse(R"({"chat_template": [
            {"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}, {"name": 1}]})"));
        GgufMetadata expected;
        expected.set("tokenizer.chat_template", "D");
        expected.set("tokenizer.chat_template.tool_use", "T");
        const std::vector<std::string> names{"tool_use"};
        expected.set_array("tokenizer.chat_templates", std::span<const std::string>(names));
        QCOMPARE(bytes_of(several), bytes_of(expected));
        folder.put("chat_template.jinja", "J");
        GgufMetadata from_file;
        set_chat_template(from_file, folder.path(), Json::object());
        GgufMetadata jinja;
        jinja.set("tokenizer.chat_template", "J");
        QCOMPARE(bytes_of(from_file), bytes_of(jinja));
    }

    void files_outside_the_folder_are_not_read() {
        const TemporaryFolder folder;
        folder.put("secret", R"({"a": 1})");
        folder.put("model/x", "");
        std::filesystem::create_symlink("../secret", folder.path("model/config.json"));
        const std::string error = error_of([&] { read_hf_json(folder.path("model"), "config.json"); });
        QVERIFY2(error.find("leads out of the model's folder") != std::string::npos, error.c_str());
    }
};

QTEST_GUILESS_MAIN(TestHfVocabulary)
#include "test_hf_vocabulary.moc"
