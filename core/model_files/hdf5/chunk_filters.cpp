// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/chunk_filters.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <stdexcept>

namespace halfstep {
namespace {

constexpr std::size_t checksum_bytes = 4;

// To `most` bytes at the utmost.
std::vector<std::byte> inflate_all(std::vector<std::byte>& packed, std::uint64_t most) {
    if (packed.size() > std::numeric_limits<uInt>::max() || most > std::numeric_limits<uInt>::max())
        throw std::runtime_error("is too large to unpack");
    std::vector<std::byte> bytes(static_cast<std::size_t>(most));
    z_stream stream{};
    stream.next_in = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
    const int result = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (result != Z_STREAM_END)
        throw std::runtime_error("cannot be unpacked: its deflated bytes are damaged");
    bytes.resize(bytes.size() - stream.avail_out);
    return bytes;
}

// All first bytes of the elements, then all second ones, and so on; what does not fill an element stays.
std::vector<std::byte> unshuffle(const std::vector<std::byte>& shuffled, std::size_t element_bytes) {
    const std::size_t elements = element_bytes == 0 ? 0 : shuffled.size() / element_bytes;
    if (element_bytes == 1 || elements <= 1) return shuffled;
    std::vector<std::byte> bytes(shuffled);
    for (std::size_t at = 0; at < element_bytes; ++at)
        for (std::size_t element = 0; element < elements; ++element)
            bytes[element * element_bytes + at] = shuffled[at * elements + element];
    return bytes;
}

// Fletcher's checksum as HDF5 computes it: over big-endian 16-bit words, a last odd byte being the upper half
// of one.
std::uint32_t fletcher32(std::span<const std::byte> bytes) {
    constexpr std::size_t words_together = 360;  // for which the sums fit in 32 bits
    const auto fold = [](std::uint32_t sum) { return (sum & 0xffffU) + (sum >> 16U); };
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::size_t at = 0;
    while (bytes.size() - at >= 2) {
        const std::size_t words = std::min((bytes.size() - at) / 2, words_together);
        for (std::size_t word = 0; word < words; ++word, at += 2) {
            low += std::to_integer<std::uint32_t>(bytes[at]) << 8U |
                   std::to_integer<std::uint32_t>(bytes[at + 1]);
            high += low;
        }
        low = fold(low);
        high = fold(high);
    }
    if (at < bytes.size()) {
        low += std::to_integer<std::uint32_t>(bytes[at]) << 8U;
        high += low;
        low = fold(low);
        high = fold(high);
    }
    return fold(high) << 16U | fold(low);
}

std::vector<std::byte> without_checksum(std::vector<std::byte> bytes) {
    if (bytes.size() < checksum_bytes) throw std::runtime_error("is too short for its checksum");
    const std::size_t length = bytes.size() - checksum_bytes;
    std::uint32_t stored = 0;
    std::memcpy(&stored, bytes.data() + length, checksum_bytes);
    if (fletcher32(std::span(bytes).first(length)) != stored)
        throw std::runtime_error("does not match its checksum");
    bytes.resize(length);
    return bytes;
}

// What the bytes may grow to: those of the chunk, and of the checksums that went in before.
std::uint64_t most_before(const Hdf5Dataset& dataset, std::size_t filter) {
    const auto checksums = std::count_if(
        dataset.filters.begin(), dataset.filters.begin() + static_cast<std::ptrdiff_t>(filter),
        [](const Hdf5Filter& earlier) { return earlier.id == listing_wire::filter_fletcher32; });
    return dataset.chunk_bytes + static_cast<std::uint64_t>(checksums) * checksum_bytes;
}

}  // namespace

std::vector<std::byte> unpack_chunk(std::vector<std::byte> stored, const Hdf5Dataset& dataset,
                                    const Hdf5Chunk& chunk) {
    std::vector<std::byte> bytes = std::move(stored);
    for (std::size_t index = dataset.filters.size(); index-- > 0;) {
        if ((chunk.filters_left_out >> index & 1U) != 0) continue;
        const Hdf5Filter& filter = dataset.filters[index];
        switch (filter.id) {
            case listing_wire::filter_deflate:
                bytes = inflate_all(bytes, most_before(dataset, index));
                break;
            case listing_wire::filter_shuffle:
                bytes = unshuffle(bytes, filter.parameter);
                break;
            case listing_wire::filter_fletcher32:
                bytes = without_checksum(std::move(bytes));
                break;
            default:
                throw std::runtime_error(
                    fmt::format("is packed with filter {}, which is not unpacked", filter.id));
        }
    }
    if (bytes.size() < dataset.chunk_bytes)
        throw std::runtime_error(
            fmt::format("unpacks to {} bytes, {} were expected", bytes.size(), dataset.chunk_bytes));
    bytes.resize(static_cast<std::size_t>(dataset.chunk_bytes));
    return bytes;
}

}  // namespace halfstep
