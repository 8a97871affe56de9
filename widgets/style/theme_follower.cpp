// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/theme_follower.h"

#include "widgets/style/theme.h"

#include <QTimer>
#include <QWidget>

#include <utility>

namespace halfstep {

ThemeFollower::ThemeFollower(QWidget* widget, std::function<void()> restyle)
    : QObject(widget), restyle_(std::move(restyle)) {
    widget->installEventFilter(this);
}

bool ThemeFollower::eventFilter(QObject* /*watched*/, QEvent* event) {
    if (isThemeChange(event) && !scheduled_) {
        scheduled_ = true;
        QTimer::singleShot(0, this, [this] {
            scheduled_ = false;
            restyle_();
        });
    }
    return false;
}

}  // namespace halfstep
