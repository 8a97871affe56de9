// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep::testing {

// One entry of an archive; what its headers say follows from its content unless a test says otherwise.
struct ZipPart {
    std::string name;
    std::string content;  // as it is, or deflated here
    std::uint16_t method = 0;
    std::string packed = {};      // in place of what `content` gives: the bytes in the archive
    std::uint16_t flags = 0;      // 8: sizes stand behind the bytes, not in the local header
    std::string local_name = {};  // where it is not the same
    std::string extra = {};       // of the local header
    std::string central_extra = {};
    std::int64_t bytes_off = 0;  // added to what the list of entries says
    std::int64_t compressed_off = 0;
    std::int64_t offset_off = 0;
    std::uint32_t crc_off = 0;
    bool zip64 = false;  // sizes and offset in the extra field
};

// ZIP archives written down part by part, so that a test can get each of them wrong (APPNOTE.TXT 6.3.10).
struct ZipBuilder {
    std::vector<ZipPart> parts;
    std::string comment = {};
    bool zip64 = false;  // with the zip64 records at the end
    std::int64_t entries_off = 0;
    std::int64_t size_off = 0;    // of the list of entries
    std::int64_t offset_off = 0;  // of the list of entries
    std::uint16_t disk = 0;
    std::string before_end = {};  // between the list and the end

    std::string bytes() const;
};

std::string deflated(std::string_view content);
std::uint32_t crc_of(std::string_view content);

}  // namespace halfstep::testing
