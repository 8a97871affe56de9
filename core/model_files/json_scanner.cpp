// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/json_scanner.h"

#include "core/base/error.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace halfstep {
namespace {

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

void append_utf8(std::string& into, std::uint32_t code_point) {
    const auto put = [&](std::uint32_t byte) { into += static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xc0U | (code_point >> 6U));
        put(0x80U | (code_point & 0x3fU));
    } else if (code_point < 0x10000) {
        put(0xe0U | (code_point >> 12U));
        put(0x80U | ((code_point >> 6U) & 0x3fU));
        put(0x80U | (code_point & 0x3fU));
    } else {
        put(0xf0U | (code_point >> 18U));
        put(0x80U | ((code_point >> 12U) & 0x3fU));
        put(0x80U | ((code_point >> 6U) & 0x3fU));
        put(0x80U | (code_point & 0x3fU));
    }
}

}  // namespace

JsonScanner::JsonScanner(std::string_view text, std::string file, std::uint64_t text_offset)
    : text_(text), file_(std::move(file)), text_offset_(text_offset) {}

std::uint64_t JsonScanner::position() const {
    return text_offset_ + at_;
}

void JsonScanner::fail(const std::string& problem, std::uint64_t position) const {
    throw Error(problem, {file_, quotable(context_), position},
                "The file is damaged or not what its name says: download or export it again");
}

void JsonScanner::skip_white_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
        ++at_;
}

char JsonScanner::peek() {
    skip_white_space();
    return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonScanner::take(char wanted) {
    if (peek() != wanted || at_ == text_.size()) return false;
    ++at_;
    return true;
}

void JsonScanner::expect(char wanted, const char* what) {
    if (take(wanted)) return;
    if (at_ == text_.size()) fail(fmt::format("the JSON text ends where {} was expected", what));
    fail(fmt::format("{} was expected, not '{}'", what, quotable(text_.substr(at_, 1))));
}

void JsonScanner::object(const std::function<void(std::string key)>& on_member) {
    expect('{', "a JSON object ('{')");
    if (take('}')) return;
    do {
        if (peek() != '"') expect('"', "a name in quotes");
        std::string key = string();
        expect(':', "':' after a name");
        on_member(std::move(key));
    } while (take(','));
    expect('}', "',' or '}'");
}

void JsonScanner::array(const std::function<void()>& on_element) {
    expect('[', "a list ('[')");
    if (take(']')) return;
    do {
        on_element();
    } while (take(','));
    expect(']', "',' or ']'");
}

std::string JsonScanner::string() {
    expect('"', "text in quotes");
    const std::uint64_t start = position();
    std::string result;
    while (true) {
        const std::size_t run = at_;
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
               static_cast<unsigned char>(text_[at_]) >= 0x20U)
            ++at_;
        result += text_.substr(run, at_ - run);
        if (at_ == text_.size()) fail("text in quotes does not end", start);
        if (text_[at_] == '"') break;
        if (text_[at_] != '\\') fail("control character inside quotes");
        ++at_;
        append_escape(result);
    }
    ++at_;
    if (!is_utf8(result)) fail("text in quotes is not valid UTF-8", start);
    return result;
}

void JsonScanner::append_escape(std::string& into) {
    const char escape = at_ < text_.size() ? text_[at_++] : '\0';
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (const auto index = letters.find(escape); index != std::string_view::npos) {
        into += meanings[index];
        return;
    }
    if (escape != 'u') fail("unknown escape inside quotes");
    std::uint32_t code_point = four_hex_digits();
    if (code_point >= 0xdc00 && code_point < 0xe000) fail("half of a surrogate pair inside quotes");
    if (code_point >= 0xd800 && code_point < 0xdc00) {
        if (text_.substr(at_, 2) != "\\u") fail("half of a surrogate pair inside quotes");
        at_ += 2;
        const std::uint32_t low = four_hex_digits();
        if (low < 0xdc00 || low >= 0xe000) fail("half of a surrogate pair inside quotes");
        code_point = 0x10000U + ((code_point - 0xd800U) << 10U) + (low - 0xdc00U);
    }
    append_utf8(into, code_point);
}

std::uint32_t JsonScanner::four_hex_digits() {
    std::uint32_t value = 0;
    for (int digit = 0; digit < 4; ++digit) {
        const char character = at_ < text_.size() ? text_[at_] : '\0';
        const char lower = static_cast<char>(character | 0x20);
        if (is_digit(character))
            value = value * 16 + static_cast<std::uint32_t>(character - '0');
        else if (lower >= 'a' && lower <= 'f')
            value = value * 16 + static_cast<std::uint32_t>(lower - 'a') + 10;
        else
            fail("four hexadecimal digits were expected after \\u");
        ++at_;
    }
    return value;
}

std::uint64_t JsonScanner::unsigned_integer() {
    const char first = peek();
    const std::uint64_t start = position();
    if (!is_digit(first)) fail("a whole number, zero or more, was expected");
    std::uint64_t value = 0;
    while (at_ < text_.size() && is_digit(text_[at_])) {
        const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
        constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
        if (value > (most - digit) / 10) fail("the number is too large", start);
        value = value * 10 + digit;
        ++at_;
    }
    const bool leading_zero = first == '0' && position() - start > 1;
    const char next = at_ < text_.size() ? text_[at_] : '\0';
    if (leading_zero || next == '.' || next == 'e' || next == 'E')
        fail("a whole number, zero or more, was expected", start);
    return value;
}

void JsonScanner::skip() {
    skip_nested(64);
}

void JsonScanner::skip_nested(int depth) {
    if (depth == 0) fail("the JSON text is nested too deeply");
    switch (peek()) {
        case '{':
            return object([&](const std::string&) { skip_nested(depth - 1); });
        case '[':
            return array([&] { skip_nested(depth - 1); });
        case '"':
            string();
            return;
        default:
            break;
    }
    for (const std::string_view word : {"true", "false", "null"}) {
        if (text_.substr(at_, word.size()) != word) continue;
        at_ += word.size();
        return;
    }
    skip_number();
}

void JsonScanner::skip_number() {
    const auto digits = [&] {
        const std::size_t start = at_;
        while (at_ < text_.size() && is_digit(text_[at_]))
            ++at_;
        if (at_ == start) fail("a JSON value was expected");
        return at_ - start;
    };
    const auto next_is = [&](std::string_view set) {
        return at_ < text_.size() && set.find(text_[at_]) != std::string_view::npos;
    };
    if (next_is("-")) ++at_;
    const bool zero = next_is("0");
    if (digits() > 1 && zero) fail("a number begins with a needless zero");
    if (next_is(".")) {
        ++at_;
        digits();
    }
    if (next_is("eE")) {
        ++at_;
        if (next_is("+-")) ++at_;
        digits();
    }
}

void JsonScanner::expect_end() {
    skip_white_space();
    if (at_ != text_.size()) fail("nothing but spaces may follow the JSON object");
}

}  // namespace halfstep
