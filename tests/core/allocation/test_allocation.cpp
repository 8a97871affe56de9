// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/allocation.h"
#include "core/base/error.h"
#include "tests/core/allocation/allocation_samples.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// Two tensors of 100 and 200 weights.
AllocationProblem two_tensors() {
    AllocationProblem problem;
    problem.tensors.push_back(
        sample_tensor("a.weight", Role::dense, 0, 100, {{"int2", 2, 8}, {"int4", 4, 2}, {"int8", 8, 0.5}}));
    problem.tensors.push_back(
        sample_tensor("b.weight", Role::dense, 1, 200, {{"int2", 2, 6}, {"int4", 4, 1}, {"int8", 8, 0.25}}));
    problem.other_bytes = 40;
    problem.other_bits = 320;
    problem.other_elements = 10;
    return problem;
}

AllocationRules rules_of(std::initializer_list<const char*> candidates) {
    AllocationRules rules;
    for (const char* candidate : candidates)
        rules.candidates.push_back(parse_scheme(candidate));
    return rules;
}

const auto all_three = {"int2", "int4", "int8"};

// Only one of these is taken in a plan.
Together one_of(std::initializer_list<const char*> schemes) {
    Together together{{}, "a test"};
    for (const char* scheme : schemes)
        together.sets.push_back({parse_scheme(scheme)});
    return together;
}

Budget bits(double limit) {
    return {Budget::Of::bits_per_weight, limit};
}

// What the error says, with the tensor it names; "nothing" where there is none.
template <class Work>
QString complaint(Work work) {
    try {
        work();
    } catch (const Error& error) {
        return QString::fromStdString(error.place().tensor + "|" + error.problem() + "|" + error.advice());
    }
    return QStringLiteral("nothing");
}

std::string chosen(const Allocation& allocation, const AllocationChoice& choice) {
    std::string text;
    for (std::size_t i = 0; i < allocation.problem().tensors.size(); ++i)
        text += fmt::format("{}{}", i == 0 ? "" : " ", to_string(allocation.scheme(choice, i)));
    return text;
}

}  // namespace

class TestAllocation : public QObject {
    Q_OBJECT
  private slots:
    void budgets_worked_by_hand() {
        // Bits of (a, b): (4, 2) 800 loss 8, (2, 4) 1000 loss 9, (4, 4) 1200 loss 3, (8, 2) 1200 loss 6.5,
        // (8, 4) 1600 loss 1.5, (2, 8) 1800, (4, 8) 2000 loss 2.25, (8, 8) 2400 loss 0.75.
        const Allocation allocation(two_tensors(), rules_of(all_three));
        const auto at = [&](double limit) { return allocation.best(bits(limit)); };
        QVERIFY(at(2).loss == 14 && at(2).bits == 600);
        QVERIFY(at(2.9).loss == 8 && at(2.9).bits == 800);
        QVERIFY(at(4).loss == 3 && at(4).bits == 1200);
        QVERIFY(at(4).bits_per_weight == 4);
        QVERIFY(at(4).bytes == 150 + 40);
        QVERIFY(at(5.4).loss == 1.5);
        QVERIFY(at(7.9).loss == 1.5);
        QVERIFY(at(8).loss == 0.75 && at(100).loss == 0.75);
        QVERIFY(at(5.4).lower_bound == 1.5 && at(5.4).gap == 0 && at(5.4).proven());
        QCOMPARE(chosen(allocation, at(5.4)), std::string("int8 int4"));
    }

    void a_budget_of_bytes_counts_what_is_kept() {
        const Allocation allocation(two_tensors(), rules_of(all_three));
        QVERIFY(allocation.best({Budget::Of::bytes, 190}).loss == 3);
        QVERIFY(allocation.best({Budget::Of::bytes, 189}).loss == 8);
        QVERIFY(allocation.best({Budget::Of::bytes, 190}).bytes == 190);
    }

    void the_fewest_bits_for_an_error() {
        const Allocation allocation(two_tensors(), rules_of(all_three));
        const auto at = [&](double limit) { return allocation.best({Budget::Of::loss, limit}); };
        QVERIFY(at(3).bits == 1200);
        QVERIFY(at(2.9).bits == 1600);
        QVERIFY(at(0.75).bits == 2400 && at(0.75).lower_bound == 2400 && at(0.75).gap == 0);
        QVERIFY(complaint([&] { at(0.7); })
                    .startsWith(
                        "|no plan has an error of at most 0.7: the most exact one that the candidates and "
                        "rules allow has 0.75"));
    }

    void what_does_not_fit_is_told() {
        const Allocation allocation(two_tensors(), rules_of(all_three));
        QCOMPARE(
            complaint([&] { static_cast<void>(allocation.best(bits(1.99))); }),
            QString("|no plan fits into 1.99 bits a weight: the smallest one that the candidates and rules "
                    "allow takes 2 bits a weight (115 B with everything that is kept)|Raise the budget, add "
                    "candidates of fewer bits, or take away pins and limits"));
        QVERIFY(complaint([&] {
                    static_cast<void>(allocation.best({Budget::Of::bytes, 114}));
                })
                    .startsWith(
                        "|no plan fits into 114 bytes: the smallest one that the candidates and rules allow "
                        "takes 115 bytes"));
        QVERIFY(!allocation.greedy(bits(1.99)) && !allocation.closed_form(bits(1.99)) &&
                !allocation.best_uniform(bits(1.99)));
    }

    void pins_ties_and_limits_worked_by_hand() {
        AllocationRules rules = rules_of(all_three);
        rules.pins = {pin(0, "int2")};
        QCOMPARE(chosen(Allocation(two_tensors(), rules), Allocation(two_tensors(), rules).best(bits(6))),
                 std::string("int2 int8"));
        rules = rules_of(all_three);
        rules.ties = {tie({1, 0})};
        const Allocation tied(two_tensors(), rules);
        QCOMPARE(tied.classes().size(), 1U);
        QCOMPARE(chosen(tied, tied.best(bits(7.9))), std::string("int4 int4"));
        rules = rules_of(all_three);
        rules.limits = {least(1, 4), least(1, 3)};
        const Allocation limited(two_tensors(), rules);
        QCOMPARE(chosen(limited, limited.smallest()), std::string("int2 int4"));
        rules.candidates.push_back(Scheme{});  // keep: 16 bits without error
        const Allocation keeping(two_tensors(), rules);
        QVERIFY(keeping.best(bits(16)).loss == 0);
        QCOMPARE(chosen(keeping, keeping.best(bits(16))), std::string("keep keep"));
    }

    void a_pin_holds_for_all_that_share() {
        AllocationRules rules = rules_of(all_three);
        rules.ties = {tie({0, 1})};
        rules.pins = {pin(1, "int8")};
        const Allocation allocation(two_tensors(), rules);
        QCOMPARE(chosen(allocation, allocation.best(bits(8))), std::string("int8 int8"));
        QVERIFY(allocation.classes().front().pinned);
    }

    void contradictions_are_told() {
        const auto with = [](const AllocationRules& rules) {
            return complaint([&] { Allocation(two_tensors(), rules); });
        };
        AllocationRules rules = rules_of(all_three);
        rules.pins = {pin(0, "int2", "--pin x"), pin(0, "int8", "--pin y")};
        QCOMPARE(with(rules),
                 QString("a.weight|pinned to int2 (--pin x) and to int8 (--pin y)|Take one of the "
                         "pins away"));
        rules.pins[1].scheme = rules.pins[0].scheme;
        QCOMPARE(with(rules), QString("nothing"));
        rules.pins = {pin(0, "int2", "x"), pin(1, "int8", "y")};
        rules.ties = {tie({0, 1}, "z")};
        QCOMPARE(with(rules),
                 QString("b.weight|shares its scheme with 'a.weight' (z), but the one is pinned to int8 "
                         "(y) and the other to int2 (x)|Take away one of the pins, or the tie"));
        rules = rules_of(all_three);
        rules.pins = {pin(0, "q4_K", "x")};
        QVERIFY(with(rules).startsWith("a.weight|q4_K cannot be applied to it, as x asks for"));
        rules.pins = {pin(0, "int4", "x")};
        rules.limits = {least(0, 8, "the limit")};
        QVERIFY(with(rules).startsWith(
            "a.weight|pinned to int4 of 4 bits a weight (x), but the limit asks for at least 8"));
        rules.pins.clear();
        rules.limits = {least(1, 9, "the limit")};
        QVERIFY(with(rules).startsWith(
            "b.weight|none of the candidates gives it the 9 bits a weight that the limit asks for"));
    }

    void tensors_that_no_candidate_suits_are_kept() {
        const Allocation allocation(two_tensors(), rules_of({"int3"}));
        QCOMPARE(allocation.issues().size(), 3U);  // each of them, and the candidate
        QCOMPARE(allocation.issues().back().message, std::string("No tensor can take the candidate int3."));
        QVERIFY(allocation.uniform_choices().empty());
        QCOMPARE(allocation.issues().front().tensor, std::string("a.weight"));
        QVERIFY(allocation.best(bits(16)).bits == 16 * 300);
        AllocationRules rules = rules_of({"int4", "int6"});
        AllocationProblem problem = two_tensors();
        problem.tensors[0].options = {{parse_scheme("int6"), 600, 75, 1}};
        rules.ties = {tie({0, 1}, "x")};
        const Allocation tied(problem, rules);  // the one has int6 only, the other int4 only
        QCOMPARE(chosen(tied, tied.best(bits(16))), std::string("keep keep"));
        QVERIFY(tied.issues().front().message.find("share") != std::string::npos);
    }

    void what_is_quantized_already_may_stay() {
        AllocationProblem problem = two_tensors();
        problem.tensors[0].quantized = true;
        const Allocation allocation(problem, rules_of({"int4", "int8"}));
        QCOMPARE(chosen(allocation, allocation.best(bits(16))), std::string("keep int8"));
        QVERIFY(allocation.best(bits(16)).loss == 0.25);
    }

    // A mean of bits that was printed names its plan again, though the division was rounded.
    void means_are_taken_back() {
        std::mt19937 random(5);
        for (int round = 0; round < 2000; ++round) {
            AllocationProblem problem = two_tensors();
            for (AllocationTensor& tensor : problem.tensors) {
                tensor.elements = 1 + random() % 300'000;
                for (AllocationOption& option : tensor.options)
                    option.bits = random() % 3'000'000;
            }
            const Allocation allocation(problem, rules_of(all_three));
            const AllocationChoice least = allocation.smallest();
            QVERIFY(allocation.best(bits(least.bits_per_weight)).bits == least.bits);
        }
    }

    void one_scheme_for_all_worked_by_hand() {
        AllocationRules rules = rules_of(all_three);
        rules.together = one_of(all_three);
        const Allocation allocation(two_tensors(), rules);
        const auto at = [&](double limit) { return allocation.best(bits(limit)); };
        QVERIFY(at(2).loss == 14 && at(3.99).loss == 14);
        QVERIFY(at(4).loss == 3 && at(7.99).loss == 3);
        QVERIFY(at(8).loss == 0.75 && at(100).loss == 0.75);
        QVERIFY(at(7.99).proven() && at(7.99).lower_bound == 3 && at(7.99).gap == 0);
        QCOMPARE(chosen(allocation, at(7.99)), std::string("int4 int4"));
        QVERIFY(allocation.best({Budget::Of::loss, 3}).bits == 1200);
        QVERIFY(allocation.best({Budget::Of::loss, 2}).bits == 2400);
        QVERIFY(allocation.best({Budget::Of::bytes, 190}).loss == 3);
        QVERIFY(allocation.smallest().bits == 600 && allocation.most_exact().loss == 0.75);
        QVERIFY(complaint([&] { at(1.9); }).contains("takes 2 bits a weight"));
        QCOMPARE(allocation.uniform_choices().size(), 3U);
        QVERIFY(allocation.greedy(bits(7.99))->loss == 3 && allocation.closed_form(bits(7.99))->loss == 3);
        std::vector<std::pair<double, double>> front;
        for (const Allocation::Point& point : allocation.front())
            front.emplace_back(point.bits_per_weight, point.loss);
        const std::vector<std::pair<double, double>> steps{{2, 14}, {4, 14}, {4, 3}, {8, 3}, {8, 0.75}};
        QVERIFY(front == steps);
    }

    void what_cannot_take_the_one_scheme_is_kept() {
        AllocationProblem problem = two_tensors();
        std::erase_if(problem.tensors[0].options,
                      [](const AllocationOption& option) { return option.scheme == parse_scheme("int4"); });
        AllocationRules rules = rules_of(all_three);
        rules.together = one_of(all_three);
        problem.tensors[1].options[2].loss = 5;  // int8 for both: 5.5
        const Allocation allocation(problem, rules);
        QCOMPARE(chosen(allocation, allocation.best(bits(8))), std::string("keep int4"));
        QVERIFY(allocation.best(bits(8)).loss == 1 && allocation.best(bits(8)).bits == 2400);
        QVERIFY(allocation.best(bits(7.9)).loss == 14);
        // It is no way out where a scheme can be taken.
        QCOMPARE(chosen(allocation, allocation.best(bits(16))), std::string("keep int4"));
        QCOMPARE(chosen(allocation, allocation.most_exact()), std::string("keep int4"));
    }

    void keep_goes_with_every_scheme() {
        AllocationRules rules = rules_of(all_three);
        rules.candidates.push_back(Scheme{});
        rules.together = one_of(all_three);
        const Allocation allocation(two_tensors(), rules);
        // Bits of (a, b): (8, 8) 2400 loss 0.75, (16, 8) 3200 loss 0.25, (16, 4) 2400 loss 1.
        QCOMPARE(chosen(allocation, allocation.best(bits(10.6))), std::string("int8 int8"));
        QCOMPARE(chosen(allocation, allocation.best(bits(10.7))), std::string("keep int8"));
        rules = rules_of(all_three);
        rules.together = one_of(all_three);
        rules.pins = {pin(0, "keep")};
        const Allocation pinned(two_tensors(), rules);
        QCOMPARE(chosen(pinned, pinned.best(bits(8))), std::string("keep int4"));
    }

    void rules_and_one_scheme_for_all() {
        AllocationRules rules = rules_of(all_three);
        rules.together = one_of(all_three);
        rules.pins = {pin(1, "int4", "y")};
        const Allocation allocation(two_tensors(), rules);
        QCOMPARE(chosen(allocation, allocation.best(bits(8))), std::string("int4 int4"));
        const auto with = [](const AllocationRules& of) {
            return complaint([&] { Allocation(two_tensors(), of); });
        };
        rules.pins = {pin(0, "int2", "x"), pin(1, "int8", "y")};
        QCOMPARE(with(rules),
                 QString("|pins and limits leave nothing that a test takes in one plan: not int2, as "
                         "'b.weight' has to get int8 (y); not int4, as 'a.weight' has to get int2 (x); not "
                         "int8, as 'a.weight' has to get int2 (x)|Take away a pin or a limit, or choose "
                         "another target"));
        rules.pins = {pin(0, "int2", "x")};
        rules.limits = {least(1, 4)};
        QVERIFY(
            with(rules).contains("not int2, as 'b.weight' needs more bits a weight; not int4, as "
                                 "'a.weight' has to get int2 (x)"));
        rules.limits.clear();
        rules.candidates = {parse_scheme("int4")};
        QVERIFY(with(rules).contains("not int2, which is no candidate for 'b.weight'"));
        rules.pins.clear();
        rules.candidates = rules_of(all_three).candidates;
        rules.ties = {tie({0, 1})};
        rules.limits = {least(0, 3)};
        const Allocation tied(two_tensors(), rules);
        QCOMPARE(chosen(tied, tied.smallest()), std::string("int4 int4"));
    }

    // Of every scheme, every way to keep some of the tensors.
    void one_scheme_and_keep_equal_trying_everything() {
        std::mt19937 random(11);
        const auto with_keep = {"int2", "int4", "int8", "keep"};
        for (int round = 0; round < 300; ++round) {
            AllocationProblem problem;
            for (int i = 0; i < 5; ++i)
                problem.tensors.push_back(
                    sample_tensor(fmt::format("t{}", i).c_str(), Role::dense, i, 50 + random() % 200,
                                  {{"int2", 2, 8.0 + static_cast<double>(random() % 16)},
                                   {"int4", 4, 1.0 + static_cast<double>(random() % 7)},
                                   {"int8", 8, static_cast<double>(random() % 100) / 100}}));
            AllocationRules rules = rules_of(with_keep);
            rules.together = one_of(all_three);
            const Allocation allocation(problem, rules);
            const double limit = 2 + static_cast<double>(random() % 1300) / 100;
            double least_loss = std::numeric_limits<double>::infinity();
            for (std::size_t scheme = 0; scheme < 3; ++scheme)
                for (unsigned kept = 0; kept < 32; ++kept) {
                    double sum = 0;
                    double loss = 0;
                    for (std::size_t i = 0; i < 5; ++i) {
                        const AllocationTensor& tensor = problem.tensors[i];
                        const bool keep = (kept >> i & 1U) != 0;
                        const AllocationOption& option = keep ? tensor.kept : tensor.options[scheme];
                        sum += static_cast<double>(option.bits);
                        loss += option.loss;
                    }
                    if (sum <= limit * static_cast<double>(problem.elements()))
                        least_loss = std::min(least_loss, loss);
                }
            const BestChoice best = allocation.best(bits(limit));
            QVERIFY(best.proven() && best.bits_per_weight <= limit);
            QVERIFY(std::abs(best.loss - least_loss) < 1e-9);
        }
    }

    void baselines_worked_by_hand() {
        const Allocation allocation(two_tensors(), rules_of(all_three));
        const auto uniform = allocation.best_uniform(bits(5.4));
        QCOMPARE(to_string(uniform->scheme), std::string("int4"));
        QVERIFY(uniform->choice.loss == 3);
        // Steps by gain for bits: a to int4 (6/200), b to int4 (5/400), a to int8 (1.5/400).
        QVERIFY(allocation.greedy(bits(3))->loss == 8);
        QVERIFY(allocation.greedy(bits(4))->loss == 3);
        QVERIFY(allocation.greedy(bits(5.4))->loss == 1.5);
        QCOMPARE(allocation.uniform_choices().size(), 3U);
    }

    // With sensitivities of 16 and 1 a weight, the first gets two bits more: 0.5·log2(16).
    void the_closed_form_is_the_theorys() {
        AllocationProblem problem = two_tensors();
        problem.tensors[0].elements = problem.tensors[1].elements = 100;
        for (AllocationTensor& tensor : problem.tensors) {
            tensor.options.clear();
            for (int width = 2; width <= 8; ++width)
                tensor.options.push_back({parse_scheme(fmt::format("int{}", width)),
                                          static_cast<std::uint64_t>(100 * width), 50,
                                          tensor.sensitivity * std::exp2(-2 * width)});
        }
        problem.tensors[0].sensitivity = 16;
        for (AllocationOption& option : problem.tensors[0].options)
            option.loss *= 16;
        const Allocation allocation(problem,
                                    rules_of({"int2", "int3", "int4", "int5", "int6", "int7", "int8"}));
        QCOMPARE(chosen(allocation, *allocation.closed_form(bits(5))), std::string("int6 int4"));
        QCOMPARE(chosen(allocation, *allocation.closed_form(bits(3))), std::string("int4 int2"));
        QCOMPARE(chosen(allocation, *allocation.closed_form(bits(8))), std::string("int8 int8"));
        QCOMPARE(chosen(allocation, allocation.best(bits(5))), std::string("int6 int4"));
    }

    void nothing_beats_the_best() {
        std::mt19937 random(3);
        for (unsigned seed = 0; seed < 12; ++seed) {
            AllocationRules rules;
            rules.candidates = sample_schemes();
            const AllocationProblem problem = sample_transformer(1 + seed % 4, seed);
            if (seed % 3 == 1) rules.ties = fused_ties(problem);
            if (seed % 3 == 2) rules.limits = sensitive_layers_limit(problem);
            const Allocation allocation(problem, rules);
            std::uniform_real_distribution<double> any(allocation.smallest().bits_per_weight, 8.6);
            for (int i = 0; i < 25; ++i) {
                const double limit = any(random);
                const Budget budget =
                    i % 2 == 0 ? bits(limit)
                               : Budget{Budget::Of::bytes, std::floor(limit / 8 * 1e8) / 1e8 *
                                                                   static_cast<double>(problem.elements()) +
                                                               static_cast<double>(problem.other_bytes)};
                const BestChoice best = allocation.best(budget);
                QVERIFY(best.proven());
                if (budget.of == Budget::Of::bytes) QVERIFY(static_cast<double>(best.bytes) <= budget.limit);
                if (budget.of == Budget::Of::bits_per_weight) QVERIFY(best.bits_per_weight <= limit);
                const double reach = best.loss * (1 - 1e-12);
                QVERIFY(allocation.greedy(budget)->loss >= reach);
                QVERIFY(allocation.closed_form(budget)->loss >= reach);
                if (const auto uniform = allocation.best_uniform(budget))
                    QVERIFY(uniform->choice.loss >= reach);
                // A random choice, as large as it may be.
                const BestChoice back = allocation.best({Budget::Of::loss, best.loss});
                QVERIFY(back.bits <= best.bits);
            }
        }
    }

    void the_front_falls_from_the_smallest_to_the_most_exact() {
        AllocationRules rules;
        rules.candidates = sample_schemes();
        const Allocation allocation(sample_transformer(3, 5), rules);
        const auto front = allocation.front();
        QVERIFY(std::abs(front.front().bits_per_weight - allocation.smallest().bits_per_weight) < 1e-12);
        QVERIFY(std::abs(front.back().loss / allocation.most_exact().loss - 1) < 1e-9);
        for (std::size_t i = 1; i < front.size(); ++i)
            QVERIFY(front[i].bits_per_weight > front[i - 1].bits_per_weight &&
                    front[i].loss < front[i - 1].loss);
        const auto& middle = front[front.size() / 2];
        QVERIFY(std::abs(allocation.best(bits(middle.bits_per_weight * (1 + 1e-13))).loss / middle.loss - 1) <
                1e-9);
    }

    void usual_ties_and_limits() {
        const AllocationProblem problem = sample_transformer(3, 1);
        const std::vector<Tie> fused = fused_ties(problem);
        QCOMPARE(fused.size(), 6U);
        QCOMPARE(fused[0].tensors.size(), 3U);
        QCOMPARE(problem.tensors[fused[0].tensors[2]].name, std::string("blk.0.attn_v.weight"));
        QCOMPARE(fused[3].tensors.size(), 2U);
        const std::vector<Tie> embeddings = embedding_ties(problem);
        QCOMPARE(embeddings.size(), 1U);
        QCOMPARE(embeddings[0].tensors, (std::vector<std::size_t>{0, problem.tensors.size() - 1}));
        const std::vector<LeastBits> limits = sensitive_layers_limit(problem);
        QCOMPARE(limits.size(), 2U + 7 + 7);
        QVERIFY(embedding_ties(two_tensors()).empty());
    }

    void a_model_becomes_a_problem() {
        const Model model = described_model({described_matrix("up", 64, 256), described_vector("norm", 64),
                                             described_matrix("down", 64, 64)});
        const Scheme int4 = parse_scheme("int4");
        const Scheme q4_k = parse_scheme("q4_K");
        const auto measured = [](const Scheme& scheme, double bits_per_weight, double error, double value) {
            Measurement measurement;
            measurement.scheme = scheme;
            measurement.bits_per_weight = bits_per_weight;
            measurement.bytes = 7;
            measurement.sums.error_squared = error;
            measurement.sums.value_squared = value;
            return measurement;
        };
        Measurement refused;
        refused.scheme = q4_k;
        refused.refused = "its rows are no whole number of blocks";
        std::vector<TensorMeasurement> measurements{
            {"up", 64 * 256, {measured(int4, 4.125, 2, 50), measured(q4_k, 4.5, 1, 50)}},
            {"down", 64 * 64, {refused, measured(int4, 4.5, 0, 0)}}};
        measurements[0].results[1].weighted = WeightedSums{3, 4};
        const std::vector<double> sensitivities{2, 5, 7};
        const std::vector<Scheme> schemes{int4, q4_k, Scheme{}};
        const AllocationProblem problem = allocation_problem(model, schemes, measurements, sensitivities);
        QCOMPARE(problem.tensors.size(), 2U);
        QVERIFY(problem.other_bytes == 256 && problem.other_bits == 2048 && problem.other_elements == 64);
        const AllocationTensor& up = problem.tensors[0];
        QVERIFY(up.options.size() == 3 && up.find(int4)->bits == 67584 && up.find(int4)->bytes == 7);
        QVERIFY(std::abs(up.find(int4)->loss - 2 * 2.0 / 50) < 1e-15);
        QVERIFY(up.find(Scheme{})->loss == 0 && up.find(Scheme{})->bits == 64 * 256 * 16);
        QVERIFY(problem.tensors[1].find(q4_k) == nullptr);
        QVERIFY(problem.tensors[1].find(int4)->loss == 0);
        const auto weighted = allocation_problem(model, schemes, measurements, {}, true);
        QVERIFY(std::abs(weighted.tensors[0].find(q4_k)->loss - 0.75) < 1e-15);
        QVERIFY(std::abs(weighted.tensors[0].find(int4)->loss - 0.04) < 1e-15);

        AllocationRules rules;
        rules.candidates = {int4};
        const Allocation allocation(problem, rules);
        const Plan plan = allocation.plan(model, allocation.smallest());
        QCOMPARE(plan.entries.size(), 3U);
        QCOMPARE(to_string(plan.entries[0].scheme), std::string("int4"));
        QCOMPARE(to_string(plan.entries[1].scheme), std::string("keep"));
        QCOMPARE(to_string(plan.entries[2].scheme), std::string("int4"));
    }
};

QTEST_APPLESS_MAIN(TestAllocation)
#include "test_allocation.moc"
