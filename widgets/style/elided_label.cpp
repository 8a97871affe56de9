// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/elided_label.h"

#include <QHelpEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>

#include <utility>

namespace halfstep {

ElidedLabel::ElidedLabel(QWidget* parent, Qt::TextElideMode mode) : QLabel(parent), mode_(mode) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void ElidedLabel::setShorterTexts(const QStringList& texts) {
    shorter_ = texts;
    update();
}

void ElidedLabel::setMostLines(int lines) {
    if (lines == most_lines_) return;
    most_lines_ = lines;
    updateGeometry();
    update();
}

QString ElidedLabel::wording() const {
    QString wording = text();
    for (const QString& shorter : shorter_) {
        if (fontMetrics().horizontalAdvance(wording) <= contentsRect().width()) break;
        wording = shorter;
    }
    return wording;
}

QStringList ElidedLabel::lines() const {
    const int room = contentsRect().width();
    QString rest = wording();
    QStringList lines;
    while (lines.size() + 1 < most_lines_ && fontMetrics().horizontalAdvance(rest) > room) {
        qsizetype cut = rest.lastIndexOf(u' ');
        while (cut > 0 && fontMetrics().horizontalAdvance(rest.left(cut)) > room)
            cut = rest.lastIndexOf(u' ', cut - 1);
        if (cut <= 0) break;
        lines << rest.left(cut);
        rest = rest.mid(cut + 1);
    }
    return lines << fontMetrics().elidedText(rest, mode_, room);
}

QString ElidedLabel::shownText() const {
    return lines().join(u'\n');
}

QSize ElidedLabel::sizeHint() const {
    const auto further = static_cast<int>(lines().size()) - 1;
    return QLabel::sizeHint() + QSize(0, further * fontMetrics().lineSpacing());
}

QSize ElidedLabel::minimumSizeHint() const {
    return {fontMetrics().horizontalAdvance(QStringLiteral("x…x")), QLabel::minimumSizeHint().height()};
}

void ElidedLabel::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    const auto needed = static_cast<int>(lines().size());
    if (std::exchange(told_lines_, needed) != needed) updateGeometry();
}

void ElidedLabel::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    style()->drawItemText(&painter, contentsRect(), static_cast<int>(alignment()), palette(), isEnabled(),
                          shownText(), foregroundRole());
}

bool ElidedLabel::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && toolTip().isEmpty() && isElided()) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), text(), this);
        return true;
    }
    return QLabel::event(event);
}

bool ElidedLabel::isElided() const {
    return shownText() != text();
}

}  // namespace halfstep
