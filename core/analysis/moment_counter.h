// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/moment_table.h"
#include "core/tensor/dtype.h"

#include <cstdint>
#include <span>
#include <vector>

namespace halfstep {

// Fills the buckets of a moment table. All sums are integers: the values of a bucket differ only in the low
// 16 bits of their float32 pattern, so Σx and Σx² follow exactly from the sums of these, and neither the
// order of the values nor the number of counters that were merged can change the result.
class MomentCounter {
  public:
    explicit MomentCounter(DType source);

    // Whether values may be handed over as they are stored, 16 bits each.
    bool takes_patterns(DType stored) const;

    void add(std::span<const float> values);
    void add_patterns(std::span<const std::uint16_t> values);
    void merge(MomentCounter& other);
    MomentTable finish();

  private:
    __extension__ using Wide = unsigned __int128;

    // A bucket of float32 values: sums over m, the low 16 bits.
    struct Bucket {
        std::uint64_t count = 0;
        std::uint64_t low_bits = 0;
        Wide low_bits_squared = 0;
        std::uint16_t smallest = 0xffff;
        std::uint16_t largest = 0;
    };

    // The same over fewer than 2^24 values, in as little memory as it takes: the count and the sum of m share
    // a word.
    struct RecentBucket {
        std::uint64_t count_and_low_bits = 0;
        std::uint64_t low_bits_squared = 0;
        std::uint16_t smallest = 0xffff;
        std::uint16_t largest = 0;
    };

    // Neighbouring values are counted in different tables: adding 1 to the same counter twice in a row would
    // wait for memory.
    static constexpr std::size_t tables = 4;

    enum class Key : std::uint8_t { bf16, f16, upper_f32 };

    template <class Pattern>
    void count_patterns(std::size_t n, Pattern pattern);
    void add_to_buckets(std::span<const float> values);
    void expect(std::size_t n, std::uint64_t most);
    void settle();
    void append_value(MomentTable& table, float value, std::uint64_t count) const;
    void append_bucket(MomentTable& table, std::uint32_t pattern, const Bucket& bucket) const;

    Key key_;
    std::uint64_t recent_ = 0;  // values counted since the last settling
    std::vector<std::uint32_t>
        recent_counts_;  // by 16-bit pattern, where a pattern is a value: `tables` tables
    std::vector<RecentBucket> recent_buckets_;  // by upper half, for float32
    std::vector<std::uint64_t> counts_;
    std::vector<Bucket> buckets_;
};

}  // namespace halfstep
