// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/products.h"

#include <Eigen/Core>

#include <algorithm>
#include <cassert>

namespace halfstep::training {
namespace {

template <class Scalar>
using RowMajor = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class Scalar>
using View = Eigen::Map<RowMajor<Scalar>>;
template <class Scalar>
using ConstView = Eigen::Map<const RowMajor<Scalar>>;

template <class Scalar>
ConstView<Scalar> view(const BasicBatch<Scalar>& batch) {
    assert(batch.values.size() == batch.rows * batch.columns);
    return {batch.values.data(), static_cast<Eigen::Index>(batch.rows),
            static_cast<Eigen::Index>(batch.columns)};
}

template <class Scalar>
View<Scalar> view(BasicBatch<Scalar>& batch) {
    assert(batch.values.size() == batch.rows * batch.columns);
    return {batch.values.data(), static_cast<Eigen::Index>(batch.rows),
            static_cast<Eigen::Index>(batch.columns)};
}

// Rows of the result that stay in the first cache while all outer products are added to them.
constexpr Eigen::Index rows_at_once = 32;

}  // namespace

// Eigen's general product adds in an order that depends on the instruction set and on the sizes of the
// caches. A sum of outer products has no such freedom: each entry is one chain of additions.
template <class Scalar>
BasicBatch<Scalar> product(const BasicBatch<Scalar>& left, const BasicBatch<Scalar>& right) {
    assert(left.columns == right.rows);
    BasicBatch<Scalar> result{left.rows, right.columns};
    const ConstView<Scalar> a = view(left);
    const ConstView<Scalar> b = view(right);
    View<Scalar> sum = view(result);
    for (Eigen::Index first = 0; first < sum.rows(); first += rows_at_once) {
        const Eigen::Index rows = std::min(rows_at_once, sum.rows() - first);
        for (Eigen::Index k = 0; k < a.cols(); ++k)
            sum.middleRows(first, rows).noalias() += a.col(k).segment(first, rows) * b.row(k);
    }
    return result;
}

template <class Scalar>
BasicBatch<Scalar> transposed(const BasicBatch<Scalar>& matrix) {
    BasicBatch<Scalar> result{matrix.columns, matrix.rows};
    view(result) = view(matrix).transpose();
    return result;
}

template BasicBatch<float> product(const BasicBatch<float>&, const BasicBatch<float>&);
template BasicBatch<double> product(const BasicBatch<double>&, const BasicBatch<double>&);
template BasicBatch<float> transposed(const BasicBatch<float>&);
template BasicBatch<double> transposed(const BasicBatch<double>&);

}  // namespace halfstep::training
