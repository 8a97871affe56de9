// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/batch.h"

#include <algorithm>

namespace halfstep::training {

Batch rows_of(const Batch& batch, std::size_t first, std::size_t count) {
    const std::size_t rows = std::min(count, batch.rows - first);
    const auto begin = batch.values.begin() + static_cast<std::ptrdiff_t>(first * batch.columns);
    return {rows, batch.columns, {begin, begin + static_cast<std::ptrdiff_t>(rows * batch.columns)}};
}

}  // namespace halfstep::training
