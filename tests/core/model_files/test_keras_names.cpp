// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras_config.h"
#include "core/model_files/keras/object_paths.h"
#include "core/model_files/keras/variable_names.h"

#include <QTest>

using namespace halfstep;

// Names of layers and variables as Keras makes them, and what they are turned into.
class TestKerasNames : public QObject {
    Q_OBJECT

    static QString text(std::string_view view) {
        return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
    }

  private slots:
    void classes_are_named_as_keras_does_data() {
        QTest::addColumn<QString>("class_name");
        QTest::addColumn<QString>("name");
        for (const auto& [class_name, name] :
             {std::pair("Dense", "dense"), std::pair("LSTM", "lstm"), std::pair("LSTMCell", "lstm_cell"),
              std::pair("Conv2D", "conv2d"), std::pair("Conv2DTranspose", "conv2d_transpose"),
              std::pair("DepthwiseConv2D", "depthwise_conv2d"), std::pair("MaxPooling2D", "max_pooling2d"),
              std::pair("BatchNormalization", "batch_normalization"), std::pair("PReLU", "p_re_lu"),
              std::pair("EinsumDense", "einsum_dense")})
            QTest::newRow(class_name) << QString(class_name) << QString(name);
    }
    void classes_are_named_as_keras_does() {
        QFETCH(QString, class_name);
        QFETCH(QString, name);
        QCOMPARE(text(snake_case(class_name.toStdString())), name);
    }

    void classes_are_known_by_names() {
        QCOMPARE(text(class_named_like("conv2d_12")), "Conv2D");
        QCOMPARE(text(class_named_like("batchnormalization_1")), "BatchNormalization");
        QCOMPARE(text(class_named_like("lstm")), "LSTM");
        QCOMPARE(text(class_named_like("dense_a")), "");
        QCOMPARE(text(class_named_like("")), "");
        QCOMPARE(text(without_number("dense_12")), "dense");
        QCOMPARE(text(without_number("conv2d")), "conv2d");
        QCOMPARE(text(without_number("_1")), "_1");
        QCOMPARE(text(without_number("12")), "12");
    }

    void weights_are_named_after_their_layer_data() {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<QString>("weight");
        QTest::addColumn<QString>("name");
        const auto row = [](const char* layer, const char* weight, const char* name) {
            QTest::newRow(weight) << QString(layer) << QString(weight) << QString(name);
        };
        row("dense", "dense/kernel:0", "dense/kernel");
        row("conv2d_1", "conv2d_1_1/kernel:0", "conv2d_1/kernel");
        row("dense", "sequential/dense/kernel", "dense/kernel");
        row("dense_1", "dense_1_W", "dense_1/W");
        row("lstm", "lstm/lstm_cell/recurrent_kernel:0", "lstm/lstm_cell/recurrent_kernel");
        row("model_2", "dense_5/kernel:0", "model_2/dense_5/kernel");
        row("twin", "kernel", "twin/kernel");
        row("dense", "dense", "dense/dense");
        row("dense", "dense/", "dense/");
        row("dense", "", "dense/");
        row("dense", ":0", "dense/");
        row("", "kernel:0", "/kernel");
    }
    void weights_are_named_after_their_layer() {
        QFETCH(QString, layer);
        QFETCH(QString, weight);
        QFETCH(QString, name);
        QCOMPARE(text(legacy_tensor_name(layer.toStdString(), weight.toStdString())), name);
    }

    void numbered_variables_get_their_names() {
        KerasLayer layer;
        const auto names = [&](const char* class_name, std::size_t count) {
            layer.class_name = class_name;
            QStringList list;
            for (std::size_t index = 0; index < count; ++index)
                list << text(variable_name(layer, index, count));
            return list.join(' ');
        };
        QCOMPARE(names("Dense", 2), "kernel bias");
        QCOMPARE(names("SeparableConv2D", 3), "depthwise_kernel pointwise_kernel bias");
        QCOMPARE(names("GRUCell", 3), "kernel recurrent_kernel bias");
        QCOMPARE(names("BatchNormalization", 4), "gamma beta moving_mean moving_variance");
        QCOMPARE(names("BatchNormalization", 3), "0 1 2");  // gamma or beta: nothing says which
        QCOMPARE(names("Mine", 2), "0 1");
        layer.scale = false;
        layer.center = true;
        QCOMPARE(names("BatchNormalization", 3), "beta moving_mean moving_variance");
        layer.use_bias = false;
        QCOMPARE(names("Dense", 2), "kernel kernel_scale");
        layer.use_bias = true;
        QCOMPARE(names("Dense", 3), "kernel bias kernel_scale");
    }

    void paths_lead_through_the_configuration() {
        const KerasConfig config = read_keras_config(
            R"({"config": {"layers": [
                {"config": {"name": "in"}, "class_name": "InputLayer"},
                {"class_name": "Dense", "config": {"name": "first"}},
                {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"name": "deep"}}], "name": "part"},
                {"class_name": "Dense", "config": {"name": "second", "activation": {"class_name": "Dense"}}},
                {"class_name": "TimeDistributed", "config": {"name": "each", "layer": {"class_name": "Conv2D", "config": {"name": "c"}}}}
            ]}, "class_name": "Functional"})");
        QVERIFY(config.valid);
        QVERIFY(!config.carries_code);
        KerasObjectPaths paths(&config.model);
        QCOMPARE(text(paths.resolve("/layers/dense", "").name), "first");
        QCOMPARE(text(paths.resolve("/layers/dense_1", "").name), "second");
        QCOMPARE(text(paths.resolve("/layers/sequential/layers/dense", "").name), "part/deep");
        const auto each = paths.resolve("/layers/time_distributed/layer", "");
        QCOMPARE(text(each.name), "each/layer");
        QCOMPARE(text(each.owner.class_name), "Conv2D");
        QCOMPARE(text(paths.resolve("/layers/dense_2", "third").name), "third");
        QCOMPARE(text(paths.resolve("", "").name), "");
    }

    void what_is_no_configuration_is_not_used_data() {
        QTest::addColumn<QByteArray>("json");
        for (const char* json : {"", "{}", "[]", "null", "{\"config\": {}", "{\"class_name\": \"Model\"}",
                                 "{\"config\": {}} x", "{\"config\": {\"layers\": [1, }}"})
            QTest::newRow(json) << QByteArray(json);
    }
    void what_is_no_configuration_is_not_used() {
        QFETCH(QByteArray, json);
        QVERIFY(!read_keras_config(json.toStdString()).valid);
    }

    void odd_configurations_are_borne() {
        const KerasConfig config = read_keras_config(
            R"({"class_name": 3, "config": {"name": null, "use_bias": "no", "layers": [[], 1, {"config": 2},
                {"class_name": "Lambda", "config": {"name": "code"}}, {"class_name": "X", "config": {"layer": {}}}]}})");
        QVERIFY(config.valid);
        QCOMPARE(config.model.layers.size(), std::size_t{3});
        QVERIFY(!config.model.use_bias);
        QCOMPARE(config.lambdas, std::vector<std::string>{"code"});
        QVERIFY(config.carries_code);
        QVERIFY(config.model.layers[2].parts.empty());
        std::string deep;
        for (int level = 0; level < 60; ++level)
            deep += R"({"class_name":"M","config":{"layers":[)";
        for (int level = 0; level < 60; ++level)
            deep += "]}}";
        QVERIFY(!read_keras_config(deep).valid);  // deeper than any model
    }
};

QTEST_GUILESS_MAIN(TestKerasNames)
#include "test_keras_names.moc"
