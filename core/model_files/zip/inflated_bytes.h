// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/byte_source.h"
#include "core/model_files/zip/inflate_cache.h"
#include "core/model_files/zip/zip_directory.h"

#include <memory>
#include <mutex>
#include <vector>

namespace halfstep {

// A deflated entry of an archive, read in any order: inflated in chunks, the last of which are kept, going on
// where it was left or from the nearest of a few points whose state is kept. What is held stays some percent
// of the entry's size at most, whatever its size.
class InflatedBytes : public ByteSource {
  public:
    InflatedBytes(std::shared_ptr<const InputFile> file, ZipEntry entry, std::shared_ptr<InflateCache> cache);
    ~InflatedBytes() override;

    std::uint64_t size() const override { return entry_.bytes; }
    void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const override;

  private:
    std::shared_ptr<const Chunk> chunk(std::uint64_t number, std::string_view tensor) const;
    std::unique_ptr<Inflater> inflater_before(std::uint64_t position) const;
    std::shared_ptr<const Chunk> next_chunk(Inflater& inflater, std::string_view tensor) const;
    void check_end(Inflater& inflater, std::string_view tensor) const;
    [[noreturn]] void fail(const std::string& problem, const Inflater& inflater,
                           std::string_view tensor) const;

    const std::shared_ptr<const InputFile> file_;
    const ZipEntry entry_;
    const std::shared_ptr<InflateCache> cache_;
    const std::uint64_t spacing_;  // of the points that are kept

    mutable std::mutex mutex_;                                    // guards what follows
    mutable std::vector<std::unique_ptr<Inflater>> checkpoints_;  // in order
    mutable std::uint64_t checked_ = 0;                           // bytes that crc_ is of
    mutable unsigned long crc_ = 0;
};

}  // namespace halfstep
