// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

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
    void object(const std::function<void(std::string key)>& on_member);
    // Calls on_element() for each element; it must consume it.
    void array(const std::function<void()>& on_element);
    std::string string();
    std::uint64_t unsigned_integer();
    void skip();  // any value, at most 64 levels deep
    void expect_end();

    char peek();                     // the first character of the next value, 0 at the end
    std::uint64_t position() const;  // in the file

    // The tensor or key that errors name from now on.
    void set_context(std::string context) { context_ = std::move(context); }

    [[noreturn]] void fail(const std::string& problem, std::uint64_t position) const;
    [[noreturn]] void fail(const std::string& problem) const { fail(problem, position()); }

  private:
    void skip_white_space();
    void expect(char wanted, const char* what);
    bool take(char wanted);
    void skip_nested(int depth);
    void skip_number();
    void append_escape(std::string& into);
    std::uint32_t four_hex_digits();

    std::string_view text_;
    std::size_t at_ = 0;
    std::string file_;
    std::uint64_t text_offset_;
    std::string context_;
};

}  // namespace halfstep
