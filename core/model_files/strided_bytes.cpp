// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/strided_bytes.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace halfstep {
namespace {

constexpr std::uint64_t block_bytes = 4 * 1024 * 1024;
constexpr std::uint64_t longest_read = 4 * 1024 * 1024;
// Reading so many bytes for one element that is wanted takes no longer than a read of its own.
constexpr std::uint64_t worthwhile_bytes = 2048;

// One axis of a block, in bytes.
struct BoxAxis {
    std::uint64_t extent = 0;
    std::uint64_t from = 0;  // distance in the file
    std::uint64_t to = 0;    // distance in the block
};

// Calls visit(from, to) for every combination of indices.
template <typename Visit>
void for_each_place(std::span<const BoxAxis> axes, std::uint64_t from, std::uint64_t to, const Visit& visit) {
    if (axes.empty()) return visit(from, to);
    const BoxAxis& axis = axes.back();
    for (std::uint64_t index = 0; index < axis.extent; ++index)
        for_each_place(axes.first(axes.size() - 1), from + index * axis.from, to + index * axis.to, visit);
}

template <std::size_t bytes>
void copy_axis(const BoxAxis& axis, const std::byte* from, std::byte* to) {
    for (std::uint64_t index = 0; index < axis.extent; ++index)
        std::memcpy(to + index * axis.to, from + index * axis.from, bytes);
}

void copy_axis(const BoxAxis& axis, const std::byte* from, std::byte* to, std::uint64_t element_bytes) {
    switch (element_bytes) {
        case 1:
            return copy_axis<1>(axis, from, to);
        case 2:
            return copy_axis<2>(axis, from, to);
        case 4:
            return copy_axis<4>(axis, from, to);
        case 8:
            return copy_axis<8>(axis, from, to);
        default:
            for (std::uint64_t index = 0; index < axis.extent; ++index)
                std::memcpy(to + index * axis.to, from + index * axis.from, element_bytes);
    }
}

// How many of the axes, the closest first, are read at one go, and how many bytes that is.
std::pair<std::size_t, std::uint64_t> read_at_one_go(std::span<const BoxAxis> axes,
                                                     std::uint64_t element_bytes) {
    std::uint64_t span = element_bytes;
    std::uint64_t elements = 1;
    std::size_t count = 0;
    for (const BoxAxis& axis : axes) {
        const std::uint64_t wider = span + (axis.extent - 1) * axis.from;
        const std::uint64_t more = axis.from == 0 ? elements : elements * axis.extent;
        if (wider > longest_read || wider > worthwhile_bytes * more) break;
        span = wider;
        elements = more;
        ++count;
    }
    return {count, span};
}

}  // namespace

StridedBytes::StridedBytes(std::shared_ptr<const InputFile> file, std::uint64_t offset,
                           std::vector<Axis> axes, std::uint64_t element_bytes,
                           std::shared_ptr<ChunkCache> cache)
    : file_(std::move(file)),
      offset_(offset),
      axes_(std::move(axes)),
      element_bytes_(element_bytes),
      cache_(std::move(cache)),
      split_(axes_.size()) {
    for (const Axis& axis : axes_)
        elements_ *= axis.extent;
    if (elements_ == 0) return;
    const std::uint64_t limit = block_bytes / element_bytes_;
    while (split_ > 0 && axes_[split_ - 1].extent <= limit / inner_)
        inner_ *= axes_[--split_].extent;
    if (split_ > 0) {
        --split_;
        per_block_ = limit / inner_;
    }
}

StridedBytes::~StridedBytes() {
    cache_->forget(this);
}

StridedBytes::Block StridedBytes::block_of(std::uint64_t element) const {
    if (inner_ == elements_) return {0, 0, elements_};
    const std::uint64_t extent = axes_[split_].extent;
    const std::uint64_t outer = element / inner_ / extent;
    const std::uint64_t part = element / inner_ % extent / per_block_;
    const std::uint64_t parts = (extent - 1) / per_block_ + 1;
    const std::uint64_t begin = part * per_block_;
    return {outer * parts + part, (outer * extent + begin) * inner_,
            std::min(per_block_, extent - begin) * inner_};
}

void StridedBytes::read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const {
    while (!into.empty()) {
        const Block block = block_of(offset / element_bytes_);
        std::shared_ptr<const Chunk> bytes = cache_->find(this, block.number);
        if (!bytes) {
            bytes = gather(block, tensor);
            cache_->keep(this, block.number, bytes);
        }
        const auto begin = static_cast<std::size_t>(offset - block.first * element_bytes_);
        const std::size_t count = std::min(into.size(), bytes->size() - begin);
        std::copy_n(bytes->begin() + static_cast<std::ptrdiff_t>(begin), count, into.begin());
        into = into.subspan(count);
        offset += count;
    }
}

std::shared_ptr<const Chunk> StridedBytes::gather(const Block& block, std::string_view tensor) const {
    auto made = std::make_shared<Chunk>(static_cast<std::size_t>(block.elements * element_bytes_));
    std::uint64_t start = offset_;
    std::uint64_t rest = block.first;
    std::uint64_t inside = block.elements;
    std::uint64_t to = element_bytes_;
    std::vector<BoxAxis> box;
    for (std::size_t axis = axes_.size(); axis-- > 0;) {
        const auto [extent, stride] = axes_[axis];
        start += rest % extent * stride;
        rest /= extent;
        const std::uint64_t here = std::min(inside, extent);
        if (here > 1) box.push_back({here, stride, to});
        inside /= here;
        to *= here;
    }
    std::sort(box.begin(), box.end(), [](const BoxAxis& a, const BoxAxis& b) { return a.from < b.from; });
    const auto [together, span] = read_at_one_go(box, element_bytes_);
    const std::span<const BoxAxis> near = std::span(box).first(together);
    const BoxAxis closest = near.empty() ? BoxAxis{1, 0, 0} : near.front();
    Chunk buffer(static_cast<std::size_t>(span));
    for_each_place(std::span(box).subspan(together), start, 0, [&](std::uint64_t from, std::uint64_t into) {
        file_->read_at(from, buffer, tensor);
        for_each_place(near.empty() ? near : near.subspan(1), 0, into,
                       [&](std::uint64_t source, std::uint64_t target) {
                           copy_axis(closest, buffer.data() + source, made->data() + target, element_bytes_);
                       });
    });
    return made;
}

}  // namespace halfstep
