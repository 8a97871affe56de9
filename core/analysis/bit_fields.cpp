// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/bit_fields.h"

#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace halfstep {
namespace {

constexpr std::uint64_t most_bytes = 128;  // of a unit's codes that are shown as a whole
constexpr std::uint64_t window_bytes = 32;

bool bit_at(const StoredBytes& stored, std::uint32_t place) {
    return (stored.bytes[place / 8] >> (place % 8) & 1U) != 0;
}

}  // namespace

std::vector<BitRun> runs_of(const StoredBytes& stored, const BitGroup& group) {
    std::vector<BitRun> runs;
    for (const std::uint32_t place : group.bits) {
        const std::uint64_t byte = stored.first_byte + place / 8;
        const int bit = static_cast<int>(place % 8);
        if (!runs.empty() && runs.back().byte == byte && runs.back().low == bit + 1)
            runs.back().low = bit;
        else
            runs.push_back({byte, bit, bit});
    }
    return runs;
}

std::string binary_text(const StoredBytes& stored, const BitGroup& group) {
    std::string text;
    const auto sign_bits = static_cast<std::ptrdiff_t>(group.bits.size()) - group.split.exponent_bits -
                           group.split.mantissa_bits;
    for (std::size_t i = 0; i < group.bits.size(); ++i) {
        const auto at = static_cast<std::ptrdiff_t>(i);
        const bool field = group.split.is_float() && i > 0 &&
                           (at == sign_bits || at == sign_bits + group.split.exponent_bits);
        if (field && text.back() != ' ') text += ' ';
        text += bit_at(stored, group.bits[i]) ? '1' : '0';
    }
    return text;
}

BitGroup group_of(BitRole role, std::uint32_t first, std::uint32_t count, FloatSplit split, double value) {
    BitGroup group{role, {}, split, value};
    for (std::uint32_t bit = count; bit > 0; --bit)
        group.bits.push_back(first + bit - 1);
    return group;
}

void give_field_roles(StoredBytes& stored, const BitGroup& group) {
    const std::size_t fields = static_cast<std::size_t>(group.split.exponent_bits) +
                               static_cast<std::size_t>(group.split.mantissa_bits);
    for (std::size_t i = 0; i < group.bits.size(); ++i) {
        const std::size_t below = group.bits.size() - 1 - i;
        BitRole& role = stored.roles[group.bits[i]];
        if (!group.split.is_float())
            role = group.role;
        else if (below >= fields)
            role = BitRole::sign;
        else
            role = below < static_cast<std::size_t>(group.split.mantissa_bits) ? BitRole::mantissa
                                                                               : BitRole::exponent;
    }
}

StoredBytes stored_number(StoredPart part, BitRole role, std::uint64_t pattern, int bits, FloatSplit split,
                          double value) {
    StoredBytes stored;
    stored.part = part;
    stored.total_bytes = static_cast<std::uint64_t>(bits + 7) / 8;
    for (std::uint64_t byte = 0; byte < stored.total_bytes; ++byte)
        stored.bytes.push_back(static_cast<std::uint8_t>(pattern >> (8 * byte) & 0xffU));
    stored.roles.assign(8 * stored.bytes.size(), BitRole::unused);
    stored.selected.push_back(group_of(role, 0, static_cast<std::uint32_t>(bits), split, value));
    give_field_roles(stored, stored.selected.front());
    return stored;
}

StoredBytes stored_f32(StoredPart part, BitRole role, float value) {
    return stored_number(part, role, std::bit_cast<std::uint32_t>(value), 32, split_of_f32,
                         static_cast<double>(value));
}

StoredBytes stored_f16(StoredPart part, BitRole role, float value) {
    return stored_number(part, role, f32_to_f16(value), 16, split_of_f16, static_cast<double>(value));
}

ShownCodes window_around(std::uint64_t position, std::uint64_t total, int bits) {
    const auto width = static_cast<std::uint64_t>(bits);
    const std::uint64_t bytes = (total * width + 7) / 8;
    if (bytes <= most_bytes) return {0, total};
    // Eight codes are a whole number of bytes.
    const std::uint64_t codes = std::max<std::uint64_t>(8, window_bytes * 8 / width / 8 * 8);
    const std::uint64_t first = position / codes * codes;
    return {first, std::min(first + codes, total)};
}

StoredBytes packed_codes(const PackedCodes& packed) {
    const auto width = static_cast<std::uint64_t>(packed.bits);
    StoredBytes stored;
    stored.part = StoredPart::codes;
    stored.first_byte = packed.first * width / 8;
    stored.total_bytes = (packed.total * width + 7) / 8;
    stored.bytes.assign(static_cast<std::size_t>((packed.codes.size() * width + 7) / 8), 0);
    stored.roles.assign(8 * stored.bytes.size(), BitRole::unused);
    for (std::size_t i = 0; i < packed.codes.size(); ++i) {
        const auto at = static_cast<std::uint32_t>(i * width);
        for (std::uint32_t bit = 0; bit < width; ++bit) {
            const auto byte = static_cast<std::size_t>(at + bit) / 8;
            const std::uint32_t one = packed.codes[i] >> bit & 1U;
            stored.bytes[byte] = static_cast<std::uint8_t>(stored.bytes[byte] | one << ((at + bit) % 8));
        }
        const BitGroup group =
            group_of(BitRole::code, at, static_cast<std::uint32_t>(width), packed.split, packed.value);
        give_field_roles(stored, group);
        if (i == packed.selected) stored.selected.push_back(group);
    }
    return stored;
}

void float_value_step(TraceSteps& steps, StepLabel label, std::uint64_t pattern, FloatSplit split, int bias,
                      TraceNumber result) {
    const auto mantissa_bits = static_cast<unsigned>(split.mantissa_bits);
    const auto exponent_bits = static_cast<unsigned>(split.exponent_bits);
    const std::uint64_t mantissa = pattern & ((std::uint64_t{1} << mantissa_bits) - 1);
    const auto exponent =
        static_cast<std::int64_t>(pattern >> mantissa_bits & ((std::uint64_t{1} << exponent_bits) - 1));
    const std::uint64_t sign = pattern >> (mantissa_bits + exponent_bits) & 1U;
    if (!std::isfinite(result.value)) {
        steps.add(label, Operation::assign, {}, result);
        return;
    }
    const double fraction = std::ldexp(static_cast<double>(mantissa), -split.mantissa_bits);
    steps.add(label, Operation::float_value,
              {TraceSteps::whole(static_cast<std::int64_t>(sign)),
               TraceSteps::whole((exponent == 0 ? 1 : exponent) - bias),
               {exponent == 0 ? fraction : 1 + fraction, NumberKind::shown}},
              result);
}

}  // namespace halfstep
