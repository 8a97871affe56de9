// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/byte_source.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace halfstep {

// A file open for reading by position. Never mapped into memory: a mapped file that shrinks kills the
// process, while here it gives an Error. Safe to read from any thread.
class InputFile {
  public:
    // Opens regular files only (no pipe, device or folder). Errors name `path`; `actual`, where given, is the
    // file that is really opened, such as the one behind a link that was checked.
    explicit InputFile(std::filesystem::path path, const std::filesystem::path& actual = {});
    // Bytes that had to be decoded from the file `path`, and are read as if they were one.
    InputFile(std::filesystem::path path, std::vector<std::byte> decoded);
    // Bytes that are made out when they are read, in the same way.
    InputFile(std::filesystem::path path, std::unique_ptr<const ByteSource> source);
    ~InputFile();
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::uint64_t size() const { return size_; }  // when it was opened

    // Fills `into` with the bytes from `offset` on. Throws Error, naming the tensor if given, where the file
    // does not hold them.
    void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor = {}) const;

  private:
    std::filesystem::path path_;
    int descriptor_ = -1;
    std::unique_ptr<const ByteSource> source_;  // in place of the descriptor
    std::uint64_t size_ = 0;
};

}  // namespace halfstep
