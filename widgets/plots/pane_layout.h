// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <qcustomplot.h>

#include <initializer_list>

namespace halfstep {

struct PanePlace {
    QCPLayoutElement* element;
    int row;
    int column;
};

// Arranges the elements of a grid anew; all rows and columns get the same share again.
void placePanes(QCPLayoutGrid* grid, std::initializer_list<PanePlace> places);

}  // namespace halfstep
