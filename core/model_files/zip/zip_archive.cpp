// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/zip/zip_archive.h"

#include "core/model_files/zip/inflated_bytes.h"

#include <zlib.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace halfstep {
namespace {

// Bytes that stand in the archive as they are.
class StoredBytes : public ByteSource {
  public:
    StoredBytes(std::shared_ptr<const InputFile> file, std::uint64_t offset, std::uint64_t size)
        : file_(std::move(file)), offset_(offset), size_(size) {}

    std::uint64_t size() const override { return size_; }
    void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const override {
        file_->read_at(offset_ + offset, into, tensor);
    }

  private:
    std::shared_ptr<const InputFile> file_;
    std::uint64_t offset_;
    std::uint64_t size_;
};

}  // namespace

ZipArchive::ZipArchive(std::shared_ptr<const InputFile> file, const JobContext& job)
    : file_(std::move(file)),
      entries_(read_zip_directory(*file_, job)),
      by_name_(entries_.size()),
      cache_(std::make_shared<InflateCache>()) {
    std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
    std::sort(by_name_.begin(), by_name_.end(),
              [this](std::size_t a, std::size_t b) { return entries_[a].name < entries_[b].name; });
}

const ZipEntry* ZipArchive::find(std::string_view name) const {
    const auto found = std::lower_bound(
        by_name_.begin(), by_name_.end(), name,
        [this](std::size_t index, std::string_view wanted) { return entries_[index].name < wanted; });
    if (found == by_name_.end() || entries_[*found].name != name) return nullptr;
    return &entries_[*found];
}

std::shared_ptr<const InputFile> ZipArchive::open(const ZipEntry& entry) const {
    std::unique_ptr<const ByteSource> bytes;
    if (entry.method == ZipMethod::stored)
        bytes = std::make_unique<const StoredBytes>(file_, entry.offset, entry.bytes);
    else
        bytes = std::make_unique<const InflatedBytes>(file_, entry, cache_);
    return std::make_shared<const InputFile>(file_->path() / entry.name, std::move(bytes));
}

bool ZipArchive::checksum_agrees(const ZipEntry& entry, const JobContext& job) const {
    const std::shared_ptr<const InputFile> bytes = open(entry);
    std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(entry.bytes, 65'536)));
    uLong crc = crc32(0, nullptr, 0);
    for (std::uint64_t at = 0; at < entry.bytes; at += buffer.size()) {
        job.throw_if_stopped();
        buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), entry.bytes - at)));
        bytes->read_at(at, buffer);
        crc = crc32_z(crc, reinterpret_cast<const Bytef*>(buffer.data()), buffer.size());
    }
    return crc == entry.crc;
}

}  // namespace halfstep
