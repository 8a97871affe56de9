// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/recent_files.h"

#include <QFileInfo>
#include <QLocale>
#include <QSettings>

#include <algorithm>

namespace halfstep {
namespace {

constexpr auto key = "recent";

}  // namespace

RecentFiles::RecentFiles(QObject* parent) : QObject(parent) {}

// What is kept has no words in it, so that the list follows the language.
std::vector<RecentFiles::Entry> RecentFiles::entries() {
    QSettings settings;
    std::vector<Entry> entries;
    const int count = std::min(settings.beginReadArray(key), limit);
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        entries.push_back({settings.value("path").toString(), settings.value("architecture").toString(),
                           settings.value("parameters").toULongLong()});
    }
    return entries;
}

std::vector<RecentFile> RecentFiles::files() const {
    std::vector<RecentFile> files;
    for (const Entry& entry : entries()) {
        const QString weights = tr("%1 weights").arg(QLocale().toString(entry.parameters));
        files.push_back({entry.path,
                         entry.architecture.isEmpty() ? weights : entry.architecture + ", " + weights,
                         !QFileInfo::exists(entry.path)});
    }
    return files;
}

void RecentFiles::add(const QString& path, const QString& architecture, quint64 parameters) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    std::vector<Entry> changed = entries();
    std::erase_if(changed, [&absolute](const Entry& entry) { return entry.path == absolute; });
    changed.insert(changed.begin(), {absolute, architecture, parameters});
    if (changed.size() > std::size_t{limit}) changed.resize(limit);
    store(changed);
}

void RecentFiles::remove(const QString& path) {
    std::vector<Entry> changed = entries();
    std::erase_if(changed, [&path](const Entry& entry) { return entry.path == path; });
    store(changed);
}

void RecentFiles::clear() {
    store({});
}

void RecentFiles::store(const std::vector<Entry>& entries) {
    QSettings settings;
    settings.remove(key);
    settings.beginWriteArray(key, static_cast<int>(entries.size()));
    for (int i = 0; const Entry& entry : entries) {
        settings.setArrayIndex(i++);
        settings.setValue("path", entry.path);
        settings.setValue("architecture", entry.architecture);
        settings.setValue("parameters", entry.parameters);
    }
    settings.endArray();
    emit changed();
}

}  // namespace halfstep
