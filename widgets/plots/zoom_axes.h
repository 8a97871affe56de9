// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <qcustomplot.h>

#include <vector>

namespace halfstep {

// The axes of a plot that the user may zoom and move, each within the range that shows everything.
class ZoomAxes : public QObject {
  public:
    explicit ZoomAxes(QObject* parent) : QObject(parent) {}

    // Shows all of `full`, unless the user has zoomed in to what is still within it.
    void setFullRange(QCPAxis* axis, const QCPRange& full);
    void forget() { entries_.clear(); }
    bool isZoomed(const QCPAxis* axis) const;

    void reset();
    void zoomBy(double factor);  // those that the mouse wheel zooms, too
    void panBy(double share);    // of what is shown; sideways, where zoomed

    static void link(QCPAxis* first, QCPAxis* second);  // the same range, always

  private:
    struct Entry {
        QPointer<QCPAxis> axis;
        QCPRange full;
    };
    std::vector<Entry>::const_iterator find(const QCPAxis* axis) const;

    std::vector<Entry> entries_;
};

}  // namespace halfstep
