// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/gguf_values.h"
#include "core/model_files/input_file.h"

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace halfstep {

template <class T>
concept GgufNumber = std::integral<T> || std::same_as<T, float> || std::same_as<T, double>;

// The metadata of a GGUF file that is to be written: keys with values of every type of the format, or with
// bytes that are copied unread from another GGUF file, however many they are. Keys keep the order in which
// they first came; a key that comes again gets the new value.
class GgufMetadata {
  public:
    template <GgufNumber T>
    void set(std::string_view key, T value) {
        put(key, type_of<T>(), std::string_view(reinterpret_cast<const char*>(&value), sizeof(T)));
    }
    void set(std::string_view key, std::string_view text);
    void set(std::string_view key, const char* text) { set(key, std::string_view(text)); }

    template <GgufNumber T>
    void set_array(std::string_view key, std::span<const T> values) {
        std::string bytes = array_start(type_of<T>(), values.size());
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
        put(key, GgufType::array, bytes);
    }
    void set_array(std::string_view key, std::span<const std::string> texts);

    // Takes the bytes from `begin` to `end` of a file as they are: key, type and value.
    void copy(std::string key, std::shared_ptr<const InputFile> file, std::uint64_t begin, std::uint64_t end);

    bool has(const std::string& key) const { return places_.contains(key); }
    std::uint64_t count() const { return entries_.size(); }
    std::uint64_t bytes() const;  // of all keys and values

    // Gives all bytes, in order and in pieces of no more than a MiB, or of one value that was set.
    void write(const std::function<void(std::span<const std::byte>)>& sink) const;

  private:
    struct Entry {
        std::string key;
        std::string bytes;                      // key, type and value; empty where they lie in a file
        std::shared_ptr<const InputFile> file;  // else null
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };

    template <class T>
    static constexpr GgufType type_of() {
        if constexpr (std::same_as<T, bool>) return GgufType::boolean;
        if constexpr (std::same_as<T, float>) return GgufType::f32;
        if constexpr (std::same_as<T, double>) return GgufType::f64;
        constexpr bool is_signed = std::is_signed_v<T>;
        if constexpr (sizeof(T) == 1) return is_signed ? GgufType::i8 : GgufType::u8;
        if constexpr (sizeof(T) == 2) return is_signed ? GgufType::i16 : GgufType::u16;
        if constexpr (sizeof(T) == 4) return is_signed ? GgufType::i32 : GgufType::u32;
        return is_signed ? GgufType::i64 : GgufType::u64;
    }

    static std::string array_start(GgufType type, std::uint64_t count);
    void put(std::string_view key, GgufType type, std::string_view value);
    void put(Entry entry);

    std::vector<Entry> entries_;
    std::unordered_map<std::string, std::size_t> places_;  // in entries_, by key
};

// Text as the format has it: its length in 8 bytes, then its bytes.
std::string gguf_text(std::string_view text);

}  // namespace halfstep
