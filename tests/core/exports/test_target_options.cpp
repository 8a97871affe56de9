// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/allocation.h"
#include "core/base/error.h"
#include "core/exports/target_options.h"
#include "tests/core/exports/runtimes/llama_models.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

std::vector<Scheme> parsed(std::initializer_list<const char*> notations) {
    std::vector<Scheme> schemes;
    for (const char* notation : notations)
        schemes.push_back(parse_scheme(notation));
    return schemes;
}

// The weights of the model with all the schemes as options; losses are made up, and fall by 6 dB a bit.
AllocationProblem problem_of(const Model& model, const std::vector<Scheme>& schemes) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> any(0.5, 2);
    AllocationProblem problem;
    for (const TensorInfo& tensor : model.tensors()) {
        if (!tensor.quantizable) continue;
        AllocationTensor added;
        added.name = tensor.name;
        added.role = tensor.role;
        added.block = tensor.block;
        added.elements = tensor.elements;
        added.kept = {Scheme{}, tensor.bytes * 8, tensor.bytes, 0};
        const double sensitivity = any(random);
        for (const Scheme& scheme : schemes) {
            if (scheme.family == Family::keep) {
                added.options.push_back(added.kept);
                continue;
            }
            const std::uint64_t bits = planned_bits(tensor, scheme);
            const double each = static_cast<double>(bits) / static_cast<double>(tensor.elements);
            added.options.push_back({scheme, bits, (bits + 7) / 8, sensitivity * std::exp2(-2 * each)});
        }
        problem.tensors.push_back(std::move(added));
    }
    return problem;
}

AllocationRules choosing(std::vector<Scheme> candidates) {
    AllocationRules rules;
    rules.candidates = std::move(candidates);
    return rules;
}

std::size_t place_of(const AllocationProblem& problem, const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(problem.tensors, name, &AllocationTensor::name) -
                                    problem.tensors.begin());
}

std::vector<std::string> options_of(const AllocationProblem& problem, const std::string& name) {
    std::vector<std::string> options;
    for (const AllocationOption& option : problem.tensors[place_of(problem, name)].options)
        options.push_back(to_string(option.scheme));
    return options;
}

bool has(const std::vector<Scheme>& schemes, const char* notation) {
    return std::ranges::find(schemes, parse_scheme(notation)) != schemes.end();
}

}  // namespace

class TestTargetOptions : public QObject {
    Q_OBJECT
  private slots:
    void candidates_are_what_a_target_takes() {
        const auto bitsandbytes = target_candidates(find_export_target("bitsandbytes"));
        QCOMPARE(bitsandbytes.size(), 3U);
        for (const char* scheme : {"keep", "int8", "nf4"})
            QVERIFY(has(bitsandbytes, scheme));
        QVERIFY(!has(target_candidates(find_export_target("exllamav2")), "keep"));
        check_candidates(find_export_target("awq"), parsed({"int4:asym:g64", "keep"}));
        QVERIFY_THROWS_EXCEPTION(Error, check_candidates(find_export_target("awq"), parsed({"int4:g64"})));
    }

    // AutoAWQ quantizes neither embeddings nor heads, and divides rows into whole groups.
    void what_a_target_would_not_store_is_taken_away() {
        const auto matrix = [](const char* name, Role role, std::int64_t channels, std::int64_t inputs,
                               std::optional<int> block = {}) {
            TensorInfo tensor = described_matrix(name, channels, inputs);
            tensor.role = role;
            tensor.block = block;
            return tensor;
        };
        const Model model =
            described_model({matrix("model.embed_tokens.weight", Role::token_embedding, 512, 256),
                             matrix("model.layers.0.mlp.up_proj.weight", Role::ffn_up, 96, 256, 0),
                             matrix("model.layers.0.mlp.down_proj.weight", Role::ffn_down, 256, 96, 0),
                             matrix("model.layers.1.mlp.down_proj.weight", Role::ffn_down, 256, 96, 1),
                             matrix("lm_head.weight", Role::output_head, 512, 256)});
        AllocationProblem problem =
            problem_of(model, parsed({"int4:asym", "int4:asym:g64", "int4:asym:g32", "keep"}));
        const auto notes = leave_to_target(find_export_target("awq"), model, problem);
        const std::vector<std::string> all{"int4:asym", "int4:asym:g64", "int4:asym:g32", "keep"};
        QVERIFY(options_of(problem, "model.layers.0.mlp.up_proj.weight") == all);
        const std::vector<std::string> whole{"int4:asym", "int4:asym:g32", "keep"};
        QVERIFY(options_of(problem, "model.layers.0.mlp.down_proj.weight") == whole);
        QVERIFY(options_of(problem, "model.layers.1.mlp.down_proj.weight") == whole);
        for (const char* name : {"model.embed_tokens.weight", "lm_head.weight"})
            QVERIFY(options_of(problem, name) == std::vector<std::string>{"keep"});
        QCOMPARE(notes.size(), 3U);
        QVERIFY(std::ranges::find(notes,
                                  "awq is not given int4:asym, int4:asym:g64, int4:asym:g32 for "
                                  "'lm_head.weight': AWQ quantizes no output head") != notes.end());
        QVERIFY(std::ranges::any_of(notes, [](const std::string& note) {
            return note.starts_with(
                "awq is not given int4:asym:g64 for 'model.layers.0.mlp.down_proj.weight' and 1 more: ");
        }));
    }

    void settings_for_a_whole_model_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QStringList>("candidates");
        QTest::addColumn<int>("sets");
        const auto row = [](const char* target, const QStringList& candidates, int sets) {
            QTest::addRow("%s %s", target, candidates.join(' ').toUtf8().constData())
                << target << candidates << sets;
        };
        row("bitsandbytes", {"nf4", "int8", "keep"}, 2);
        row("bitsandbytes", {"nf4", "nf4:dq", "int8"}, 3);
        row("bitsandbytes", {"int8", "int8:mse"}, 0);  // ranges are found there
        row("awq", {"int4:asym:g64", "int4:asym:g128", "int4:asym"}, 3);
        row("awq", {"int4:asym:g64", "keep"}, 0);
        row("auto-round", {"int4:g128", "mxfp4", "int8:g128"}, 2);
        row("gptq", {"int4:g128", "int8:g128"}, 0);
        row("hqq", {"int4:asym:g64", "int8:asym:g64"}, 0);
    }
    void settings_for_a_whole_model() {
        QFETCH(QString, target);
        QFETCH(QStringList, candidates);
        QFETCH(int, sets);
        const DescribedLlama llama = described_llama(Naming::hugging_face, 2);
        AllocationRules rules;
        for (const QString& candidate : candidates)
            rules.candidates.push_back(parse_scheme(candidate.toStdString()));
        const AllocationProblem problem = problem_of(llama.model, rules.candidates);
        const std::string among =
            add_target_rules(find_export_target(target.toStdString()), llama.model, problem, rules);
        QCOMPARE(static_cast<int>(rules.together.sets.size()), sets);
        if (target == "hqq") return;
        QCOMPARE(among.empty(), sets == 0);
        QVERIFY(rules.ties.empty());
    }

    void hqq_has_one_setting_for_each_kind_of_module() {
        const DescribedLlama llama = described_llama(Naming::gguf, 3);
        AllocationRules rules = choosing(parsed({"int4:asym:g64", "int8:asym:g64"}));
        AllocationProblem problem = problem_of(llama.model, rules.candidates);
        const ExportTarget& hqq = find_export_target("hqq");
        leave_to_target(hqq, llama.model, problem);
        rules.pins = {{place_of(problem, "blk.1.ffn_down.weight"), Scheme{}, "a pin"}};
        const std::string among = add_target_rules(hqq, llama.model, problem, rules);
        QCOMPARE(among, std::string("plans with one scheme for all tensors that share a setting of hqq"));
        QCOMPARE(rules.ties.size(), 7U);  // kinds of matrices in a layer; the head is one alone
        const auto down = std::ranges::find(
            rules.ties, std::string("hqq has one setting for 'mlp.down_proj' in all layers"), &Tie::from);
        QVERIFY(down != rules.ties.end());
        const std::vector<std::size_t> tied{place_of(problem, "blk.0.ffn_down.weight"),
                                            place_of(problem, "blk.2.ffn_down.weight")};
        QVERIFY(down->tensors == tied);
    }

    void pins_that_a_target_would_not_store_are_told() {
        const DescribedLlama llama = described_llama(Naming::hugging_face, 1);
        AllocationRules rules = choosing(parsed({"int4:asym:g64"}));
        const AllocationProblem problem = problem_of(llama.model, rules.candidates);
        rules.pins = {
            {place_of(problem, "model.embed_tokens.weight"), parse_scheme("int4:asym:g64"), "its lock"}};
        std::string told;
        try {
            add_target_rules(find_export_target("awq"), llama.model, problem, rules);
        } catch (const Error& error) {
            told = error.what();
        }
        QCOMPARE(told,
                 std::string("'model.embed_tokens.weight': awq cannot hold it in int4:asym:g64, as its lock "
                             "asks for: AWQ quantizes no embeddings. Take another scheme or keep for it, or "
                             "another target"));
    }

    // Whatever the budget is, the best plan is one that the target takes, and one that quantizes something.
    void every_best_plan_can_be_held_data() {
        QTest::addColumn<QString>("target");
        for (const auto& target : export_targets())
            if (target->kind() == TargetKind::configuration) {
                const QString name =
                    QString::fromUtf8(target->name().data(), static_cast<qsizetype>(target->name().size()));
                QTest::newRow(qPrintable(name)) << name;
            }
    }
    void every_best_plan_can_be_held() {
        QFETCH(QString, target);
        const ExportTarget& of = find_export_target(target.toStdString());
        const DescribedLlama llama =
            described_llama(target == "llama.cpp" ? Naming::gguf : Naming::hugging_face, 4);
        AllocationRules rules = choosing(target_candidates(of));
        AllocationProblem problem = problem_of(llama.model, rules.candidates);
        leave_to_target(of, llama.model, problem);
        add_target_rules(of, llama.model, problem, rules);
        const Allocation allocation(problem, rules);
        const double least = allocation.smallest().bits_per_weight;
        for (double limit = least; limit < 15.5; limit += 0.5) {
            const BestChoice best = allocation.best({Budget::Of::bits_per_weight, limit});
            QVERIFY(best.proven());
            check_for_target(of, llama.model, allocation.plan(llama.model, best));
        }
    }

    void a_plan_that_cannot_be_held_is_told() {
        const DescribedLlama llama = described_llama(Naming::hugging_face, 2);
        Plan plan = uniform_plan(llama.model, Scheme{});
        set_scheme(plan, "model.layers.0.mlp.up_proj.weight", "nf4");
        const ExportTarget& bitsandbytes = find_export_target("bitsandbytes");
        check_for_target(bitsandbytes, llama.model, plan);
        set_scheme(plan, "model.layers.1.mlp.up_proj.weight", "int8");
        QVERIFY_THROWS_EXCEPTION(Error, check_for_target(bitsandbytes, llama.model, plan));
    }
};

QTEST_APPLESS_MAIN(TestTargetOptions)
#include "test_target_options.moc"
