// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/tensor_name.h"

namespace halfstep {

QString shortTensorName(const QString& name) {
    QString rest = name;
    for (const QLatin1String prefix : {QLatin1String("model."), QLatin1String("transformer.")})
        if (rest.startsWith(prefix)) rest.remove(0, prefix.size());
    if (rest.endsWith(QLatin1String(".weight"))) rest.chop(7);
    return rest.isEmpty() ? name : rest;
}

}  // namespace halfstep
