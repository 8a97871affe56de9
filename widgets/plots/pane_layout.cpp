// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/pane_layout.h"

namespace halfstep {

void placePanes(QCPLayoutGrid* grid, std::initializer_list<PanePlace> places) {
    for (const PanePlace& place : places)
        if (place.element->layout() == grid) grid->take(place.element);
    grid->simplify();
    for (const PanePlace& place : places)
        grid->addElement(place.row, place.column, place.element);
    for (int row = 0; row < grid->rowCount(); ++row)
        grid->setRowStretchFactor(row, 1);
    for (int column = 0; column < grid->columnCount(); ++column)
        grid->setColumnStretchFactor(column, 1);
}

}  // namespace halfstep
