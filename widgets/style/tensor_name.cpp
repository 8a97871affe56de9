// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/tensor_name.h"

#include "core/tensor/narrow_name.h"

#include <string_view>

namespace halfstep {

QString shortTensorName(const QString& name) {
    QString rest = name;
    for (const QLatin1String prefix : {QLatin1String("model."), QLatin1String("transformer.")})
        if (rest.startsWith(prefix)) rest.remove(0, prefix.size());
    if (rest.endsWith(QLatin1String(".weight"))) rest.chop(7);
    return rest.isEmpty() ? name : rest;
}

QString narrowTensorName(const QString& name, const std::function<bool(const QString&)>& fits) {
    const auto text_of = [](std::string_view text) {
        return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
    };
    const QByteArray bytes = name.toUtf8();
    return text_of(narrow_name({bytes.data(), static_cast<std::size_t>(bytes.size())},
                               [&](std::string_view text) { return fits(text_of(text)); }));
}

}  // namespace halfstep
