// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/layer_delegate.h"

#include "widgets/style/icons.h"
#include "widgets/style/number_text.h"
#include "widgets/style/tensor_name.h"
#include "widgets/style/theme.h"
#include "widgets/tables/layer_table_model.h"

#include <QApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr double poor_sqnr_db = 10;  // a tenth of the tensor's energy is error

QColor blend(const QColor& color, const QColor& ground, double share) {
    const auto mix = [share](int a, int b) {
        return static_cast<int>(std::lround(a * share + b * (1 - share)));
    };
    return {mix(color.red(), ground.red()), mix(color.green(), ground.green()),
            mix(color.blue(), ground.blue())};
}

LayerStatus statusOf(const QModelIndex& index) {
    return static_cast<LayerStatus>(index.data(LayerTableModel::StatusRole).toInt());
}

QIcon statusIcon(LayerStatus status, const Theme& theme, const QSize& size, qreal ratio) {
    switch (status) {
        case LayerStatus::measuring:
            return tintedPixmap(QStringLiteral("recent"), theme.accent, size.width(), ratio);
        case LayerStatus::stale:
            return tintedPixmap(QStringLiteral("reset"), theme.warning, size.width(), ratio);
        case LayerStatus::refused:
            return tintedPixmap(QStringLiteral("error"), theme.bad, size.width(), ratio);
        case LayerStatus::measured:
            return tintedPixmap(QStringLiteral("check"), theme.good, size.width(), ratio);
        case LayerStatus::kept:
        case LayerStatus::waiting:
            break;
    }
    return {};
}

// The tensor's name as it fits into the cell; as a whole where the cell's width is asked for.
QString nameFor(const QStyleOptionViewItem& option) {
    QString name = shortTensorName(option.text);
    if (option.rect.isEmpty()) return name;
    const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
    const int margin = style->pixelMetric(QStyle::PM_FocusFrameHMargin, &option, option.widget) + 1;
    return narrowTensorName(name, [&option, room = option.rect.width() - 2 * margin](const QString& text) {
        return option.fontMetrics.horizontalAdvance(text) <= room;
    });
}

QColor textColor(const QModelIndex& index, const Theme& theme) {
    const LayerStatus status = statusOf(index);
    const int column = index.column();
    const bool is_figure = column == LayerTableModel::SqnrColumn || column == LayerTableModel::ErrorColumn;
    if (status == LayerStatus::kept) return theme.mutedText;
    if (status != LayerStatus::measured && is_figure) return theme.faintText;
    if (column == LayerTableModel::SqnrColumn) {
        const QVariant sqnr = index.data(LayerTableModel::SortKeyRole);
        if (sqnr.isValid() && sqnr.toDouble() < poor_sqnr_db) return theme.bad;
    }
    if (column == LayerTableModel::StatusColumn && status != LayerStatus::refused) return theme.mutedText;
    return theme.text;
}

}  // namespace

LayerDelegate::LayerDelegate(QObject* parent) : QStyledItemDelegate(parent) {}

void LayerDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    const Theme& theme = themeOf(option->palette);
    const QColor text = textColor(index, theme);
    option->palette.setColor(QPalette::Text, text);
    // A tint instead of the full accent: marks and colours stay readable in selected rows.
    option->palette.setColor(QPalette::HighlightedText, text == theme.faintText ? theme.mutedText : text);
    option->palette.setColor(QPalette::Highlight, blend(theme.accent, theme.surface, 0.26));
    if (index.column() == LayerTableModel::NameColumn) option->text = nameFor(*option);
    if (index.column() == LayerTableModel::SchemeColumn) {
        option->font = monospaceFont();
        option->textElideMode = Qt::ElideRight;  // its beginning tells schemes apart
        if (index.data(LayerTableModel::LockedRole).toBool()) {
            const qreal ratio = option->widget != nullptr ? option->widget->devicePixelRatioF() : 1.0;
            option->decorationSize = QSize(14, 14);
            option->icon = tintedPixmap(QStringLiteral("lock"), theme.accent, 14, ratio);
            option->features |= QStyleOptionViewItem::HasDecoration;
        }
    }
    if (index.column() == LayerTableModel::StatusColumn) {
        const qreal ratio = option->widget != nullptr ? option->widget->devicePixelRatioF() : 1.0;
        option->decorationSize = QSize(14, 14);
        option->icon = statusIcon(statusOf(index), theme, option->decorationSize, ratio);
        if (!option->icon.isNull()) option->features |= QStyleOptionViewItem::HasDecoration;
    }
}

void LayerDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const {
    if (index.column() == LayerTableModel::SensitivityColumn) {
        paintBar(painter, option, index);
    } else {
        QStyledItemDelegate::paint(painter, option, index);
    }
}

void LayerDelegate::paintBar(QPainter* painter, const QStyleOptionViewItem& given,
                             const QModelIndex& index) const {
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    const QString text = option.text;
    option.text.clear();
    const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);

    const Theme& theme = themeOf(option.palette);
    const QRect cell = option.rect.adjusted(6, 0, -6, 0);
    const int text_width = option.fontMetrics.horizontalAdvance(QStringLiteral("0.00e-00"));

    painter->save();
    painter->setFont(option.font);
    painter->setPen(text == noValueText() ? theme.faintText : option.palette.color(QPalette::Text));
    painter->drawText(cell, static_cast<int>(Qt::AlignRight | Qt::AlignVCenter), text);
    const double fraction = index.data(LayerTableModel::BarRole).toDouble();
    QRectF track = cell.adjusted(0, 0, -text_width - 8, 0);
    track.setHeight(6);
    track.moveCenter(QPointF(track.center().x(), cell.center().y() + 0.5));
    if (track.width() > 8 && text != noValueText()) {
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        QColor ground = theme.axis;
        ground.setAlphaF(0.3F);
        painter->setBrush(ground);
        painter->drawRoundedRect(track, 3, 3);
        QRectF bar = track;
        bar.setWidth(std::max(track.width() * fraction, fraction > 0 ? 2.0 : 0.0));
        painter->setBrush(theme.accent);
        painter->drawRoundedRect(bar, std::min(3.0, bar.width() / 2), 3);
    }
    painter->restore();
}

}  // namespace halfstep
