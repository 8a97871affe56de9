// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTranslator>

namespace halfstep {

// The language of the interface and of its numbers, switchable while the window is open: widgets get
// QEvent::LanguageChange.
class Language : public QObject {
    Q_OBJECT
  public:
    explicit Language(QObject* parent = nullptr);

    // "en", "de", or empty for what the system asks for. Kept in the settings.
    void setCode(const QString& code);
    void use(const QString& code);  // for this run only
    QString code() const { return code_; }
    QString shownCode() const { return shown_; }  // of available(), also where the system decides

    static QStringList available();                  // codes
    static QString nativeName(const QString& code);  // "Deutsch"

  private:
    void install();

    QString code_;
    QString shown_;
    QTranslator application_;
    QTranslator qt_;
};

}  // namespace halfstep
