// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/export_target.h"
#include "core/exports/onnx/opset_changes.h"
#include "core/exports/onnx/stored_weight.h"
#include "core/model_files/input_file.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <stop_token>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

const ExportTarget& target() {
    return find_export_target("onnx-qdq");
}

// MatMul with w, 8 inputs and 2 outputs.
Proto product_graph() {
    std::vector<float> values(16);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(i) / 10 - 0.7F;
    return Proto()
        .bytes(1, node_proto("MatMul", {"x", "w"}, {"y"}))
        .bytes(5, f32_tensor("w", {8, 2}, values));
}

Plan plan_of(const std::string& tensor, const std::string& scheme) {
    return {"", "", {{tensor, parse_scheme(scheme)}}};
}

std::int64_t int_property(const Model& model, const std::string& key) {
    for (const auto& [name, value] : model.properties())
        if (name == key) return std::stoll(value);
    return -1;
}

std::string described(const Model& model) {
    std::string text;
    for (const TensorInfo& tensor : model.tensors())
        text += fmt::format("{} {} {}; ", tensor.name, tensor.dtype_name, fmt::join(tensor.shape, "x"));
    return text;
}

}  // namespace

class TestOnnxQdq : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;
    std::vector<Issue> issues_;

    std::shared_ptr<const Model> put(const std::string& bytes) const {
        return open_model(folder_.put("model.onnx", bytes));
    }
    // Writes it and opens what was written.
    std::shared_ptr<const Model> written(const Model& model, const Plan& plan) {
        issues_.clear();
        ExportRequest request{model, plan, folder_.path("out.onnx")};
        request.on_issue = [this](const Issue& issue) { issues_.push_back(issue); };
        target().export_plan(request);
        return open_model(folder_.path("out.onnx"));
    }
    bool has_issue(const char* words) const {
        return std::ranges::any_of(issues_,
                                   [&](const Issue& issue) { return contains(issue.message, words); });
    }
    std::string refusal(const Model& model, const Plan& plan) {
        fs::remove(folder_.path("out.onnx"));
        std::string error = error_of([&] { written(model, plan); });
        if (fs::exists(folder_.path("out.onnx"))) error += " BUT A FILE WAS WRITTEN";
        for (const auto& entry : fs::directory_iterator(folder_.path()))
            if (entry.path().filename().string().ends_with(".halfstep-part")) error += " AND PARTS LEFT";
        return error;
    }
    void verify_refused(const Model& model, const Plan& plan, const char* words) {
        const std::string error = refusal(model, plan);
        QVERIFY2(contains(error, words) && !contains(error, "BUT A FILE") && !contains(error, "AND PARTS"),
                 error.c_str());
    }

  private slots:
    void an_initializer_becomes_codes_scales_and_zero_points() {
        const auto model = put(onnx_file(product_graph()));
        QCOMPARE(described(*written(*model, plan_of("w", "int8"))),
                 std::string("w_quantized i8 8x2; w_scale f32 2; w_zero_point i8 2; "));
        QCOMPARE(described(*written(*model, plan_of("w", "int8:asym:tensor"))),
                 std::string("w_quantized u8 8x2; w_scale f32 ; w_zero_point u8 ; "));
        QCOMPARE(described(*written(*model, plan_of("w", "int4:asym:g4"))),
                 std::string("w_quantized u4 8x2; w_scale f32 2x2; w_zero_point u4 2x2; "));
        QCOMPARE(described(*written(*model, plan_of("w", "int3:g8"))),
                 std::string("w_quantized i4 8x2; w_scale f32 2; w_zero_point i4 2; "));
        QCOMPARE(described(*written(*model, plan_of("w", "int12"))),
                 std::string("w_quantized i16 8x2; w_scale f32 2; w_zero_point i16 2; "));
        QCOMPARE(described(*written(*model, plan_of("w", "fp8_e5m2"))),
                 std::string("w_quantized f8_e5m2 8x2; w_scale f32 2; "));
        QCOMPARE(described(*written(*model, plan_of("w", "fp16"))), std::string("w_quantized f16 8x2; "));
    }

    // 0.8 is the largest of column 0, 0.8 = 127 steps; by hand.
    void the_numbers_are_ours() {
        const auto out = written(*put(onnx_file(product_graph())), plan_of("w", "int8"));
        std::vector<float> scales(2);
        out->read_floats(*out->find("w_scale"), 0, scales);
        QCOMPARE(scales[0], 0.7F / 127);
        QCOMPARE(scales[1], (1.5F - 0.7F) / 127);
        std::vector<std::int8_t> codes(16);
        out->read_bytes(*out->find("w_quantized"), 0, std::as_writable_bytes(std::span(codes)));
        QCOMPARE(int{codes[0]}, -127);                                             // -0.7 of column 0
        QCOMPARE(int{codes[1]}, static_cast<int>(std::lround(-0.6 / 0.8 * 127)));  // of column 1
        QCOMPARE(int{codes[15]}, 127);
    }

    void operator_set_and_version_are_raised_as_far_as_needed_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<int>("opset");
        QTest::addColumn<int>("ir_version");
        QTest::newRow("one scale") << "int8:tensor" << 10 << 5;
        QTest::newRow("channels") << "int8" << 13 << 7;
        QTest::newRow("fp8") << "fp8_e4m3" << 19 << 9;
        QTest::newRow("4 bits") << "int4" << 21 << 10;
        QTest::newRow("16 bits") << "int16:tensor" << 21 << 10;
        QTest::newRow("groups") << "int8:g4" << 21 << 10;
        QTest::newRow("half floats") << "fp16" << 9 << 4;
    }
    void operator_set_and_version_are_raised_as_far_as_needed() {
        QFETCH(QString, scheme);
        QFETCH(int, opset);
        QFETCH(int, ir_version);
        const auto old = put(onnx_file(product_graph(), 9, 4));
        const auto out = written(*old, plan_of("w", scheme.toStdString()));
        QCOMPARE(int_property(*out, "opset"), std::int64_t{opset});
        QCOMPARE(int_property(*out, "ir_version"), std::int64_t{ir_version});
        QCOMPARE(has_issue("operator set was raised"), opset != 9);
        const auto newer = put(onnx_file(product_graph(), 22, 11));
        QCOMPARE(int_property(*written(*newer, plan_of("w", scheme.toStdString())), "opset"),
                 std::int64_t{22});
        QVERIFY(!has_issue("operator set"));
    }

    void more_bits_than_planned_are_said() {
        const auto model = put(onnx_file(product_graph(), 21, 10));
        written(*model, plan_of("w", "int3"));  // 16 codes of 3 bits and 2 scales, or of 4 and 2 zero points
        QVERIFY(has_issue("some weights take 17 B where the plan counts 14 B"));
        written(*model, plan_of("w", "int4:g4"));  // 4 scales of 16 bits
        QVERIFY(has_issue("some weights take 24 B where the plan counts 16 B"));
        for (const char* exactly :
             {"int4:g4:s32", "int4:asym:g4:s32", "int8:tensor", "int16:asym", "fp8_e4m3", "fp16"}) {
            written(*model, plan_of("w", exactly));
            QVERIFY2(issues_.empty(), exactly);
        }
    }

    void everything_else_stays_as_it_is() {
        const Proto other =
            node_proto("Relu", {"y"}, {"z"}).bytes(3, "after").bytes(99, "of a newer version");
        const Proto bias = tensor_proto("b", 1, {2}).bytes(12, "a comment").bytes(4, packed<float>({1, 2}));
        const Proto output = Proto().bytes(1, "z").bytes(77, "unknown");
        const std::string source = onnx_file(Proto()
                                                 .raw(product_graph().text())
                                                 .bytes(1, other)
                                                 .bytes(5, bias)
                                                 .bytes(12, output)
                                                 .bytes(88, "unknown"));
        const auto model = put(
            Proto().raw(source).bytes(14, Proto().bytes(1, "key").bytes(2, "value")).bytes(60, "?").text());
        written(*model, plan_of("w", "int8"));
        const std::string out = content_of(folder_.path("out.onnx"));
        for (const Proto& part :
             {Proto().bytes(1, node_proto("MatMul", {"x", "w"}, {"y"})), Proto().bytes(1, other),
              Proto().bytes(5, bias), Proto().bytes(12, output), Proto().bytes(88, "unknown"),
              Proto().bytes(2, "test"), Proto().bytes(60, "?")})
            QVERIFY(contains(out, part.text()));
        // The node that gives the weight back comes before the one that uses it.
        QVERIFY(out.find("DequantizeLinear") < out.find("MatMul"));
    }

    void inputs_that_only_give_a_weight_a_default_go() {
        const std::string input = Proto().bytes(11, Proto().bytes(1, "w")).text();
        const std::string another = Proto().bytes(11, Proto().bytes(1, "x")).text();
        const auto model = put(onnx_file(Proto().raw(product_graph().text()).raw(another).raw(input), 9, 3));
        written(*model, plan_of("w", "int8"));
        const std::string out = content_of(folder_.path("out.onnx"));
        QVERIFY(contains(out, another));
        QVERIFY(!contains(out, input));
    }

    void names_that_are_taken_are_not_used() {
        const Proto graph =
            Proto().raw(product_graph().text()).bytes(1, node_proto("Relu", {"y"}, {"w_scale"}));
        const auto out = written(*put(onnx_file(graph)), plan_of("w", "int8"));
        QVERIFY(out->find("w_scale_2") != nullptr);
    }

    void constants_in_branches() {
        const Proto branch = Proto()
                                 .bytes(1, constant_node("k", f32_tensor("", {2, 2}, {1, 2, 3, 4})))
                                 .bytes(1, node_proto("MatMul", {"x", "k"}, {"p"}));
        const Proto graph =
            Proto().bytes(1, node_proto("If", {"c"}, {"y"}).bytes(5, graph_attribute("then_branch", branch)));
        const auto out = written(*put(onnx_file(graph)), plan_of("y.then_branch/k", "int8"));
        QCOMPARE(described(*out),
                 std::string("y.then_branch/k_quantized i8 2x2; y.then_branch/k_scale f32 2; "
                             "y.then_branch/k_zero_point i8 2; "));
    }

    void data_beside_the_model() {
        std::vector<float> values(600, 0.5F);
        values[7] = -1;
        folder_.put("weights.bin", packed(values) + packed(values));
        const auto external = [](const char* name, const char* offset) {
            return tensor_proto(name, 1, {300, 2})
                .bytes(13, Proto().bytes(1, "location").bytes(2, "weights.bin"))
                .bytes(13, Proto().bytes(1, "offset").bytes(2, offset))
                .varint(14, 1);
        };
        const Proto graph = Proto()
                                .bytes(1, node_proto("MatMul", {"x", "w"}, {"y"}))
                                .bytes(1, node_proto("Mul", {"y", "kept"}, {"z"}))
                                .bytes(5, external("w", "0"))
                                .bytes(5, external("kept", "2400"));
        const auto model = put(onnx_file(graph));
        const Plan plan = plan_of("w", "int16:asym");
        const std::vector<fs::path> files = target().export_plan({*model, plan, folder_.path("out.onnx")});
        QCOMPARE(files, (std::vector<fs::path>{folder_.path("out.onnx"), folder_.path("out.onnx.data")}));
        fs::remove(folder_.path("weights.bin"));
        const auto out = open_model(folder_.path("out.onnx"));
        std::vector<float> kept(600);
        out->read_floats(*out->find("kept"), 0, kept);
        QVERIFY(kept == values);
        QVERIFY(out->find("w_quantized")->file == out->find("kept")->file);
        QVERIFY(out->find("w_quantized")->file_offset % 4096 == 0);
        std::vector<std::uint16_t> codes(600);
        out->read_bytes(*out->find("w_quantized"), 0, std::as_writable_bytes(std::span(codes)));
        QCOMPARE(codes[7], std::uint16_t{0});
    }

    void the_open_model_may_be_written_over() {
        const auto model = put(onnx_file(product_graph()));
        const Plan plan = plan_of("w", "int8");
        target().export_plan({*model, plan, model->path()});
        QVERIFY(open_model(model->path())->find("w_quantized") != nullptr);
    }

    void refusals() {
        const auto model = put(onnx_file(product_graph()));
        verify_refused(*model, {}, "the plan keeps every tensor");
        verify_refused(*model, plan_of("w", "nf4"), "DequantizeLinear knows no nf4");
        verify_refused(*model, plan_of("w", "q4_0"), "DequantizeLinear knows no q4_0");
        verify_refused(*model, plan_of("w", "fp32"), "choose keep");

        const auto ancient = put(onnx_file(product_graph(), 4, 3));
        verify_refused(*ancient, plan_of("w", "int8"), "needs ONNX operator set 13, the model has 4");

        const Proto scan = Proto()
                               .raw(product_graph().text())
                               .bytes(1, node_proto("TopK", {"y"}, {"a", "b"}).bytes(3, "best"));
        verify_refused(*put(onnx_file(scan, 9, 4)), plan_of("w", "int8"),
                       "TopK has another form or meaning since operator set 10 (node 'best')");

        const Proto conv = Proto()
                               .bytes(1, node_proto("Conv", {"x", "w"}, {"y"}))
                               .bytes(5, f32_tensor("w", {2, 5, 3, 3}, std::vector<float>(90, 0.5F)));
        verify_refused(*put(onnx_file(conv)), plan_of("w", "int8:g2"),
                       "run over several axes of it (2 x 5 x 3 x 3)");

        const float nan = std::numeric_limits<float>::quiet_NaN();
        const Proto holes = Proto()
                                .bytes(1, node_proto("MatMul", {"x", "w"}, {"y"}))
                                .bytes(5, f32_tensor("w", {2, 2}, {1, nan, 2, 3}));
        verify_refused(*put(onnx_file(holes)), plan_of("w", "int8"), "not finite");

        const Proto function = Proto()
                                   .bytes(1, "F")
                                   .bytes(10, "d")
                                   .bytes(4, "x")
                                   .bytes(5, "y")
                                   .bytes(7, constant_node("k", f32_tensor("", {2, 2}, {1, 2, 3, 4})))
                                   .bytes(7, node_proto("MatMul", {"x", "k"}, {"y"}));
        verify_refused(*put(Proto().raw(onnx_file(product_graph())).bytes(25, function).text()),
                       plan_of("d.F/k", "int8"), "inside a function");
    }

    void a_stop_leaves_nothing_behind() {
        const auto model = put(onnx_file(product_graph()));
        const Plan plan = plan_of("w", "int8");
        folder_.put("out.onnx", "what was there");
        // Stopped at each of its steps in turn: first before the first one.
        for (int steps = 0; steps < 3; ++steps) {
            std::stop_source source;
            ExportRequest request{*model, plan, folder_.path("out.onnx")};
            request.job.stop = source.get_token();
            int left = steps;
            request.job.progress = [&](double) {
                if (--left <= 0) source.request_stop();
            };
            if (steps == 0) source.request_stop();
            QVERIFY_THROWS_EXCEPTION(Cancelled, target().export_plan(request));
            QCOMPARE(content_of(folder_.path("out.onnx")), std::string("what was there"));
            QVERIFY(!fs::exists(folder_.path(".out.onnx.halfstep-part")));
        }
    }

    void scales_of_every_layout_data() {
        QTest::addColumn<QList<int>>("shape");
        QTest::addColumn<int>("channel_axis");
        QTest::addColumn<int>("input_axis");
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const QList<int>& shape, int channel, int input,
                            const char* scheme, const char* expected) {
            QTest::newRow(name) << shape << channel << input << QString(scheme) << QString(expected);
        };
        row("rows", {6, 8}, 0, 1, "int8", "axis 0, 6, opset 13");
        row("rows, groups", {6, 8}, 0, 1, "int8:g3", "axis 1, blocks of 3, 6x3, opset 21");
        row("columns", {8, 6}, 1, 0, "int8", "axis 1, 6, opset 13");
        row("columns, groups", {8, 6}, 1, 0, "int8:g4", "axis 0, blocks of 4, 2x6, opset 21");
        row("a whole row is a group", {6, 8}, 0, 1, "int8:g64", "axis 0, 6, opset 13");
        row("stack of matrices", {3, 8, 6}, 2, 1, "int8", "axis 1, blocks of 8, 3x1x6, opset 21");
        row("stack of matrices, groups", {3, 8, 6}, 2, 1, "int8:g4", "axis 1, blocks of 4, 3x2x6, opset 21");
        row("LSTM", {1, 6, 8}, 1, 2, "int8", "axis 1, 6, opset 13");
        row("LSTM of two directions", {2, 6, 8}, 1, 2, "int8", "axis 2, blocks of 8, 2x6x1, opset 21");
        row("convolution", {6, 4, 3, 3}, 0, 1, "int8", "axis 0, 6, opset 13");
        row("pointwise convolution, groups", {6, 8, 1, 1}, 0, 1, "int8:g4",
            "axis 1, blocks of 4, 6x2x1x1, opset 21");
        row("groups of a kernel's rows", {6, 4, 3, 4}, 0, 1, "int8:g2",
            "axis 3, blocks of 2, 6x4x3x2, opset 21");
        row("transposed convolution", {8, 6, 3, 3}, 1, 0, "int8", "axis 1, 6, opset 13");
        row("one row", {1, 8}, 0, 1, "int8", "one, opset 10");
        row("one scale", {6, 8}, 0, 1, "int8:tensor", "one, opset 10");
        row("groups across a kernel", {6, 4, 3, 3}, 0, 1, "int8:g4", "refused");
        row("groups across a transposed kernel", {8, 6, 3, 3}, 1, 0, "int8:g3", "refused");
    }
    void scales_of_every_layout() {
        QFETCH(QList<int>, shape);
        QFETCH(int, channel_axis);
        QFETCH(int, input_axis);
        QFETCH(QString, scheme);
        QFETCH(QString, expected);
        TensorInfo tensor;
        tensor.name = "w";
        tensor.dtype = DType::f32;
        tensor.shape.assign(shape.begin(), shape.end());
        tensor.elements = 1;
        for (const std::int64_t extent : tensor.shape)
            tensor.elements *= static_cast<std::uint64_t>(extent);
        tensor.channel_axis = channel_axis;
        tensor.input_axis = input_axis;
        std::string found = "refused";
        try {
            const StoredWeight weight = stored_weight(tensor, parse_scheme(scheme.toStdString()));
            found = weight.axis ? fmt::format("axis {}, ", *weight.axis) : "one, ";
            if (weight.block_size != 0) found += fmt::format("blocks of {}, ", weight.block_size);
            if (weight.axis) found += fmt::format("{}, ", fmt::join(weight.scale_shape, "x"));
            found += fmt::format("opset {}", weight.opset);
        } catch (const Error&) {
        }
        QCOMPARE(QString::fromStdString(found), expected);
    }

    void nodes_in_newer_operator_sets_data() {
        QTest::addColumn<QByteArray>("node");
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const Proto& node, int from, int to, const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(node.text()) << from << to << QString(expected);
        };
        const Proto squeeze = node_proto("Squeeze", {"x"}, {"y"}).bytes(5, ints_attribute("axes", {1}));
        const Proto mean = node_proto("ReduceMean", {"x"}, {"y"}).bytes(5, ints_attribute("axes", {1}));
        const auto softmax = [](const char* input, std::uint64_t axis) {
            return node_proto("Softmax", {input}, {"y"}).bytes(5, int_attribute("axis", axis));
        };
        row("Conv", node_proto("Conv", {"x", "w"}, {"y"}), 7, 21, "same");
        row("Squeeze", squeeze, 12, 13, "axes");
        row("Squeeze, later", squeeze, 13, 21, "same");
        row("Squeeze of all", node_proto("Squeeze", {"x"}, {"y"}), 12, 21, "same");
        row("ReduceMean", mean, 13, 21, "axes");
        row("ReduceMean, not so far", mean, 13, 17, "same");
        row("Slice",
            node_proto("Slice", {"x"}, {"y"})
                .bytes(5, ints_attribute("axes", {1}))
                .bytes(5, ints_attribute("ends", {2}))
                .bytes(5, ints_attribute("starts", {0})),
            9, 10, "starts ends axes");
        row("Split by sizes",
            node_proto("Split", {"x"}, {"a", "b"}).bytes(5, ints_attribute("split", {1, 2})), 12, 21,
            "split");
        row("Split evenly", node_proto("Split", {"x"}, {"a", "b"}), 13, 21, "2 outputs");
        row("Split by an input", node_proto("Split", {"x", "sizes"}, {"a", "b"}), 13, 21, "same");
        row("Softmax over the last of three", softmax("three", 2), 9, 13, "same");
        row("Softmax over two of three", softmax("three", 1), 9, 13, "flattened from 1");
        row("Softmax of who knows what", softmax("x", 1), 9, 13, "flattened from 1");
        row("Softmax over the last", softmax("x", static_cast<std::uint64_t>(-1)), 12, 13, "same");
        row("Softmax, later", softmax("x", 1), 13, 21, "same");
        row("Clip", node_proto("Clip", {"x"}, {"y"}).bytes(5, Proto().bytes(1, "max").fixed32(2, 6)), 10, 11,
            "refused");
        row("Clip of nothing", node_proto("Clip", {"x"}, {"y"}), 10, 11, "same");
        row("Upsample", node_proto("Upsample", {"x"}, {"y"}), 7, 9, "refused");
        row("Dropout",
            node_proto("Dropout", {"x"}, {"y"}).bytes(5, Proto().bytes(1, "ratio").fixed32(2, 0.5F)), 10, 12,
            "refused");
        row("BatchNormalization for training", node_proto("BatchNormalization", {"x"}, {"y", "m"}), 13, 14,
            "refused");
        row("BatchNormalization", node_proto("BatchNormalization", {"x"}, {"y"}), 9, 21, "same");
        row("RoiAlign", node_proto("RoiAlign", {"x"}, {"y"}), 15, 16, "refused");
        row("GroupNormalization", node_proto("GroupNormalization", {"x"}, {"y"}), 18, 21, "refused");
        row("another domain's", node_proto("Pad", {"x"}, {"y"}).bytes(7, "own"), 7, 21, "same");
    }
    void nodes_in_newer_operator_sets() {
        QFETCH(QByteArray, node);
        QFETCH(int, from);
        QFETCH(int, to);
        QFETCH(QString, expected);
        const InputFile file(folder_.put("node", node.toStdString()));
        ByteReader bytes(file);
        const OnnxNode read = read_onnx_node(bytes, {0, file.size()});
        const OpsetAdaptation adaptation = adapt_to_opset(read, from, to, [](const std::string& value) {
            return value == "three" ? std::optional<std::size_t>(3) : std::nullopt;
        });
        std::string found =
            adaptation.changes_nothing() ? "same" : fmt::format("{}", fmt::join(adaptation.to_inputs, " "));
        if (adaptation.outputs_counted) found = fmt::format("{} outputs", *adaptation.outputs_counted);
        if (adaptation.flattened_from) found = fmt::format("flattened from {}", *adaptation.flattened_from);
        if (!adaptation.refusal.empty()) found = "refused";
        QCOMPARE(QString::fromStdString(found), expected);
    }
};

QTEST_GUILESS_MAIN(TestOnnxQdq)
#include "test_onnx_qdq.moc"
