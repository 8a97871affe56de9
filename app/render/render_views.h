// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>

namespace halfstep {

class MainWindow;

struct RenderRequest {
    QString folder;  // made where it is missing
    QString model;
    QString imatrix;  // to load with it; empty for none
    QSize size{1280, 800};
};

// Opens the model in the window, waits until everything is measured, and stores the whole window with each
// view in front as FOLDER/NN-view.png. Prints each file's name. Returns an exit code: 0, or 1 after one line
// on standard error.
int renderViews(MainWindow& window, const RenderRequest& request);

}  // namespace halfstep
