// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/start_page.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <vector>

namespace halfstep {

// The models opened lately, latest first, kept in the settings.
class RecentFiles : public QObject {
    Q_OBJECT
  public:
    static constexpr int limit = 10;

    explicit RecentFiles(QObject* parent = nullptr);

    std::vector<RecentFile> files() const;
    void add(const QString& path, const QString& detail);
    void remove(const QString& path);
    void clear();

  signals:
    void changed();

  private:
    void store(const QStringList& paths, const QStringList& details);
};

}  // namespace halfstep
