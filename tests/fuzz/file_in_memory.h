// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace halfstep::testing {

// A file that is written thousands of times, without the disk: `path` is a link to it.
class FileInMemory {
  public:
    explicit FileInMemory(std::filesystem::path path)
        : path_(std::move(path)), descriptor_(memfd_create("file", MFD_CLOEXEC)) {
        if (descriptor_ < 0) throw std::runtime_error("there are no files in memory here");
        std::filesystem::remove(path_);
        std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(descriptor_), path_);
    }
    ~FileInMemory() { close(descriptor_); }
    FileInMemory(const FileInMemory&) = delete;
    FileInMemory& operator=(const FileInMemory&) = delete;

    const std::filesystem::path& path() const { return path_; }

    const std::filesystem::path& put(std::string_view bytes) {
        if (ftruncate(descriptor_, static_cast<off_t>(bytes.size())) != 0 ||
            pwrite(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
            throw std::runtime_error("a file in memory cannot be written");
        return path_;
    }

  private:
    std::filesystem::path path_;
    int descriptor_;
};

}  // namespace halfstep::testing
