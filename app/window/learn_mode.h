// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QDockWidget;
class QStackedWidget;
class QTabWidget;
class QToolButton;

namespace halfstep {

class Document;
class LearnView;

// When the lessons are in front: from the start page without a model, where they are the only view; with
// one, beside the other views, where they get the room of the scheme editor, which they do not need.
class LearnMode : public QObject {
    Q_OBJECT
  public:
    LearnMode(Document& document, QStackedWidget& pages, QTabWidget& tabs, LearnView& view);

    void setEditorDock(QDockWidget* dock) { editor_ = dock; }
    void enter();
    void leave();  // to the start page; nothing where a model is open
    void restoreDock();
    bool isActive() const;
    void retranslate();

  private:
    void modelChanged();
    void viewChanged();
    void showOthers(bool shown);

    Document& document_;
    QStackedWidget& pages_;
    QTabWidget& tabs_;
    LearnView& view_;
    QToolButton* back_;
    QDockWidget* editor_ = nullptr;
    bool alone_ = false;  // without a model
    bool took_dock_ = false;
};

}  // namespace halfstep
