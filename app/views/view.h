// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QEvent>
#include <QWidget>

namespace halfstep {

class PlotView;

// One page of the centre. It follows the document and the inspection while it is in front, and rests
// otherwise.
class View : public QWidget {
    Q_OBJECT
  public:
    using QWidget::QWidget;

    virtual QString title() const = 0;     // of its tab, translated
    virtual QString fileStem() const = 0;  // of exported pictures: "weights"
    // What Export plot writes: the pane that was used last. Null where the view has none yet.
    virtual PlotView* plot() const = 0;
    virtual bool isSettled() const = 0;  // everything it is to show is there
    virtual void setActive(bool active) = 0;

  protected:
    // What the view itself says, anew; its plot looks after its own texts.
    virtual void retranslate() {}

    void changeEvent(QEvent* event) override {
        if (event->type() == QEvent::LanguageChange) retranslate();
        QWidget::changeEvent(event);
    }
};

}  // namespace halfstep
