// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/device.h"

#include <QDialog>
#include <QString>

#include <vector>

class QDialogButtonBox;
class QLabel;
class QTableWidget;

namespace halfstep {

// The table of devices, to be edited. What was changed or added is the user's own; the bundled devices come
// back when their changed lines are removed.
class DeviceDialog : public QDialog {
    Q_OBJECT
  public:
    explicit DeviceDialog(const std::vector<Device>& devices, QWidget* parent = nullptr);

    // Those that are not bundled as they stand here, less lines that make no sense.
    std::vector<Device> ownDevices() const;
    QString problem() const;  // why the dialog stays open; empty where nothing was wrong
    QTableWidget* table() const { return table_; }

  public slots:
    void accept() override;  // stays open, and says why, where a line makes no sense

  private:
    void addRow(const Device& device);
    QString textAt(int row, int column) const;
    QString problemAt(int row, int column) const;
    bool makesSense(int row) const;
    Device deviceAt(int row) const;

    QTableWidget* table_;
    QLabel* problem_;
    QDialogButtonBox* buttons_;
};

}  // namespace halfstep
