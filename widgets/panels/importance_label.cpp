// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/importance_label.h"

#include "widgets/style/elided_label.h"
#include "widgets/style/icons.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QToolButton>

namespace halfstep {

ImportanceLabel::ImportanceLabel(QWidget* parent)
    : QWidget(parent), text_(new ElidedLabel(this)), remove_(new QToolButton(this)) {
    text_->setObjectName(QStringLiteral("importance_text"));
    remove_->setObjectName(QStringLiteral("importance_remove"));
    remove_->setIcon(themedIcon(QStringLiteral("close")));
    remove_->setIconSize(QSize(14, 14));
    remove_->setAutoRaise(true);
    remove_->setFocusPolicy(Qt::StrongFocus);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 5, 10, 5);
    layout->setSpacing(4);
    layout->addWidget(text_);
    layout->addWidget(remove_, 0, Qt::AlignVCenter);
    layout->addStretch(1);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(remove_, &QToolButton::clicked, this, &ImportanceLabel::removeRequested);
    refresh();
    color();
    new ThemeFollower(this, [this] { color(); });
}

void ImportanceLabel::setImportance(const ShownImportance& importance) {
    shown_ = importance;
    refresh();
}

void ImportanceLabel::refresh() {
    text_->setText(tr("importance: %1").arg(shown_.name));
    QString tip = tr("The inputs of %1 of %n layer(s) are weighted with it.", nullptr, shown_.quantizable)
                      .arg(shown_.known);
    if (!shown_.dataset.isEmpty()) tip += ' ' + tr("It was made with %1.").arg(shown_.dataset);
    setToolTip(tip);
    remove_->setToolTip(tr("Measure without importance"));
    remove_->setAccessibleName(remove_->toolTip());
}

void ImportanceLabel::color() {
    QPalette palette;
    palette.setColor(QPalette::WindowText, themeOf(this).mutedText);
    text_->setPalette(palette);
}

void ImportanceLabel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) refresh();
}

}  // namespace halfstep
