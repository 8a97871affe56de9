// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/zip/zip_directory.h"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace halfstep {

class InflateCache;

// A ZIP archive, and its entries as files of their own. Safe to use from any thread.
class ZipArchive {
  public:
    // Throws Error where read_zip_directory does.
    explicit ZipArchive(std::shared_ptr<const InputFile> file, const JobContext& job = {});

    const InputFile& file() const { return *file_; }
    const std::vector<ZipEntry>& entries() const { return entries_; }  // in the order of their bytes
    const ZipEntry* find(std::string_view name) const;                 // null where there is none

    // The bytes of an entry, whose path is ARCHIVE/NAME in messages. Of a stored one they are read where they
    // lie; a deflated one is inflated piece by piece as it is read, in any order, and reading fails with an
    // Error where it is damaged, its checksum included if it is read from start to end.
    std::shared_ptr<const InputFile> open(const ZipEntry& entry) const;

    // Whether the bytes of an entry agree with its checksum: reads all of them.
    bool checksum_agrees(const ZipEntry& entry, const JobContext& job = {}) const;

  private:
    std::shared_ptr<const InputFile> file_;
    std::vector<ZipEntry> entries_;
    std::vector<std::size_t> by_name_;  // indices into entries_, sorted by name
    std::shared_ptr<InflateCache> cache_;
};

}  // namespace halfstep
