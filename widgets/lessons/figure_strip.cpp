// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/lessons/figure_strip.h"

#include "widgets/lessons/flow_layout.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace halfstep {

FigureStrip::FigureStrip(QWidget* parent) : QWidget(parent) {
    new FlowLayout(this, 22, 8);
    new ThemeFollower(this, [this] { restyle(); });
}

void FigureStrip::setFigures(const QList<LessonFigure>& figures) {
    QList<LessonFigure> shown;
    std::ranges::copy_if(figures, std::back_inserter(shown),
                         [](const LessonFigure& figure) { return !figure.label.isEmpty(); });
    const bool same = std::ranges::equal(shown, fields_, {}, &LessonFigure::id, &Field::id);
    if (!same) build(shown);
    for (qsizetype i = 0; i < shown.size(); ++i) {
        const Field& field = fields_[i];
        field.label->setText(shown[i].label);
        field.value->setText(shown[i].text);
        field.box->setAccessibleName(shown[i].label);
        field.box->setAccessibleDescription(shown[i].text);
    }
}

void FigureStrip::build(const QList<LessonFigure>& shown) {
    for (const Field& field : std::as_const(fields_))
        delete field.box;
    fields_.clear();
    for (const LessonFigure& figure : shown) {
        auto* box = new QWidget(this);
        auto* column = new QVBoxLayout(box);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        auto* label = new QLabel(box);
        auto* value = new QLabel(box);
        for (QLabel* text : {label, value})
            text->setTextFormat(Qt::PlainText);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        column->addWidget(label);
        column->addWidget(value);
        layout()->addWidget(box);
        fields_.append({figure.id, box, label, value});
    }
    restyle();
}

void FigureStrip::restyle() {
    QPalette muted;
    muted.setColor(QPalette::WindowText, themeOf(this).mutedText);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.25);
    large.setWeight(QFont::DemiBold);
    for (const Field& field : std::as_const(fields_)) {
        field.label->setFont(smallFont());
        field.label->setPalette(muted);
        field.value->setFont(large);
        // Figures change while the hand moves; what stands beside them does not.
        field.value->setMinimumWidth(QFontMetrics(large).horizontalAdvance(QStringLiteral("0.00000")));
    }
}

void FigureStrip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) restyle();
}

QString FigureStrip::textOf(const QString& id) const {
    const auto field = std::ranges::find(fields_, id, &Field::id);
    return field == fields_.end() ? QString() : field->value->text();
}

}  // namespace halfstep
