// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/hdf5/listing_wire.h"
#include "core/model_files/input_file.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

struct Hdf5Type {
    listing_wire::TypeKind kind = listing_wire::TypeKind::other;
    std::uint32_t size = 0;  // bytes
    bool big_endian = false;
    bool is_signed = false;
    // Of floats, in bits: where sign, exponent and mantissa stand, and how long they are.
    std::uint32_t sign_position = 0;
    std::uint32_t exponent_position = 0;
    std::uint32_t exponent_size = 0;
    std::uint32_t mantissa_position = 0;
    std::uint32_t mantissa_size = 0;
    std::uint32_t exponent_bias = 0;
};

struct Hdf5Filter {
    std::uint32_t id = 0;
    std::uint32_t parameter = 0;
};

struct Hdf5Chunk {
    std::uint64_t number = 0;            // counted row by row over the chunks that the shape has room for
    std::uint32_t filters_left_out = 0;  // one bit a filter
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

struct Hdf5Dataset {
    std::string path;  // "/model_weights/dense/dense/kernel:0"
    std::uint64_t object = 0;
    Hdf5Type type;
    std::vector<std::uint64_t> shape;
    std::uint64_t elements = 0;
    std::uint64_t bytes = 0;  // elements × size

    listing_wire::Layout layout = listing_wire::Layout::never_written;
    std::uint64_t offset = 0;           // contiguous
    std::vector<std::byte> compact;     // the bytes, as stored; none of compounds, free texts and the like
    std::vector<std::byte> fill_value;  // never_written, chunked: one element, as stored
    std::vector<std::uint64_t> chunk_shape;
    std::uint64_t chunk_bytes = 0;    // of a whole chunk, unpacked
    std::vector<Hdf5Filter> filters;  // in the order of writing
    std::vector<Hdf5Chunk> chunks;    // sorted by number
};

// What an HDF5 file holds. Paths begin with '/'; that of the root group is empty.
class Hdf5Listing {
  public:
    using Texts = std::vector<std::string>;

    const std::vector<Hdf5Dataset>& datasets() const { return datasets_; }
    // By any of its paths; null where there is none.
    const Hdf5Dataset* find(std::string_view path) const;

    // An attribute of the object at `path`; null where there is none.
    const Texts* texts(std::string_view path, std::string_view name) const;
    std::optional<std::int64_t> number(std::string_view path, std::string_view name) const;
    std::string text(std::string_view path, std::string_view name) const;  // the first text, or none

    bool is_group(std::string_view path) const;  // one that leads to a dataset

  private:
    friend class ListingReader;

    std::vector<Hdf5Dataset> datasets_;  // depth first, members of a group by name
    std::map<std::string, std::size_t, std::less<>> by_path_;
    std::map<std::string, Texts, std::less<>> texts_;  // by path and name with a zero byte between them
    std::map<std::string, std::int64_t, std::less<>> numbers_;
};

// Whether there is an HDF5 superblock where one may be: at byte 0, 512, 1024 and so on.
bool looks_like_hdf5(const InputFile& file);

// Looks through an HDF5 file, in a process of its own (see README.md), and checks what it says against the
// file: every byte of every dataset is there, and none belongs to two of them. No element is read. Throws
// Error for what is damaged, for what lies in another file, and for filters that are not HDF5's own.
Hdf5Listing list_hdf5(const InputFile& file, const JobContext& job);

// The second half of that: takes the lister's answer (listing_wire.h) apart.
Hdf5Listing read_listing(const InputFile& file, const InputFile& answer);

}  // namespace halfstep
