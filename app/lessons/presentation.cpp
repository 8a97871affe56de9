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

// Widgets take the application's font when its style sheet is applied anew, which the theme does.
void useFont(const QFont& font) {
    QApplication::setFont(font);
    if (auto* application = qobject_cast<QApplication*>(QCoreApplication::instance()))
        applyTheme(*application, currentThemeMode());
}

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
    useFont(large);
    keys_->setFont(usual_font_);
}

Presentation::~Presentation() {
    releasePage();
    useFont(usual_font_);
}

void Presentation::releasePage() {
    if (page_.parentWidget() != this) return;
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
