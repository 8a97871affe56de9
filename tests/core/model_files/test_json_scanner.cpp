// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/json_scanner.h"
#include "core/model_files/quotable.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

using namespace halfstep;
using testing::error_of;

class TestJsonScanner : public QObject {
    Q_OBJECT
  private slots:
    void json_is_judged_strictly_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("words");  // of the error, "no error" where it is valid
        const auto valid = [](const char* name, const QByteArray& json) {
            QTest::newRow(name) << json << "no error";
        };
        const auto invalid = [](const char* name, const QByteArray& json, const char* words) {
            QTest::newRow(name) << json << words;
        };
        valid("empty object", "{}");
        valid("white space", " \t\r\n{ \"a\" : [ 1 , 2 ] } ");
        valid("all kinds", "{\"a\":[1,-2.5e+3,0,true,false,null,\"x\",{\"b\":{}},[]]}");
        valid("escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"");
        valid("UTF-8", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
        valid("64 levels", QByteArray(63, '[') + QByteArray(63, ']'));
        invalid("nothing", "", "JSON value was expected");
        invalid("comma at the end", "{\"a\":1,}", "name in quotes was expected");
        invalid("comma in a list", "[1,]", "JSON value was expected");
        invalid("colon missing", "{\"a\" 1}", "':' after a name was expected");
        invalid("comma missing", "{\"a\":1 \"b\":2}", "',' or '}' was expected");
        invalid("cut object", "{\"a\":1", "the JSON text ends where ',' or '}'");
        invalid("cut string", "{\"a", "does not end");
        invalid("cut escape", "\"\\", "does not end");
        invalid("bare word", "nul", "JSON value was expected");
        invalid("single quotes", "{'a':1}", "name in quotes was expected");
        invalid("leading zero", "01", "needless zero");
        invalid("bare minus", "-", "JSON value was expected");
        invalid("bare point", "1.", "JSON value was expected");
        invalid("NaN", "NaN", "JSON value was expected");
        invalid("line break in a string", "\"a\nb\"", "control character");
        invalid("NUL in a string", QByteArray("\"a\0b\"", 5), "control character");
        invalid("unknown escape", "\"\\x41\"", "unknown escape");
        invalid("half surrogate pair", "\"\\ud83d\"", "surrogate");
        invalid("lone low surrogate", "\"\\ude00\"", "surrogate");
        invalid("wrong second half", "\"\\ud83d\\u0041\"", "surrogate");
        invalid("bad hex", "\"\\u12g4\"", "hexadecimal");
        invalid("overlong UTF-8", "\"\xc0\xaf\"", "not valid UTF-8");
        invalid("surrogate in UTF-8", "\"\xed\xa0\x80\"", "not valid UTF-8");
        invalid("cut UTF-8", "\"\xe2\x82\"", "not valid UTF-8");
        invalid("beyond Unicode", "\"\xf4\x90\x80\x80\"", "not valid UTF-8");
        invalid("too deep", QByteArray(100, '['), "nested too deeply");
        invalid("two values", "{} {}", "nothing but spaces may follow");
        invalid("byte order mark", "\xef\xbb\xbf{}", "JSON value was expected");
    }

    void json_is_judged_strictly() {
        QFETCH(QByteArray, json);
        QFETCH(QString, words);
        const std::string message = error_of([&] {
            JsonScanner scanner({json.constData(), static_cast<std::size_t>(json.size())}, "file");
            scanner.skip();
            scanner.expect_end();
        });
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
    }

    void whole_numbers_only_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<quint64>("number");
        QTest::addColumn<QString>("words");
        QTest::newRow("zero") << QByteArray("0") << quint64{0} << "no error";
        QTest::newRow("largest") << QByteArray("18446744073709551615") << ~quint64{0} << "no error";
        QTest::newRow("too large") << QByteArray("18446744073709551616") << quint64{0} << "too large";
        QTest::newRow("far too large") << QByteArray(400, '9') << quint64{0} << "too large";
        QTest::newRow("negative") << QByteArray("-1") << quint64{0} << "whole number";
        QTest::newRow("minus zero") << QByteArray("-0") << quint64{0} << "whole number";
        QTest::newRow("fraction") << QByteArray("1.0") << quint64{0} << "whole number";
        QTest::newRow("exponent") << QByteArray("1e3") << quint64{0} << "whole number";
        QTest::newRow("leading zero") << QByteArray("007") << quint64{0} << "whole number";
        QTest::newRow("text") << QByteArray("\"7\"") << quint64{0} << "whole number";
    }

    void whole_numbers_only() {
        QFETCH(QByteArray, json);
        QFETCH(quint64, number);
        QFETCH(QString, words);
        std::uint64_t read = 0;
        const std::string message = error_of([&] {
            JsonScanner scanner({json.constData(), static_cast<std::size_t>(json.size())}, "file");
            read = scanner.unsigned_integer();
        });
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
        QCOMPARE(read, number);
    }

    void text_is_decoded() {
        JsonScanner scanner("\"a\\u00e9\\ud83d\\ude00\\n\\\"\"", "file");
        QCOMPARE(scanner.string(), std::string("a\xc3\xa9\xf0\x9f\x98\x80\n\""));
    }

    // Texts are looked at in pieces of eight bytes.
    void every_byte_is_judged_at_every_place() {
        for (int byte = 0; byte < 256; ++byte)
            for (std::size_t place = 0; place < 20; ++place) {
                std::string text = "a_name_with_20_chars";
                text[place] = static_cast<char>(byte);
                const std::string json = '"' + text + '"';
                std::string read;
                const std::string message = error_of([&] {
                    JsonScanner scanner(json, "file");
                    read = scanner.string();
                });
                const char* problem = nullptr;
                if (byte < 0x20) problem = "control character";
                if (byte >= 0x80) problem = "not valid UTF-8";
                if (byte == '\\')  // an escape, whatever the letter after it means
                    QVERIFY2(message != "no error" || read != text, read.c_str());
                else if (problem != nullptr)
                    QVERIFY2(message.find(problem) != std::string::npos, message.c_str());
                else
                    QCOMPARE(read, text.substr(0, byte == '"' ? place : text.size()));
            }
    }

    void errors_name_the_byte_of_the_file() {
        const std::string message = error_of([] {
            JsonScanner scanner("{\"ab\": x}", "model.safetensors", 100);
            scanner.object([&](const std::string& key) {
                scanner.set_context(key);
                scanner.skip();
            });
        });
        QVERIFY2(message.starts_with("model.safetensors: 'ab': at byte 107: "), message.c_str());
    }

    void hostile_text_is_made_quotable() {
        QCOMPARE(quotable("plain \xc3\xa9"), std::string("plain \xc3\xa9"));
        QCOMPARE(quotable("a\nb\x1b[31m\xff"), std::string("a?b?[31m?"));
        QVERIFY(quotable(std::string(1'000'000, 'x')).size() < 200);
    }
};

QTEST_GUILESS_MAIN(TestJsonScanner)
#include "test_json_scanner.moc"
