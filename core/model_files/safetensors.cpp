// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/safetensors.h"

#include "core/base/error.h"
#include "core/model_files/json_scanner.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace halfstep {
namespace {

constexpr std::uint64_t prefix_bytes = 8;
constexpr std::uint64_t longest_header = 100'000'000;        // the reference reader's limit
constexpr std::uint64_t largest_extent = (1ULL << 48U) - 1;  // the published schema's limit
constexpr std::size_t highest_rank = 64;                     // NumPy's limit; the format sets none
constexpr std::size_t usual_rank = 2;
constexpr const char* incomplete = "The file is incomplete: download or export it again";
constexpr const char* twice = "this name appears twice in the header";
constexpr const char* damaged = "The file is damaged: download or export it again";

struct NamedType {
    std::string_view name;
    DType dtype;
};

constexpr std::array named_types = {
    NamedType{"BOOL", DType::boolean},
    NamedType{"F4", DType::f4},
    NamedType{"F6_E2M3", DType::f6_e2m3},
    NamedType{"F6_E3M2", DType::f6_e3m2},
    NamedType{"U8", DType::u8},
    NamedType{"I8", DType::i8},
    NamedType{"F8_E5M2", DType::f8_e5m2},
    NamedType{"F8_E4M3", DType::f8_e4m3},
    NamedType{"F8_E8M0", DType::f8_e8m0},
    NamedType{"F8_E4M3FNUZ", DType::f8_e4m3fnuz},
    NamedType{"F8_E5M2FNUZ", DType::f8_e5m2fnuz},
    NamedType{"I16", DType::i16},
    NamedType{"U16", DType::u16},
    NamedType{"F16", DType::f16},
    NamedType{"BF16", DType::bf16},
    NamedType{"I32", DType::i32},
    NamedType{"U32", DType::u32},
    NamedType{"F32", DType::f32},
    NamedType{"C64", DType::c64},
    NamedType{"F64", DType::f64},
    NamedType{"I64", DType::i64},
    NamedType{"U64", DType::u64},
};

DType dtype_named(std::string_view name) {
    for (const NamedType& type : named_types)
        if (type.name == name) return type.dtype;
    return DType::unknown;
}

bool is_type_name(std::string_view name) {
    const auto allowed = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), allowed);
}

// A tensor as its header entry states it.
struct Entry {
    TensorInfo info;
    std::uint64_t begin = 0;  // of its bytes, from the start of the data
    std::uint64_t end = 0;
    std::uint64_t position = 0;  // of the entry, in the file
};

class HeaderReader {
  public:
    HeaderReader(const InputFile& file, const JobContext& job) : file_(file), job_(job) {}

    FileContents read() {
        const std::string header = read_header();
        JsonScanner scanner(header, file_.path().string(), prefix_bytes);
        scanner.object([&](std::string&& key) { member(scanner, std::move(key)); });
        scanner.expect_end();
        lay_out();
        return std::move(contents_);
    }

  private:
    [[noreturn]] void fail(const std::string& problem, std::string_view tensor, std::uint64_t position,
                           const char* advice = damaged) const {
        throw Error(problem, {file_.path().string(), quotable(tensor), position}, advice);
    }

    std::string read_header() {
        std::uint64_t length = 0;
        if (file_.size() < prefix_bytes)
            fail(
                fmt::format("a safetensors file begins with 8 bytes of header length, this one ends after {}",
                            file_.size()),
                {}, file_.size(), incomplete);
        file_.read_at(0, std::as_writable_bytes(std::span(&length, 1)));
        if (length > longest_header)
            fail(fmt::format("the header is said to be {} bytes long, at most {} are allowed", length,
                             longest_header),
                 {}, 0);
        if (length > file_.size() - prefix_bytes)
            fail(fmt::format("the header is said to be {} bytes long, but the file ends at byte {}", length,
                             file_.size()),
                 {}, 0, incomplete);
        data_start_ = prefix_bytes + length;
        std::string header(static_cast<std::size_t>(length), '\0');
        file_.read_at(prefix_bytes, std::as_writable_bytes(std::span(header.data(), header.size())));
        if (!header.starts_with('{')) fail("the header does not begin with '{'", {}, prefix_bytes);
        return header;
    }

    void member(JsonScanner& scanner, std::string&& key) {
        job_.throw_if_stopped();
        scanner.set_context(key);
        if (key == "__metadata__") {
            metadata(scanner);
        } else {
            Entry& entry = entries_.emplace_back();
            entry.position = scanner.position();
            entry.info.name = std::move(key);
            if (!names_.insert(entry.info.name).second) scanner.fail(twice);
            tensor(scanner, entry);
        }
        scanner.set_context({});
    }

    void metadata(JsonScanner& scanner) {
        if (metadata_seen_) scanner.fail(twice);
        metadata_seen_ = true;
        std::unordered_set<std::string> keys;
        scanner.object([&](const std::string& key) {
            if (!keys.insert(key).second)
                scanner.fail(fmt::format("the key '{}' appears twice", quotable(key)));
            std::string value = scanner.string();
            if (value.size() <= longest_property && contents_.properties.size() < most_properties)
                contents_.properties.emplace_back(quotable(key), std::move(value));
        });
    }

    void tensor(JsonScanner& scanner, Entry& entry) const {
        const std::uint64_t position = entry.position;
        std::optional<std::string> dtype;
        std::optional<std::vector<std::int64_t>> shape;
        std::optional<std::array<std::uint64_t, 2>> offsets;
        const auto once = [&](const auto& field) {
            if (field) scanner.fail("a field of this tensor appears twice");
        };
        scanner.object([&](const std::string& key) {
            if (key == "dtype") {
                once(dtype);
                dtype = scanner.string();
            } else if (key == "shape") {
                once(shape);
                shape = read_shape(scanner);
            } else if (key == "data_offsets") {
                once(offsets);
                offsets = read_offsets(scanner);
            } else {
                scanner.skip();  // as the reference reader does
            }
        });
        if (!dtype) scanner.fail("its dtype is missing", position);
        if (!shape) scanner.fail("its shape is missing", position);
        if (!offsets) scanner.fail("its data_offsets are missing", position);
        if (!is_type_name(*dtype))
            scanner.fail(fmt::format("'{}' is not the name of a dtype", quotable(*dtype)), position);
        entry.begin = (*offsets)[0];
        entry.end = (*offsets)[1];
        entry.info.dtype = dtype_named(*dtype);
        entry.info.dtype_name =
            entry.info.dtype == DType::unknown ? *dtype : std::string(traits(entry.info.dtype).name);
        entry.info.shape = std::move(*shape);
        check_size(entry);
    }

    static std::vector<std::int64_t> read_shape(JsonScanner& scanner) {
        std::vector<std::int64_t> shape;
        shape.reserve(usual_rank);
        scanner.array([&] {
            const std::uint64_t extent = scanner.unsigned_integer();
            if (extent > largest_extent)
                scanner.fail(fmt::format("the shape holds {}, at most 2^48 - 1 is allowed", extent));
            if (shape.size() == highest_rank)
                scanner.fail(fmt::format("the shape has more than {} dimensions", highest_rank));
            shape.push_back(static_cast<std::int64_t>(extent));
        });
        return shape;
    }

    static std::array<std::uint64_t, 2> read_offsets(JsonScanner& scanner) {
        std::array<std::uint64_t, 2> offsets{};
        std::size_t count = 0;
        scanner.array([&] {
            if (count == 2) scanner.fail("data_offsets must hold two numbers, begin and end");
            offsets[count++] = scanner.unsigned_integer();
        });
        if (count != 2) scanner.fail("data_offsets must hold two numbers, begin and end");
        return offsets;
    }

    // Sets elements and bytes. A type that is not known has the size that its offsets give it.
    void check_size(Entry& entry) const {
        TensorInfo& info = entry.info;
        std::uint64_t elements = 1;
        for (const std::int64_t extent : info.shape)
            if (__builtin_mul_overflow(elements, static_cast<std::uint64_t>(extent), &elements))
                fail("its shape holds more elements than a computer can count", info.name, entry.position);
        if (entry.end < entry.begin)
            fail(fmt::format("its data ends (at {}) before it begins (at {})", entry.end, entry.begin),
                 info.name, entry.position);
        info.elements = elements;
        info.bytes = entry.end - entry.begin;
        if (info.dtype == DType::unknown) return;
        std::uint64_t bits = 0;
        if (__builtin_mul_overflow(elements, std::uint64_t{traits(info.dtype).block_bits}, &bits))
            fail("its shape holds more bits than a computer can count", info.name, entry.position);
        if (bits % 8 != 0)
            fail(fmt::format("its {} elements of {} do not fill whole bytes", elements, info.dtype_name),
                 info.name, entry.position);
        if (info.bytes != bits / 8)
            fail(fmt::format("its shape and dtype need {} bytes, its data_offsets span {}", bits / 8,
                             info.bytes),
                 info.name, entry.position);
    }

    // The entries' numbers in the order of their bytes.
    std::vector<std::size_t> order_of_bytes() const {
        std::vector<std::size_t> order(entries_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
            return std::pair(entries_[a].begin, entries_[a].end) <
                   std::pair(entries_[b].begin, entries_[b].end);
        });
        return order;
    }

    // Places the tensors in the file: no hole, no overlap, nothing after the last.
    void lay_out() {
        std::uint64_t end = 0;
        contents_.tensors.reserve(entries_.size());
        for (const std::size_t number : order_of_bytes()) {
            Entry& entry = entries_[number];
            if (entry.begin != end)
                fail(fmt::format("its data begins at {} of the data section, {} was expected ({})",
                                 entry.begin, end, entry.begin > end ? "a hole" : "tensors overlap"),
                     entry.info.name, entry.position);
            end = entry.end;
            entry.info.file_offset = data_start_ + entry.begin;
            contents_.tensors.push_back(std::move(entry.info));
        }
        const std::uint64_t held = file_.size() - data_start_;
        if (end > held)
            fail(fmt::format("the file ends here, its header describes {} bytes more", end - held),
                 contents_.tensors.back().name, file_.size(), incomplete);
        if (end < held)
            fail(fmt::format("{} bytes follow the last tensor, none may", held - end), {}, data_start_ + end);
    }

    const InputFile& file_;
    const JobContext& job_;
    std::uint64_t data_start_ = 0;
    std::deque<Entry> entries_;
    std::unordered_set<std::string_view> names_;  // which stand in the entries
    bool metadata_seen_ = false;
    FileContents contents_;
};

}  // namespace

bool looks_like_safetensors(const InputFile& file) {
    std::array<std::byte, prefix_bytes + 1> start{};
    if (file.size() < start.size()) return false;
    file.read_at(0, start);
    std::uint64_t length = 0;
    std::memcpy(&length, start.data(), prefix_bytes);
    return length <= longest_header && start.back() == std::byte{'{'};
}

FileContents read_safetensors(const InputFile& file, const JobContext& job) {
    return HeaderReader(file, job).read();
}

}  // namespace halfstep
