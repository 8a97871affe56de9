// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/gguf_metadata.h"

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

template <class T>
std::string bytes_of(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

}  // namespace

std::string gguf_text(std::string_view text) {
    return bytes_of(static_cast<std::uint64_t>(text.size())).append(text);
}

void GgufMetadata::set(std::string_view key, std::string_view text) {
    put(key, GgufType::string, gguf_text(text));
}

void GgufMetadata::set_array(std::string_view key, std::span<const std::string> texts) {
    std::string bytes = array_start(GgufType::string, texts.size());
    for (const std::string& text : texts)
        bytes += gguf_text(text);
    put(key, GgufType::array, bytes);
}

void GgufMetadata::copy(std::string key, std::shared_ptr<const InputFile> file, std::uint64_t begin,
                        std::uint64_t end) {
    put({std::move(key), {}, std::move(file), begin, end});
}

std::string GgufMetadata::array_start(GgufType type, std::uint64_t count) {
    return bytes_of(type) + bytes_of(count);
}

void GgufMetadata::put(std::string_view key, GgufType type, std::string_view value) {
    put({std::string(key), (gguf_text(key) + bytes_of(type)).append(value), nullptr, 0, 0});
}

void GgufMetadata::put(Entry entry) {
    const auto [place, added] = places_.try_emplace(entry.key, entries_.size());
    if (added)
        entries_.push_back(std::move(entry));
    else
        entries_[place->second] = std::move(entry);
}

std::uint64_t GgufMetadata::bytes() const {
    std::uint64_t sum = 0;
    for (const Entry& entry : entries_)
        sum += entry.bytes.size() + (entry.end - entry.begin);
    return sum;
}

void GgufMetadata::write(const std::function<void(std::span<const std::byte>)>& sink) const {
    constexpr std::uint64_t piece = 1 << 20;
    std::vector<std::byte> buffer;
    for (const Entry& entry : entries_) {
        if (!entry.file) {
            sink(std::as_bytes(std::span(entry.bytes)));
            continue;
        }
        for (std::uint64_t at = entry.begin; at < entry.end; at += piece) {
            buffer.resize(static_cast<std::size_t>(std::min(piece, entry.end - at)));
            entry.file->read_at(at, buffer, entry.key);
            sink(buffer);
        }
    }
}

}  // namespace halfstep
