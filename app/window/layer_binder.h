// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "widgets/editors/apply_scope.h"
#include "widgets/tables/layer_table_view.h"

#include <QObject>

namespace halfstep {

// Keeps the layer table equal to the document. Rows of the table are tensors of the model, in its order.
class LayerBinder : public QObject {
    Q_OBJECT
  public:
    LayerBinder(Document& document, LayerTableView& table, QObject* parent = nullptr);

    // The tensors that a scheme is meant for, seen from the selection. Only quantizable ones but for
    // `selected`, where every measurable tensor may be quantized because it was asked for by name.
    QList<int> tensorsOf(ApplyScope scope) const;

  private:
    LayerRow rowOf(int tensor) const;
    void showAll();

    Document& document_;
    LayerTableView& table_;
};

}  // namespace halfstep
