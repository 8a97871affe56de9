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

    void add(std::span<const float> values);
    void merge(const MomentCounter& other);
    MomentTable finish() const;

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

    enum class Key : std::uint8_t { bf16, f16, upper_f32 };

    void append_value(MomentTable& table, float value, std::uint64_t count) const;
    void append_bucket(MomentTable& table, std::uint32_t pattern, const Bucket& bucket) const;

    Key key_;
    std::vector<std::uint64_t> counts_;  // by 16-bit pattern, where a pattern is a value
    std::vector<Bucket> buckets_;        // by upper half, for float32
};

}  // namespace halfstep
