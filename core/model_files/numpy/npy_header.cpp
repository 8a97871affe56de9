// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/numpy/npy_header.h"

#include "core/model_files/byte_reader.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace halfstep {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::uint64_t longest_header = 1 << 20;  // NumPy itself wants to be asked above 10,000
constexpr std::size_t highest_rank = 64;           // NumPy's limit
constexpr int deepest = 32;                        // nested lists and tuples of records

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Reads the few literals of Python that a header may hold.
class LiteralReader {
  public:
    LiteralReader(const ByteReader& file, std::string text, std::uint64_t start)
        : file_(file), text_(std::move(text)), start_(start) {}

    std::uint64_t position() const { return start_ + at_; }
    [[noreturn]] void fail(const std::string& problem, std::uint64_t position) const {
        file_.fail("the header of the array cannot be read: " + problem, position);
    }
    [[noreturn]] void fail(const std::string& problem) const { fail(problem, position()); }

    // The next character that is not a space; NUL at the end.
    char peek() {
        while (at_ < text_.size() && std::string_view(" \t\r\n\f").find(text_[at_]) != std::string_view::npos)
            ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool take(char c) {
        if (peek() != c || at_ == text_.size()) return false;
        ++at_;
        return true;
    }
    void expect(char c) {
        if (!take(c)) fail(fmt::format("'{}' was expected", c));
    }
    void expect_end() {
        peek();
        if (at_ < text_.size()) fail("something follows the dictionary");
    }

    std::string string() {
        const char quote = peek();
        if (quote != '\'' && quote != '"') fail("text in quotes was expected");
        const std::size_t begin = ++at_;
        while (at_ < text_.size() && text_[at_] != quote) {
            if (text_[at_] == '\\' || text_[at_] == '\n') fail("an escape or the end of a line in quotes");
            ++at_;
        }
        if (at_ == text_.size()) fail("text in quotes does not end");
        return text_.substr(begin, at_++ - begin);
    }

    bool boolean() {
        peek();
        for (const auto& [word, value] : {std::pair("True", true), std::pair("False", false)})
            if (take_word(word)) return value;
        fail("True or False was expected");
    }

    // A tuple of whole numbers; those of Python 2 may end with an L.
    std::vector<std::int64_t> shape() {
        std::vector<std::int64_t> extents;
        const std::uint64_t begin = position();
        if (!take('(')) fail("a tuple of numbers was expected");
        bool comma = true;
        while (!take(')')) {
            if (!comma) fail("',' or ')' was expected");
            if (extents.size() == highest_rank)
                fail(fmt::format("the shape has more than {} dimensions", highest_rank));
            extents.push_back(extent());
            comma = take(',');
        }
        if (extents.size() == 1 && !comma)
            fail("the shape is a number in brackets, a tuple was expected", begin);
        return extents;
    }

    // Lists, tuples, texts and numbers, for what is passed over.
    void skip(int depth = 0) {
        if (depth == deepest) fail("it is nested too deeply");
        const char next = peek();
        if (next == '\'' || next == '"') {
            string();
        } else if (next == '(' || next == '[') {
            ++at_;
            const char end = next == '(' ? ')' : ']';
            while (!take(end)) {
                skip(depth + 1);
                if (!take(',') && peek() != end) fail(fmt::format("',' or '{}' was expected", end));
            }
        } else {
            extent();
        }
    }

  private:
    bool take_word(std::string_view word) {
        if (!std::string_view(text_).substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }

    std::int64_t extent() {
        if (peek() == '-') fail("a number below 0");
        if (!is_digit(peek())) fail("a whole number was expected");
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc()) fail("a number that is too large");
        at_ = static_cast<std::size_t>(end - text_.data());
        take_word("L");
        return value;
    }

    const ByteReader& file_;
    std::string text_;
    std::uint64_t start_;  // of the text, in the file
    std::size_t at_ = 0;
};

class NpyHeaderReader {
  public:
    explicit NpyHeaderReader(const InputFile& file) : bytes_(file) {}

    NpyHeader read() {
        LiteralReader literal = read_text();
        literal.expect('{');
        bool comma = true;
        while (!literal.take('}')) {
            if (!comma) literal.fail("',' or '}' was expected");
            read_entry(literal);
            comma = literal.take(',');
        }
        literal.expect_end();
        if (!has_descr_ || !has_order_ || !has_shape_)
            literal.fail(fmt::format("the key {} is missing", !has_descr_   ? "descr"
                                                              : !has_order_ ? "fortran_order"
                                                                            : "shape"),
                         text_start_);
        return std::move(header_);
    }

  private:
    LiteralReader read_text() {
        if (bytes_.text(std::min<std::uint64_t>(magic.size(), bytes_.remaining())) != magic)
            bytes_.fail("a NumPy array begins with \\x93NUMPY, this one does not", 0);
        const auto version = bytes_.read<std::uint8_t>();
        const auto minor = bytes_.read<std::uint8_t>();
        if (version < 1 || version > 3 || minor != 0)
            bytes_.fail(fmt::format("this NumPy array is of version {}.{}, Halfstep reads 1.0 to 3.0",
                                    version, minor),
                        magic.size());
        const std::uint64_t at = bytes_.position();
        const std::uint64_t length =
            version == 1 ? bytes_.read<std::uint16_t>() : bytes_.read<std::uint32_t>();
        if (length > longest_header)
            bytes_.fail(fmt::format("the header is said to be {} bytes long, at most {} are allowed", length,
                                    longest_header),
                        at);
        text_start_ = bytes_.position();
        std::string text = bytes_.text(length);
        header_.data_start = bytes_.position();
        if (version == 3 && !is_utf8(text)) bytes_.fail("the header is not valid UTF-8", text_start_);
        return {bytes_, std::move(text), text_start_};
    }

    void read_entry(LiteralReader& literal) {
        literal.peek();
        const std::uint64_t at = literal.position();
        const std::string key = literal.string();
        literal.expect(':');
        literal.peek();
        if (key == "descr") {
            once(literal, has_descr_, key, at);
            header_.descr_position = literal.position();
            if (literal.peek() == '[')
                literal.skip();
            else
                header_.descr = literal.string();
        } else if (key == "fortran_order") {
            once(literal, has_order_, key, at);
            header_.fortran_order = literal.boolean();
        } else if (key == "shape") {
            once(literal, has_shape_, key, at);
            header_.shape_position = literal.position();
            header_.shape = literal.shape();
        } else {
            literal.fail(fmt::format("it has a key '{}', only descr, fortran_order and shape belong there",
                                     quotable(key)),
                         at);
        }
    }

    static void once(const LiteralReader& literal, bool& seen, const std::string& key, std::uint64_t at) {
        if (std::exchange(seen, true)) literal.fail(fmt::format("the key {} appears twice", key), at);
    }

    ByteReader bytes_;
    std::uint64_t text_start_ = 0;
    bool has_descr_ = false;
    bool has_order_ = false;
    bool has_shape_ = false;
    NpyHeader header_;
};

}  // namespace

bool looks_like_npy(const InputFile& file) {
    std::string start(magic.size(), '\0');
    if (file.size() < start.size()) return false;
    file.read_at(0, std::as_writable_bytes(std::span(start.data(), start.size())));
    return start == magic;
}

NpyHeader read_npy_header(const InputFile& file) {
    return NpyHeaderReader(file).read();
}

}  // namespace halfstep
