// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/views/scheme_sets.h"

#include <QRegularExpression>
#include <QStringList>

#include <algorithm>
#include <string_view>

namespace halfstep {
namespace {

template <std::size_t Count>
std::vector<Scheme> parsed(const std::string_view (&notations)[Count]) {
    std::vector<Scheme> schemes;
    for (const std::string_view notation : notations)
        schemes.push_back(parse_scheme(notation));
    return schemes;
}

}  // namespace

std::vector<Scheme> screening_schemes() {
    return parsed({"int8", "q8_0", "int6", "q5_1", "int5", "int4:g64", "q4_0", "int4", "log4", "int3:g64",
                   "int3", "int2:g64"});
}

std::vector<Scheme> comparison_schemes() {
    return parsed({"int8", "q8_0", "int4", "int4:g64", "int4:asym:g64", "q4_0", "log4", "kmeans4:tensor"});
}

std::vector<Scheme> parse_schemes(const QString& text) {
    static const QRegularExpression separators("[\\s,;]+");
    std::vector<Scheme> schemes;
    for (const QString& word : text.split(separators, Qt::SkipEmptyParts)) {
        const Scheme scheme = parse_scheme(word.toStdString());
        if (std::ranges::find(schemes, scheme) == schemes.end()) schemes.push_back(scheme);
    }
    return schemes;
}

QString schemes_text(const std::vector<Scheme>& schemes) {
    QStringList words;
    for (const Scheme& scheme : schemes)
        words.append(QString::fromStdString(to_string(scheme)));
    return words.join(QLatin1Char(' '));
}

}  // namespace halfstep
