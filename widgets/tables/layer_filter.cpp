// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/layer_filter.h"

#include "widgets/style/role_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

#include <array>
#include <optional>
#include <utility>

namespace halfstep {
namespace {

using Term = std::function<bool(const LayerRow&)>;
using Figure = std::optional<double> (*)(const LayerRow&);

struct FilterText {
    Q_DECLARE_TR_FUNCTIONS(halfstep::LayerFilter)
};

bool contains(const QString& text, const QString& part) {
    return text.contains(part, Qt::CaseInsensitive);
}

bool roleMatches(Role role, const QString& part) {
    return contains(QString::fromUtf8(role_name(role).data(), static_cast<qsizetype>(role_name(role).size())),
                    part) ||
           contains(roleText(role), part);
}

QString schemeText(const LayerRow& row) {
    return QString::fromStdString(to_string(row.scheme));
}

QLatin1String statusWord(LayerStatus status) {
    switch (status) {
        case LayerStatus::kept:
            return QLatin1String("kept");
        case LayerStatus::waiting:
            return QLatin1String("waiting");
        case LayerStatus::measuring:
            return QLatin1String("measuring");
        case LayerStatus::measured:
            return QLatin1String("measured");
        case LayerStatus::stale:
            return QLatin1String("stale");
        case LayerStatus::refused:
            return QLatin1String("refused");
    }
    return {};
}

std::optional<double> sizeOf(const LayerRow& row) {
    return row.bytes ? std::optional(static_cast<double>(*row.bytes)) : std::nullopt;
}

std::optional<double> blockOf(const LayerRow& row) {
    return row.block ? std::optional(static_cast<double>(*row.block)) : std::nullopt;
}

Figure figureOf(const QString& key) {
    static const std::array<std::pair<const char*, Figure>, 6> figures{{
        {"block", blockOf},
        {"bits", [](const LayerRow& row) { return row.bits; }},
        {"size", sizeOf},
        {"sqnr", [](const LayerRow& row) { return row.sqnr_db; }},
        {"error", [](const LayerRow& row) { return row.rel_error; }},
        {"sensitivity", [](const LayerRow& row) { return row.sensitivity; }},
    }};
    for (const auto& [name, figure] : figures)
        if (key == QLatin1String(name)) return figure;
    return nullptr;
}

std::optional<Term> textTerm(const QString& key, const QString& value) {
    if (key == QLatin1String("name"))
        return [value](const LayerRow& row) { return contains(row.name, value); };
    if (key == QLatin1String("role"))
        return [value](const LayerRow& row) { return roleMatches(row.role, value); };
    if (key == QLatin1String("scheme"))
        return [value](const LayerRow& row) { return contains(schemeText(row), value); };
    if (key == QLatin1String("dtype"))
        return [value](const LayerRow& row) { return contains(row.dtype, value); };
    if (key == QLatin1String("status"))
        return [value](const LayerRow& row) {
            return statusWord(row.status).startsWith(value, Qt::CaseInsensitive);
        };
    return std::nullopt;
}

// A number as people write it: decimal point or the locale's, with a unit of size or a percent sign.
std::optional<double> number(const QString& text) {
    static const QRegularExpression form(
        QStringLiteral("^([-+]?[0-9.,]+(?:e[-+]?[0-9]+)?)(%|db|[kmgt]?i?b)?$"),
        QRegularExpression::CaseInsensitiveOption);
    const auto match = form.match(text);
    if (!match.hasMatch()) return std::nullopt;
    bool ok = false;
    double value = QLocale::c().toDouble(match.captured(1), &ok);
    if (!ok) value = QLocale().toDouble(match.captured(1), &ok);
    if (!ok) return std::nullopt;
    const QString unit = match.captured(2).toLower();
    if (unit == QLatin1String("%")) return value / 100;
    if (unit.isEmpty() || unit == QLatin1String("db")) return value;
    const double step = unit.contains(QLatin1Char('i')) ? 1024.0 : 1000.0;
    const qsizetype power = QStringLiteral("bkmgt").indexOf(unit.front());
    for (qsizetype i = 0; i < power; ++i)
        value *= step;
    return value;
}

std::optional<Term> rangeTerm(Figure figure, const QString& operation, const QString& text) {
    if (operation == QLatin1String(":") || operation == QLatin1String("=")) {
        const qsizetype dash = text.indexOf(QLatin1Char('-'), 1);
        const auto low = number(dash > 0 ? text.left(dash) : text);
        const auto high = dash > 0 ? number(text.mid(dash + 1)) : low;
        if (!low || !high) return std::nullopt;
        return [=](const LayerRow& row) {
            const auto value = figure(row);
            return value && *value >= *low && *value <= *high;
        };
    }
    const auto limit = number(text);
    if (!limit) return std::nullopt;
    const bool less = operation.startsWith(QLatin1Char('<'));
    const bool or_equal = operation.size() == 2;
    return [=](const LayerRow& row) {
        const auto value = figure(row);
        if (!value) return false;
        if (or_equal && *value == *limit) return true;
        return less ? *value < *limit : *value > *limit;
    };
}

Term plainTerm(const QString& word) {
    return [word](const LayerRow& row) {
        return contains(row.name, word) || roleMatches(row.role, word) || contains(schemeText(row), word);
    };
}

}  // namespace

LayerFilter::LayerFilter(const QString& text) {
    static const QRegularExpression spaces(QStringLiteral("\\s+"));
    for (const QString& word : text.split(spaces, Qt::SkipEmptyParts))
        addWord(word);
}

void LayerFilter::addWord(const QString& given) {
    const bool negated = given.size() > 1 && given.startsWith(QLatin1Char('-'));
    const QString word = negated ? given.mid(1) : given;
    static const QRegularExpression form(QStringLiteral("^([a-z]+)(<=|>=|<|>|=|:)(.*)$"),
                                         QRegularExpression::CaseInsensitiveOption);
    const auto match = form.match(word);
    const QString key = match.captured(1).toLower();
    const QString value = match.captured(3);

    std::optional<Term> term;
    if (const Figure figure = match.hasMatch() ? figureOf(key) : nullptr; figure != nullptr) {
        term = rangeTerm(figure, match.captured(2), value);
        if (!term) {
            problem_ = FilterText::tr("“%1” needs a number, as in “%2<5”.").arg(word, key);
            return;
        }
    }
    if (!term && match.hasMatch() && match.captured(2) == QLatin1String(":")) term = textTerm(key, value);
    if (!term) term = plainTerm(word);
    if (negated) term = [inner = std::move(*term)](const LayerRow& row) { return !inner(row); };
    terms_.push_back(std::move(*term));
}

bool LayerFilter::matches(const LayerRow& row) const {
    for (const Term& term : terms_)
        if (!term(row)) return false;
    return true;
}

}  // namespace halfstep
