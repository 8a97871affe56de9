// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/claim_texts.h"

#include "app/lessons/claim_phrases.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

#include <locale>

namespace halfstep {
namespace {

// The decimal point of the window's language, no grouping.
class DecimalPoint : public std::numpunct<char> {
  protected:
    char do_decimal_point() const override {
        const QString point = QLocale().decimalPoint();
        return point == QLatin1String(",") ? ',' : '.';
    }
};

// Words may stand together: "int2, laplace".
std::string translatedWords(const std::string& words) {
    QStringList translated;
    for (const QString& word : QString::fromStdString(words).split(QStringLiteral(", ")))
        translated << claimText(word.toStdString());
    return translated.join(QStringLiteral(", ")).toStdString();
}

QString withMinusSigns(QString text) {
    static const QRegularExpression hyphen(QStringLiteral("(?<![\\w\\)])-(?=\\d)"));
    return text.replace(hyphen, QString(QChar(0x2212)));
}

}  // namespace

QString claimText(std::string_view text) {
    return QCoreApplication::translate("Claims", std::string(text).c_str());
}

QString sentenceText(const Sentence& sentence) {
    if (sentence.empty()) return {};
    const std::string pattern = claimText(sentence.pattern()).toStdString();
    const std::locale locale(std::locale::classic(), new DecimalPoint);
    return withMinusSigns(QString::fromStdString(sentence.text(pattern, locale, translatedWords)));
}

QString verdictText(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
            return QCoreApplication::translate("Claims", "holds");
        case Verdict::holds_within_limits:
            return QCoreApplication::translate("Claims", "holds within limits");
        case Verdict::does_not_hold:
            return QCoreApplication::translate("Claims", "does not hold");
    }
    return {};
}

QStringList translatableClaimTexts() {
    QStringList list;
    for (const char* text : claim_phrases)
        list << QString::fromUtf8(text);
    return list;
}

}  // namespace halfstep
