// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace halfstep {

// Reads JSON whose shape is known beforehand, in place and front to back. Written for headers of untrusted
// files, where a general parser falls short: each error names the byte of the file, the nesting that is
// followed is the one asked for, and nothing is stored but what the caller keeps. Strict: RFC 8259, UTF-8
// checked, no lone surrogates, nothing after the value but white space.
class JsonScanner {
  public:
    // `text` begins at byte `text_offset` of the file that errors name.
    JsonScanner(std::string_view text, std::string file, std::uint64_t text_offset = 0);

    // Calls on_member(key) for each member; it must consume the value.
    template <typename OnMember>
    void object(const OnMember& on_member) {
        expect('{', "a JSON object ('{')");
        if (take('}')) return;
        do {
            std::string key = name();
            on_member(std::move(key));
        } while (take(','));
        expect('}', "',' or '}'");
    }
    // Calls on_element() for each element; it must consume it.
    template <typename OnElement>
    void array(const OnElement& on_element) {
        expect('[', "a list ('[')");
        if (take(']')) return;
        do {
            on_element();
        } while (take(','));
        expect(']', "',' or ']'");
    }
    std::string string();
    std::uint64_t unsigned_integer();
    // Any number: its value, where it is a whole one of 64 bits, zero or more, such as 40 or 40.0.
    std::optional<std::uint64_t> whole_number();
    // Any value, at most 64 levels deep; a million of values in all, so that junk is soon done with.
    void skip();
    void expect_end();

    char peek();                     // the first character of the next value, 0 at the end
    std::uint64_t position() const;  // in the file

    // The tensor or key that errors name from now on.
    void set_context(std::string_view context);

    [[noreturn]] void fail(const std::string& problem, std::uint64_t position) const;
    [[noreturn]] void fail(const std::string& problem) const { fail(problem, position()); }

  private:
    void skip_white_space();
    void expect(char wanted, const char* what);
    bool take(char wanted);
    std::string name();  // with the colon after it
    void skip_nested(int depth);
    void skip_number();
    struct Quoted {
        std::string_view text;
        bool plain;  // ASCII without escapes and control characters
    };
    Quoted quoted_text() const;  // from here to the closing quotes
    void check_characters(std::string_view quoted) const;
    void append_escape(std::string& into);
    std::uint32_t four_hex_digits();

    std::string_view text_;
    std::size_t at_ = 0;
    std::uint32_t skippable_ = 1'000'000;
    std::string file_;
    std::uint64_t text_offset_;
    std::string context_;
};

}  // namespace halfstep
