// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/views/nothing_to_show.h"

#include <QCoreApplication>

namespace halfstep {
namespace {

struct NothingToShow {
    Q_DECLARE_TR_FUNCTIONS(halfstep::NothingToShow)
};

}  // namespace

QString whyNothingToShow(const TensorInfo& tensor) {
    if (!tensor.measurable())
        return NothingToShow::tr("This tensor holds %1 values, which are listed but not measured.")
            .arg(QString::fromStdString(tensor.dtype_name));
    return tensor.elements == 0 ? NothingToShow::tr("This tensor has no elements.") : QString();
}

QString nothingToQuantize() {
    return NothingToShow::tr("This model has no weights that are usually quantized.");
}

}  // namespace halfstep
