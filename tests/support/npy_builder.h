// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/byte_string.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace halfstep::testing {

// A .npy file with this text as its header, whatever it says.
inline std::string npy_file(std::string_view header, std::string_view data, std::uint8_t version = 1) {
    ByteString file;
    file.raw("\x93NUMPY").u8(version).u8(0);
    if (version == 1)
        file.u16(static_cast<std::uint16_t>(header.size()));
    else
        file.u32(static_cast<std::uint32_t>(header.size()));
    return file.raw(header).raw(data).bytes();
}

// The header that NumPy writes, padded as it pads.
inline std::string npy_header(std::string_view descr, std::string_view shape, bool fortran = false) {
    std::string text = fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}", descr,
                                   fortran ? "True" : "False", shape);
    text.resize((10 + text.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
    return text + '\n';
}

inline std::string npy_file(std::string_view descr, std::string_view shape, std::string_view data,
                            bool fortran) {
    return npy_file(npy_header(descr, shape, fortran), data);
}

}  // namespace halfstep::testing
