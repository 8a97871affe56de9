// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>

namespace halfstep {

class MainWindow;

struct RenderRequest {
    QString folder;
    QString model;    // may be empty for lessons
    QString imatrix;  // may be empty
    bool lessons = false;
    QSize size;
};

// Draws every view of the model to a PNG file in the folder, or every step of every lesson; returns the exit
// code. Says on the standard output which files it wrote, on the standard error what went wrong.
int render(MainWindow& window, const RenderRequest& request);

}  // namespace halfstep
