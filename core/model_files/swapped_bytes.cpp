// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/swapped_bytes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace halfstep {

SwappedBytes::SwappedBytes(std::shared_ptr<const InputFile> file, std::uint64_t offset, std::uint64_t size,
                           std::uint64_t width)
    : file_(std::move(file)), offset_(offset), size_(size), width_(width) {}

void SwappedBytes::read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const {
    std::array<std::byte, 16'384> buffer;
    while (!into.empty()) {
        const std::uint64_t begin = offset / width_ * width_;
        const std::uint64_t end = (offset + into.size() + width_ - 1) / width_ * width_;
        const auto numbers = std::span(buffer).first(std::min<std::size_t>(buffer.size(), end - begin));
        file_->read_at(offset_ + begin, numbers, tensor);
        for (auto number = numbers.begin(); number != numbers.end();
             number += static_cast<std::ptrdiff_t>(width_))
            std::reverse(number, number + static_cast<std::ptrdiff_t>(width_));
        const auto usable = numbers.subspan(static_cast<std::size_t>(offset - begin));
        const std::size_t count = std::min(usable.size(), into.size());
        std::copy_n(usable.begin(), count, into.begin());
        into = into.subspan(count);
        offset += count;
    }
}

}  // namespace halfstep
