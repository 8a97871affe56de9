// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace halfstep::testing {

// A folder that goes away with the test, and files in it.
class TemporaryFolder {
  public:
    std::filesystem::path path(std::string_view name = {}) const {
        const std::filesystem::path folder = folder_.path().toStdString();
        return name.empty() ? folder : folder / name;
    }

    // Writes a file, with the folders above it, and returns its path.
    std::filesystem::path put(std::string_view name, std::string_view content) const;

  private:
    QTemporaryDir folder_;
};

// The message of the Error that `work` throws; "no error" where it throws none.
std::string error_of(const std::function<void()>& work);

}  // namespace halfstep::testing
