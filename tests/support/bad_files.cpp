// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/bad_files.h"

#include "core/model_files/model.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <algorithm>

namespace halfstep::testing {

BadFiles::BadFiles() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("words");
}

void BadFiles::operator()(const char* name, const std::string& bytes, const QString& words) const {
    QTest::newRow(name) << QByteArray::fromStdString(bytes) << words;
}

std::string wrongly_said_of(const std::filesystem::path& path, const QString& words) {
    const std::string message = error_of([&] { open_model(path); });
    const QStringList any = words.split('|');
    const bool said = std::ranges::any_of(
        any, [&](const QString& one) { return message.find(one.toStdString()) != std::string::npos; });
    return said && message.starts_with(path.string()) ? std::string() : message;
}

}  // namespace halfstep::testing
