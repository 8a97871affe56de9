// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

class QToolButton;

namespace halfstep {

class ElidedLabel;

// What is measured with.
struct ShownImportance {
    QString name;         // of the file
    int known = 0;        // tensors that it knows, of those that may be quantized
    int quantizable = 0;  // all of them
    QString dataset;      // empty where not known
};

// Says that an importance matrix is loaded, and which, with a button to remove it.
class ImportanceLabel : public QWidget {
    Q_OBJECT
  public:
    explicit ImportanceLabel(QWidget* parent = nullptr);

    void setImportance(const ShownImportance& importance);

  signals:
    void removeRequested();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void refresh();
    void color();

    ShownImportance shown_;
    ElidedLabel* text_;
    QToolButton* remove_;
};

}  // namespace halfstep
