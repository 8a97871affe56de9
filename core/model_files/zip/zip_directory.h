// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/input_file.h"

#include <cstdint>
#include <string>
#include <vector>

namespace halfstep {

enum class ZipMethod : std::uint16_t { stored = 0, deflated = 8 };

// A file in a ZIP archive. Its name is UTF-8, relative, and leads nowhere above the archive's own root.
struct ZipEntry {
    std::string name;
    ZipMethod method = ZipMethod::stored;
    std::uint64_t compressed_bytes = 0;  // in the archive
    std::uint64_t bytes = 0;             // once inflated
    std::uint64_t header_offset = 0;     // of its local header
    std::uint64_t offset = 0;            // of its first byte in the archive
    std::uint32_t crc = 0;               // CRC-32 of the inflated bytes
};

bool looks_like_zip(const InputFile& file);

// The entries of an archive (PKWARE's APPNOTE.TXT 6.3.10, zip64 included), in the order of their bytes,
// folders left out. Every one was checked to lie in the file, apart from the others, with a local header that
// says the same. Throws Error for anything else, and for encryption, several disks and other methods.
std::vector<ZipEntry> read_zip_directory(const InputFile& file, const JobContext& job = {});

}  // namespace halfstep
