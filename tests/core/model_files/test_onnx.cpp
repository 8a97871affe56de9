// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/input_file.h"
#include "core/model_files/model.h"
#include "tests/support/bad_files.h"
#include "tests/support/model_facts.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/temporary_folder.h"

#include <QElapsedTimer>
#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

constexpr std::uint64_t f32 = 1;
constexpr std::uint64_t i64 = 7;
constexpr std::uint64_t f16 = 10;

Proto graph_with(const Proto& tensor) {
    return Proto().bytes(5, tensor);
}

// A tensor that is `depth` branches deep.
Proto nested_graph(int depth) {
    Proto graph = graph_with(f32_tensor("w", {1}, {1}));
    for (int level = 0; level < depth; ++level)
        graph =
            Proto().bytes(1, node_proto("If", {"c"}, {"y"}).bytes(5, graph_attribute("then_branch", graph)));
    return graph;
}

}  // namespace

class TestOnnx : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

    std::shared_ptr<const Model> open(const Proto& graph) const {
        return open_model(folder_.put("model.onnx", onnx_file(graph)));
    }
    std::string refusal(const std::string& bytes) const {
        const auto path = folder_.put("bad.onnx", bytes);
        return error_of([&] { open_model(path); });
    }
    static void verify_contains(const std::string& text, const char* words) {
        QVERIFY2(text.find(words) != std::string::npos, text.c_str());
    }

  private slots:
    void names_types_shapes_and_properties() {
        const Proto graph =
            Proto()
                .bytes(2, "digits")
                .bytes(5, f32_tensor("w", {2, 3}, {1, 2, 3, 4, 5, 6}))
                .bytes(5, tensor_proto("ids", i64, {2}).bytes(9, packed<std::int64_t>({7, 8})))
                .bytes(5, tensor_proto("nibbles", 22, {3}).bytes(9, "\x21\x03"))
                .bytes(5, tensor_proto("text", 8, {2}).bytes(6, "one").bytes(6, "two"))
                .bytes(5, tensor_proto("new", 99, {2}).bytes(9, "abc"))
                .bytes(5, tensor_proto("scalar", f32, {}).bytes(9, packed<float>({2.5F})))
                .bytes(5, tensor_proto("nothing", f32, {3, 0}));
        const auto model = open(graph);
        QCOMPARE(model->format(), std::string("onnx"));
        QCOMPARE(model->architecture(), std::string("digits"));
        std::string listed;
        for (const TensorInfo& tensor : model->tensors())
            listed +=
                fmt::format("{} {} {} {}; ", tensor.name, tensor.dtype_name, tensor.elements, tensor.bytes);
        QCOMPARE(listed,
                 std::string("w f32 6 24; ids i64 2 16; nibbles i4 3 2; text string 2 20; new type 99 2 3; "
                             "scalar f32 1 4; nothing f32 0 0; "));
        QCOMPARE(model->find("w")->shape, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(values_of(*model, "w"), (std::vector<double>{1, 2, 3, 4, 5, 6}));
        QCOMPARE(values_of(*model, "scalar"), std::vector<double>{2.5});
        std::array<std::int64_t, 2> ids{};
        model->read_bytes(*model->find("ids"), 0, std::as_writable_bytes(std::span(ids)));
        QCOMPARE(ids, (std::array<std::int64_t, 2>{7, 8}));
        const auto& properties = model->properties();
        QVERIFY(std::ranges::count(properties, std::pair<std::string, std::string>("opset", "13")) == 1);
    }

    void what_a_model_says_of_itself_is_shown() {
        const auto said = [](std::string_view key, std::string_view value) {
            return Proto().bytes(1, key).bytes(2, value);
        };
        Proto model = Proto().raw(onnx_file(Proto()
                                                .bytes(2, "torch_jit")
                                                .bytes(5, f32_tensor("w", {1}, {1}))
                                                .bytes(15, Proto())
                                                .bytes(15, Proto())));
        model.bytes(3, std::string(400, 'v')).bytes(8, Proto().bytes(1, "ai.x").varint(2, 3));
        model.bytes(14, said("author", "somebody")).bytes(14, said("long", std::string(700, 'x')));
        const auto opened = open_model(folder_.put("says.onnx", model.text()));
        std::string shown;
        for (const auto& [key, value] : opened->properties())
            shown += fmt::format("{}={} ", key, value);
        QCOMPARE(QString::fromStdString(shown),
                 QString("producer=test author=somebody ir_version=8 opset=13 opset ai.x=3 "));
        QVERIFY(opened->architecture().empty());  // a name that says nothing
        QVERIFY(has_issue(*opened, "2 tensors are stored as sparse: not listed"));
    }

    void a_model_is_known_by_its_content() {
        const auto path = folder_.put("weights.bin", onnx_file(graph_with(f32_tensor("w", {1}, {1}))));
        QCOMPARE(open_model(path)->format(), std::string("onnx"));
    }

    void numbers_of_typed_fields_data() {
        QTest::addColumn<QByteArray>("tensor");
        QTest::addColumn<QList<double>>("values");
        const auto row = [](const char* name, const Proto& tensor, const QList<double>& values) {
            QTest::newRow(name) << QByteArray::fromStdString(tensor.text()) << values;
        };
        row("floats, packed", tensor_proto("w", f32, {3}).bytes(4, packed<float>({1, -2, 0.5F})),
            {1, -2, 0.5});
        row("floats, one by one", tensor_proto("w", f32, {2}).fixed32(4, 1.5F).fixed32(4, -3), {1.5, -3});
        row("floats, in two pieces",
            tensor_proto("w", f32, {3}).bytes(4, packed<float>({1})).bytes(4, packed<float>({2, 3})),
            {1, 2, 3});
        row("doubles", tensor_proto("w", 11, {2}).bytes(10, packed<double>({0.1, 1e300})), {0.1, 1e300});
        row("half floats, as patterns",
            tensor_proto("w", f16, {3}).bytes(5, Proto().number(0x3c00).number(0xc000).number(0x0001)),
            {1, -2, 0x1p-24});
        row("half floats, one by one", tensor_proto("w", f16, {1}).varint(5, 0x4200), {3});
        row("bfloat16, as patterns",
            tensor_proto("w", 16, {2}).bytes(5, Proto().number(0x3f80).number(0xc040)), {1, -3});
        row("fp8, as patterns",
            tensor_proto("w", 17, {3}).bytes(5, Proto().number(0x38).number(0xfe).number(1)),
            {1, -448, 0x1p-9});
        row("dims, packed",
            Proto()
                .bytes(1, Proto().number(1).number(2))
                .varint(2, f32)
                .bytes(8, "w")
                .bytes(9, packed<float>({4, 5})),
            {4, 5});
        row("raw data goes first", f32_tensor("w", {1}, {7}), {7});
    }
    void numbers_of_typed_fields() {
        QFETCH(QByteArray, tensor);
        QFETCH(QList<double>, values);
        const auto model = open(graph_with(Proto().raw(tensor.toStdString())));
        const std::vector<double> found = values_of(*model, "w");
        QCOMPARE(found, std::vector<double>(values.begin(), values.end()));
        std::vector<float> last(1);  // and a part of it
        model->read_floats(*model->find("w"), found.size() - 1, last);
        QVERIFY(last[0] == static_cast<float>(found.back()));
    }

    void whole_numbers_are_decoded() {
        const Proto minus = Proto().number(static_cast<std::uint64_t>(-3)).number(5);
        const auto model =
            open(Proto()
                     .bytes(5, tensor_proto("a", i64, {2}).bytes(7, minus))
                     .bytes(5, tensor_proto("b", 3, {2}).bytes(5, minus))
                     .bytes(5, tensor_proto("c", 21, {3}).bytes(5, Proto().number(0x21).number(3))));
        std::array<std::int64_t, 2> a{};
        model->read_bytes(*model->find("a"), 0, std::as_writable_bytes(std::span(a)));
        QCOMPARE(a, (std::array<std::int64_t, 2>{-3, 5}));
        std::array<std::int8_t, 2> b{};
        model->read_bytes(*model->find("b"), 0, std::as_writable_bytes(std::span(b)));
        QCOMPARE(b, (std::array<std::int8_t, 2>{-3, 5}));
        std::array<std::uint8_t, 2> c{};
        model->read_bytes(*model->find("c"), 0, std::as_writable_bytes(std::span(c)));
        QCOMPARE(c, (std::array<std::uint8_t, 2>{0x21, 3}));
    }

    void data_in_other_files() {
        const auto external = [](const std::string& location, const char* offset, const char* length) {
            Proto tensor = tensor_proto("w", f32, {2}).varint(14, 1);
            const auto entry = [&](const char* key, std::string_view value) {
                if (!value.empty()) tensor.bytes(13, Proto().bytes(1, key).bytes(2, value));
            };
            entry("location", location);
            entry("offset", offset);
            entry("length", length);
            return onnx_file(graph_with(tensor));
        };
        folder_.put("data/weights.bin", packed<float>({1, 2, 3}));
        const auto path = folder_.put("model.onnx", external("data/weights.bin", "4", "8"));
        QCOMPARE(values_of(*open_model(path), "w"), (std::vector<double>{2, 3}));
        const auto no_length = folder_.put("model.onnx", external("data/weights.bin", "", ""));
        QCOMPARE(values_of(*open_model(no_length), "w"), (std::vector<double>{1, 2}));

        verify_contains(refusal(external("/etc/passwd", "", "")), "no place inside the model's folder");
        verify_contains(refusal(external("../x", "", "")), "no place inside the model's folder");
        verify_contains(refusal(external("a/../../x", "", "")), "no place inside the model's folder");
        verify_contains(refusal(external("..\\x", "", "")), "no place inside the model's folder");
        verify_contains(refusal(external("", "", "")), "not where it lies");
        verify_contains(refusal(external("missing.bin", "", "")), "no such file");
        verify_contains(refusal(external("data", "", "")), "folder");
        verify_contains(refusal(external("data/weights.bin", "8", "8")), "which has 12 bytes");
        verify_contains(refusal(external("data/weights.bin", "18446744073709551615", "")),
                        "which has 12 bytes");
        verify_contains(refusal(external("data/weights.bin", "-4", "")), "should be a number of bytes");
        verify_contains(refusal(external("data/weights.bin", "0", "12")), "need 8 bytes");
        std::filesystem::create_symlink("/etc/hostname", folder_.path("link"));
        verify_contains(refusal(external("link", "", "")), "leads out of the model's folder");
    }

    void damaged_files_are_refused_data() {
        const BadFiles row;
        const auto tensor = [&](const char* name, const Proto& proto, const char* words) {
            row(name, onnx_file(graph_with(proto)), words);
        };
        const std::string valid = onnx_file(graph_with(f32_tensor("w", {2}, {1, 2})));
        row("empty", "", "empty");
        row("cut", valid.substr(0, 20), "ends at byte 20");
        row("no graph", Proto().varint(1, 8).text(), "no graph");
        row("two graphs", Proto().raw(valid).bytes(7, Proto()).text(), "second graph");
        row("a huge length", Proto().varint(1, 8).raw("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f").text(),
            "ends at");
        row("an endless number", Proto().varint(1, 8).raw(std::string("\x3a").append(12, '\xff')).text(),
            "64 bits");
        row("field 0", Proto().varint(1, 8).raw(std::string("\x02\x00", 2)).text(), "0 is not the number");
        row("a group", Proto().varint(1, 8).raw("\x3b").text(), "wire type");
        row("a graph that is a number", Proto().varint(1, 8).varint(7, 3).text(), "wire type");
        row("too long for its message", onnx_file(Proto().raw("\x2a\x7f")), "ends after");
        tensor("no name", f32_tensor("", {1}, {1}), "no name");
        tensor("too little data", f32_tensor("w", {3}, {1, 2}), "need 12 bytes, its data has 8");
        tensor("too much data", f32_tensor("w", {1}, {1, 2}), "need 4 bytes, its data has 8");
        tensor("too little typed data", tensor_proto("w", f32, {3}).fixed32(4, 1),
               "need 12 bytes, its data has 4");
        tensor("too much typed data", tensor_proto("w", f32, {1}).fixed32(4, 1).fixed32(4, 1), "goes on");
        tensor("half a float", tensor_proto("w", f32, {2}).fixed32(4, 1).bytes(4, "abc"), "ends after");
        tensor("data of another type", tensor_proto("w", f32, {1}).varint(5, 1), "field 4");
        tensor("no data", tensor_proto("w", f32, {2}), "its 2 elements are missing");
        tensor("a negative extent", tensor_proto("w", f32, {static_cast<std::uint64_t>(-2)}), "holds -2");
        tensor("huge", tensor_proto("w", f32, {1ULL << 40U, 1ULL << 40U}), "more elements");
        tensor("huge in bits", tensor_proto("w", f32, {1ULL << 60U}), "more bits");
        tensor("a segment", f32_tensor("w", {1}, {1}).bytes(3, Proto().varint(1, 0)), "segment");
        tensor("a name of no text", f32_tensor("\xff\xfe", {1}, {1}), "UTF-8");
        tensor("a zero byte in a name", f32_tensor(std::string_view("a\0b", 3), {1}, {1}), "zero byte");
        tensor("many axes", tensor_proto("w", f32, std::vector<std::uint64_t>(65, 1)), "64 dimensions");
        row("a name twice",
            onnx_file(Proto().bytes(5, f32_tensor("w", {1}, {1})).bytes(5, f32_tensor("w", {1}, {2}))),
            "twice");
        Proto sets = Proto().raw(valid);
        for (int i = 0; i < 2000; ++i)
            sets.bytes(8, Proto().varint(2, 1));
        row("operator sets without end", sets.text(), "this model imports too many operator sets");
        row("deep graphs", onnx_file(nested_graph(40)), "deep");
        row("a JSON file", "{\"a\":1}", "is JSON text");
    }
    void damaged_files_are_refused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const std::string said = wrongly_said_of(folder_.put("bad.onnx", bytes.toStdString()), words);
        QVERIFY2(said.empty(), said.c_str());
    }

    void graphs_may_be_as_deep_as_people_write_them() {
        QCOMPARE(open(nested_graph(30))->tensors().size(), std::size_t{1});
    }

    void a_large_model_opens_at_once() {
        const auto path = folder_.path("large.onnx");
        // 64 tensors of 64 MiB, none of it on the disk: the sizes of the messages are what counts.
        constexpr std::uint64_t elements = 16 << 20;
        constexpr int tensors = 64;
        std::string head = Proto().varint(1, 8).bytes(8, Proto().varint(2, 13)).text();
        std::vector<std::string> starts;
        std::uint64_t graph_bytes = 0;
        for (int number = 0; number < tensors; ++number) {
            const Proto start = tensor_proto(fmt::format("w{}", number), f32, {elements})
                                    .number(9U << 3U | 2U)
                                    .number(4 * elements);
            const std::uint64_t size = start.text().size() + 4 * elements;
            starts.push_back(Proto().number(5U << 3U | 2U).number(size).text() + start.text());
            graph_bytes += starts.back().size() + 4 * elements;
        }
        head += Proto().number(7U << 3U | 2U).number(graph_bytes).text();
        {
            std::ofstream file(path, std::ios::binary);
            file << head;
            auto position = static_cast<std::streamoff>(head.size());
            for (const std::string& start : starts) {
                file.seekp(position);
                file << start;
                position += static_cast<std::streamoff>(start.size() + 4 * elements);
            }
        }
        std::filesystem::resize_file(path, head.size() + graph_bytes);
        QElapsedTimer timer;
        timer.start();
        const auto model = open_model(path);
        QVERIFY2(timer.elapsed() < 1000, std::to_string(timer.elapsed()).c_str());
        QCOMPARE(model->tensors().size(), std::size_t{tensors});
        QCOMPARE(model->bytes(), std::uint64_t{tensors} * 4 * elements);  // 4 GiB
        std::vector<float> last(1);
        model->read_floats(*model->find("w63"), elements - 1, last);
        QVERIFY(last[0] == 0);
    }
};

QTEST_GUILESS_MAIN(TestOnnx)
#include "test_onnx.moc"
