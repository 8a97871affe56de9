// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/zoom_axes.h"

#include <algorithm>

namespace halfstep {
namespace {

bool covers(const QCPRange& outer, const QCPRange& inner) {
    const double slack = 1e-9 * outer.size();
    return inner.lower >= outer.lower - slack && inner.upper <= outer.upper + slack;
}

bool same(const QCPRange& a, const QCPRange& b) {
    return covers(a, b) && covers(b, a);
}

}  // namespace

std::vector<ZoomAxes::Entry>::const_iterator ZoomAxes::find(const QCPAxis* axis) const {
    return std::find_if(entries_.begin(), entries_.end(),
                        [axis](const Entry& entry) { return entry.axis == axis; });
}

void ZoomAxes::setFullRange(QCPAxis* axis, const QCPRange& full) {
    const auto known = find(axis);
    if (known != entries_.end()) {
        const bool keep = isZoomed(axis) && covers(full, axis->range());
        entries_[static_cast<std::size_t>(known - entries_.begin())].full = full;
        if (!keep) axis->setRange(full);
        return;
    }
    entries_.push_back({axis, full});
    axis->setRange(full);
    connect(axis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
            [this, axis](const QCPRange& range) {
                const auto entry = find(axis);
                if (entry != entries_.end() && !covers(entry->full, range))
                    axis->setRange(range.bounded(entry->full.lower, entry->full.upper));
            });
}

bool ZoomAxes::isZoomed(const QCPAxis* axis) const {
    const auto entry = find(axis);
    return entry != entries_.end() && !same(entry->full, axis->range());
}

void ZoomAxes::reset() {
    for (const Entry& entry : entries_)
        if (entry.axis) entry.axis->setRange(entry.full);
}

void ZoomAxes::zoomBy(double factor) {
    for (const Entry& entry : entries_) {
        if (entry.axis && entry.axis->axisRect()->rangeZoomAxis(entry.axis->orientation()) == entry.axis)
            entry.axis->scaleRange(factor);
    }
}

void ZoomAxes::panBy(double share) {
    for (const Entry& entry : entries_) {
        if (entry.axis && entry.axis->orientation() == Qt::Horizontal && isZoomed(entry.axis))
            entry.axis->moveRange(share * entry.axis->range().size());
    }
}

void ZoomAxes::link(QCPAxis* first, QCPAxis* second) {
    const auto follow = [](QCPAxis* leader, QCPAxis* follower) {
        QObject::connect(leader, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), follower,
                         [follower](const QCPRange& range) {
                             if (!same(range, follower->range())) follower->setRange(range);
                         });
    };
    follow(first, second);
    follow(second, first);
}

}  // namespace halfstep
