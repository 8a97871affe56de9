// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/layer_row.h"

#include <QCoreApplication>
#include <QStringList>

namespace halfstep {

LayerRow layerRow(const TensorInfo& tensor, const Scheme& scheme) {
    LayerRow row;
    row.name = QString::fromStdString(tensor.name);
    row.role = tensor.role;
    row.block = tensor.block;
    row.shape = tensor.shape;
    row.dtype = QString::fromStdString(tensor.dtype_name);
    row.quantizable = tensor.quantizable;
    row.scheme = scheme;
    if (scheme.family == Family::keep) row.status = LayerStatus::kept;
    const MatrixShape matrix = matrix_shape(tensor);
    const std::uint64_t bits = stored_bits(scheme, matrix.channels, matrix.inputs, tensor.dtype);
    // A type that is not known says nothing about its bits.
    const bool keeps_stored_bytes = scheme.family == Family::keep;
    row.bytes = keeps_stored_bytes ? tensor.bytes : (bits + 7) / 8;
    const double total_bits =
        keeps_stored_bytes ? static_cast<double>(tensor.bytes) * 8 : static_cast<double>(bits);
    if (tensor.elements > 0) row.bits = total_bits / static_cast<double>(tensor.elements);
    return row;
}

QString shapeText(const std::vector<std::int64_t>& shape) {
    if (shape.empty()) return QCoreApplication::translate("halfstep::LayerRow", "scalar", "shape of rank 0");
    QStringList sizes;
    for (const std::int64_t size : shape)
        sizes << QString::number(size);
    return sizes.join(QStringLiteral(" × "));
}

}  // namespace halfstep
