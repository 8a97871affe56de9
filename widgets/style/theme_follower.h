// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <functional>

class QWidget;

namespace halfstep {

// Restyles a widget after each change of theme: fonts, palettes and pictures that it gives its children. It
// does so when the change is over, because the style sheet of the application takes such fonts and palettes
// away from the children while it is being replaced, after their parent has heard of it.
class ThemeFollower : public QObject {
    Q_OBJECT
  public:
    ThemeFollower(QWidget* widget, std::function<void()> restyle);

    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    std::function<void()> restyle_;
    bool scheduled_ = false;
};

}  // namespace halfstep
