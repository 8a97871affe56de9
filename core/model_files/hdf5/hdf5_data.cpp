// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/hdf5_data.h"

#include "core/base/error.h"
#include "core/model_files/hdf5/chunk_filters.h"
#include "core/model_files/quotable.h"
#include "core/model_files/swapped_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace halfstep {
namespace {

using listing_wire::Layout;

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

    ~ChunkedSource() override { cache_->chunks.forget(this); }

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
        const std::shared_ptr<const Chunk> chunk = unpacked(*found, tensor);
        std::memcpy(into.data(), chunk->data() + run.offset, into.size());
    }

    std::shared_ptr<const Chunk> unpacked(const Hdf5Chunk& chunk, std::string_view tensor) const {
        if (std::shared_ptr<const Chunk> known = cache_->chunks.find(this, chunk.number)) return known;
        const std::unique_lock turn = cache_->turn_to_unpack(dataset_.chunk_bytes);
        if (std::shared_ptr<const Chunk> known = cache_->chunks.find(this, chunk.number)) return known;
        std::vector<std::byte> stored(static_cast<std::size_t>(chunk.bytes));
        file_->read_at(chunk.offset, stored, tensor);
        try {
            auto bytes = std::make_shared<const Chunk>(unpack_chunk(std::move(stored), dataset_, chunk));
            cache_->chunks.keep(this, chunk.number, bytes);
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

std::unique_lock<std::mutex> Hdf5ChunkCache::turn_to_unpack(std::uint64_t chunk_bytes) {
    return chunk_bytes >= large_chunk ? std::unique_lock(unpacking) : std::unique_lock<std::mutex>();
}

Hdf5Data data_of(Hdf5Dataset dataset, const std::shared_ptr<const InputFile>& file,
                 const std::shared_ptr<Hdf5ChunkCache>& cache) {
    const std::uint64_t width = dataset.type.size;
    const bool turned = dataset.type.big_endian && (width == 2 || width == 4 || width == 8);
    const std::uint64_t bytes = dataset.bytes;
    Hdf5Data stored = as_stored(std::move(dataset), file, cache);
    if (!turned) return stored;
    auto swapped =
        std::make_unique<const SwappedBytes>(stored.file ? stored.file : file, stored.offset, bytes, width);
    return {std::make_shared<const InputFile>(file->path(), std::move(swapped)), 0};
}

}  // namespace halfstep
