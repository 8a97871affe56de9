// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace halfstep {
namespace {

// Keys that YAML reads as the word itself, or as the integer it is. All others stand in quotes.
bool is_plain(std::string_view key) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (key.empty()) return false;
    if (key.front() == '-' || is_digit(key.front())) {
        key.remove_prefix(key.front() == '-' ? 1 : 0);
        return !key.empty() && std::ranges::all_of(key, is_digit);
    }
    constexpr std::array<std::string_view, 10> words{"y",   "n",    "yes",   "no",   "on",
                                                     "off", "true", "false", "null", "nan"};
    std::string small(key);
    std::ranges::transform(small, small.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return std::ranges::find(words, small) == words.end() &&
           std::ranges::all_of(key, [&](char c) { return is_letter(c) || is_digit(c); });
}

// What may stand in a JSON text but not in a YAML file, or means a line break there: DEL, U+0080 to U+009F,
// U+2028, U+2029 and the byte order mark. In UTF-8, with what stands for it in quotes.
std::string escaped_for_yaml(const std::string& json) {
    std::string text;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const auto byte = [&](std::size_t at) {
            return at < json.size() ? static_cast<unsigned char>(json[at]) : 0U;
        };
        if (byte(i) == 0x7FU) {
            text += "\\x7f";
        } else if (byte(i) == 0xC2U && byte(i + 1) < 0xA0U) {
            text += fmt::format("\\x{:02x}", byte(++i));
        } else if (byte(i) == 0xE2U && byte(i + 1) == 0x80U &&
                   (byte(i + 2) == 0xA8U || byte(i + 2) == 0xA9U)) {
            text += byte(i + 2) == 0xA8U ? "\\u2028" : "\\u2029";
            i += 2;
        } else if (byte(i) == 0xEFU && byte(i + 1) == 0xBBU && byte(i + 2) == 0xBFU) {
            text += "\\ufeff";
            i += 2;
        } else {
            text += json[i];
        }
    }
    return text;
}

// What JSON calls a text, a number or a word, YAML does too.
std::string scalar(const ConfigJson& json) {
    return escaped_for_yaml(compact_json_text(json));
}

std::string key_text(const std::string& key) {
    return is_plain(key) ? key : scalar(key);
}

class Writer {
  public:
    std::string take() { return std::move(text_); }

    void write(const ConfigJson& json, std::size_t depth) {
        for (auto member = json.begin(); member != json.end(); ++member) {
            text_.append(depth * 2, ' ');
            text_ += json.is_object() ? key_text(member.key()) + ':' : "-";
            write_value(*member, depth, json.is_array());
        }
    }

  private:
    void write_value(const ConfigJson& value, std::size_t depth, bool in_list) {
        if (!value.is_structured() || value.empty()) {
            text_ += ' ' + scalar(value) + '\n';
        } else if (in_list && value.is_object()) {  // its first member stands beside the dash
            const std::size_t start = text_.size() + 1;
            write(value, depth + 1);
            text_.erase(start, (depth + 1) * 2 - 1);
        } else {
            text_ += '\n';
            write(value, depth + 1);
        }
    }

    std::string text_;
};

}  // namespace

std::string yaml_text(const ConfigJson& json) {
    Writer writer;
    writer.write(json, 0);
    return writer.take();
}

}  // namespace halfstep
