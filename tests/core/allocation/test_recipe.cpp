// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/recipe.h"
#include "tests/support/tiny_model.h"

#include <QTest>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

Model quantized_model() {
    return described_model(
        {described_matrix("blk.0.ffn_up.weight", 64, 256, DType::q4_0),
         described_matrix("blk.0.ffn_down.weight", 64, 256, DType::q8_0),
         described_matrix("output.weight", 2, 256, DType::f16), described_vector("output_norm.weight", 64),
         described_matrix("ids", 4, 4, DType::i32)},
        "/models/tiny.gguf", "gguf");
}

std::vector<std::string> schemes_of(const Plan& plan) {
    std::vector<std::string> schemes;
    for (const Plan::Entry& entry : plan.entries)
        schemes.push_back(to_string(entry.scheme));
    return schemes;
}

}  // namespace

class TestRecipe : public QObject {
    Q_OBJECT
  private slots:
    void every_type_has_its_scheme() {
        QCOMPARE(to_string(scheme_of_type(DType::q5_1)), std::string("q5_1"));
        QCOMPARE(to_string(scheme_of_type(DType::f16)), std::string("fp16"));
        QCOMPARE(to_string(scheme_of_type(DType::bf16)), std::string("bf16"));
        QCOMPARE(to_string(scheme_of_type(DType::f32)), std::string("fp32"));
        for (const DType type : {DType::f64, DType::f8_e4m3, DType::i8, DType::q8_K, DType::unknown})
            QCOMPARE(to_string(scheme_of_type(type)), std::string("keep"));
    }

    void the_recipe_of_a_model_is_a_plan_for_it() {
        const Model model = quantized_model();
        const Plan plan = recipe_of(model);
        QCOMPARE(schemes_of(plan), (std::vector<std::string>{"q4_0", "q8_0", "fp16", "fp32", "keep"}));
        QVERIFY(check_plan(model, plan).empty());
        QCOMPARE(plan_cost(model, plan).bytes, model.bytes());
        QVERIFY(plan_from_json(plan_to_json(plan), "plan.json") == plan);
    }

    // By hand: 16,384 weights at 4.5 bits are 9,216 bytes, at 8.5 bits 17,408; 512 halves 1,024; 64 floats
    // 256 and 16 integers 64. Together 27,968 bytes of 33,360 elements.
    void the_summary_is_the_one_worked_by_hand() {
        const Model model = quantized_model();
        const std::vector<RecipeLine> lines = recipe_summary(model);
        QCOMPARE(lines.size(), std::size_t{5});
        QCOMPARE(lines[0].dtype, std::string("q4_0"));
        QCOMPARE(lines[0].tensors, std::size_t{1});
        QCOMPARE(lines[0].elements, std::uint64_t{16'384});
        QCOMPARE(lines[0].bytes, std::uint64_t{9216});
        QVERIFY(lines[0].bits_per_weight() == 4.5);
        QCOMPARE(lines[1].dtype, std::string("q8_0"));
        QCOMPARE(lines[2].dtype, std::string("f16"));
        QVERIFY(stored_bits_per_weight(model) == 27'968 * 8.0 / 33'360);
        QVERIFY(recipe_summary(described_model({})).empty());
        QVERIFY(stored_bits_per_weight(described_model({})) == 0);
    }

    void a_recipe_is_carried_to_another_model() {
        const Model original = described_model(
            {described_matrix("model.layers.0.mlp.up_proj.weight", 64, 256, DType::bf16),
             described_matrix("model.layers.0.mlp.down_proj.weight", 64, 250, DType::bf16),
             described_matrix("lm_head.weight", 2, 256, DType::bf16),
             described_vector("model.norm.weight", 64, DType::bf16),
             described_matrix("ids", 4, 4, DType::i32), described_matrix("own.weight", 4, 4)});
        const Plan plan = recipe_for(original, quantized_model());
        // The norm is stored wider there, which nobody needs; the row of 250 shows when the plan is checked.
        QCOMPARE(schemes_of(plan),
                 (std::vector<std::string>{"q4_0", "q8_0", "fp16", "keep", "keep", "keep"}));
        QCOMPARE(plan.fingerprint, model_fingerprint(original));
        QCOMPARE(check_plan(original, plan).size(), std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(TestRecipe)
#include "test_recipe.moc"
