// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/hdf5_data.h"

#include "core/base/error.h"
#include "core/model_files/hdf5/chunk_filters.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace halfstep {
namespace {

using listing_wire::Layout;

constexpr std::size_t most_kept = std::size_t{64} << 20U;  // bytes; the last chunk is kept whatever its size
constexpr std::uint64_t large_chunk = std::uint64_t{16} << 20U;
constexpr const char* damaged = "The file is damaged: download or export it again";

// Fills `into` with the element over and over, beginning `offset` bytes into the repetition.
void repeat(std::span<const std::byte> element, std::uint64_t offset, std::span<std::byte> into) {
    for (std::size_t i = 0; i < into.size(); ++i)
        into[i] = element[static_cast<std::size_t>((offset + i) % element.size())];
}

class FillerSource : public ByteSource {
  public:
    explicit FillerSource(Hdf5Dataset dataset) : dataset_(std::move(dataset)) {}

    std::uint64_t size() const override { return dataset_.bytes; }
    void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view) const override {
        repeat(dataset_.fill_value, offset, into);
    }

  private:
    Hdf5Dataset dataset_;
};

// Elements whose rows are cut into chunks.
class ChunkedSource : public ByteSource {
  public:
    ChunkedSource(Hdf5Dataset dataset, std::shared_ptr<const InputFile> file,
                  std::shared_ptr<Hdf5ChunkCache> cache)
        : dataset_(std::move(dataset)), file_(std::move(file)), cache_(std::move(cache)) {}

    std::uint64_t size() const override { return dataset_.bytes; }

    void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const override {
        while (!into.empty()) {
            const Run run = run_at(offset);
            const std::size_t count = std::min<std::uint64_t>(into.size(), run.bytes);
            fill(run, into.first(count), tensor);
            into = into.subspan(count);
            offset += count;
        }
    }

  private:
    // Bytes that follow each other both in the dataset and in one of its chunks.
    struct Run {
        std::uint64_t chunk = 0;   // its number
        std::uint64_t offset = 0;  // in the chunk
        std::uint64_t bytes = 0;
    };

    Run run_at(std::uint64_t offset) const {
        const std::uint64_t size = dataset_.type.size;
        std::uint64_t element = offset / size;
        std::vector<std::uint64_t> index(dataset_.shape.size());
        for (std::size_t axis = index.size(); axis-- > 0;) {
            index[axis] = element % dataset_.shape[axis];
            element /= dataset_.shape[axis];
        }
        Run run;
        std::uint64_t within = 0;
        for (std::size_t axis = 0; axis < index.size(); ++axis) {
            const std::uint64_t extent = dataset_.chunk_shape[axis];
            run.chunk = run.chunk * ((dataset_.shape[axis] - 1) / extent + 1) + index[axis] / extent;
            within = within * extent + index[axis] % extent;
        }
        const std::uint64_t last_extent = dataset_.chunk_shape.back();
        const std::uint64_t left =
            std::min(last_extent - index.back() % last_extent, dataset_.shape.back() - index.back());
        run.offset = within * size + offset % size;
        run.bytes = left * size - offset % size;
        return run;
    }

    void fill(const Run& run, std::span<std::byte> into, std::string_view tensor) const {
        const auto found = std::ranges::lower_bound(dataset_.chunks, run.chunk, {}, &Hdf5Chunk::number);
        if (found == dataset_.chunks.end() || found->number != run.chunk)
            return repeat(dataset_.fill_value, run.offset, into);
        const Hdf5ChunkCache::Chunk chunk = unpacked(*found, tensor);
        std::memcpy(into.data(), chunk->data() + run.offset, into.size());
    }

    Hdf5ChunkCache::Chunk unpacked(const Hdf5Chunk& chunk, std::string_view tensor) const {
        if (Hdf5ChunkCache::Chunk known = cache_->find(this, chunk.number)) return known;
        const std::unique_lock turn = cache_->turn_to_unpack(dataset_.chunk_bytes);
        if (Hdf5ChunkCache::Chunk known = cache_->find(this, chunk.number)) return known;
        std::vector<std::byte> stored(static_cast<std::size_t>(chunk.bytes));
        file_->read_at(chunk.offset, stored, tensor);
        try {
            auto bytes = std::make_shared<const std::vector<std::byte>>(
                unpack_chunk(std::move(stored), dataset_, chunk));
            cache_->keep(this, chunk.number, bytes);
            return bytes;
        } catch (const std::runtime_error& problem) {
            throw Error(
                fmt::format("chunk {} {}", chunk.number, problem.what()),
                {file_->path().string(), quotable(tensor.empty() ? dataset_.path : tensor), chunk.offset},
                damaged);
        }
    }

    Hdf5Dataset dataset_;
    std::shared_ptr<const InputFile> file_;
    std::shared_ptr<Hdf5ChunkCache> cache_;
};

// Big-endian elements, turned round.
class TurnedSource : public ByteSource {
  public:
    TurnedSource(std::shared_ptr<const InputFile> file, std::uint64_t offset, std::uint64_t bytes,
                 std::size_t element_bytes)
        : file_(std::move(file)), offset_(offset), bytes_(bytes), element_bytes_(element_bytes) {}

    std::uint64_t size() const override { return bytes_; }

    void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const override {
        const std::size_t skipped = static_cast<std::size_t>(offset % element_bytes_);
        if (skipped != 0 || into.size() % element_bytes_ != 0) return read_part(offset, into, tensor);
        file_->read_at(offset_ + offset, into, tensor);
        for (std::size_t at = 0; at < into.size(); at += element_bytes_)
            std::ranges::reverse(into.subspan(at, element_bytes_));
    }

  private:
    // Whole elements around the bytes that are wanted.
    void read_part(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const {
        const std::uint64_t begin = offset / element_bytes_ * element_bytes_;
        const std::uint64_t end =
            (offset + into.size() - 1) / element_bytes_ * element_bytes_ + element_bytes_;
        std::vector<std::byte> whole(static_cast<std::size_t>(end - begin));
        read_at(begin, whole, tensor);
        std::memcpy(into.data(), whole.data() + (offset - begin), into.size());
    }

    std::shared_ptr<const InputFile> file_;
    std::uint64_t offset_;
    std::uint64_t bytes_;
    std::size_t element_bytes_;
};

Hdf5Data as_stored(Hdf5Dataset dataset, const std::shared_ptr<const InputFile>& file,
                   const std::shared_ptr<Hdf5ChunkCache>& cache) {
    const auto decoded = [&](auto&& content) {
        return Hdf5Data{
            std::make_shared<const InputFile>(file->path(), std::forward<decltype(content)>(content)), 0};
    };
    switch (dataset.layout) {
        case Layout::contiguous:
            return {nullptr, dataset.offset};
        case Layout::compact:
            return decoded(std::move(dataset.compact));
        case Layout::never_written:
            return decoded(std::make_unique<const FillerSource>(std::move(dataset)));
        case Layout::chunked:
            return decoded(std::make_unique<const ChunkedSource>(std::move(dataset), file, cache));
    }
    return {};
}

}  // namespace

Hdf5ChunkCache::Chunk Hdf5ChunkCache::find(const void* dataset, std::uint64_t chunk) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(
        kept_, [&](const Kept& kept) { return kept.dataset == dataset && kept.chunk == chunk; });
    if (found == kept_.end()) return nullptr;
    kept_.splice(kept_.begin(), kept_, found);
    return kept_.front().bytes;
}

void Hdf5ChunkCache::keep(const void* dataset, std::uint64_t chunk, Chunk bytes) {
    const std::lock_guard lock(mutex_);
    bytes_ += bytes->size();
    kept_.push_front({dataset, chunk, std::move(bytes)});
    while (bytes_ > most_kept && kept_.size() > 1) {
        bytes_ -= kept_.back().bytes->size();
        kept_.pop_back();
    }
}

std::unique_lock<std::mutex> Hdf5ChunkCache::turn_to_unpack(std::uint64_t chunk_bytes) {
    return chunk_bytes >= large_chunk ? std::unique_lock(unpacking_) : std::unique_lock<std::mutex>();
}

Hdf5Data data_of(Hdf5Dataset dataset, const std::shared_ptr<const InputFile>& file,
                 const std::shared_ptr<Hdf5ChunkCache>& cache) {
    const bool turned = dataset.type.big_endian && dataset.type.size > 1;
    const std::uint64_t bytes = dataset.bytes;
    const std::size_t element_bytes = dataset.type.size;
    const Hdf5Data stored = as_stored(std::move(dataset), file, cache);
    if (!turned) return stored;
    return {std::make_shared<const InputFile>(
                file->path(), std::make_unique<const TurnedSource>(stored.file ? stored.file : file,
                                                                   stored.offset, bytes, element_bytes)),
            0};
}

}  // namespace halfstep
