// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QWidget>

class QLabel;

namespace halfstep {

class LessonPage;

// A lesson by itself on the whole screen, in large type. While it is shown, the application's font is larger;
// it goes when Escape is pressed or the window is closed, and leaves the page without a parent.
class Presentation : public QWidget {
    Q_OBJECT
  public:
    explicit Presentation(LessonPage& page);
    ~Presentation() override;

  signals:
    void nextRequested();  // a step; presenters' remote controls send Page Down and Page Up
    void previousRequested();
    void ended();

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

  private:
    void releasePage();

    LessonPage& page_;
    QFont usual_font_;
    QLabel* keys_;
};

}  // namespace halfstep
