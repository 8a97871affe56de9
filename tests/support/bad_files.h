// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <filesystem>
#include <string>

namespace halfstep::testing {

// Rows of a test of bad files: the columns "bytes", of the file, and "words", of the Error that it is to
// give.
class BadFiles {
  public:
    BadFiles();
    void operator()(const char* name, const std::string& bytes, const QString& words) const;
};

// What open_model says of a file where it should not: nothing if it refuses it with an Error that begins with
// the path and holds `words`, or, where a '|' divides them, one of them.
std::string wrongly_said_of(const std::filesystem::path& path, const QString& words);

}  // namespace halfstep::testing
