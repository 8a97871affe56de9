// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/moment_counter.h"

#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <utility>

namespace halfstep {
namespace {

constexpr std::size_t patterns = 65536;
constexpr unsigned count_shift = 40;  // 2^24 values of 16 bits add up to less than 2^40
constexpr std::size_t most_at_once = std::size_t{1} << 20U;

// The n-th 16-bit float pattern in ascending order of value: negative ones run backwards.
std::uint32_t pattern_in_order(std::uint32_t n) {
    return n < 0x8000U ? 0xffffU - n : n - 0x8000U;
}

}  // namespace

MomentCounter::MomentCounter(DType source)
    : key_(source == DType::f16                ? Key::f16
           : MomentTable::is_exact_for(source) ? Key::bf16
                                               : Key::upper_f32) {
    if (key_ == Key::upper_f32) {
        buckets_.resize(patterns);
        recent_buckets_.resize(patterns);
    } else {
        counts_.resize(patterns);
        recent_counts_.resize(tables * patterns);
    }
}

bool MomentCounter::takes_patterns(DType stored) const {
    return (key_ == Key::f16 && stored == DType::f16) || (key_ == Key::bf16 && stored == DType::bf16);
}

// Before n more values are counted, of which recent counters can hold `most`.
void MomentCounter::expect(std::size_t n, std::uint64_t most) {
    if (recent_ + n > most) settle();
    recent_ += n;
}

void MomentCounter::settle() {
    for (std::size_t i = 0; i < recent_counts_.size(); ++i)
        counts_[i % patterns] += std::exchange(recent_counts_[i], 0U);
    for (std::size_t i = 0; i < recent_buckets_.size(); ++i) {
        const RecentBucket& from = recent_buckets_[i];
        if (from.count_and_low_bits == 0) continue;
        Bucket& to = buckets_[i];
        to.count += from.count_and_low_bits >> count_shift;
        to.low_bits += from.count_and_low_bits & ((std::uint64_t{1} << count_shift) - 1);
        to.low_bits_squared += from.low_bits_squared;
        to.smallest = std::min(to.smallest, from.smallest);
        to.largest = std::max(to.largest, from.largest);
        recent_buckets_[i] = {};
    }
    recent_ = 0;
}

template <class Pattern>
void MomentCounter::count_patterns(std::size_t n, Pattern pattern) {
    expect(n, 0xffffffffU);
    std::uint32_t* counts = recent_counts_.data();
    std::size_t i = 0;
    for (; i + tables <= n; i += tables)
        for (std::size_t table = 0; table < tables; ++table)
            ++counts[table * patterns + pattern(i + table)];
    for (; i < n; ++i)
        ++counts[pattern(i)];
}

void MomentCounter::add_patterns(std::span<const std::uint16_t> values) {
    count_patterns(values.size(), [values](std::size_t i) { return values[i]; });
}

void MomentCounter::add(std::span<const float> values) {
    switch (key_) {
        case Key::bf16:
            count_patterns(values.size(), [values](std::size_t i) {
                return std::bit_cast<std::uint32_t>(values[i]) >> 16U;
            });
            return;
        case Key::f16:
            count_patterns(values.size(), [values](std::size_t i) { return f32_to_f16(values[i]); });
            return;
        case Key::upper_f32:
            for (; values.size() > most_at_once; values = values.subspan(most_at_once))
                add_to_buckets(values.first(most_at_once));
            add_to_buckets(values);
            return;
    }
}

void MomentCounter::add_to_buckets(std::span<const float> values) {
    expect(values.size(), (std::uint64_t{1} << 24U) - 1);
    for (const float x : values) {
        const auto bits = std::bit_cast<std::uint32_t>(x);
        const std::uint64_t low = bits & 0xffffU;
        RecentBucket& bucket = recent_buckets_[bits >> 16U];
        bucket.count_and_low_bits += (std::uint64_t{1} << count_shift) + low;
        bucket.low_bits_squared += low * low;
        if (low < bucket.smallest) bucket.smallest = static_cast<std::uint16_t>(low);
        if (low > bucket.largest) bucket.largest = static_cast<std::uint16_t>(low);
    }
}

void MomentCounter::merge(MomentCounter& other) {
    settle();
    other.settle();
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

MomentTable MomentCounter::finish() {
    settle();
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
