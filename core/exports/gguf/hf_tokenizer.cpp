// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/hf_tokenizer.h"

#include "core/exports/gguf/hf_files.h"
#include "core/model_files/json_scanner.h"

#include <string_view>
#include <utility>

namespace halfstep {
namespace {

constexpr const char* file_name = "tokenizer.json";

// Read in place, front to back: vocabularies of a quarter million tokens are usual.
class Reader {
  public:
    Reader(std::string_view text, const std::string& path, const JobContext& job)
        : text_(text), scanner_(text, path), job_(job) {}

    HfTokenizer read() {
        scanner_.object([&](const std::string& key) {
            if (key == "model")
                read_model();
            else if (key == "added_tokens")
                read_added();
            else if (key == "normalizer")
                tokenizer_.normalizer = value();
            else if (key == "pre_tokenizer")
                tokenizer_.pre_tokenizer = value();
            else if (key == "post_processor")
                tokenizer_.post_processor = value();
            else
                scanner_.skip();
        });
        scanner_.expect_end();
        return std::move(tokenizer_);
    }

  private:
    // A small part as a tree. The scanner has checked it.
    nlohmann::json value() {
        scanner_.peek();
        const auto begin = static_cast<std::size_t>(scanner_.position());
        scanner_.skip();
        return nlohmann::json::parse(
            text_.substr(begin, static_cast<std::size_t>(scanner_.position()) - begin), nullptr, false);
    }

    void check_stop() {
        if (++entries_ % 4096 == 0) job_.throw_if_stopped();
    }

    bool boolean() {
        const nlohmann::json found = value();
        return found.is_boolean() && found.get<bool>();
    }

    void read_model() {
        scanner_.object([&](const std::string& key) {
            if (key == "type")
                tokenizer_.type = scanner_.string();
            else if (key == "byte_fallback")
                tokenizer_.byte_fallback = boolean();
            else if (key == "vocab" && scanner_.peek() == '{')
                read_vocabulary();
            else if (key == "merges")
                read_merges();
            else
                scanner_.skip();
        });
    }

    void read_vocabulary() {
        scanner_.object([&](std::string token) {
            check_stop();
            tokenizer_.vocabulary.emplace_back(std::move(token), scanner_.unsigned_integer());
        });
    }

    // ["a b", …] or, where tokens may hold spaces, [["a", "b"], …].
    void read_merges() {
        scanner_.array([&] {
            check_stop();
            std::pair<std::string, std::string>& merge = tokenizer_.merges.emplace_back();
            if (scanner_.peek() != '[') {
                const std::string both = scanner_.string();
                const std::size_t space = both.find(' ', 1);
                if (space == std::string::npos) scanner_.fail("a merge has no space between its two parts");
                merge = {both.substr(0, space), both.substr(space + 1)};
                return;
            }
            std::size_t parts = 0;
            scanner_.array([&] { (parts++ == 0 ? merge.first : merge.second) = scanner_.string(); });
            if (parts != 2) scanner_.fail("a merge has two parts");
        });
    }

    void read_added() {
        scanner_.array([&] {
            AddedToken token;
            scanner_.object([&](const std::string& key) {
                if (key == "id")
                    token.id = scanner_.unsigned_integer();
                else if (key == "content")
                    token.content = scanner_.string();
                else if (key == "special")
                    token.special = boolean();
                else
                    scanner_.skip();
            });
            tokenizer_.added.push_back(std::move(token));
        });
    }

    std::string_view text_;
    JsonScanner scanner_;
    const JobContext& job_;
    std::size_t entries_ = 0;
    HfTokenizer tokenizer_;
};

}  // namespace

std::optional<HfTokenizer> read_hf_tokenizer(const std::filesystem::path& folder, const JobContext& job) {
    const std::optional<std::string> content = read_hf_file(folder, file_name, largest_hf_tokenizer);
    if (!content) return std::nullopt;
    return Reader(*content, (folder / file_name).string(), job).read();
}

}  // namespace halfstep
