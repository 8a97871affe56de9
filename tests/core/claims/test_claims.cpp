// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/claims/claims.h"
#include "tests/support/test_data.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numbers>
#include <set>
#include <thread>

using namespace halfstep;

namespace {

std::vector<const Claim*> quick_claims() {
    std::vector<const Claim*> claims;
    for (const Claim* claim : all_claims())
        if (!claim->at_scale) claims.push_back(claim);
    return claims;
}

ClaimInputs with_sample() {
    return {open_model(testing::project_path("resources/samples/tidewater")), "sample"};
}

double figure(const ClaimResult& result, const std::string& name) {
    for (const ClaimFigure& each : result.finding.figures)
        if (each.name == name) return each.value;
    return std::nan("");
}

bool is_sentence(const std::string& text) {
    return text.size() > 20 && text.ends_with('.');
}

}  // namespace

class TestClaims : public QObject {
    Q_OBJECT

    std::vector<ClaimResult> results_;

    const ClaimResult& result(std::string_view id) const {
        return *std::ranges::find(results_, id, [](const ClaimResult& each) { return each.claim->id; });
    }

  private slots:
    void initTestCase() { results_ = measure_claims(quick_claims(), with_sample()); }

    void every_claim_says_what_it_is() {
        std::set<std::string_view> ids;
        for (const Claim* claim : all_claims()) {
            const auto id = std::string(claim->id);
            QVERIFY2(ids.insert(claim->id).second, id.c_str());
            QVERIFY2(find_claim(claim->id) == claim, id.c_str());
            QVERIFY2(is_sentence(std::string(claim->statement)), id.c_str());
            QVERIFY2(is_sentence(std::string(claim->measured)), id.c_str());
            QVERIFY2(!claim->work.empty() && !claim->where.empty(), id.c_str());
        }
        QVERIFY(find_claim("no such claim") == nullptr);
    }

    void every_finding_is_whole() {
        for (const ClaimResult& each : results_) {
            const auto id = std::string(each.claim->id);
            std::set<std::string> names;
            for (const ClaimFigure& one : each.finding.figures) {
                QVERIFY2(names.insert(one.name).second, (id + ": " + one.name).c_str());
                QVERIFY2(std::isfinite(one.value), (id + ": " + one.name).c_str());
            }
            QVERIFY2(!names.empty() && !each.finding.weights.empty(), id.c_str());
            QVERIFY2(is_sentence(each.finding.explanation.text()), id.c_str());
            if (each.finding.verdict != Verdict::holds)
                QVERIFY2(is_sentence(each.finding.counterexample.text()), id.c_str());
        }
    }

    void verdicts_data() {
        QTest::addColumn<int>("verdict");
        const auto row = [](const char* id, Verdict verdict) {
            QTest::newRow(id) << static_cast<int>(verdict);
        };
        using enum Verdict;
        row("rounding-error", holds_within_limits);
        row("optimal-scale", does_not_hold);
        row("log2-error", does_not_hold);
        row("error-bound", holds_within_limits);
        row("bit-allocation", holds_within_limits);
        row("second-moment", holds_within_limits);
        row("size", holds_within_limits);
        row("size-reduction", holds_within_limits);
        row("mixed-precision", holds_within_limits);
        row("end-layers", does_not_hold);
        row("qat", holds);
        row("nf4", holds);
        row("group-size", holds_within_limits);
        row("decibels-per-bit", holds_within_limits);
    }
    void verdicts() {
        QFETCH(int, verdict);
        QCOMPARE(static_cast<int>(result(QTest::currentDataTag()).finding.verdict), verdict);
    }

    // 1.41422 lies a little above √2 and becomes 2; 1.4142 becomes 1.
    void powers_of_two_are_off_by_what_the_roots_say() {
        const double root = std::numbers::sqrt2;
        const ClaimResult& log2 = result("log2-error");
        QVERIFY(std::abs(figure(log2, "largest relative error upwards, one octave") - (root - 1)) < 3e-5);
        QVERIFY(std::abs(figure(log2, "largest relative error downwards, one octave") - (1 - 1 / root)) <
                3e-5);
    }

    // 512·512 codes and one scale, or one for each of 512 rows, or 16 bits for every 32 weights.
    void sizes_are_those_of_the_codes_and_scales() {
        const ClaimResult& size = result("size");
        const double weights = 512.0 * 512;
        const auto times = [&size](const char* storage) {
            return figure(size, std::string("times smaller than float32, ") + storage + ", gaussian");
        };
        QVERIFY(times("int8, one scale a tensor") == weights * 32 / (weights * 8 + 32));
        QVERIFY(times("int8, one a channel") == weights * 32 / (weights * 8 + 512 * 32));
        QVERIFY(times("int4, one a group of 32") == 32 / 4.5);
        QVERIFY(times("int4, one a group of 32, asymmetric") == 32 / (4 + 20.0 / 32));
    }

    // W = (1, 0.99): the scale is 1/127, and 0.99 becomes 126/127. The output, 1 − 0.99 = 0.01, becomes
    // 1/127. ε is (0.99 − 126/127)/√(1 + 0.99²), of the second layer 0.
    void what_cancels_is_beyond_the_bound() {
        const ClaimResult& bound = result("error-bound");
        const auto percent = [&bound](const char* what) {
            return figure(bound, std::string(what) + ", int8:tensor, a network that subtracts");
        };
        const double moved = 126.0 / 127 - 0.99;
        QVERIFY(std::abs(percent("relative error of the outputs") / (100 * moved / 0.01) - 1) < 1e-4);
        QVERIFY(std::abs(percent("Π(1 + ε) − 1") / (100 * moved / std::sqrt(1 + 0.99 * 0.99)) - 1) < 1e-4);
    }

    // What the folder's README says is what is found. (The claim at scale takes too long to be measured
    // here.)
    void the_readme_says_the_same() {
        QFile file(QString::fromStdString(testing::project_path("core/claims/README.md").string()));
        QVERIFY(file.open(QFile::ReadOnly));
        const QString readme = QString::fromUtf8(file.readAll());
        for (const Claim* claim : all_claims()) {
            const QString start =
                QString("| `%1` | ")
                    .arg(QByteArray(claim->id.data(), static_cast<int>(claim->id.size())).constData());
            const QStringList rows = readme.split('\n').filter(start);
            QVERIFY2(rows.size() == 1, qPrintable(start));
            if (claim->at_scale) continue;
            const ClaimFinding& finding = result(claim->id).finding;
            const std::string verdict(verdict_name(finding.verdict));
            QVERIFY2(rows[0].contains(QString(" | %1 | ").arg(verdict.c_str())), qPrintable(rows[0]));
            QVERIFY2(rows[0].contains(finding.explanation.text().c_str()), qPrintable(rows[0]));
        }
    }

    void without_the_sample_random_weights_remain() {
        std::vector<const Claim*> claims;
        for (const char* id : {"rounding-error", "log2-error", "bit-allocation", "size", "size-reduction",
                               "mixed-precision", "end-layers", "nf4", "group-size"})
            claims.push_back(find_claim(id));
        for (const ClaimResult& each : measure_claims(claims, ClaimInputs{})) {
            const auto id = std::string(each.claim->id);
            QVERIFY2(std::ranges::find(each.finding.weights, "sample") == each.finding.weights.end(),
                     id.c_str());
            QVERIFY2(!each.finding.figures.empty(), id.c_str());
            QVERIFY2(is_sentence(each.finding.explanation.text()), id.c_str());
        }
    }

    void threads_change_no_figure() {
        JobContext three;
        three.threads = 3;
        std::vector<const Claim*> claims;
        for (const char* id : {"rounding-error", "log2-error", "second-moment", "mixed-precision", "nf4"})
            claims.push_back(find_claim(id));
        for (const ClaimResult& each : measure_claims(claims, with_sample(), three)) {
            const ClaimResult& first = result(each.claim->id);
            QCOMPARE(each.finding.figures.size(), first.finding.figures.size());
            for (std::size_t i = 0; i < first.finding.figures.size(); ++i)
                QVERIFY2(each.finding.figures[i].value == first.finding.figures[i].value,
                         first.finding.figures[i].name.c_str());
        }
    }

    void progress_rises_to_the_end() {
        JobContext job;
        double last = 0;
        bool fell = false;
        job.progress = [&](double fraction) {
            fell = fell || fraction < last;
            last = fraction;
        };
        const std::vector<const Claim*> claims{find_claim("size"), find_claim("nf4")};
        measure_claims(claims, ClaimInputs{}, job);
        QVERIFY(!fell);
        QVERIFY(last == 1);
    }

    void a_stop_is_felt_at_once_data() {
        QTest::addColumn<int>("after");
        QTest::newRow("before it starts") << 0;
        QTest::newRow("while it makes large models") << 300;
    }
    void a_stop_is_felt_at_once() {
        QFETCH(int, after);
        std::stop_source source;
        JobContext job;
        job.stop = source.get_token();
        using Clock = std::chrono::steady_clock;
        Clock::time_point stopped;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(after));
            stopped = Clock::now();
            source.request_stop();
        });
        if (after == 0) stopper.join();
        const std::vector<const Claim*> claims{find_claim("scale")};
        QVERIFY_THROWS_EXCEPTION(Cancelled, measure_claims(claims, ClaimInputs{}, job));
        // 100 ms is what is promised; a busy machine may add to it.
        QVERIFY(Clock::now() - stopped < std::chrono::seconds(2));
    }
};

QTEST_GUILESS_MAIN(TestClaims)
#include "test_claims.moc"
