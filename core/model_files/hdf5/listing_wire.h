// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

// What the lister and the program that started it say to each other over one socket. Both are built together:
// numbers are in the machine's own byte order.
//
// First the program sends the size of the file (u64). Then the lister sends frames; after each `read` it gets
// the bytes that it asked for. The last frame is `answer` or `refusal`, followed by as many bytes as it says.
namespace halfstep::listing_wire {

enum class FrameKind : std::uint32_t { read = 1, answer = 2, refusal = 3 };

struct Frame {
    FrameKind kind = FrameKind::read;
    std::uint32_t reserved = 0;
    std::uint64_t offset = 0;  // of `read`
    std::uint64_t length = 0;  // bytes asked for, or that follow
};

// The exit status of a lister that could not give up what it does not need.
inline constexpr int exit_unconfined = 2;

inline constexpr std::uint64_t longest_read = std::uint64_t{1} << 20U;
inline constexpr std::uint64_t longest_answer = std::uint64_t{64} << 20U;
inline constexpr std::uint64_t most_texts = 4'000'000;
inline constexpr std::uint64_t longest_refusal = 4096;

// The answer is a list of records, each of which begins with one of these. A text is its length (u32) and its
// bytes.
enum class Record : std::uint8_t {
    texts = 1,    // an attribute: path of its object, name, u32 count, that many texts
    number = 2,   // an attribute: path, name, i64
    dataset = 3,  // path, u64 object, type, space, storage
    alias = 4,    // another path of an object: path, u64 object
    end = 5,
};

// type:    u8 kind, u32 size, u8 big_endian, u8 is_signed, u32 × 6: sign position, exponent position and
// size,
//          mantissa position and size, exponent bias (of floats)
// space:   u8 rank, u64 × rank
// storage: u8 layout, then by layout
//   never_written: the fill value, `size` bytes
//   contiguous:    u64 offset, u64 bytes
//   compact:       u64 bytes, the bytes
//   chunked:       the fill value; u64 × rank: extents of a chunk; u8 filters: u32 id, u32 first parameter;
//                  u64 chunks: u64 × rank: first element, u32 filters left out, u64 offset, u64 bytes
// Free texts have any length and lie elsewhere in the file; what they leave in a dataset is of no use.
enum class TypeKind : std::uint8_t { integer, floating, boolean, opaque, text, free_text, compound, other };
enum class Layout : std::uint8_t { never_written, contiguous, compact, chunked };

inline constexpr std::uint32_t highest_rank = 32;  // of HDF5
inline constexpr std::uint32_t most_filters = 32;  // of HDF5
inline constexpr std::uint64_t most_chunks = 32'768;
inline constexpr std::uint32_t largest_element = 4096;  // bytes; of a fill value that is sent

// HDF5's own filters, the only ones that are undone.
inline constexpr std::uint32_t filter_deflate = 1;
inline constexpr std::uint32_t filter_shuffle = 2;
inline constexpr std::uint32_t filter_fletcher32 = 3;

}  // namespace halfstep::listing_wire
