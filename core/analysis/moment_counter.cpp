// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/moment_counter.h"

#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace halfstep {
namespace {

constexpr std::size_t patterns = 65536;

// The n-th 16-bit float pattern in ascending order of value: negative ones run backwards.
std::uint32_t pattern_in_order(std::uint32_t n) {
    return n < 0x8000U ? 0xffffU - n : n - 0x8000U;
}

}  // namespace

MomentCounter::MomentCounter(DType source)
    : key_(source == DType::f16                ? Key::f16
           : MomentTable::is_exact_for(source) ? Key::bf16
                                               : Key::upper_f32) {
    if (key_ == Key::upper_f32)
        buckets_.resize(patterns);
    else
        counts_.resize(patterns);
}

void MomentCounter::add(std::span<const float> values) {
    switch (key_) {
        case Key::bf16:
            for (const float x : values)
                ++counts_[std::bit_cast<std::uint32_t>(x) >> 16U];
            return;
        case Key::f16:
            for (const float x : values)
                ++counts_[f32_to_f16(x)];
            return;
        case Key::upper_f32:
            for (const float x : values) {
                const auto bits = std::bit_cast<std::uint32_t>(x);
                const std::uint32_t low = bits & 0xffffU;
                Bucket& bucket = buckets_[bits >> 16U];
                ++bucket.count;
                bucket.low_bits += low;
                bucket.low_bits_squared += std::uint64_t{low} * low;
                bucket.smallest = std::min(bucket.smallest, static_cast<std::uint16_t>(low));
                bucket.largest = std::max(bucket.largest, static_cast<std::uint16_t>(low));
            }
            return;
    }
}

void MomentCounter::merge(const MomentCounter& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i)
        counts_[i] += other.counts_[i];
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        Bucket& to = buckets_[i];
        const Bucket& from = other.buckets_[i];
        to.count += from.count;
        to.low_bits += from.low_bits;
        to.low_bits_squared += from.low_bits_squared;
        to.smallest = std::min(to.smallest, from.smallest);
        to.largest = std::max(to.largest, from.largest);
    }
}

void MomentCounter::append_value(MomentTable& table, float value, std::uint64_t count) const {
    if (!std::isfinite(value)) {
        table.non_finite_ += count;
        return;
    }
    if (value == 0 && !table.mean_.empty() && table.mean_.back() == 0) {  // +0 joins -0
        table.count_.back() += static_cast<double>(count);
        table.total_ += count;
        return;
    }
    table.mean_.push_back(static_cast<double>(value == 0 ? 0.0F : value));
    table.count_.push_back(static_cast<double>(count));
    table.spread_.push_back(0);
    table.low_.push_back(value);
    table.high_.push_back(value);
    table.middle_.push_back(value);
    table.total_ += count;
}

void MomentCounter::append_bucket(MomentTable& table, std::uint32_t pattern, const Bucket& bucket) const {
    const std::uint32_t upper = pattern << 16U;
    const float base = std::bit_cast<float>(upper);
    if (!std::isfinite(base)) {
        table.non_finite_ += bucket.count;
        return;
    }
    // x = ±(|base| + unit·m)
    const int exponent = std::max(1, static_cast<int>((pattern >> 7U) & 0xffU));
    const double unit = std::copysign(std::ldexp(1.0, exponent - 150), static_cast<double>(base));
    const auto n = static_cast<double>(bucket.count);
    const Wide sum = bucket.low_bits;
    const auto centred = static_cast<double>(bucket.count * bucket.low_bits_squared - sum * sum) / n;
    const double mean = static_cast<double>(base) + unit * (static_cast<double>(bucket.low_bits) / n);
    const float inner = std::bit_cast<float>(upper | bucket.smallest);
    const float outer = std::bit_cast<float>(upper | bucket.largest);
    table.mean_.push_back(mean);
    table.count_.push_back(n);
    table.spread_.push_back(unit * unit * centred);
    table.low_.push_back(std::min(inner, outer));
    table.high_.push_back(std::max(inner, outer));
    table.middle_.push_back(static_cast<float>(mean));
    table.total_ += bucket.count;
}

MomentTable MomentCounter::finish() const {
    MomentTable table;
    table.exact_ = key_ != Key::upper_f32;
    for (std::uint32_t n = 0; n < patterns; ++n) {
        const std::uint32_t pattern = pattern_in_order(n);
        if (key_ == Key::upper_f32) {
            if (buckets_[pattern].count != 0) append_bucket(table, pattern, buckets_[pattern]);
        } else if (counts_[pattern] != 0) {
            const auto bits = static_cast<std::uint16_t>(pattern);
            append_value(table, key_ == Key::f16 ? f16_to_f32(bits) : bf16_to_f32(bits), counts_[pattern]);
        }
    }
    for (std::size_t i = 0; i < table.mean_.size(); ++i)
        table.value_squared_ += table.count_[i] * table.mean_[i] * table.mean_[i] + table.spread_[i];
    return table;
}

}  // namespace halfstep
