// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/zip_builder.h"

#include "tests/support/byte_string.h"

#include <zlib.h>

namespace halfstep::testing {
namespace {

struct Placed {
    std::string packed;
    std::uint64_t offset = 0;
    std::uint32_t crc = 0;
};

template <typename Number>
Number plus(std::uint64_t number, std::int64_t off) {
    return static_cast<Number>(number + static_cast<std::uint64_t>(off));
}

void put_local(ByteString& file, const ZipPart& part, const Placed& placed) {
    const bool later = (part.flags & 8U) != 0;
    const std::string& name = part.local_name.empty() ? part.name : part.local_name;
    file.u32(0x04034b50).u16(20).u16(part.flags).u16(part.method).u32(0);
    file.u32(later ? 0 : placed.crc + part.crc_off);
    file.u32(later ? 0 : static_cast<std::uint32_t>(placed.packed.size()));
    file.u32(later ? 0 : static_cast<std::uint32_t>(part.content.size()));
    file.u16(static_cast<std::uint16_t>(name.size())).u16(static_cast<std::uint16_t>(part.extra.size()));
    file.raw(name).raw(part.extra).raw(placed.packed);
    if (later)
        file.u32(0x08074b50)
            .u32(placed.crc)
            .u32(static_cast<std::uint32_t>(placed.packed.size()))
            .u32(static_cast<std::uint32_t>(part.content.size()));
}

void put_central(ByteString& file, const ZipPart& part, const Placed& placed) {
    const auto bytes = plus<std::uint64_t>(part.content.size(), part.bytes_off);
    const auto compressed = plus<std::uint64_t>(placed.packed.size(), part.compressed_off);
    const auto offset = plus<std::uint64_t>(placed.offset, part.offset_off);
    const auto narrow = [&](std::uint64_t number) {
        return part.zip64 ? 0xffffffffU : static_cast<std::uint32_t>(number);
    };
    std::string extra = part.central_extra;
    if (part.zip64) extra += ByteString().u16(1).u16(24).u64(bytes).u64(compressed).u64(offset).bytes();
    file.u32(0x02014b50).u16(20).u16(20).u16(part.flags).u16(part.method).u32(0);
    file.u32(placed.crc + part.crc_off).u32(narrow(compressed)).u32(narrow(bytes));
    file.u16(static_cast<std::uint16_t>(part.name.size())).u16(static_cast<std::uint16_t>(extra.size()));
    file.u16(0).u16(0).u16(0).u32(0).u32(narrow(offset)).raw(part.name).raw(extra);
}

}  // namespace

std::string deflated(std::string_view content) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    std::string result(deflateBound(&stream, content.size()) + 16, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    return result;
}

std::uint32_t crc_of(std::string_view content) {
    return static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
}

std::string ZipBuilder::bytes() const {
    ByteString file;
    std::vector<Placed> places;
    for (const ZipPart& part : parts) {
        Placed placed{part.packed, file.bytes().size(), crc_of(part.content)};
        if (part.packed.empty()) placed.packed = part.method == 8 ? deflated(part.content) : part.content;
        put_local(file, part, placed);
        places.push_back(std::move(placed));
    }
    const std::uint64_t start = file.bytes().size();
    for (std::size_t index = 0; index < parts.size(); ++index)
        put_central(file, parts[index], places[index]);
    const std::uint64_t end = file.bytes().size();
    const auto entries = plus<std::uint64_t>(parts.size(), entries_off);
    const auto size = plus<std::uint64_t>(end - start, size_off);
    const auto offset = plus<std::uint64_t>(start, offset_off);
    file.raw(before_end);
    if (zip64) {
        file.u32(0x06064b50).u64(44).u16(45).u16(45).u32(disk).u32(0).u64(entries).u64(entries);
        file.u64(size).u64(offset);
        file.u32(0x07064b50).u32(0).u64(end + before_end.size()).u32(1);
        file.u32(0x06054b50).u16(0).u16(0).u16(0xffff).u16(0xffff).u32(0xffffffff).u32(0xffffffff);
    } else {
        file.u32(0x06054b50).u16(disk).u16(0);
        file.u16(static_cast<std::uint16_t>(entries)).u16(static_cast<std::uint16_t>(entries));
        file.u32(static_cast<std::uint32_t>(size)).u32(static_cast<std::uint32_t>(offset));
    }
    return file.u16(static_cast<std::uint16_t>(comment.size())).raw(comment).bytes();
}

}  // namespace halfstep::testing
