// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/zip/zip_archive.h"
#include "tests/fuzz/use_model.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

// Opens the bytes as an archive and reads the ends of every entry. An Error is as good an answer as success;
// anything else that comes out is a finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const halfstep::ZipArchive zip(halfstep::fuzz::file_of(std::span(data, size)));
        for (const halfstep::ZipEntry& entry : zip.entries()) {
            const auto file = zip.open(entry);
            std::vector<std::byte> some(static_cast<std::size_t>(std::min<std::uint64_t>(file->size(), 64)));
            file->read_at(file->size() - some.size(), some);
            file->read_at(0, some);
        }
    } catch (const halfstep::Error&) {
    }
    return 0;
}
