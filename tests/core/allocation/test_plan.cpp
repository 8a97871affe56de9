// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/plan.h"
#include "core/base/error.h"
#include "tests/support/tiny_model.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>
#include <string>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

Model sample_model() {
    return described_model({described_matrix("up", 64, 256), described_vector("norm", 64),
                            described_matrix("down", 3, 50, DType::f32),
                            described_matrix("ids", 4, 4, DType::i32)});
}

// Where reading the text fails: the key or tensor that the error names.
std::string refused_key(std::string_view text) {
    try {
        plan_from_json(text, "some.json");
    } catch (const Error& error) {
        return error.place().file == "some.json" ? error.place().tensor + "|" + error.problem() : "no file";
    }
    return "accepted";
}

}  // namespace

class TestPlan : public QObject {
    Q_OBJECT
  private slots:
    void a_uniform_plan_quantizes_weights_and_keeps_the_rest() {
        const Plan plan = uniform_plan(sample_model(), parse_scheme("int8"));
        QCOMPARE(plan.model_name, std::string("tiny.safetensors"));
        QCOMPARE(plan.entries.size(), std::size_t{4});
        QCOMPARE(to_string(plan.entries[0].scheme), std::string("int8"));
        QCOMPARE(to_string(plan.entries[1].scheme), std::string("keep"));
        QCOMPARE(to_string(plan.entries[2].scheme), std::string("int8"));
        QCOMPARE(to_string(plan.entries[3].scheme), std::string("keep"));
        QVERIFY(plan.find("down") != nullptr);
        QVERIFY(plan.find("dow") == nullptr);
    }

    void a_folder_is_named_without_its_trailing_slash() {
        const Model model = described_model({described_matrix("up", 2, 2)}, "/models/llama/");
        QCOMPARE(uniform_plan(model, Scheme{}).model_name, std::string("llama"));
    }

    // By hand. up: 64·256·4 bits + 64 scales·32 = 67584 bits = 8448 bytes. norm: 64·4 = 256 bytes kept.
    // down, 4-bit: 150·4 + 3·32 = 696 bits = 87 bytes. ids: 64 bytes kept.
    void the_cost_is_the_one_worked_by_hand() {
        const Model model = sample_model();
        const PlanCost cost = plan_cost(model, uniform_plan(model, parse_scheme("int4")));
        QCOMPARE(cost.bytes, std::uint64_t{8448 + 256 + 87 + 64});
        QCOMPARE(cost.quantizable_bytes, std::uint64_t{8448 + 87});
        QCOMPARE(cost.bits_per_weight, (67584.0 + 2048 + 696 + 512) / (16384 + 64 + 150 + 16));
        QCOMPARE(cost.quantizable_bits_per_weight, (67584.0 + 696) / (16384 + 150));
    }

    // 3 x 50 with 3 bits: 450 + 3·32 = 546 bits, 68.25 bytes.
    void bytes_are_rounded_up_for_each_tensor() {
        const Model model = described_model({described_matrix("a", 3, 50), described_matrix("b", 3, 50)});
        QCOMPARE(plan_cost(model, uniform_plan(model, parse_scheme("int3"))).bytes, std::uint64_t{2 * 69});
    }

    void an_empty_plan_keeps_everything() {
        const Model model = sample_model();
        QCOMPARE(plan_cost(model, Plan{}).bytes, model.bytes());
        QCOMPARE(plan_cost(described_model({}), Plan{}).bits_per_weight, 0.0);
    }

    void the_fingerprint_follows_the_contents_and_not_the_place() {
        const std::string print = model_fingerprint(sample_model());
        QCOMPARE(print.size(), std::size_t{16});
        QCOMPARE(model_fingerprint(described_model(
                     {described_matrix("up", 64, 256), described_vector("norm", 64),
                      described_matrix("down", 3, 50, DType::f32), described_matrix("ids", 4, 4, DType::i32)},
                     "/elsewhere/x.safetensors")),
                 print);
        QVERIFY(model_fingerprint(described_model({described_matrix("up", 64, 256)})) != print);
        const std::string one = model_fingerprint(described_model({described_matrix("a", 4, 6)}));
        QVERIFY(model_fingerprint(described_model({described_matrix("b", 4, 6)})) != one);
        QVERIFY(model_fingerprint(described_model({described_matrix("a", 6, 4)})) != one);
        QVERIFY(model_fingerprint(described_model({described_matrix("a", 4, 6, DType::f16)})) != one);
    }

    // FNV-1a of nothing is its offset basis (Fowler, Noll, Vo).
    void the_fingerprint_of_no_tensors_is_the_offset_basis() {
        QCOMPARE(model_fingerprint(described_model({})), std::string("cbf29ce484222325"));
    }

    void a_plan_survives_its_json() {
        Plan plan{"tiny \"q\" \\ \n", "0123456789abcdef", {}};
        plan.entries.push_back({"z/last\xC3\xA9", parse_scheme("int4:asym:g128:mse")});
        plan.entries.push_back({"a", parse_scheme("keep"), true});
        plan.entries.push_back({"", parse_scheme("kmeans4")});
        QVERIFY(plan_from_json(plan_to_json(plan), "f") == plan);
        QVERIFY(plan_from_json(plan_to_json(Plan{}), "f") == Plan{});
    }

    void the_json_is_the_documented_one() {
        const Plan plan{"m", "f", {{"b", parse_scheme("int8")}, {"a", parse_scheme("keep")}}};
        QCOMPARE(QByteArray::fromStdString(plan_to_json(plan)),
                 QByteArray("{\n  \"halfstep_plan\": 1,\n  \"model\": \"m\",\n  \"fingerprint\": \"f\",\n"
                            "  \"tensors\": {\n    \"b\": \"int8\",\n    \"a\": \"keep\"\n  }\n}\n"));
    }

    void locks_stand_behind_the_tensors() {
        const Plan plan{
            "m", "f", {{"b", parse_scheme("int8"), true}, {"a", parse_scheme("keep")}, {"c", {}, true}}};
        QVERIFY(plan_to_json(plan).ends_with(
            "\"c\": \"keep\"\n  },\n  \"locked\": [\n    \"b\",\n    \"c\"\n  ]\n}\n"));
    }

    void unknown_keys_are_passed_over() {
        const Plan plan = plan_from_json(
            R"({"note":{"tensors":{"x":1}},"halfstep_plan":1,"model":"m","fingerprint":"f",
                "tensors":{"a":"int8"},"made_by":"hand"})",
            "f");
        QCOMPARE(plan.entries.size(), std::size_t{1});
    }

    void a_damaged_plan_is_refused_with_the_key_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("key");
        const auto row = [](const char* name, const char* text, const char* key) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(key);
        };
        row("empty", "", "|is not valid JSON");
        row("cut", R"({"halfstep_plan":1,)", "|is not valid JSON");
        row("array", "[]", "|is not a plan");
        row("no version", R"({"model":"m","fingerprint":"f","tensors":{}})", "halfstep_plan|");
        row("version text", R"({"halfstep_plan":"1","model":"m","fingerprint":"f","tensors":{}})",
            "halfstep_plan|");
        row("newer", R"({"halfstep_plan":2,"model":"m","fingerprint":"f","tensors":{}})", "halfstep_plan|");
        row("model", R"({"halfstep_plan":1,"model":7,"fingerprint":"f","tensors":{}})", "model|");
        row("no print", R"({"halfstep_plan":1,"model":"m","tensors":{}})", "fingerprint|");
        row("tensors", R"({"halfstep_plan":1,"model":"m","fingerprint":"f","tensors":[]})", "tensors|");
        row("scheme type", R"({"halfstep_plan":1,"model":"m","fingerprint":"f","tensors":{"w":4}})", "w|");
        row("scheme", R"({"halfstep_plan":1,"model":"m","fingerprint":"f","tensors":{"w":"int99"}})", "w|");
        row("twice", R"({"halfstep_plan":1,"model":"m","fingerprint":"f","tensors":{"w":"int8","w":"int4"}})",
            "w|the key stands twice");
        row("locked", R"({"halfstep_plan":1,"model":"m","fingerprint":"f","tensors":{},"locked":{}})",
            "locked|is a JSON object");
        row("locked number", R"({"halfstep_plan":1,"model":"m","fingerprint":"f","tensors":{},"locked":[3]})",
            "locked|3 is no tensor of the plan");
        row("locked stranger",
            R"({"halfstep_plan":1,"model":"m","fingerprint":"f","tensors":{"w":"int8"},"locked":["w","x"]})",
            "locked|\"x\" is no tensor of the plan");
    }
    void a_damaged_plan_is_refused_with_the_key() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, key);
        const auto refused = QByteArray::fromStdString(refused_key(text.toStdString()));
        QVERIFY2(refused.startsWith(key), refused.constData());
    }

    void deep_nesting_does_no_harm() {
        const std::string text(2'000'000, '[');
        QVERIFY(refused_key(text).starts_with("|is not valid JSON"));
    }

    void it_is_saved_and_loaded() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("plan.json").toStdString();
        const Plan plan = uniform_plan(sample_model(), parse_scheme("int4:g32"));
        save_plan(plan, path);
        QVERIFY(load_plan(path) == plan);
        save_plan(Plan{}, path);
        QVERIFY(load_plan(path) == Plan{});
        QVERIFY_EXCEPTION_THROWN(load_plan(folder.filePath("none.json").toStdString()), Error);
        QVERIFY_EXCEPTION_THROWN(load_plan(folder.path().toStdString()), Error);
        QVERIFY_EXCEPTION_THROWN(save_plan(plan, path.parent_path() / "no" / "plan.json"), Error);
    }

    void what_does_not_fit_a_model_is_listed() {
        const Model model = sample_model();
        QVERIFY(check_plan(model, uniform_plan(model, parse_scheme("int8"))).empty());

        Plan plan;
        plan.model_name = "other";
        plan.fingerprint = "0000000000000000";
        plan.entries = {{"down", parse_scheme("q8_0")},  // rows of 50 hold no whole blocks of 32
                        {"up", parse_scheme("q8_0")},
                        {"up", parse_scheme("int8")},
                        {"ids", parse_scheme("int8")},
                        {"gone", parse_scheme("keep")}};
        const std::vector<Issue> issues = check_plan(model, plan);
        QCOMPARE(issues.size(), std::size_t{5});
        QCOMPARE(issues[0].severity, Severity::warning);
        QCOMPARE(issues[1].tensor, std::string("down"));
        QCOMPARE(issues[2].tensor, std::string("up"));
        QCOMPARE(issues[3].tensor, std::string("ids"));
        QCOMPARE(issues[4].tensor, std::string("gone"));
        for (std::size_t i = 1; i < issues.size(); ++i)
            QCOMPARE(issues[i].severity, Severity::error);
    }

    void a_scheme_that_does_not_fit_costs_what_the_kept_tensor_costs() {
        const Model model = described_model({described_matrix("down", 3, 50, DType::f32)});
        QCOMPARE(plan_cost(model, uniform_plan(model, parse_scheme("q8_0"))).bytes, std::uint64_t{600});
    }
};

QTEST_GUILESS_MAIN(TestPlan)
#include "test_plan.moc"
