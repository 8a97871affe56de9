// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/presentation.h"

#include "app/lessons/lesson_page.h"
#include "widgets/style/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QShortcut>
#include <QVBoxLayout>

namespace halfstep {
namespace {

constexpr double enlargement = 1.55;

}  // namespace

Presentation::Presentation(LessonPage& page)
    : page_(page), usual_font_(QApplication::font()), keys_(new QLabel) {
    setWindowTitle(tr("Halfstep: Learn"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 16, 24, 8);
    column->addWidget(&page, 1);
    column->addWidget(keys_);
    keys_->setAlignment(Qt::AlignRight);
    keys_->setForegroundRole(QPalette::PlaceholderText);
    keys_->setText(tr("Page Down, Page Up: steps   ·   Esc: end"));
    page.setPresenting(true);
    page.show();
    const auto on_key = [this](const QKeySequence& keys, auto run) {
        connect(new QShortcut(keys, this), &QShortcut::activated, this, run);
    };
    on_key(Qt::Key_Escape, [this] { close(); });
    on_key(Qt::Key_F5, [this] { close(); });
    on_key(Qt::Key_PageDown, [this] { emit nextRequested(); });
    on_key(Qt::Key_PageUp, [this] { emit previousRequested(); });
    QFont large = usual_font_;
    large.setPointSizeF(large.pointSizeF() * enlargement);
    QApplication::setFont(large);  // for what is painted, and for what the style sheet leaves alone
    setFont(large);
    keys_->setFont(usual_font_);
}

Presentation::~Presentation() {
    releasePage();
    QApplication::setFont(usual_font_);
}

void Presentation::releasePage() {
    if (page_.parentWidget() != this) return;
    setFont(usual_font_);  // also of the page
    layout()->removeWidget(&page_);
    page_.setParent(nullptr);
    page_.setPresenting(false);
}

void Presentation::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        close();
    else
        QWidget::keyPressEvent(event);
}

void Presentation::closeEvent(QCloseEvent* event) {
    QWidget::closeEvent(event);
    releasePage();
    emit ended();
}

}  // namespace halfstep
