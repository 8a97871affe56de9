// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/json_scanner.h"

#include "core/base/error.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

namespace halfstep {
namespace {

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

char meaning_of_escape(char letter) {
    switch (letter) {
        case '"':
        case '\\':
        case '/':
            return letter;
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return '\0';
    }
}

// How many bytes at the start stand for themselves inside quotes, whatever follows: printable ASCII without
// quotes and backslashes. Eight at a time: names are most of a header.
std::size_t plain_run(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t high_bits = 0x80U * ones;
    const auto has_zero = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes & high_bits; };
    std::size_t at = 0;
    for (std::uint64_t eight = 0; text.size() - at >= sizeof eight; at += sizeof eight) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        const std::uint64_t below_space = (eight - 0x20U * ones) & ~eight;
        if (((eight | below_space) & high_bits) != 0 ||
            (has_zero(eight ^ ('"' * ones)) | has_zero(eight ^ ('\\' * ones))) != 0)
            break;
    }
    const auto is_plain = [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; };
    while (at < text.size() && is_plain(text[at]))
        ++at;
    return at;
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

void JsonScanner::set_context(std::string_view context) {
    context_ = context;
}

void JsonScanner::fail(const std::string& problem, std::uint64_t position) const {
    throw Error(problem, {file_, quotable(context_), position},
                "The file is damaged or not what its name says: download or export it again");
}

void JsonScanner::skip_white_space() {
    std::size_t at = at_;
    while (at < text_.size() &&
           (text_[at] == ' ' || text_[at] == '\n' || text_[at] == '\r' || text_[at] == '\t'))
        ++at;
    at_ = at;
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

std::string JsonScanner::name() {
    if (peek() != '"') expect('"', "a name in quotes");
    std::string result = string();
    expect(':', "':' after a name");
    return result;
}

std::string JsonScanner::string() {
    expect('"', "text in quotes");
    const Quoted quoted = quoted_text();
    const std::size_t end = at_ + quoted.text.size();
    if (!quoted.plain) check_characters(quoted.text);
    std::string result;
    result.reserve(quoted.text.size());
    while (at_ < end) {
        const std::string_view rest = text_.substr(at_, end - at_);
        const std::size_t run = quoted.plain ? rest.size() : std::min(rest.find('\\'), rest.size());
        result += rest.substr(0, run);
        at_ += run;
        if (at_ < end) append_escape(result);
    }
    at_ = end + 1;
    return result;
}

// Found before anything is copied, so that quotes left open cost no more than looking for their end.
JsonScanner::Quoted JsonScanner::quoted_text() const {
    const std::string_view rest = text_.substr(at_);
    std::size_t end = plain_run(rest);
    if (end < rest.size() && rest[end] == '"') return {rest.substr(0, end), true};
    while (end < rest.size() && rest[end] != '"')
        end += rest[end] == '\\' ? 2 : 1;
    if (end >= rest.size()) fail("text in quotes does not end");
    return {rest.substr(0, end), false};
}

void JsonScanner::check_characters(std::string_view quoted) const {
    const auto is_control = [](char character) { return static_cast<unsigned char>(character) < 0x20U; };
    if (const auto control = std::ranges::find_if(quoted, is_control); control != quoted.end())
        fail("control character inside quotes",
             position() + static_cast<std::uint64_t>(control - quoted.begin()));
    if (!is_utf8(quoted)) fail("text in quotes is not valid UTF-8");
}

void JsonScanner::append_escape(std::string& into) {
    ++at_;
    const char escape = text_[at_++];
    if (const char meaning = meaning_of_escape(escape); meaning != 0) {
        into += meaning;
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

std::optional<std::uint64_t> JsonScanner::whole_number() {
    peek();
    const std::size_t start = at_;
    skip_number();
    const std::string_view text = text_.substr(start, at_ - start);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
    const bool whole = rest.empty() || (rest[0] == '.' && rest.find_first_not_of('0', 1) == rest.npos);
    return error == std::errc() && whole ? std::optional(value) : std::nullopt;
}

void JsonScanner::skip() {
    skip_nested(64);
}

void JsonScanner::skip_nested(int depth) {
    if (depth == 0) fail("the JSON text is nested too deeply");
    if (skippable_-- == 0) fail("more than a million values here have no place in the format");
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
