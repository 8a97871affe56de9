// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/workspace_tables.h"

#include "core/base/error.h"
#include "core/model_files/hdf5/hdf5_data.h"
#include "core/model_files/quotable.h"
#include "core/store/workspace_layout.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace halfstep {
namespace {

using listing_wire::TypeKind;

// What is read takes a few times the room that it takes in a file of ours, which leaves nothing out: short
// texts do. A little is granted to every file.
constexpr std::uint64_t most_growth = 8;
constexpr std::uint64_t granted = std::uint64_t{1} << 20U;

constexpr const char* choose_another = "Choose a workspace that Halfstep saved";

bool is_ieee(const Hdf5Type& type, std::uint32_t bytes, std::uint32_t exponent, std::uint32_t mantissa) {
    return type.kind == TypeKind::floating && type.size == bytes && type.mantissa_position == 0 &&
           type.mantissa_size == mantissa && type.exponent_position == mantissa &&
           type.exponent_size == exponent && type.exponent_bias == (1U << (exponent - 1)) - 1 &&
           type.sign_position == 8 * bytes - 1;
}

template <class Stored, class Number>
std::vector<Number> converted(std::span<const std::byte> bytes) {
    std::vector<Stored> stored(bytes.size() / sizeof(Stored));
    if (!stored.empty()) std::memcpy(stored.data(), bytes.data(), stored.size() * sizeof(Stored));
    return {stored.begin(), stored.end()};
}

// Elements that data_of() has brought into the machine's order; none where the type is not one of these.
template <class Number>
std::vector<Number> integers_in(const Hdf5Type& type, std::span<const std::byte> bytes) {
    if (type.kind != TypeKind::integer) return {};
    switch (type.size) {
        case 1:
            return type.is_signed ? converted<std::int8_t, Number>(bytes)
                                  : converted<std::uint8_t, Number>(bytes);
        case 2:
            return type.is_signed ? converted<std::int16_t, Number>(bytes)
                                  : converted<std::uint16_t, Number>(bytes);
        case 4:
            return type.is_signed ? converted<std::int32_t, Number>(bytes)
                                  : converted<std::uint32_t, Number>(bytes);
        case 8:
            if (type.is_signed) return converted<std::int64_t, Number>(bytes);
            return {};
        default:
            return {};
    }
}

std::vector<double> doubles_in(const Hdf5Type& type, std::span<const std::byte> bytes) {
    if (is_ieee(type, 8, 11, 52)) return converted<double, double>(bytes);
    if (is_ieee(type, 4, 8, 23)) return converted<float, double>(bytes);
    return integers_in<double>(type, bytes);
}

}  // namespace

WorkspaceTables::WorkspaceTables(std::shared_ptr<const InputFile> file, const Hdf5Listing& listing)
    : file_(std::move(file)), listing_(listing), cache_(std::make_shared<Hdf5ChunkCache>()) {}

void WorkspaceTables::fail(const std::string& path, const std::string& problem) const {
    throw Error(problem, {file_->path().string(), quotable(path), {}}, choose_another);
}

bool WorkspaceTables::has_group(std::string_view path) const {
    return listing_.is_group(path);
}

bool WorkspaceTables::has(std::string_view path) const {
    return listing_.find(path) != nullptr;
}

std::string WorkspaceTables::text_attribute(const std::string& path, const char* name) const {
    const Hdf5Listing::Texts* texts = listing_.texts(path, name);
    if (texts == nullptr) fail(path, std::string("the attribute ") + name + " is missing or not a text");
    if (texts->size() != 1) fail(path, std::string("the attribute ") + name + " is not a text");
    return texts->front();
}

std::int64_t WorkspaceTables::number_attribute(const std::string& path, const char* name) const {
    const std::optional<std::int64_t> number = listing_.number(path, name);
    if (!number) fail(path, std::string("the attribute ") + name + " is missing or not a whole number");
    return *number;
}

const Hdf5Dataset& WorkspaceTables::dataset(const std::string& path) const {
    const Hdf5Dataset* found = listing_.find(path);
    if (found == nullptr) fail(path, "is missing");
    if (found->path != path) fail(path, "is a link to somewhere else");
    if (found->bytes > workspace_layout::largest_dataset)
        fail(path, "claims more data than a workspace holds");
    return *found;
}

void WorkspaceTables::account_for(const Hdf5Dataset& dataset, std::uint64_t element_size) const {
    memory_ += dataset.bytes + dataset.elements * element_size;
    if (memory_ > file_->size() * most_growth + granted)
        fail(dataset.path, "claims more data than the file can hold");
}

std::vector<std::uint64_t> WorkspaceTables::extents(const std::string& path) const {
    return dataset(path).shape;
}

std::vector<std::byte> WorkspaceTables::elements(const Hdf5Dataset& dataset) const {
    std::vector<std::byte> bytes(static_cast<std::size_t>(dataset.bytes));
    if (bytes.empty()) return bytes;
    if (dataset.layout == listing_wire::Layout::compact && dataset.compact.empty())
        fail(dataset.path, "does not hold numbers or texts");
    const Hdf5Data data = data_of(dataset, file_, cache_);
    (data.file ? *data.file : *file_).read_at(data.offset, bytes, dataset.path);
    return bytes;
}

std::vector<std::string> WorkspaceTables::texts(const std::string& path) const {
    const Hdf5Dataset& list = dataset(path);
    const std::size_t length = list.type.size;
    if (list.shape.size() != 1 || list.type.kind != TypeKind::text || length == 0)
        fail(path, "is not a list of texts of fixed length");
    account_for(list, sizeof(std::string));
    const std::vector<std::byte> fields = elements(list);
    std::vector<std::string> values;
    values.reserve(static_cast<std::size_t>(list.elements));
    for (std::size_t at = 0; at < fields.size(); at += length) {
        const auto* begin = reinterpret_cast<const char*>(fields.data()) + at;
        values.emplace_back(begin, std::find(begin, begin + length, '\0'));
    }
    return values;
}

const Hdf5Dataset& WorkspaceTables::table(const std::string& path,
                                          const std::vector<std::uint64_t>& wanted) const {
    const Hdf5Dataset& found = dataset(path);
    if (found.shape != wanted) fail(path, "has another shape than the rest of the file asks for");
    account_for(found, sizeof(std::int64_t));
    return found;
}

std::vector<double> WorkspaceTables::doubles(const std::string& path,
                                             const std::vector<std::uint64_t>& wanted) const {
    const Hdf5Dataset& found = table(path, wanted);
    std::vector<double> values = doubles_in(found.type, elements(found));
    if (values.size() != found.elements) fail(path, "does not hold numbers");
    return values;
}

std::vector<std::int64_t> WorkspaceTables::integers(const std::string& path,
                                                    const std::vector<std::uint64_t>& wanted) const {
    const Hdf5Dataset& found = table(path, wanted);
    std::vector<std::int64_t> values = integers_in<std::int64_t>(found.type, elements(found));
    if (values.size() != found.elements) fail(path, "does not hold whole numbers");
    return values;
}

}  // namespace halfstep
