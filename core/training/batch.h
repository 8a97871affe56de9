// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace halfstep::training {

// A matrix, row by row; of a batch, a row is an example.
template <class Scalar>
struct BasicBatch {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<Scalar> values;

    BasicBatch() = default;
    BasicBatch(std::size_t row_count, std::size_t column_count)
        : rows(row_count), columns(column_count), values(row_count * column_count) {}
    BasicBatch(std::size_t row_count, std::size_t column_count, std::vector<Scalar> row_by_row)
        : rows(row_count), columns(column_count), values(std::move(row_by_row)) {}

    std::span<const Scalar> row(std::size_t index) const {
        return std::span(values).subspan(index * columns, columns);
    }
    std::span<Scalar> row(std::size_t index) { return std::span(values).subspan(index * columns, columns); }
};

using Batch = BasicBatch<float>;

// `count` rows from `first` on, or what is left of them.
Batch rows_of(const Batch& batch, std::size_t first, std::size_t count);

}  // namespace halfstep::training
