// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/quotable.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace halfstep {
namespace {

// Bytes of the UTF-8 sequence that `text` begins with; 0 where it is not one (overlong forms, surrogates and
// what lies beyond U+10FFFF included).
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t index) {
        return index < text.size() ? static_cast<std::uint8_t>(text[index]) : std::uint8_t{0};
    };
    const auto continues = [&](std::size_t index) { return (byte(index) & 0xc0U) == 0x80U; };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80U) return 1;
    if (lead >= 0xc2U && lead <= 0xdfU) return continues(1) ? 2 : 0;
    if (lead >= 0xe0U && lead <= 0xefU) {
        const bool overlong = lead == 0xe0U && byte(1) < 0xa0U;
        const bool surrogate = lead == 0xedU && byte(1) > 0x9fU;
        return !overlong && !surrogate && continues(1) && continues(2) ? 3 : 0;
    }
    if (lead >= 0xf0U && lead <= 0xf4U) {
        const bool overlong = lead == 0xf0U && byte(1) < 0x90U;
        const bool beyond = lead == 0xf4U && byte(1) > 0x8fU;
        return !overlong && !beyond && continues(1) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        if (std::uint64_t eight = 0; text.size() >= sizeof eight) {  // ASCII goes fast
            std::memcpy(&eight, text.data(), sizeof eight);
            if ((eight & 0x8080808080808080U) == 0) {
                text.remove_prefix(sizeof eight);
                continue;
            }
        }
        const std::size_t length = sequence_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string quotable(std::string_view text) {
    constexpr std::size_t most_bytes = 120;
    std::string result;
    while (!text.empty() && result.size() < most_bytes) {
        const std::size_t length = sequence_length(text);
        const bool printable = length > 1 || (length == 1 && text[0] >= ' ' && text[0] != 0x7f);
        if (printable)
            result += text.substr(0, length);
        else
            result += '?';
        text.remove_prefix(length == 0 ? 1 : length);
    }
    if (!text.empty()) result += "...";
    return result;
}

}  // namespace halfstep
