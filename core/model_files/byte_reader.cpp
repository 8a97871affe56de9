// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/byte_reader.h"

#include "core/base/error.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>

namespace halfstep {

void ByteReader::fail(const std::string& problem, std::uint64_t position) const {
    throw Error(problem, {file_.path().string(), quotable(context_), position},
                "The file is damaged: download or export it again");
}

void ByteReader::require(std::uint64_t bytes) const {
    if (bytes <= remaining()) return;
    throw Error(
        fmt::format("{} more bytes were expected here, but the file ends at byte {}", bytes, file_.size()),
        {file_.path().string(), quotable(context_), position_},
        "The file is incomplete or damaged: download or export it again");
}

// After a jump little is read, because the next jump may be near; more where reading goes on.
void ByteReader::fill(std::size_t wanted) {
    constexpr std::uint64_t least = 4096;
    constexpr std::uint64_t most = 65536;
    const bool goes_on = position_ == buffer_start_ + buffer_.size();
    const std::uint64_t bytes = goes_on ? std::min(2 * std::uint64_t{buffer_.size()}, most) : least;
    buffer_.resize(static_cast<std::size_t>(
        std::min(std::max({bytes, least, std::min(std::uint64_t{wanted}, most)}), remaining())));
    file_.read_at(position_, buffer_, context_);
    buffer_start_ = position_;
}

void ByteReader::take(std::span<std::byte> into) {
    require(into.size());
    while (!into.empty()) {
        if (position_ < buffer_start_ || position_ - buffer_start_ >= buffer_.size()) fill(into.size());
        const auto inside = static_cast<std::size_t>(position_ - buffer_start_);
        const std::size_t count = std::min(into.size(), buffer_.size() - inside);
        std::memcpy(into.data(), buffer_.data() + inside, count);
        into = into.subspan(count);
        position_ += count;
    }
}

std::string ByteReader::text(std::uint64_t length) {
    require(length);
    std::string result(static_cast<std::size_t>(length), '\0');
    take(std::as_writable_bytes(std::span(result.data(), result.size())));
    return result;
}

void ByteReader::skip(std::uint64_t bytes) {
    require(bytes);
    position_ += bytes;
}

}  // namespace halfstep
