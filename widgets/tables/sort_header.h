// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHeaderView>

namespace halfstep {

// A header whose sorted column has its title on the left: styles draw the arrow on the right, over a title
// that stands there.
class SortHeader : public QHeaderView {
    Q_OBJECT
  public:
    explicit SortHeader(QWidget* parent = nullptr);

  protected:
    void initStyleOptionForIndex(QStyleOptionHeader* option, int section) const override;
};

}  // namespace halfstep
