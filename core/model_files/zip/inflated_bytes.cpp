// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/zip/inflated_bytes.h"

#include "core/base/error.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

// A state is some 40 KiB; they may lie this far apart, and no more than so many are kept.
constexpr std::uint64_t least_spacing = 4 * 1024 * 1024;
constexpr std::uint64_t most_checkpoints = 64;

static_assert(least_spacing % inflate_chunk_bytes == 0);

std::uint64_t spacing_for(std::uint64_t bytes) {
    const std::uint64_t wanted = std::max(least_spacing, bytes / most_checkpoints);
    return (wanted + inflate_chunk_bytes - 1) / inflate_chunk_bytes * inflate_chunk_bytes;
}

}  // namespace

InflatedBytes::InflatedBytes(std::shared_ptr<const InputFile> file, ZipEntry entry,
                             std::shared_ptr<InflateCache> cache)
    : file_(std::move(file)),
      entry_(std::move(entry)),
      cache_(std::move(cache)),
      spacing_(spacing_for(entry_.bytes)) {}

InflatedBytes::~InflatedBytes() {
    cache_->forget(this);
}

void InflatedBytes::fail(const std::string& problem, const Inflater& inflater,
                         std::string_view tensor) const {
    throw Error(problem,
                {file_->path().string(), quotable(tensor.empty() ? std::string_view(entry_.name) : tensor),
                 inflater.file_position()},
                "The file is damaged: download or export it again");
}

void InflatedBytes::read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const {
    while (!into.empty()) {
        const std::uint64_t number = offset / inflate_chunk_bytes;
        const std::shared_ptr<const Chunk> bytes = chunk(number, tensor);
        const auto begin = static_cast<std::size_t>(offset - number * inflate_chunk_bytes);
        const std::size_t count = std::min(into.size(), bytes->size() - begin);
        std::copy_n(bytes->begin() + static_cast<std::ptrdiff_t>(begin), count, into.begin());
        into = into.subspan(count);
        offset += count;
    }
}

std::shared_ptr<const Chunk> InflatedBytes::chunk(std::uint64_t number, std::string_view tensor) const {
    if (auto kept = cache_->chunks().find(this, number)) return kept;
    const std::lock_guard lock(mutex_);
    if (auto kept = cache_->chunks().find(this, number)) return kept;  // another thread made it meanwhile
    std::unique_ptr<Inflater> inflater = inflater_before(number * inflate_chunk_bytes);
    std::shared_ptr<const Chunk> made;
    while (inflater->position() <= number * inflate_chunk_bytes) {
        const std::uint64_t next = inflater->position() / inflate_chunk_bytes;
        made = next_chunk(*inflater, tensor);
        cache_->chunks().keep(this, next, made);
    }
    if (inflater->position() < entry_.bytes) cache_->put(this, std::move(inflater));
    return made;
}

// The state nearest before a position: the one that was left last, a checkpoint, or the start.
std::unique_ptr<Inflater> InflatedBytes::inflater_before(std::uint64_t position) const {
    std::unique_ptr<Inflater> last = cache_->take(this);
    const auto after = std::find_if(checkpoints_.begin(), checkpoints_.end(), [&](const auto& checkpoint) {
        return checkpoint->position() > position;
    });
    const Inflater* checkpoint = after == checkpoints_.begin() ? nullptr : std::prev(after)->get();
    const std::uint64_t reached = checkpoint != nullptr ? checkpoint->position() : 0;
    if (last && last->position() <= position && last->position() >= reached) return last;
    if (checkpoint != nullptr) return std::make_unique<Inflater>(*checkpoint);
    return std::make_unique<Inflater>(*file_, entry_.offset, entry_.compressed_bytes);
}

std::shared_ptr<const Chunk> InflatedBytes::next_chunk(Inflater& inflater, std::string_view tensor) const {
    const std::uint64_t start = inflater.position();
    const std::uint64_t bytes = std::min(inflate_chunk_bytes, entry_.bytes - start);
    auto made = std::make_shared<Chunk>(static_cast<std::size_t>(bytes));
    if (inflater.inflate(*made, tensor) < made->size()) {
        if (inflater.damaged()) fail("the compressed bytes of this entry are damaged here", inflater, tensor);
        fail(fmt::format("this entry unpacks to {} bytes only, not to {}", inflater.position(), entry_.bytes),
             inflater, tensor);
    }
    if (checked_ == start) {
        crc_ = crc32_z(crc_, reinterpret_cast<const Bytef*>(made->data()), made->size());
        checked_ += made->size();
    }
    const std::uint64_t position = inflater.position();
    if (position == entry_.bytes)
        check_end(inflater, tensor);
    else if (position % spacing_ == 0 && position / spacing_ > checkpoints_.size())
        checkpoints_.push_back(std::make_unique<Inflater>(inflater));
    return made;
}

void InflatedBytes::check_end(Inflater& inflater, std::string_view tensor) const {
    std::byte more{};
    if (inflater.inflate(std::span(&more, 1), tensor) > 0)
        fail(fmt::format("this entry unpacks to more than the {} bytes that it should", entry_.bytes),
             inflater, tensor);
    if (!inflater.ended()) fail("the compressed bytes of this entry have no end", inflater, tensor);
    if (checked_ == entry_.bytes && crc_ != entry_.crc)
        fail("the bytes of this entry do not agree with their checksum", inflater, tensor);
}

}  // namespace halfstep
