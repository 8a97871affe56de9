// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QString>
#include <QStringList>

namespace halfstep {

// A picture file of the user's, made small enough to be worked on while a hand moves. Throws Error for a file
// that is no picture, or one that is larger than any camera's.
QImage loadSmallPicture(const QString& path);

QStringList pictureFilePatterns();  // "*.png", "*.jpg" …: what can be read here

}  // namespace halfstep
