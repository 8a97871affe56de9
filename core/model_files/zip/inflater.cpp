// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/zip/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <new>

namespace halfstep {
namespace {

constexpr std::uint64_t buffer_bytes = 32 * 1024;

}  // namespace

Inflater::Inflater(const InputFile& file, std::uint64_t offset, std::uint64_t size)
    : file_(file), offset_(offset), size_(size), stream_(std::make_unique<z_stream>()) {
    constexpr int raw_deflate = -MAX_WBITS;
    if (inflateInit2(stream_.get(), raw_deflate) != Z_OK) throw std::bad_alloc();
}

// The copy reads its compressed bytes again.
Inflater::Inflater(const Inflater& other)
    : file_(other.file_),
      offset_(other.offset_),
      size_(other.size_),
      read_(other.read_ - other.unread()),
      made_(other.made_),
      ended_(other.ended_),
      damaged_(other.damaged_),
      stream_(std::make_unique<z_stream>()) {
    if (inflateCopy(stream_.get(), other.stream_.get()) != Z_OK) throw std::bad_alloc();
    stream_->next_in = nullptr;
    stream_->avail_in = 0;
}

Inflater::~Inflater() {
    inflateEnd(stream_.get());
}

std::uint64_t Inflater::unread() const {
    return stream_->avail_in;
}

void Inflater::refill(std::string_view tensor) {
    buffer_.resize(static_cast<std::size_t>(std::min(buffer_bytes, size_ - read_)));
    file_.read_at(offset_ + read_, buffer_, tensor);
    read_ += buffer_.size();
    stream_->next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_->avail_in = static_cast<uInt>(buffer_.size());
}

std::size_t Inflater::inflate(std::span<std::byte> into, std::string_view tensor) {
    std::size_t made = 0;
    while (made < into.size() && !ended_ && !damaged_) {
        if (stream_->avail_in == 0) {
            if (read_ == size_) break;
            refill(tensor);
        }
        stream_->next_out = reinterpret_cast<Bytef*>(into.data() + made);
        stream_->avail_out = static_cast<uInt>(into.size() - made);
        const int result = ::inflate(stream_.get(), Z_NO_FLUSH);
        made = into.size() - stream_->avail_out;
        if (result == Z_MEM_ERROR) throw std::bad_alloc();
        ended_ = result == Z_STREAM_END;
        damaged_ = !ended_ && result != Z_OK && result != Z_BUF_ERROR;
    }
    made_ += made;
    return made;
}

}  // namespace halfstep
