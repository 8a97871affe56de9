// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/start_page.h"

#include <QListView>

#include <memory>
#include <vector>

class QStandardItemModel;

namespace halfstep {

// The models that were open before. Enter or a click opens one, Delete or its cross takes it off the list.
class RecentFilesList : public QListView {
    Q_OBJECT
  public:
    explicit RecentFilesList(QWidget* parent = nullptr);

    void setFiles(const std::vector<RecentFile>& files);
    int heightForRows(int rows) const;  // so that as many are seen without scrolling

  signals:
    void openRequested(const QString& path);
    void removeRequested(const QString& path);

  protected:
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

  private:
    class Delegate;
    QString pathAt(const QModelIndex& index) const;
    bool isOnCross(const QPoint& place) const;

    QStandardItemModel* model_;
};

}  // namespace halfstep
