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
    void add(const QString& path, const QString& architecture, quint64 parameters);
    void remove(const QString& path);
    void clear();

  signals:
    void changed();

  private:
    struct Entry {
        QString path;
        QString architecture;  // empty where the file does not say
        quint64 parameters = 0;
    };
    static std::vector<Entry> entries();
    void store(const std::vector<Entry>& entries);
};

}  // namespace halfstep
