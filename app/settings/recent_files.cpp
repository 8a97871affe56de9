// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/recent_files.h"

#include <QFileInfo>
#include <QSettings>

namespace halfstep {
namespace {

constexpr auto paths_key = "recent/paths";
constexpr auto details_key = "recent/details";

}  // namespace

RecentFiles::RecentFiles(QObject* parent) : QObject(parent) {}

std::vector<RecentFile> RecentFiles::files() const {
    const QSettings settings;
    const QStringList paths = settings.value(paths_key).toStringList();
    const QStringList details = settings.value(details_key).toStringList();
    std::vector<RecentFile> files;
    for (qsizetype i = 0; i < paths.size() && i < limit; ++i)
        files.push_back({paths[i], details.value(i), !QFileInfo::exists(paths[i])});
    return files;
}

void RecentFiles::add(const QString& path, const QString& detail) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    QStringList paths{absolute};
    QStringList details{detail};
    for (const RecentFile& file : files()) {
        if (file.path == absolute || paths.size() == limit) continue;
        paths.append(file.path);
        details.append(file.detail);
    }
    store(paths, details);
}

void RecentFiles::remove(const QString& path) {
    QStringList paths;
    QStringList details;
    for (const RecentFile& file : files()) {
        if (file.path == path) continue;
        paths.append(file.path);
        details.append(file.detail);
    }
    store(paths, details);
}

void RecentFiles::clear() {
    store({}, {});
}

void RecentFiles::store(const QStringList& paths, const QStringList& details) {
    QSettings settings;
    settings.setValue(paths_key, paths);
    settings.setValue(details_key, details);
    emit changed();
}

}  // namespace halfstep
