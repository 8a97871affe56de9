// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/learn_mode.h"

#include "app/document/document.h"
#include "app/lessons/learn_view.h"

#include <QDockWidget>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>

namespace halfstep {
namespace {

constexpr int start_page = 0;
constexpr int views_page = 1;

}  // namespace

LearnMode::LearnMode(Document& document, QStackedWidget& pages, QTabWidget& tabs, LearnView& view)
    : QObject(&tabs),
      document_(document),
      pages_(pages),
      tabs_(tabs),
      view_(view),
      back_(new QToolButton(&tabs)) {
    back_->setObjectName(QStringLiteral("back_to_start"));
    back_->setAutoRaise(true);
    back_->setFocusPolicy(Qt::StrongFocus);
    back_->hide();
    tabs_.setCornerWidget(back_, Qt::TopRightCorner);
    connect(back_, &QToolButton::clicked, this, &LearnMode::leave);
    connect(&tabs_, &QTabWidget::currentChanged, this, &LearnMode::viewChanged);
    connect(&document_, &Document::modelChanged, this, &LearnMode::modelChanged);
    retranslate();
}

bool LearnMode::isActive() const {
    return tabs_.currentWidget() == &view_ && pages_.currentIndex() == views_page;
}

void LearnMode::enter() {
    if (!document_.isOpen()) {
        alone_ = true;
        showOthers(false);
        pages_.setCurrentIndex(views_page);
    }
    tabs_.setCurrentWidget(&view_);
}

void LearnMode::leave() {
    if (document_.isOpen()) return;
    alone_ = false;
    showOthers(true);
    tabs_.setCurrentIndex(0);
    pages_.setCurrentIndex(start_page);
}

void LearnMode::modelChanged() {
    const bool open = document_.isOpen();
    if (open && std::exchange(alone_, false)) {
        showOthers(true);
        tabs_.setCurrentIndex(0);  // who opens a model wants to see it
    }
    pages_.setCurrentIndex(open || alone_ ? views_page : start_page);
    if (!open) restoreDock();
}

void LearnMode::showOthers(bool shown) {
    for (int i = 0; i < tabs_.count(); ++i)
        if (tabs_.widget(i) != &view_) tabs_.setTabVisible(i, shown);
    back_->setVisible(!shown);
}

void LearnMode::viewChanged() {
    if (editor_ == nullptr || !document_.isOpen()) return;
    if (tabs_.currentWidget() != &view_) return restoreDock();
    if (!editor_->isVisible() || editor_->isFloating()) return;
    editor_->hide();
    took_dock_ = true;
}

void LearnMode::restoreDock() {
    if (editor_ != nullptr && std::exchange(took_dock_, false)) editor_->show();
}

void LearnMode::retranslate() {
    back_->setText(tr("Start page"));
}

}  // namespace halfstep
