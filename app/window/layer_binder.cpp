// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/layer_binder.h"

#include "widgets/style/role_text.h"

#include <algorithm>
#include <set>

namespace halfstep {

LayerBinder::LayerBinder(Document& document, LayerTableView& table, QObject* parent)
    : QObject(parent), document_(document), table_(table) {
    connect(&document_, &Document::modelChanged, this, &LayerBinder::showAll);
    connect(&document_, &Document::schemesChanged, this, [this](const QList<int>& tensors) {
        for (const int tensor : tensors)
            table_.updateRow(tensor, rowOf(tensor));
    });
    connect(&document_, &Document::sensitivitiesChanged, this, &LayerBinder::showAll);
    connect(&document_, &Document::locksChanged, this, [this](const QList<int>& tensors) {
        for (const int tensor : tensors)
            table_.updateRow(tensor, rowOf(tensor));
    });
    connect(&document_, &Document::measurementAdded, this,
            [this](int tensor) { table_.updateRow(tensor, rowOf(tensor)); });
}

void LayerBinder::showAll() {
    std::vector<LayerRow> rows;
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor)
        rows.push_back(rowOf(tensor));
    table_.setRows(std::move(rows));
}

LayerRow LayerBinder::rowOf(int tensor) const {
    const TensorInfo& info = document_.tensor(tensor);
    const Scheme& scheme = document_.scheme(tensor);
    LayerRow row = layerRow(info, scheme);
    row.locked = document_.isLocked(tensor);
    if (scheme.family == Family::keep || !info.measurable()) {
        row.status = LayerStatus::kept;
        row.bytes = info.bytes;
        if (info.elements > 0)
            row.bits = 8.0 * static_cast<double>(info.bytes) / static_cast<double>(info.elements);
        return row;
    }
    const Measurement* measured = document_.currentMeasurement(tensor);
    if (measured == nullptr) {
        row.status = LayerStatus::waiting;
        return row;
    }
    if (!measured->refused.empty()) {
        row.status = LayerStatus::refused;
        row.status_text = QString::fromStdString(measured->refused);
        return row;
    }
    row.status = LayerStatus::measured;
    row.bits = measured->bits_per_weight;
    row.bytes = measured->bytes;
    row.sqnr_db = sqnr_db(measured->sums);
    row.rel_error = rel_error(measured->sums);
    if (row.rel_error) row.sensitivity = document_.sensitivity(tensor) * *row.rel_error * *row.rel_error;
    return row;
}

QList<int> LayerBinder::tensorsOf(ApplyScope scope) const {
    QList<int> tensors;
    std::set<Role> roles;
    const std::vector<int> selected = table_.selectedLayers();
    for (const int tensor : selected)
        roles.insert(document_.tensor(tensor).role);
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor) {
        const TensorInfo& info = document_.tensor(tensor);
        bool meant = false;
        switch (scope) {
            case ApplyScope::selected:
                meant = info.measurable() && std::binary_search(selected.begin(), selected.end(), tensor);
                break;
            case ApplyScope::same_role:
                meant = info.quantizable && roles.contains(info.role);
                break;
            case ApplyScope::all_ffn:
                meant = info.quantizable && isFeedForward(info.role);
                break;
            case ApplyScope::all:
                meant = info.quantizable;
                break;
        }
        if (meant) tensors.append(tensor);
    }
    return tensors;
}

}  // namespace halfstep
