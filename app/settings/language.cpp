// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QSettings>

namespace halfstep {
namespace {

constexpr auto key = "language";

// How numbers are written: as the system does it where it speaks the same language, so that its country
// counts.
QLocale localeFor(const QString& code) {
    const QLocale system = QLocale::system();
    return code.isEmpty() || QLocale(code).language() == system.language() ? system : QLocale(code);
}

}  // namespace

Language::Language(QObject* parent) : QObject(parent), code_(QSettings().value(key).toString()) {
    install();
}

QStringList Language::available() {
    return {"en", "de"};
}

QString Language::nativeName(const QString& code) {
    const QLocale locale(code);
    QString name = code == "en" ? QStringLiteral("English") : locale.nativeLanguageName();
    if (!name.isEmpty()) name[0] = name[0].toUpper();
    return name;
}

void Language::setCode(const QString& code) {
    QSettings().setValue(key, code);
    use(code);
}

void Language::use(const QString& code) {
    code_ = code;
    install();
}

void Language::install() {
    QCoreApplication::removeTranslator(&application_);
    QCoreApplication::removeTranslator(&qt_);
    const QLocale locale = localeFor(code_);
    QLocale::setDefault(locale);
    const QString language = QLocale::languageToCode(locale.language());
    // English is loaded too: it holds the plural forms of the source texts.
    shown_ = available().contains(language) ? language : QStringLiteral("en");
    if (qt_.load("qtbase_" + shown_, QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(&qt_);
    if (application_.load(":/translations/halfstep_" + shown_))
        QCoreApplication::installTranslator(&application_);
}

}  // namespace halfstep
