// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/budget_strip.h"

#include "widgets/style/icons.h"
#include "widgets/style/number_text.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

// What is left of the size, as a bar.
class ShareBar : public QWidget {
  public:
    explicit ShareBar(QWidget* parent) : QWidget(parent) { setFixedSize(96, 8); }

    void setShare(double share) {
        share_ = std::clamp(share, 0.0, 1.0);
        update();
    }

  protected:
    void paintEvent(QPaintEvent* /*event*/) override {
        const Theme& theme = themeOf(this);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        const QRectF track(0, 1, width(), 6);
        painter.setBrush(theme.border);
        painter.drawRoundedRect(track, 3, 3);
        if (share_ <= 0) return;
        painter.setBrush(theme.accent);
        painter.drawRoundedRect(QRectF(0, 1, std::max(6.0, width() * share_), 6), 3, 3);
    }

  private:
    double share_ = 0;
};

// A figure below its name.
struct Block {
    QLabel* title;
    QLabel* value;
};

}  // namespace

struct BudgetStrip::Parts {
    BudgetStrip* strip;
    QToolButton* undo;
    QToolButton* redo;
    Block size;
    ShareBar* bar;
    Block bits;
    Block error;
    QLabel* progress;
    std::optional<BudgetNumbers> numbers;
    QString undo_text;
    QString redo_text;

    void build();
    Block block(QHBoxLayout* layout, const char* name, QWidget* beside = nullptr);
    QToolButton* button(const QString& icon, const char* name);
    void separator(QHBoxLayout* layout);
    void refresh();
    void refreshButtons();
    void color();
};

BudgetStrip::BudgetStrip(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
    parts_->strip = this;
    parts_->build();
    connect(parts_->undo, &QToolButton::clicked, this, &BudgetStrip::undoRequested);
    connect(parts_->redo, &QToolButton::clicked, this, &BudgetStrip::redoRequested);
    setUndo(false, {});
    setRedo(false, {});
    parts_->refresh();
    parts_->color();
    new ThemeFollower(this, [this] { parts_->color(); });
}

BudgetStrip::~BudgetStrip() = default;

QToolButton* BudgetStrip::Parts::button(const QString& icon, const char* name) {
    auto* button = new QToolButton(strip);
    button->setObjectName(QLatin1String(name));
    button->setIcon(themedIcon(icon));
    button->setIconSize(QSize(18, 18));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

Block BudgetStrip::Parts::block(QHBoxLayout* layout, const char* name, QWidget* beside) {
    Block made{new QLabel(strip), new QLabel(strip)};
    made.value->setObjectName(QLatin1String(name));
    made.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(made.title);
    auto* line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(made.value);
    if (beside != nullptr) line->addWidget(beside, 0, Qt::AlignVCenter);
    line->addStretch(1);
    column->addLayout(line);
    layout->addLayout(column);
    return made;
}

void BudgetStrip::Parts::separator(QHBoxLayout* layout) {
    auto* line = new QFrame(strip);
    line->setFrameShape(QFrame::VLine);
    line->setFrameShadow(QFrame::Plain);
    line->setForegroundRole(QPalette::Mid);
    layout->addSpacing(8);
    layout->addWidget(line);
    layout->addSpacing(8);
}

void BudgetStrip::Parts::build() {
    auto* layout = new QHBoxLayout(strip);
    layout->setContentsMargins(10, 5, 10, 5);
    layout->setSpacing(4);
    undo = button(QStringLiteral("undo"), "undo");
    redo = button(QStringLiteral("redo"), "redo");
    layout->addWidget(undo);
    layout->addWidget(redo);
    separator(layout);
    bar = new ShareBar(strip);
    size = block(layout, "budget_size", bar);
    separator(layout);
    bits = block(layout, "budget_bits");
    separator(layout);
    error = block(layout, "budget_error");
    layout->addSpacing(12);
    progress = new QLabel(strip);
    progress->setObjectName(QStringLiteral("budget_progress"));
    layout->addStretch(1);
    layout->addWidget(progress, 0, Qt::AlignVCenter);
    strip->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void BudgetStrip::Parts::refresh() {
    size.title->setText(BudgetStrip::tr("Size"));
    bits.title->setText(BudgetStrip::tr("Bits per weight"));
    bits.title->setToolTip(BudgetStrip::tr("Average over all tensors, kept ones too"));
    error.title->setText(BudgetStrip::tr("Mean relative error"));
    error.title->setToolTip(BudgetStrip::tr("Mean over the quantized tensors that are measured"));
    bar->setVisible(numbers.has_value());
    for (const Block* each : {&size, &bits, &error}) {
        each->value->setText(noValueText());
        each->value->setToolTip({});
    }
    progress->clear();
    if (numbers) {
        const auto before = static_cast<double>(numbers->bytes_before);
        const double share = before > 0 ? static_cast<double>(numbers->bytes_after) / before : 1;
        const double change = std::round((share - 1) * 100);
        const QString sign = change > 0   ? QStringLiteral("+")
                             : change < 0 ? QStringLiteral("−")
                                          : QStringLiteral("±");
        size.value->setText(
            BudgetStrip::tr("%1 → %2  (%3%4 %)", "size before, size after, sign, change in percent")
                .arg(sizeText(numbers->bytes_before), sizeText(numbers->bytes_after), sign,
                     QLocale().toString(std::abs(change), 'f', 0)));
        size.value->setToolTip(
            BudgetStrip::tr("%1 → %2 bytes")
                .arg(integerText(numbers->bytes_before), integerText(numbers->bytes_after)));
        bar->setShare(share);
        bits.value->setText(bitsText(numbers->bits_per_weight));
        bits.value->setToolTip(exactText(numbers->bits_per_weight));
        error.value->setText(shareText(numbers->mean_rel_error));
        if (numbers->mean_rel_error) error.value->setToolTip(exactText(*numbers->mean_rel_error));
        if (numbers->measured < numbers->quantized)
            progress->setText(BudgetStrip::tr("%1 of %n layer(s) measured", nullptr, numbers->quantized)
                                  .arg(numbers->measured));
    }
    for (const Block* each : {&size, &bits, &error})
        each->value->setAccessibleName(
            QStringLiteral("%1: %2").arg(each->title->text(), each->value->text()));
    refreshButtons();
}

void BudgetStrip::Parts::refreshButtons() {
    undo->setAccessibleName(BudgetStrip::tr("Undo"));
    redo->setAccessibleName(BudgetStrip::tr("Redo"));
    undo->setToolTip(undo_text.isEmpty() ? BudgetStrip::tr("Undo")
                                         : BudgetStrip::tr("Undo: %1").arg(undo_text));
    redo->setToolTip(redo_text.isEmpty() ? BudgetStrip::tr("Redo")
                                         : BudgetStrip::tr("Redo: %1").arg(redo_text));
}

void BudgetStrip::Parts::color() {
    QPalette palette;
    palette.setColor(QPalette::WindowText, themeOf(strip).mutedText);
    QFont strong = strip->font();
    strong.setWeight(QFont::DemiBold);
    for (const Block* each : {&size, &bits, &error}) {
        each->title->setPalette(palette);
        each->title->setFont(smallFont());
        each->value->setFont(strong);
    }
    progress->setPalette(palette);
}

void BudgetStrip::setNumbers(const BudgetNumbers& numbers) {
    parts_->numbers = numbers;
    parts_->refresh();
}

void BudgetStrip::clear() {
    parts_->numbers.reset();
    parts_->refresh();
}

void BudgetStrip::setUndo(bool available, const QString& what) {
    parts_->undo->setEnabled(available);
    parts_->undo_text = what;
    parts_->refreshButtons();
}

void BudgetStrip::setRedo(bool available, const QString& what) {
    parts_->redo->setEnabled(available);
    parts_->redo_text = what;
    parts_->refreshButtons();
}

void BudgetStrip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) parts_->refresh();
}

}  // namespace halfstep
