// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/name_patterns.h"

#include <QTest>

#include <algorithm>
#include <regex>
#include <set>

using namespace halfstep;

namespace {

std::vector<std::string> regexes(const std::vector<std::string>& names, Alternate alternate) {
    std::vector<std::string> texts;
    for (const NamePattern& pattern : name_patterns(names, alternate))
        texts.push_back(regex_of(pattern, escaped_for_python));
    return texts;
}

}  // namespace

class TestNamePatterns : public QObject {
    Q_OBJECT
  private slots:
    void layers_are_alternatives() {
        QCOMPARE(regexes({"blk.0.up", "blk.2.up", "blk.10.up"}, Alternate::numbers),
                 (std::vector<std::string>{"^blk\\.(0|2|10)\\.up$"}));
        QCOMPARE(regexes({"a.0.up", "a.0.down", "a.1.up", "a.1.down"}, Alternate::numbers),
                 (std::vector<std::string>{"^a\\.(0|1)\\.up$", "^a\\.(0|1)\\.down$"}));
    }

    void words_are_alternatives_where_the_layers_are_the_same() {
        QCOMPARE(regexes({"a.0.x.q", "a.0.x.k", "a.1.x.q", "a.1.x.k"}, Alternate::numbers_and_words),
                 (std::vector<std::string>{"^a\\.(0|1)\\.x\\.(q|k)$"}));
        QCOMPARE(regexes({"a.0.q", "a.0.k", "a.1.q"}, Alternate::numbers_and_words),
                 (std::vector<std::string>{"^a\\.(0|1)\\.q$", "^a\\.0\\.k$"}));
        QCOMPARE(regexes({"head", "embed"}, Alternate::numbers_and_words),
                 (std::vector<std::string>{"^(head|embed)$"}));
    }

    void experts_are_alternatives_too() {
        QCOMPARE(regexes({"l.0.e.0.up", "l.0.e.1.up", "l.1.e.0.up", "l.1.e.1.up"}, Alternate::numbers),
                 (std::vector<std::string>{"^l\\.(0|1)\\.e\\.(0|1)\\.up$"}));
    }

    void numbers_inside_of_words_are_words() {
        QCOMPARE(regexes({"w1.x", "w2.x"}, Alternate::numbers),
                 (std::vector<std::string>{"^w1\\.x$", "^w2\\.x$"}));
        QCOMPARE(regexes({"0.x", "1.x", "x.7"}, Alternate::numbers),
                 (std::vector<std::string>{"^(0|1)\\.x$", "^x\\.7$"}));
        QCOMPARE(regexes({""}, Alternate::numbers), (std::vector<std::string>{"^$"}));
    }

    // Whatever the set, every name is matched once and no other name at all.
    void patterns_stand_for_the_names_and_nothing_else() {
        std::vector<std::string> all;
        for (int layer = 0; layer < 13; ++layer)
            for (const char* name : {"attn.q", "attn.k", "mlp.experts.0.up", "mlp.experts.1.up",
                                     "mlp.experts.11.up", "mlp.up", "mlp.up_proj"})
                all.push_back("model.layers." + std::to_string(layer) + "." + name);
        all.insert(all.end(), {"head", "model.head", "model.layers.1"});
        for (std::size_t seed = 1; seed < 40; ++seed) {
            std::vector<std::string> chosen;
            for (std::size_t i = 0; i < all.size(); ++i)
                if ((i * i * seed + i * 7 + seed) % 5 < 2) chosen.push_back(all[i]);
            for (const Alternate alternate : {Alternate::numbers, Alternate::numbers_and_words}) {
                const std::vector<std::string> patterns = regexes(chosen, alternate);
                for (const std::string& name : all) {
                    const auto matches = std::ranges::count_if(patterns, [&](const std::string& pattern) {
                        return std::regex_search(name, std::regex(pattern));
                    });
                    QCOMPARE(matches, std::ranges::count(chosen, name));
                }
            }
        }
    }

    void what_means_something_is_escaped() {
        QCOMPARE(escaped_for_python("a.b(c)+[d]|e$"), std::string("a\\.b\\(c\\)\\+\\[d\\]\\|e\\$"));
        QCOMPARE(glob_of("a[0].b*?"), std::string("a[[]0].b[*][?]"));
    }
};

QTEST_GUILESS_MAIN(TestNamePatterns)
#include "test_name_patterns.moc"
