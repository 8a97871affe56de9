// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/batch.h"

namespace halfstep::training {

// left · right. Every sum runs over the inner index in its order, so that no instruction set, cache or
// blocking changes a bit.
template <class Scalar>
BasicBatch<Scalar> product(const BasicBatch<Scalar>& left, const BasicBatch<Scalar>& right);

template <class Scalar>
BasicBatch<Scalar> transposed(const BasicBatch<Scalar>& matrix);

}  // namespace halfstep::training
