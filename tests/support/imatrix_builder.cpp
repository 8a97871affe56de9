// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/imatrix_builder.h"

#include "tests/support/byte_string.h"

#include <utility>

namespace halfstep::testing {
namespace {

// Numbers of the format.
constexpr std::uint32_t f32_tensor = 0;
constexpr std::uint32_t u32_type = 4;
constexpr std::uint32_t string_type = 8;
constexpr std::uint32_t array_type = 9;
constexpr std::size_t alignment = 32;

std::size_t padded(std::size_t bytes) {
    return (bytes + alignment - 1) / alignment * alignment;
}

void put_values(ByteString& bytes, const std::vector<float>& values) {
    for (const float value : values)
        bytes.value(value);
}

}  // namespace

ImatrixBuilder& ImatrixBuilder::add(const std::string& weight, std::vector<float> sums,
                                    std::vector<float> counts) {
    entries_.push_back({weight, std::move(sums), std::move(counts)});
    return *this;
}

ImatrixBuilder& ImatrixBuilder::dataset(const std::string& name) {
    datasets_.push_back(name);
    return *this;
}

ImatrixBuilder& ImatrixBuilder::chunks(std::uint32_t count, std::uint32_t size) {
    chunk_count_ = count;
    chunk_size_ = size;
    return *this;
}

ImatrixBuilder& ImatrixBuilder::type(const std::string& general_type) {
    type_ = general_type;
    return *this;
}

std::string ImatrixBuilder::gguf() const {
    ByteString bytes;
    bytes.raw("GGUF").u32(3).u64(2 * entries_.size()).u64(4);
    bytes.text("general.type").u32(string_type).text(type_);
    bytes.text("imatrix.datasets").u32(array_type).u32(string_type).u64(datasets_.size());
    for (const std::string& dataset : datasets_)
        bytes.text(dataset);
    bytes.text("imatrix.chunk_count").u32(u32_type).u32(chunk_count_);
    bytes.text("imatrix.chunk_size").u32(u32_type).u32(chunk_size_);
    std::size_t offset = 0;
    const auto info = [&](const std::string& name, std::size_t columns, std::size_t matrices) {
        bytes.text(name).u32(2).u64(columns).u64(matrices).u32(f32_tensor).u64(offset);
        offset += padded(columns * matrices * sizeof(float));
    };
    for (const Entry& entry : entries_) {
        info(entry.weight + ".in_sum2", entry.sums.size() / entry.counts.size(), entry.counts.size());
        info(entry.weight + ".counts", 1, entry.counts.size());
    }
    bytes.pad_to(alignment);
    for (const Entry& entry : entries_) {
        put_values(bytes, entry.sums);
        bytes.pad_to(alignment);
        put_values(bytes, entry.counts);
        bytes.pad_to(alignment);
    }
    return bytes.bytes();
}

std::string ImatrixBuilder::dat() const {
    const auto count = [](std::size_t number) { return static_cast<std::int32_t>(number); };
    ByteString bytes;
    bytes.value(count(entries_.size()));
    for (const Entry& entry : entries_) {
        bytes.value(count(entry.weight.size())).raw(entry.weight);
        bytes.value(static_cast<std::int32_t>(entry.counts.front())).value(count(entry.sums.size()));
        put_values(bytes, entry.sums);
    }
    if (datasets_.empty()) return bytes.bytes();
    bytes.value(static_cast<std::int32_t>(chunk_count_));
    bytes.value(count(datasets_.front().size())).raw(datasets_.front());
    return bytes.bytes();
}

}  // namespace halfstep::testing
