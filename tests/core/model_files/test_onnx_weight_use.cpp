// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model.h"
#include "tests/support/model_facts.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <fmt/format.h>

#include <string>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// One weight with a node that uses it.
Proto graph_using(const Proto& tensor, const Proto& node) {
    return Proto().bytes(1, node).bytes(5, tensor);
}

std::string role_and_axes(const Model& model, const std::string& name) {
    const TensorInfo* tensor = model.find(name);
    if (tensor == nullptr) return "none of that name";
    std::string text(role_name(tensor->role));
    if (tensor->channel_axis) text += fmt::format(" {}", *tensor->channel_axis);
    if (tensor->input_axis) text += fmt::format(" {}", *tensor->input_axis);
    return text + (tensor->quantizable ? " weight" : "");
}

}  // namespace

// What a graph's nodes tell of its tensors, through branches and functions.
class TestOnnxWeightUse : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

    std::shared_ptr<const Model> open(const Proto& graph) const {
        return open_model(folder_.put("model.onnx", onnx_file(graph)));
    }

  private slots:
    void the_graph_says_what_a_weight_is_data() {
        QTest::addColumn<QByteArray>("node");
        QTest::addColumn<QList<int>>("shape");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const Proto& node, const QList<int>& shape,
                            const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(node.text()) << shape << QString(expected);
        };
        row("multiplied from the right", node_proto("MatMul", {"x", "w"}, {"y"}), {2, 3}, "dense 1 0 weight");
        row("from the left", node_proto("MatMul", {"w", "x"}, {"y"}), {2, 3}, "dense 0 1 weight");
        row("a stack", node_proto("MatMul", {"x", "w"}, {"y"}), {4, 2, 3}, "dense 2 1 weight");
        row("a vector", node_proto("MatMul", {"x", "w"}, {"y"}), {3}, "other");
        row("Gemm", node_proto("Gemm", {"x", "w"}, {"y"}), {2, 3}, "dense 1 0 weight");
        row("Gemm, transposed", node_proto("Gemm", {"x", "w"}, {"y"}).bytes(5, int_attribute("transB", 1)),
            {2, 3}, "dense 0 1 weight");
        row("Gemm, bias", node_proto("Gemm", {"x", "v", "w"}, {"y"}), {3}, "bias");
        row("Conv", node_proto("Conv", {"x", "w"}, {"y"}), {8, 2, 3, 3}, "convolution 0 1 weight");
        row("ConvTranspose", node_proto("ConvTranspose", {"x", "w"}, {"y"}), {8, 2, 3, 3},
            "convolution 1 0 weight");
        row("Conv, bias", node_proto("Conv", {"x", "v", "w"}, {"y"}), {8}, "bias");
        row("embedding", node_proto("Gather", {"w", "ids"}, {"y"}), {9, 4}, "token_embedding 0 1 weight");
        row("Gather along another axis",
            node_proto("Gather", {"w", "ids"}, {"y"}).bytes(5, int_attribute("axis", 1)), {9, 4},
            "other 0 1");
        row("LSTM", node_proto("LSTM", {"x", "w", "r"}, {"y"}), {1, 8, 4}, "recurrent 1 2 weight");
        row("GRU, recurrence", node_proto("GRU", {"x", "v", "w"}, {"y"}), {2, 6, 2}, "recurrent 1 2 weight");
        row("LSTM, bias", node_proto("LSTM", {"x", "v", "r", "w"}, {"y"}), {1, 16}, "bias 0 1");
        row("normalization", node_proto("LayerNormalization", {"x", "w"}, {"y"}), {4}, "norm");
        row("added", node_proto("Add", {"x", "w"}, {"y"}), {1, 4, 1, 1}, "bias 0 1");
        row("added, but no bias", node_proto("Add", {"x", "w"}, {"y"}), {3, 4}, "other 0 1");
        row("multiplied", node_proto("Mul", {"x", "w"}, {"y"}), {3, 4}, "other 0 1");
        row("a node in an attention",
            node_proto("MatMul", {"x", "w"}, {"y"}).bytes(3, "/model/layers.3/self_attn/q_proj/MatMul"),
            {2, 3}, "attention_q 1 0 weight");
        row("a node in a feed-forward layer",
            node_proto("Gemm", {"x", "w"}, {"y"}).bytes(3, "decoder/block.1/mlp/fc2/Gemm"), {2, 3},
            "ffn_down 1 0 weight");
        row("a table of positions",
            node_proto("Gather", {"w", "ids"}, {"y"}).bytes(3, "/embeddings/position_embeddings/Gather"),
            {9, 4}, "position_embedding 0 1 weight");
        row("a node with a short name", node_proto("MatMul", {"x", "w"}, {"y"}).bytes(3, "/MatMul"), {2, 3},
            "dense 1 0 weight");
        row("somebody else's MatMul", node_proto("MatMul", {"x", "w"}, {"y"}).bytes(7, "elsewhere"), {2, 3},
            "other 0 1");
        row("ONNX by its full name", node_proto("MatMul", {"x", "w"}, {"y"}).bytes(7, "ai.onnx"), {2, 3},
            "dense 1 0 weight");
        row("ONNX Runtime's own",
            node_proto("FusedMatMul", {"x", "w"}, {"y"})
                .bytes(7, "com.microsoft")
                .bytes(5, int_attribute("transB", 1)),
            {2, 3}, "dense 0 1 weight");
    }
    void the_graph_says_what_a_weight_is() {
        QFETCH(QByteArray, node);
        QFETCH(QList<int>, shape);
        QFETCH(QString, expected);
        std::size_t elements = 1;
        std::vector<std::uint64_t> dims;
        for (const int extent : shape) {
            dims.push_back(static_cast<std::uint64_t>(extent));
            elements *= dims.back();
        }
        const Proto tensor = f32_tensor("w", dims, std::vector<float>(elements, 1.0F));
        const auto model = open(graph_using(tensor, Proto().raw(node.toStdString())));
        QCOMPARE(QString::fromStdString(role_and_axes(*model, "w")), expected);
    }

    void a_weight_is_followed_to_where_it_is_used() {
        const Proto weight = f32_tensor("w", {2, 3}, {1, 2, 3, 4, 5, 6});
        const Proto transpose =
            node_proto("Transpose", {"w"}, {"t"}).bytes(5, ints_attribute("perm", {1, 0}));
        const Proto product = node_proto("MatMul", {"x", "t"}, {"y"});
        QCOMPARE(role_and_axes(*open(Proto().bytes(1, transpose).bytes(1, product).bytes(5, weight)), "w"),
                 std::string("dense 0 1 weight"));
        const Proto reversed = node_proto("Transpose", {"w"}, {"t"});
        QCOMPARE(role_and_axes(*open(Proto().bytes(1, reversed).bytes(1, product).bytes(5, weight)), "w"),
                 std::string("dense 0 1 weight"));
        const Proto cast = node_proto("Cast", {"w"}, {"c"});
        const Proto same = node_proto("Identity", {"c"}, {"t"});
        QCOMPARE(role_and_axes(
                     *open(Proto().bytes(1, cast).bytes(1, same).bytes(1, product).bytes(5, weight)), "w"),
                 std::string("dense 1 0 weight"));
        const Proto table = node_proto("Gather", {"w", "ids"}, {"e"});
        QCOMPARE(
            role_and_axes(
                *open(Proto().bytes(1, transpose).bytes(1, product).bytes(1, table).bytes(5, weight)), "w"),
            std::string("token_embedding 0 1 weight"));
        // TensorFlow's order: kernel, inputs, outputs.
        const Proto kernel = f32_tensor("w", {3, 3, 2, 4}, std::vector<float>(72, 1.0F));
        const Proto to_onnx =
            node_proto("Transpose", {"w"}, {"t"}).bytes(5, ints_attribute("perm", {3, 2, 0, 1}));
        const Proto conv = node_proto("Conv", {"x", "t"}, {"y"});
        QCOMPARE(role_and_axes(*open(Proto().bytes(1, to_onnx).bytes(1, conv).bytes(5, kernel)), "w"),
                 std::string("convolution 3 0 weight"));
    }

    void gates_of_recurrent_layers_are_put_in_order() {
        const Proto graph = Proto()
                                .bytes(5, f32_tensor("w", {8, 4}, std::vector<float>(32, 1.0F)))
                                .bytes(1, node_proto("Slice", {"w", "a", "b"}, {"first"}))
                                .bytes(1, node_proto("Slice", {"w", "b", "c"}, {"second"}))
                                .bytes(1, node_proto("Concat", {"second", "first"}, {"gates"}))
                                .bytes(1, node_proto("Unsqueeze", {"gates", "zero"}, {"stacked"}))
                                .bytes(1, node_proto("LSTM", {"x", "stacked", "r"}, {"y"}));
        QCOMPARE(role_and_axes(*open(graph), "w"), std::string("recurrent 0 1 weight"));
    }

    void constants_and_branches() {
        const Proto inner = Proto()
                                .bytes(1, constant_node("k", f32_tensor("", {2, 2}, {1, 2, 3, 4})))
                                .bytes(1, node_proto("MatMul", {"x", "k"}, {"p"}))
                                .bytes(1, node_proto("MatMul", {"p", "outer"}, {"q"}));
        const Proto other = Proto().bytes(1, constant_node("k", f32_tensor("", {1}, {9})));
        const Proto graph =
            Proto()
                .bytes(1, Proto()
                              .bytes(2, "f")
                              .bytes(4, "Constant")
                              .bytes(5, Proto().bytes(1, "value_float").fixed32(2, 2.5F)))
                .bytes(1, Proto()
                              .bytes(2, "fs")
                              .bytes(4, "Constant")
                              .bytes(5, Proto().bytes(1, "value_floats").bytes(7, packed<float>({1, 2}))))
                .bytes(1, node_proto("If", {"c"}, {"y"})
                              .bytes(5, graph_attribute("then_branch", inner))
                              .bytes(5, graph_attribute("else_branch", other)))
                .bytes(5, f32_tensor("outer", {2, 2}, {1, 1, 1, 1}));
        const auto model = open(graph);
        std::string names;
        for (const TensorInfo& tensor : model->tensors())
            names += tensor.name + " ";
        QCOMPARE(names, std::string("outer f fs y.then_branch/k y.else_branch/k "));
        QCOMPARE(role_and_axes(*model, "y.then_branch/k"), std::string("dense 1 0 weight"));
        QCOMPARE(role_and_axes(*model, "outer"), std::string("dense 1 0 weight"));
        QCOMPARE(values_of(*model, "f"), std::vector<double>{2.5});
        QCOMPARE(values_of(*model, "fs"), (std::vector<double>{1, 2}));
        QCOMPARE(values_of(*model, "y.then_branch/k"), (std::vector<double>{1, 2, 3, 4}));
    }

    void functions_say_what_their_inputs_are_for() {
        const auto function = [](const char* name, const Proto& node) {
            return Proto()
                .bytes(1, name)
                .bytes(4, "x")
                .bytes(4, "weight")
                .bytes(5, "y")
                .bytes(7, node)
                .bytes(10, "own");
        };
        const Proto inner = function(
            "Inner", node_proto("Gemm", {"x", "weight"}, {"y"}).bytes(5, int_attribute("transB", 1)));
        const Proto outer = function("Outer", node_proto("Inner", {"x", "weight"}, {"y"}).bytes(7, "own"))
                                .bytes(7, constant_node("c", f32_tensor("", {1}, {3})));
        const Proto endless =
            function("Endless", node_proto("Endless", {"x", "weight"}, {"y"}).bytes(7, "own"));
        const Proto graph = Proto()
                                .bytes(1, node_proto("Outer", {"a", "w"}, {"b"}).bytes(7, "own"))
                                .bytes(1, node_proto("Endless", {"a", "v"}, {"d"}).bytes(7, "own"))
                                .bytes(5, f32_tensor("w", {2, 3}, {1, 2, 3, 4, 5, 6}))
                                .bytes(5, f32_tensor("v", {1}, {1}));
        const auto model = open_model(folder_.put(
            "functions.onnx",
            Proto().raw(onnx_file(graph)).bytes(25, outer).bytes(25, inner).bytes(25, endless).text()));
        QCOMPARE(role_and_axes(*model, "w"), std::string("dense 0 1 weight"));
        QCOMPARE(role_and_axes(*model, "v"), std::string("other"));
        QCOMPARE(values_of(*model, "own.Outer/c"), std::vector<double>{3});
    }

    // Unknown fields are passed over, wherever they stand.
    void newer_fields_do_not_matter() {
        const Proto tensor = f32_tensor("w", {2, 2}, {1, 2, 3, 4})
                                 .bytes(77, "new")
                                 .varint(78, 5)
                                 .number(79U << 3U | 1U)
                                 .plain(2.5);
        const Proto node = node_proto("MatMul", {"x", "w"}, {"y"}).bytes(99, "new");
        const auto model = open(graph_using(tensor, node).bytes(55, "new"));
        QCOMPARE(role_and_axes(*model, "w"), std::string("dense 1 0 weight"));
    }
};

QTEST_GUILESS_MAIN(TestOnnxWeightUse)
#include "test_onnx_weight_use.moc"
