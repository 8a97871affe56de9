// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "tests/support/bad_files.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <fmt/format.h>
#include <sys/resource.h>

#include <ctime>
#include <string>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

constexpr std::uint64_t f32 = 1;

std::string with_tensor(const Proto& tensor) {
    return onnx_file(Proto().bytes(5, tensor));
}

std::string with_nodes(const std::vector<Proto>& nodes) {
    Proto graph;
    for (const Proto& node : nodes)
        graph.bytes(1, node);
    return onnx_file(graph.bytes(5, f32_tensor("w", {2, 2}, {1, 2, 3, 4})));
}

Proto external(const std::vector<std::pair<std::string, std::string>>& entries) {
    Proto tensor = tensor_proto("w", f32, {2});
    for (const auto& [key, value] : entries)
        tensor.bytes(13, Proto().bytes(1, key).bytes(2, value));
    return tensor.varint(14, 1);
}

Proto deep(std::size_t levels) {
    Proto message;
    for (std::size_t level = 0; level < levels; ++level)
        message = Proto().bytes(1, Proto().bytes(5, Proto().bytes(6, message).varint(20, 5)));
    return message;
}

// The most memory that this program ever had, in MiB.
double peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

// What attackers write into ONNX files: each is answered at once, in memory that the file accounts for.
class TestOnnxHostile : public QObject {
    Q_OBJECT
    TemporaryFolder folder_;

  private slots:
    void hostile_files_are_answered_data() {
        const BadFiles row;  // of the error, "no error" where it is harmless
        row("extent below 0", with_tensor(tensor_proto("w", f32, {~0ULL}).bytes(9, "")),
            "the shape holds -1");
        row("elements beyond counting",
            with_tensor(tensor_proto("w", f32, {1ULL << 32U, 1ULL << 32U}).bytes(9, "")),
            "more elements than a computer can count");
        row("bytes beyond counting", with_tensor(tensor_proto("w", f32, {1ULL << 62U}).bytes(9, "")),
            "than a computer can count");
        row("a terabyte of which there is nothing", with_tensor(tensor_proto("w", f32, {1ULL << 38U})),
            "its 274877906944 elements are missing");
        row("a terabyte of which there are 4 bytes",
            with_tensor(tensor_proto("w", f32, {1ULL << 38U}).bytes(9, "abcd")),
            "need 1099511627776 bytes, its data has 4");
        row("65 extents",
            with_tensor(tensor_proto("w", f32, std::vector<std::uint64_t>(65, 1)).bytes(9, "abcd")),
            "dimensions");
        row("a million extents",
            with_tensor(tensor_proto("w", f32, std::vector<std::uint64_t>(1'000'000, 1)).bytes(9, "abcd")),
            "dimensions");
        row("raw data too short", with_tensor(tensor_proto("w", f32, {2}).bytes(9, "1234567")),
            "need 8 bytes, its data has 7");
        row("raw data too long", with_tensor(tensor_proto("w", f32, {2}).bytes(9, "123456789")),
            "need 8 bytes, its data has 9");
        row("too few numbers", with_tensor(tensor_proto("w", f32, {2}).bytes(4, packed<float>({1}))),
            "need 8 bytes, its data has 4");
        row("too many numbers", with_tensor(tensor_proto("w", f32, {1}).bytes(4, packed<float>({1, 2}))),
            "need 4 bytes, its data has 8");
        row("part of a number", with_tensor(tensor_proto("w", f32, {1}).bytes(4, "123")),
            "need 4 bytes, its data has 3");
        row("name not UTF-8", with_tensor(f32_tensor("\xff", {1}, {1})), "UTF-8");
        row("name with NUL", with_tensor(f32_tensor(std::string("a\0b", 3), {1}, {1})), "holds a zero byte");
        row("name of a megabyte", with_tensor(f32_tensor(std::string(1'000'000, 'n'), {1}, {1})),
            "at most 65535 were expected");
        row("no name", with_tensor(f32_tensor("", {1}, {1})), "has no name");
        row("location twice", with_tensor(external({{"location", "a"}, {"location", "b"}})), "no such file");
        row("no location", with_tensor(external({{"offset", "0"}})), "not where it lies");
        row("offset no number", with_tensor(external({{"location", "a"}, {"offset", "0x10"}})),
            "should be a number of bytes, it is '0x10'");
        row("length beyond 64 bits",
            with_tensor(external({{"location", "a"}, {"length", "99999999999999999999"}})),
            "should be a number of bytes");
        row("a length that wraps", onnx_file(Proto().raw("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")),
            "ends");
        row("a number of 11 bytes",
            onnx_file(Proto().raw("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")),
            "longer than 64 bits");
        row("field number 2^29", onnx_file(Proto().number((1ULL << 32U) | 0U).number(0)),
            "not the number of a protobuf field");
        row("the end of a group", onnx_file(Proto().raw("\x0c")), "wire type");
        row("deeply nested", onnx_file(deep(2000)), "deep");
        row("a node that feeds itself", with_nodes({node_proto("Identity", {"a"}, {"a"})}), "no error");
        row("nodes in a circle",
            with_nodes({node_proto("Transpose", {"w"}, {"a"}), node_proto("Identity", {"a"}, {"b"}),
                        node_proto("Cast", {"b"}, {"a"})}),
            "no error");
        std::vector<std::string> many(200'000, "w");
        row("a node of 200,000 inputs", with_nodes({node_proto("Concat", many, {"y"})}),
            "more than 65536 inputs");
        std::vector<Proto> chain;
        for (int i = 0; i < 50'000; ++i)
            chain.push_back(node_proto("Identity", {i == 0 ? std::string("w") : fmt::format("t{}", i)},
                                       {fmt::format("t{}", i + 1)}));
        row("a chain of 50,000 nodes", with_nodes(chain), "no error");
        Proto empties;
        for (int i = 0; i < 500'000; ++i)
            empties.bytes(1, "");
        row("500,000 empty nodes", onnx_file(empties), "no error");
        Proto tensors;
        for (int i = 0; i < 300'000; ++i)
            tensors.bytes(5, "");
        row("300,000 empty tensors", onnx_file(tensors), "elements are missing");
        Proto functions;
        for (int i = 0; i < 50'000; ++i)
            functions.bytes(25, Proto().bytes(1, fmt::format("f{}", i)).bytes(10, "d"));
        row("50,000 functions", Proto().raw(onnx_file(Proto())).raw(functions.text()).text(), "no error");
        Proto doubling = Proto().raw(onnx_file(Proto()
                                                   .bytes(1, node_proto("F0", {"w"}, {"y"}).bytes(7, "d"))
                                                   .bytes(5, f32_tensor("w", {1}, {1}))));
        for (int i = 0; i < 28; ++i) {
            const std::string next = fmt::format("F{}", i + 1);
            doubling.bytes(25, Proto()
                                   .bytes(1, fmt::format("F{}", i))
                                   .bytes(4, "a")
                                   .bytes(7, node_proto(next, {"a"}, {"b"}).bytes(7, "d"))
                                   .bytes(7, node_proto(next, {"a"}, {"c"}).bytes(7, "d"))
                                   .bytes(10, "d"));
        }
        row("functions that each call two more", doubling.text(), "no error");
    }

    void hostile_files_are_answered() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const auto path = folder_.put("hostile.onnx", bytes.toStdString());
        const double memory = peak_memory();
        const std::clock_t start = std::clock();
        const std::string message = error_of([&] { open_model(path); });
        const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        qInfo("%.3f s, %.1f MiB: %s", seconds, peak_memory() - memory, message.substr(0, 300).c_str());
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(message == "no error" || message.starts_with(folder_.path().string()));
        QVERIFY(message.size() < 1500 && message.find('\n') == std::string::npos);
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        QVERIFY(seconds < 1);
        QVERIFY(peak_memory() - memory < 256);
#endif
    }
};

QTEST_GUILESS_MAIN(TestOnnxHostile)
#include "test_onnx_hostile.moc"
