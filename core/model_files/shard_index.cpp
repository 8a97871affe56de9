// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/shard_index.h"

#include "core/base/error.h"
#include "core/model_files/json_scanner.h"
#include "core/model_files/part_name.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace halfstep {
namespace {

constexpr std::uint64_t largest_index = 100'000'000;  // bytes; as for a safetensors header

bool is_plain_file_name(std::string_view name) {
    return !name.empty() && name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos &&
           name.find("..") == std::string_view::npos && name != ".";
}

std::string read_shard_name(JsonScanner& scanner) {
    const std::uint64_t position = scanner.position();
    std::string shard = scanner.string();
    if (!is_plain_file_name(shard))
        scanner.fail(fmt::format("'{}' is not the name of a file in the model's folder", quotable(shard)),
                     position);
    return shard;
}

void read_weight_map(JsonScanner& scanner, ShardIndex& index) {
    std::unordered_set<std::string_view> tensors;  // the names stand in the index
    const auto add = [&](const std::string& shard, const std::string& tensor) {
        tensors.insert(index.shards[shard].emplace(tensor, false).first->first);
    };
    scanner.object([&](const std::string& tensor) {
        scanner.set_context(tensor);
        if (tensors.contains(tensor)) scanner.fail("this tensor appears twice in the weight_map");
        if (scanner.peek() != '[')
            add(read_shard_name(scanner), tensor);
        else
            scanner.array([&] {
                const std::uint64_t position = scanner.position();
                const std::string shard = read_shard_name(scanner);
                if (!is_keras_shard(shard))
                    scanner.fail("only groups of Keras can be in several shards", position);
                add(shard, tensor);
            });
        scanner.set_context({});
    });
}

void read_metadata(JsonScanner& scanner, ShardIndex& index) {
    if (scanner.peek() != '{') return scanner.skip();
    scanner.object([&](const std::string& key) {
        const char first = scanner.peek();
        if (key == "total_size" && first >= '0' && first <= '9')
            index.total_bytes = scanner.whole_number();
        else
            scanner.skip();
    });
}

}  // namespace

std::optional<Issue> note_on_total(const ShardIndex& index, std::uint64_t bytes) {
    if (!index.total_bytes || *index.total_bytes == bytes) return std::nullopt;
    return Issue{Severity::note,
                 {},
                 fmt::format("the shard index speaks of {} bytes of weights, the shards hold {}",
                             *index.total_bytes, bytes)};
}

ShardIndex read_shard_index(const InputFile& file) {
    if (file.size() > largest_index)
        throw Error(fmt::format("this JSON file is {} bytes long, a shard index has at most {}", file.size(),
                                largest_index),
                    {file.path().string(), {}, {}}, "Open the model's folder or one of its files");
    std::string text(static_cast<std::size_t>(file.size()), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(text.data(), text.size())));
    JsonScanner scanner(text, file.path().string());
    ShardIndex index;
    bool mapped = false;
    scanner.object([&](const std::string& key) {
        if (key == "weight_map") {
            if (mapped) scanner.fail("weight_map appears twice");
            mapped = true;
            read_weight_map(scanner, index);
        } else if (key == "metadata") {
            read_metadata(scanner, index);
        } else {
            scanner.skip();
        }
    });
    scanner.expect_end();
    if (!mapped)
        throw Error("this JSON file is not a shard index, it has no weight_map",
                    {file.path().string(), {}, {}}, "Open the model's folder or one of its files");
    return index;
}

}  // namespace halfstep
