// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/fresh_user.h"

#include "widgets/style/theme.h"

#include <QApplication>
#include <QSettings>
#include <QTest>

#include <utility>

namespace halfstep::testing {

FreshUser::FreshUser() {
    QCoreApplication::setOrganizationName("halfstep-tests");
    QCoreApplication::setApplicationName("halfstep-tests");
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, file("settings"));
    qputenv("XDG_CONFIG_HOME", file("config").toUtf8());
    qputenv("XDG_DATA_HOME", file("data").toUtf8());
    applyTheme(*qApp, ThemeMode::light);
    language_ = std::make_unique<Language>();
    language_->use("en");
}

QString FreshUser::file(std::string_view name) const {
    return QString::fromStdString(folder_.path(name).string());
}

std::unique_ptr<MainWindow> FreshUser::shown_window() {
    auto window = std::make_unique<MainWindow>(*language_);
    window->resize(1280, 800);
    window->show();
    return QTest::qWaitForWindowExposed(window.get()) ? std::move(window) : nullptr;
}

}  // namespace halfstep::testing
