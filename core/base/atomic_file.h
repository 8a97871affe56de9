// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace halfstep {

// A file that appears whole or not at all: bytes go to ".NAME.halfstep-part" beside the target, commit()
// flushes them to disk and renames. Without commit() the destructor removes the temporary file and the old
// target stays as it was. One that a killed process left behind is cleared away by the next write to the same
// target, while a target that another process is writing at this moment is refused. A target that is a
// symbolic link stays one: the file it leads to is replaced, and keeps its permissions. Throws Error (no
// permission, folder missing, disk full, not a regular file) with the target's name and what to do.
class AtomicFile {
  public:
    // expected_bytes, where known, is checked against the free space before anything is written.
    explicit AtomicFile(std::filesystem::path target, std::uint64_t expected_bytes = 0);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::span<const std::byte> bytes);
    void write(std::string_view text);
    void commit();

    // For files that several threads write at once, each its own part: takes the room on the disk first
    // (bytes that nobody writes are 0), then writes at a position, from any thread.
    void reserve(std::uint64_t bytes);
    void write_at(std::uint64_t position, std::span<const std::byte> bytes);
    // Brings what was written to the disk in small steps, so that a stop is felt; and forgets it in memory,
    // so that who reads it next sees what the disk holds.
    void flush_in_steps(const JobContext& job);

    // Where a library insists on writing by name: the temporary file itself (commit() still renames it).
    const std::filesystem::path& temporary() const { return temporary_; }

  private:
    std::filesystem::path named_;   // as the caller gave it, for messages
    std::filesystem::path target_;  // what named_ leads to
    std::filesystem::path temporary_;
    int descriptor_ = -1;
    std::uint64_t reserved_ = 0;
    bool committed_ = false;
};

// Throws as AtomicFile does for a target that cannot be written: before long work for it.
void check_writable(const std::filesystem::path& target);

// Writes the text to the file as a whole.
void write_whole_file(const std::filesystem::path& target, std::string_view text);

}  // namespace halfstep
