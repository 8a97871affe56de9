// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/recent_files_list.h"

#include "widgets/style/icons.h"
#include "widgets/style/theme.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QFileInfo>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>

namespace halfstep {
namespace {

enum FileRole { PathRole = Qt::UserRole, DetailRole, MissingRole };

constexpr int margin = 8;
constexpr int icon_size = 22;
constexpr int cross_size = 14;

QRect crossRect(const QRect& row) {
    return {row.right() - margin - cross_size, row.center().y() - cross_size / 2, cross_size, cross_size};
}

// The last part of a path, and what stands before it. A path is only text here: it may be gone.
QString nameOf(const QString& path) {
    const QString name = QFileInfo(path).fileName();
    return name.isEmpty() ? path : name;
}

QString folderOf(const QString& path) {
    const qsizetype slash = path.lastIndexOf(QLatin1Char('/'));
    return slash > 0 ? path.left(slash) : QString();
}

}  // namespace

class RecentFilesList::Delegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const override {
        return {200, QFontMetrics(option.font).height() + QFontMetrics(smallFont()).height() + 14};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const Theme& theme = themeOf(option.palette);
        const bool hovered = (option.state & QStyle::State_MouseOver) != 0;
        const bool current = (option.state & QStyle::State_HasFocus) != 0;
        const bool missing = index.data(MissingRole).toBool();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (hovered || current) {
            painter->setPen(current ? QPen(theme.accent, 1.2) : QPen(Qt::NoPen));
            painter->setBrush(theme.dark ? theme.raised : theme.surface);
            painter->drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), 6, 6);
        }
        paintIcon(painter, option, missing ? QStringLiteral("file-missing") : QStringLiteral("file"),
                  missing ? theme.faintText : theme.accent);
        paintTexts(painter, option, index, missing ? theme.faintText : theme.text, theme);
        if (hovered || current) {
            const QRect cross = crossRect(option.rect);
            painter->drawPixmap(cross.topLeft(),
                                tintedPixmap(QStringLiteral("close"), theme.mutedText, cross_size,
                                             painter->device()->devicePixelRatioF()));
        }
        painter->restore();
    }

  private:
    static void paintIcon(QPainter* painter, const QStyleOptionViewItem& option, const QString& name,
                          const QColor& color) {
        const QPoint place(option.rect.left() + margin, option.rect.center().y() - icon_size / 2 + 1);
        painter->drawPixmap(place,
                            tintedPixmap(name, color, icon_size, painter->device()->devicePixelRatioF()));
    }

    static void paintTexts(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index,
                           const QColor& name_color, const Theme& theme) {
        const QString path = index.data(PathRole).toString();
        const QString detail = index.data(MissingRole).toBool() ? RecentFilesList::tr("not found")
                                                                : index.data(DetailRole).toString();
        QRect area = option.rect.adjusted(2 * margin + icon_size, 6, -2 * margin - cross_size, -6);

        QFont font = option.font;
        font.setWeight(QFont::DemiBold);
        const QFontMetrics metrics(font);
        const QFont small = smallFont();
        const QFontMetrics small_metrics(small);
        const QRect top(area.left(), area.top(), area.width(), metrics.height());
        const QRect bottom(area.left(), top.bottom() + 2, area.width(), small_metrics.height());
        const int detail_width = detail.isEmpty() ? 0 : small_metrics.horizontalAdvance(detail) + 12;

        painter->setFont(font);
        painter->setPen(name_color);
        painter->drawText(top, static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter),
                          metrics.elidedText(nameOf(path), Qt::ElideMiddle, top.width() - detail_width));
        painter->setFont(small);
        painter->setPen(theme.mutedText);
        painter->drawText(top, static_cast<int>(Qt::AlignRight | Qt::AlignVCenter), detail);
        painter->drawText(bottom, static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter),
                          small_metrics.elidedText(folderOf(path), Qt::ElideMiddle, bottom.width()));
    }
};

RecentFilesList::RecentFilesList(QWidget* parent) : QListView(parent), model_(new QStandardItemModel(this)) {
    setObjectName(QStringLiteral("recent_files"));
    setModel(model_);
    setItemDelegate(new Delegate(this));
    setFrameShape(QFrame::NoFrame);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
}

void RecentFilesList::setFiles(const std::vector<RecentFile>& files) {
    model_->clear();
    for (const RecentFile& file : files) {
        auto* item = new QStandardItem(nameOf(file.path));
        item->setData(file.path, PathRole);
        item->setData(file.detail, DetailRole);
        item->setData(file.missing, MissingRole);
        item->setToolTip(file.missing ? tr("%1\nis not there any more.", "%1 is a path").arg(file.path)
                                      : file.path);
        item->setData(file.missing ? tr("%1, not found").arg(file.path) : file.path, Qt::AccessibleTextRole);
        model_->appendRow(item);
    }
}

int RecentFilesList::heightForRows(int rows) const {
    QStyleOptionViewItem option;
    option.font = font();
    return rows * itemDelegate()->sizeHint(option, {}).height() + 2;
}

QString RecentFilesList::pathAt(const QModelIndex& index) const {
    return index.data(PathRole).toString();
}

bool RecentFilesList::isOnCross(const QPoint& place) const {
    const QModelIndex index = indexAt(place);
    return index.isValid() && crossRect(visualRect(index)).adjusted(-6, -6, 6, 6).contains(place);
}

void RecentFilesList::mouseMoveEvent(QMouseEvent* event) {
    QListView::mouseMoveEvent(event);
    const bool over_row = indexAt(event->position().toPoint()).isValid();
    viewport()->setCursor(over_row ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void RecentFilesList::leaveEvent(QEvent* event) {
    QListView::leaveEvent(event);
    viewport()->update();
}

void RecentFilesList::mouseReleaseEvent(QMouseEvent* event) {
    QListView::mouseReleaseEvent(event);
    const QPoint place = event->position().toPoint();
    const QModelIndex index = indexAt(place);
    if (event->button() != Qt::LeftButton || !index.isValid() || index != currentIndex()) return;
    const QString path = pathAt(index);
    if (isOnCross(place)) {
        emit removeRequested(path);
    } else {
        emit openRequested(path);
    }
}

void RecentFilesList::keyPressEvent(QKeyEvent* event) {
    const QString path = pathAt(currentIndex());
    const int key = event->key();
    if (!path.isEmpty() && (key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space)) {
        emit openRequested(path);
    } else if (!path.isEmpty() && (key == Qt::Key_Delete || key == Qt::Key_Backspace)) {
        emit removeRequested(path);
    } else {
        QListView::keyPressEvent(event);
    }
}

void RecentFilesList::contextMenuEvent(QContextMenuEvent* event) {
    const QString path =
        pathAt(event->reason() == QContextMenuEvent::Keyboard ? currentIndex() : indexAt(event->pos()));
    if (path.isEmpty()) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    connect(menu->addAction(themedIcon(QStringLiteral("open")), tr("&Open")), &QAction::triggered, this,
            [this, path] { emit openRequested(path); });
    connect(menu->addAction(themedIcon(QStringLiteral("close")), tr("&Remove from this list")),
            &QAction::triggered, this, [this, path] { emit removeRequested(path); });
    menu->popup(event->globalPos());
}

}  // namespace halfstep
