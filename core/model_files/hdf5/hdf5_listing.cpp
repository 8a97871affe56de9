// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/hdf5_listing.h"

#include "core/base/error.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/hdf5/lister_process.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

namespace halfstep {
namespace {

using listing_wire::Layout;
using listing_wire::Record;
using listing_wire::TypeKind;

constexpr const char* damaged = "The file is damaged: download or export it again";
constexpr std::uint64_t largest_chunk = std::uint64_t{128} << 20U;
// Deflate cannot shrink data further than about 1,032 times.
constexpr std::uint64_t best_deflate_ratio = 1040;
constexpr std::uint64_t most_filler = std::uint64_t{64} << 20U;

std::string attribute_key(std::string_view path, std::string_view name) {
    std::string key(path);
    key += '\0';
    key += name;
    return key;
}

}  // namespace

// Takes the lister's answer apart. It is no more trusted than the file.
class ListingReader {
  public:
    ListingReader(const InputFile& file, const InputFile& answer) : file_(file), answer_(answer) {}

    Hdf5Listing read() {
        while (true) {
            switch (static_cast<Record>(answer_.read<std::uint8_t>())) {
                case Record::texts:
                    take_texts();
                    break;
                case Record::number:
                    take_number();
                    break;
                case Record::dataset:
                    take_dataset();
                    break;
                case Record::alias:
                    take_alias();
                    break;
                case Record::end:
                    name_aliases();
                    return std::move(listing_);
                default:
                    answer_.fail("is not what HDF5 could say of a file");
            }
        }
    }

  private:
    [[noreturn]] void fail(const Hdf5Dataset& dataset, const std::string& problem,
                           std::optional<std::uint64_t> offset = {}) const {
        throw Error(problem, {file_.path().string(), quotable(dataset.path), offset}, damaged);
    }

    std::string text() { return answer_.text(answer_.read<std::uint32_t>()); }

    std::vector<std::byte> bytes(std::uint64_t count) {
        answer_.require(count);
        const std::string text = answer_.text(count);
        const auto* begin = reinterpret_cast<const std::byte*>(text.data());
        return {begin, begin + text.size()};
    }

    std::vector<std::uint64_t> numbers(std::size_t count) {
        std::vector<std::uint64_t> values(count);
        for (std::uint64_t& value : values)
            value = answer_.read<std::uint64_t>();
        return values;
    }

    void take_texts() {
        const std::string path = text();
        const std::string name = text();
        Hdf5Listing::Texts texts;
        for (std::uint32_t left = answer_.read<std::uint32_t>(); left > 0; --left)
            texts.push_back(text());
        listing_.texts_.emplace(attribute_key(path, name), std::move(texts));
    }

    void take_number() {
        const std::string path = text();
        const std::string name = text();
        listing_.numbers_.emplace(attribute_key(path, name), answer_.read<std::int64_t>());
    }

    void take_alias() {
        std::string path = text();
        aliases_.emplace_back(std::move(path), answer_.read<std::uint64_t>());
    }

    // What an alias leads to may come after it.
    void name_aliases() {
        for (auto& [path, object] : aliases_) {
            const auto found = by_object_.find(object);
            if (found != by_object_.end()) listing_.by_path_.emplace(std::move(path), found->second);
        }
    }

    void take_dataset() {
        Hdf5Dataset dataset;
        dataset.path = text();
        if (!dataset.path.starts_with('/')) answer_.fail("is not what HDF5 could say of a file");
        dataset.object = answer_.read<std::uint64_t>();
        dataset.type = type();
        const auto rank = answer_.read<std::uint8_t>();
        if (rank > listing_wire::highest_rank) answer_.fail("has too many dimensions");
        dataset.shape = numbers(rank);
        count_elements(dataset);
        dataset.layout = static_cast<Layout>(answer_.read<std::uint8_t>());
        take_storage(dataset);
        by_object_.emplace(dataset.object, listing_.datasets_.size());
        listing_.by_path_.emplace(dataset.path, listing_.datasets_.size());
        listing_.datasets_.push_back(std::move(dataset));
    }

    Hdf5Type type() {
        Hdf5Type type;
        type.kind = static_cast<TypeKind>(answer_.read<std::uint8_t>());
        type.size = answer_.read<std::uint32_t>();
        type.big_endian = answer_.read<std::uint8_t>() != 0;
        type.is_signed = answer_.read<std::uint8_t>() != 0;
        for (std::uint32_t* field : {&type.sign_position, &type.exponent_position, &type.exponent_size,
                                     &type.mantissa_position, &type.mantissa_size, &type.exponent_bias})
            *field = answer_.read<std::uint32_t>();
        return type;
    }

    void count_elements(Hdf5Dataset& dataset) const {
        dataset.elements = 1;
        for (const std::uint64_t extent : dataset.shape)
            if (extent > INT64_MAX || __builtin_mul_overflow(dataset.elements, extent, &dataset.elements))
                fail(dataset, "its shape holds more elements than a computer can count");
        if (__builtin_mul_overflow(dataset.elements, std::uint64_t{dataset.type.size}, &dataset.bytes))
            fail(dataset, "its shape holds more bytes than a computer can count");
    }

    void take_storage(Hdf5Dataset& dataset) {
        switch (dataset.layout) {
            case Layout::never_written:
                dataset.fill_value = fill_value(dataset);
                return check_filler(dataset, dataset.bytes);
            case Layout::contiguous:
                return take_contiguous(dataset);
            case Layout::compact:
                dataset.compact = bytes(answer_.read<std::uint64_t>());
                return check_compact(dataset);
            case Layout::chunked:
                return take_chunks(dataset);
        }
        answer_.fail("is stored in a way that HDF5 does not know");
    }

    // Of elements that are of no use the bytes may be left out.
    void check_compact(const Hdf5Dataset& dataset) const {
        const TypeKind kind = dataset.type.kind;
        const bool of_no_use =
            kind == TypeKind::free_text || kind == TypeKind::compound || kind == TypeKind::other;
        if (of_no_use && dataset.compact.empty()) return;
        if (dataset.compact.size() != dataset.bytes) fail(dataset, "its shape does not fit its bytes");
    }

    std::vector<std::byte> fill_value(const Hdf5Dataset& dataset) {
        return bytes(std::min(dataset.type.size, listing_wire::largest_element));
    }

    // Values that are nowhere in the file are made up as they are read: not without end.
    void check_filler(const Hdf5Dataset& dataset, std::uint64_t missing) {
        if (missing > most_filler - filler_)
            fail(dataset, fmt::format("{} bytes of it were never written", missing));
        filler_ += missing;
    }

    // All bytes of all datasets lie in the file, and no more of them than the file has.
    void claim(const Hdf5Dataset& dataset, std::uint64_t offset, std::uint64_t bytes) {
        if (offset > file_.size() || bytes > file_.size() - offset)
            fail(dataset,
                 fmt::format("its {} bytes would lie beyond the end of the file, at {}", bytes, file_.size()),
                 offset);
        if (bytes > file_.size() - claimed_) fail(dataset, "datasets of this file overlap", offset);
        claimed_ += bytes;
    }

    void take_contiguous(Hdf5Dataset& dataset) {
        dataset.offset = answer_.read<std::uint64_t>();
        const auto stored = answer_.read<std::uint64_t>();
        if (stored < dataset.bytes)
            fail(dataset,
                 fmt::format("its shape and type need {} bytes, {} are stored", dataset.bytes, stored),
                 dataset.offset);
        claim(dataset, dataset.offset, dataset.bytes);
    }

    void take_chunks(Hdf5Dataset& dataset) {
        dataset.fill_value = fill_value(dataset);
        dataset.chunk_shape = numbers(dataset.shape.size());
        take_filters(dataset);
        dataset.chunk_bytes = dataset.type.size;
        for (const std::uint64_t extent : dataset.chunk_shape)
            if (extent == 0 || __builtin_mul_overflow(dataset.chunk_bytes, extent, &dataset.chunk_bytes) ||
                dataset.chunk_bytes > largest_chunk)
                fail(dataset, fmt::format("is cut into chunks of more than {} bytes", largest_chunk));
        const auto chunks = answer_.read<std::uint64_t>();
        if (chunks > listing_wire::most_chunks) answer_.fail("has too many chunks");
        for (std::uint64_t index = 0; index < chunks; ++index)
            take_chunk(dataset);
        finish_chunks(dataset);
    }

    // Passing a chunk through the same filter again and again would only take time.
    void take_filters(Hdf5Dataset& dataset) {
        const auto filters = answer_.read<std::uint8_t>();
        if (filters > listing_wire::most_filters) answer_.fail("has too many filters");
        for (auto left = filters; left > 0; --left) {
            const auto id = answer_.read<std::uint32_t>();
            if (std::ranges::find(dataset.filters, id, &Hdf5Filter::id) != dataset.filters.end())
                fail(dataset, fmt::format("is packed with filter {} more than once", id));
            dataset.filters.push_back({id, answer_.read<std::uint32_t>()});
        }
    }

    void take_chunk(Hdf5Dataset& dataset) {
        const std::vector<std::uint64_t> first = numbers(dataset.shape.size());
        Hdf5Chunk chunk;
        bool inside = true;
        for (std::size_t axis = 0; axis < first.size(); ++axis) {
            const std::uint64_t extent = dataset.chunk_shape[axis];
            if (first[axis] % extent != 0) fail(dataset, "one of its chunks is out of line");
            inside = inside && first[axis] < dataset.shape[axis];
            const std::uint64_t chunks = dataset.shape[axis] / extent + (dataset.shape[axis] % extent != 0);
            chunk.number =
                chunk.number * chunks + first[axis] / extent;  // fits: there are fewer than elements
        }
        chunk.filters_left_out = answer_.read<std::uint32_t>();
        chunk.offset = answer_.read<std::uint64_t>();
        chunk.bytes = answer_.read<std::uint64_t>();
        if (!inside) return;  // left over from a larger shape
        claim(dataset, chunk.offset, chunk.bytes);
        check_packing(dataset, chunk);
        dataset.chunks.push_back(chunk);
    }

    void check_packing(const Hdf5Dataset& dataset, const Hdf5Chunk& chunk) const {
        bool deflated = false;
        for (std::size_t i = 0; i < dataset.filters.size(); ++i)
            deflated = deflated || (dataset.filters[i].id == listing_wire::filter_deflate &&
                                    (chunk.filters_left_out >> i & 1U) == 0);
        const std::uint64_t most = deflated ? chunk.bytes * best_deflate_ratio : chunk.bytes;
        if (most < dataset.chunk_bytes)
            fail(dataset,
                 fmt::format("a chunk of {} bytes cannot come out of {} stored ones", dataset.chunk_bytes,
                             chunk.bytes),
                 chunk.offset);
    }

    void finish_chunks(Hdf5Dataset& dataset) {
        std::ranges::sort(dataset.chunks, {}, &Hdf5Chunk::number);
        if (std::ranges::adjacent_find(dataset.chunks, {}, &Hdf5Chunk::number) != dataset.chunks.end())
            fail(dataset, "one of its chunks is there twice");
        const std::uint64_t written = dataset.chunks.size() * dataset.chunk_bytes;
        check_filler(dataset, dataset.bytes > written ? dataset.bytes - written : 0);
    }

    const InputFile& file_;
    ByteReader answer_;
    Hdf5Listing listing_;
    std::unordered_map<std::uint64_t, std::size_t> by_object_;
    std::vector<std::pair<std::string, std::uint64_t>> aliases_;
    std::uint64_t claimed_ = 0;
    std::uint64_t filler_ = 0;
};

const Hdf5Dataset* Hdf5Listing::find(std::string_view path) const {
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? nullptr : &datasets_[found->second];
}

const Hdf5Listing::Texts* Hdf5Listing::texts(std::string_view path, std::string_view name) const {
    const auto found = texts_.find(attribute_key(path, name));
    return found == texts_.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> Hdf5Listing::number(std::string_view path, std::string_view name) const {
    const auto found = numbers_.find(attribute_key(path, name));
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

std::string Hdf5Listing::text(std::string_view path, std::string_view name) const {
    const Texts* found = texts(path, name);
    return found == nullptr || found->empty() ? std::string() : found->front();
}

bool Hdf5Listing::is_group(std::string_view path) const {
    const std::string below = std::string(path) + "/";
    const auto found = by_path_.lower_bound(below);
    return found != by_path_.end() && found->first.starts_with(below);
}

bool looks_like_hdf5(const InputFile& file) {
    constexpr std::array signature = {std::byte{0x89}, std::byte{'H'},  std::byte{'D'},  std::byte{'F'},
                                      std::byte{'\r'}, std::byte{'\n'}, std::byte{0x1a}, std::byte{'\n'}};
    std::array<std::byte, signature.size()> found{};
    for (std::uint64_t at = 0; at <= file.size() && file.size() - at >= found.size();
         at = at == 0 ? 512 : at * 2) {
        file.read_at(at, found);
        if (found == signature) return true;
    }
    return false;
}

Hdf5Listing read_listing(const InputFile& file, const InputFile& answer) {
    return ListingReader(file, answer).read();
}

Hdf5Listing list_hdf5(const InputFile& file, const JobContext& job) {
    return read_listing(file, InputFile(file.path(), ask_lister(file, job)));
}

}  // namespace halfstep
