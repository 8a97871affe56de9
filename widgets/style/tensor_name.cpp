// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/tensor_name.h"

#include <QStringList>

#include <algorithm>
#include <vector>

namespace halfstep {
namespace {

// With one ellipsis for each run of words that are not shown.
QString joined(const QStringList& words, const std::vector<bool>& shown) {
    QString text;
    bool gap = false;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (!shown[i]) {
            gap = true;
            continue;
        }
        if (gap)
            text += u'\u2026';
        else if (i > 0)
            text += u'.';
        text += words[static_cast<qsizetype>(i)];
        gap = false;
    }
    return text;
}

}  // namespace

QString shortTensorName(const QString& name) {
    QString rest = name;
    for (const QLatin1String prefix : {QLatin1String("model."), QLatin1String("transformer.")})
        if (rest.startsWith(prefix)) rest.remove(0, prefix.size());
    if (rest.endsWith(QLatin1String(".weight"))) rest.chop(7);
    return rest.isEmpty() ? name : rest;
}

QString narrowTensorName(const QString& name, const std::function<bool(const QString&)>& fits) {
    if (fits(name)) return name;
    const QStringList words = name.split(u'.');
    std::vector<bool> shown(static_cast<std::size_t>(words.size()), true);
    // The first word is the last to go.
    for (qsizetype place = 1; place <= words.size() - 1; ++place) {
        const qsizetype word = place % (words.size() - 1);
        const bool tells = std::ranges::any_of(words[word], [](QChar c) { return c.isDigit(); });
        if (tells) continue;
        shown[static_cast<std::size_t>(word)] = false;
        QString narrow = joined(words, shown);
        if (fits(narrow)) return narrow;
    }
    return name;
}

}  // namespace halfstep
