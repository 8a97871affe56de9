// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace halfstep {

// Paints the cells of the layer table: the sensitivity bar, the mark of the status, and figures in the colour
// of what they are worth (muted where they are stale or the tensor is kept, the theme's bad colour below 10
// dB).
class LayerDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    explicit LayerDelegate(QObject* parent = nullptr);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

  protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

  private:
    void paintBar(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const;
};

}  // namespace halfstep
