// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/model_comparison.h"

#include <QByteArray>
#include <QDialog>
#include <QString>

class QDialogButtonBox;
class QLabel;
class QPushButton;
class QTableView;

namespace halfstep {

class ComparisonTableModel;

// A model beside the one it was made from, tensor by tensor. Stays open beside the window until it is closed.
class ComparisonDialog : public QDialog {
    Q_OBJECT
  public:
    ComparisonDialog(const ModelComparison& comparison, QString model, QString original, QWidget* parent);

    QTableView* table() const { return table_; }
    QByteArray csv() const;

  signals:
    void tensorChosen(const QString& name);  // by a double click or the return key
    void exportRequested();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void buildTable();
    void fitColumns();
    void retranslate();
    QString summary() const;

    ModelComparison comparison_;
    QString model_name_;
    QString original_name_;
    ComparisonTableModel* model_;
    QLabel* summary_;
    QTableView* table_;
    QPushButton* export_;
    QDialogButtonBox* buttons_;
};

}  // namespace halfstep
