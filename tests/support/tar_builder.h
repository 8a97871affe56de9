// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/byte_string.h"
#include "tests/support/pickle_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

// Tar archives, and the checkpoints that PyTorch wrote as such before 0.2, put down part by part, so that a
// test can get each of them wrong.
namespace halfstep::testing {

// A member of a tar archive; what its header says follows from its content unless a test says otherwise.
struct TarPart {
    std::string name;
    std::string content;
    char type = '0';
    std::string size = {};  // eleven octal digits
    unsigned checksum_off = 0;
};

inline std::string tar_header(const TarPart& part) {
    std::string header(512, '\0');
    const auto put = [&](std::ptrdiff_t at, const std::string& text) {
        std::ranges::copy(text, header.begin() + at);
    };
    put(0, part.name);
    put(100, "0000644");
    put(124, part.size.empty() ? fmt::format("{:011o}", part.content.size()) : part.size);
    put(148, "        ");
    put(156, std::string(1, part.type));
    put(257, "ustar");
    put(263, "00");
    const unsigned sum = std::accumulate(header.begin(), header.end(), 0U, [](unsigned before, char c) {
        return before + static_cast<unsigned char>(c);
    });
    put(148, fmt::format("{:06o}", sum + part.checksum_off));
    header[154] = '\0';
    return header;
}

inline std::string tar_of(const std::vector<TarPart>& parts) {
    ByteString archive;
    for (const TarPart& part : parts)
        archive.raw(tar_header(part)).raw(part.content).pad_to(512);
    return archive.zeros(1024).bytes();
}

inline std::string number_pickle(std::int64_t number) {
    return Pickle().number(number).stop();
}

inline std::string storage_pickle(std::int64_t first, const std::string& middle,
                                  const std::string& storage = "FloatStorage") {
    return Pickle().raw("(").number(first).raw(middle).global("torch", storage).raw("t").stop();
}

inline std::string cpu() {
    return Pickle().text("cpu").stop().substr(2, 8);
}

inline std::string part_pickle(std::int64_t key, std::int64_t whole, std::int64_t first,
                               std::int64_t elements) {
    return Pickle().raw("](").numbers({key, whole, first, elements}).raw("e").stop();
}

// A checkpoint {"w": tensor 5}, which is all of storage 7.
struct OldCheckpoint {
    std::string system = Pickle().raw("}").text("little_endian").raw("\x88s").stop();
    std::string object = Pickle().dict().text("5").raw("Q").end();
    std::string storage_count = number_pickle(1);
    std::string storage = storage_pickle(7, cpu());
    std::uint64_t elements = 4;
    std::string numbers = floats({1, 2, 3, 4});
    std::string views = Pickle().raw("]").stop();
    std::string tensor_count = number_pickle(1);
    std::string tensor = Pickle().raw("(").number(5).number(7).global("torch", "FloatTensor").raw("t").stop();
    std::int32_t rank = 2;
    std::vector<std::int64_t> shape_strides_first = {2, 2, 2, 1, 0};

    std::vector<TarPart> parts() const {
        const std::string storages =
            ByteString().raw(storage_count).raw(storage).u64(elements).raw(numbers).raw(views).bytes();
        ByteString tensors;
        tensors.raw(tensor_count).raw(tensor).value(rank).u32(0);
        for (const std::int64_t number : shape_strides_first)
            tensors.value(number);
        return {
            {"sys_info", system}, {"pickle", object}, {"tensors", tensors.bytes()}, {"storages", storages}};
    }
    std::string bytes() const { return tar_of(parts()); }
};

}  // namespace halfstep::testing
