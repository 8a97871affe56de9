// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/sensitivity.h"
#include "core/base/error.h"
#include "core/model_files/tensor_roles.h"
#include "tests/support/imatrix_builder.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <string_view>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

Model three_weights() {
    return described_model({described_matrix("model.layers.0.self_attn.q_proj.weight", 4, 4),
                            described_vector("model.norm.weight", 4),
                            described_matrix("model.layers.0.mlp.down_proj.weight", 4, 4),
                            described_matrix("odd, \"named\"", 4, 4)});
}

std::vector<double> values_of(std::string_view text) {
    return sensitivities_from_text(text, "file", three_weights()).values;
}

QString complaint(std::string_view text) {
    try {
        sensitivities_from_text(text, "file", three_weights());
    } catch (const Error& error) {
        return QString::fromStdString(error.place().tensor + "|" + error.problem());
    }
    return QStringLiteral("nothing");
}

}  // namespace

class TestSensitivity : public QObject {
    Q_OBJECT
  private slots:
    void json_and_csv_say_the_same() {
        const std::vector<double> expected{2.5, 1, 0, 1e-3};
        QCOMPARE(values_of("{\"model.layers.0.self_attn.q_proj.weight\": 2.5,\n"
                           "\"model.layers.0.mlp.down_proj.weight\": 0, \"odd, \\\"named\\\"\": 1e-3}"),
                 expected);
        QCOMPARE(values_of("name,sensitivity\nmodel.layers.0.self_attn.q_proj.weight, 2.5\r\n\n"
                           "model.layers.0.mlp.down_proj.weight,0\n\"odd, \"\"named\"\"\",1e-3"),
                 expected);
    }

    void names_in_gguf_count_too() {
        QCOMPARE(values_of("blk.0.attn_q.weight,3\n"), (std::vector<double>{3, 1, 1, 1}));
    }

    void what_is_not_known_is_said() {
        const auto result =
            sensitivities_from_text(R"({"blk.0.attn_q.weight": 3, "nowhere": 1})", "file", three_weights());
        QCOMPARE(result.known, 1U);
        QCOMPARE(result.issues.size(), 1U);
        QCOMPARE(result.issues.front().message,
                 std::string("1 of 2 names are no tensors of the model, the first is 'nowhere'"));
    }

    void bad_files_are_refused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("empty") << QByteArray("") << "|names no sensitivity";
        QTest::newRow("no object") << QByteArray("[1]")
                                   << "|holds an array where an object of names and numbers was expected";
        QTest::newRow("nested") << QByteArray(R"({"a": {"b": 1}})")
                                << "a|holds an object where a number was expected";
        QTest::newRow("text") << QByteArray(R"({"a": "1"})")
                              << "a|holds a string where a number was expected";
        QTest::newRow("null") << QByteArray(R"({"a": null})") << "a|holds null where a number was expected";
        QTest::newRow("cut") << QByteArray(R"({"a": 1)") << "|is not valid JSON";
        QTest::newRow("more") << QByteArray(R"({"a": 1} 2)") << "|is not valid JSON";
        QTest::newRow("negative")
            << QByteArray("blk.0.attn_q.weight,-1")
            << "blk.0.attn_q.weight|the sensitivity -1 is not a finite number from 0 up";
        QTest::newRow("infinite")
            << QByteArray("blk.0.attn_q.weight,inf")
            << "blk.0.attn_q.weight|the sensitivity inf is not a finite number from 0 up";
        QTest::newRow("twice") << QByteArray(R"({"blk.0.attn_q.weight": 1, "blk.0.attn_q.weight": 2})")
                               << "blk.0.attn_q.weight|its sensitivity stands twice";
        QTest::newRow("twice by other names")
            << QByteArray("blk.0.attn_q.weight,1\nmodel.layers.0.self_attn.q_proj.weight,2")
            << "model.layers.0.self_attn.q_proj.weight|its sensitivity stands twice";
        QTest::newRow("no number") << QByteArray("a,1\nb,c") << "|the line 'b,c' is not name,number";
        QTest::newRow("strangers") << QByteArray("a,1\nb,2")
                                   << "|none of its 2 names is a tensor of the model; the first is 'a'";
    }
    void bad_files_are_refused() {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        QCOMPARE(complaint({text.constData(), static_cast<std::size_t>(text.size())}), expected);
    }

    void by_role() {
        std::vector<TensorInfo> tensors = three_weights().tensors();
        for (TensorInfo& tensor : tensors)
            assign_role(tensor);
        const Sensitivities by = sensitivities_by_role(described_model(tensors));
        QCOMPARE(by.values, (std::vector<double>{1, 1, 4, 1}));
        QCOMPARE(by.known, 3U);
        QVERIFY(role_sensitivity(Role::output_head) == 16 && role_sensitivity(Role::attention_v) == 4);
    }

    // Energies Σ E[x_j²]·w_ij² worked by hand: 1·1+2·4+1·9+2·16 = 50 and 3·(1+1) = 6, over their mean.
    void from_an_importance_matrix() {
        const TemporaryFolder folder;
        SafetensorsBuilder builder;
        builder.add_f32("a.weight", {2, 2}, std::vector<float>{1, 2, 3, 4});
        builder.add_f32("b.weight", {1, 2}, std::vector<float>{1, -1});
        builder.add_f32("c.weight", {1, 2}, std::vector<float>{1, 1});
        builder.write(folder.path("model.safetensors"));
        const auto model = open_model(folder.path("model.safetensors"));
        ImatrixBuilder imatrix;
        imatrix.add("a.weight", {2, 4}, {2}).add("b.weight", {3, 3}, {1});
        const auto matrix = folder.put("imatrix.gguf", imatrix.gguf());
        const Sensitivities sensitivities = load_sensitivities(matrix, *model);
        QCOMPARE(sensitivities.values, (std::vector<double>{50.0 / 28, 6.0 / 28, 1}));
        QCOMPARE(sensitivities.known, 2U);
        QVERIFY(sensitivities.issues.front().message.find("1 of 3 tensors have no sensitivity") == 0);
    }
};

QTEST_APPLESS_MAIN(TestSensitivity)
#include "test_sensitivity.moc"
