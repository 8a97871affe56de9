// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/editors/apply_scope.h"
#include "widgets/tables/layer_row.h"

#include <QByteArray>
#include <QModelIndex>
#include <QString>
#include <QWidget>

#include <vector>

class QAction;
class QLabel;
class QLineEdit;
class QMenu;
class QTableView;
class QTimer;

namespace halfstep {

class LayerColumns;
class LayerSortFilter;
class LayerTableModel;

// The layer table with its filter line. Layers are meant by their row in the model (model order), whatever
// the sorting and filter of the moment.
class LayerTableView : public QWidget {
    Q_OBJECT
  public:
    explicit LayerTableView(QWidget* parent = nullptr);

    void setRows(std::vector<LayerRow> rows);  // selection and sorting are kept for tensors of the same name
    void updateRow(int layer, LayerRow row);
    LayerTableModel* model() const { return model_; }
    QTableView* table() const { return table_; }
    QLineEdit* filterEdit() const { return filter_edit_; }

    std::vector<int> selectedLayers() const;  // ascending
    int currentLayer() const;                 // -1 where there is none
    void setCurrentLayer(int layer);  // selects it alone and scrolls to it; lifts a filter that hides it
    void selectLayers(const std::vector<int>& layers);
    void selectSameRole();  // all shown layers that do what a selected one does
    bool jumpTo(const QString& tensor_name);

    void setFilter(const QString& text);
    QString filter() const;

    QByteArray saveState() const;  // columns, their widths and order, sorting
    bool restoreState(const QByteArray& state);
    int widthOfColumns() const;  // that shows all of them, and names in full

    QString selectionAsText(
        QChar separator) const;  // header and selected rows; CSV where separator is a comma
    QMenu* contextMenu();        // as the context menu key would show it; owned by the view

  signals:
    void selectionChanged();                                // read selectedLayers()
    void currentLayerChanged(int layer);                    // -1 where there is none
    void applySchemeRequested(halfstep::ApplyScope scope);  // the scheme editor's scheme, to these layers
    void lockRequested(bool lock);                          // the selected layers
    void resetRequested();  // the selected layers to the scheme they had when the model was opened

  protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void buildTable();
    void buildActions();
    QModelIndex proxyIndex(int layer) const;  // invalid where the filter hides it
    void showColumnMenu(const QPoint& place);
    static QString filterHelp();
    void retranslate();
    void applyFilter();
    void selectWhatIsShownAgain();
    void updateCountLabel();
    void updateActions();
    bool allSelectedLocked() const;
    void copySelection(QChar separator);

    LayerTableModel* model_;
    LayerSortFilter* sort_filter_;
    QLineEdit* filter_edit_;
    QLabel* count_label_;
    QTableView* table_;
    LayerColumns* columns_ = nullptr;
    QMenu* menu_;
    QTimer* refresh_timer_;
    QAction* search_action_;
    QAction* apply_selected_;
    QAction* apply_role_;
    QAction* apply_ffn_;
    QAction* apply_all_;
    QAction* reset_;
    QAction* lock_;
    QAction* select_role_;
    QAction* copy_text_;
    QAction* copy_csv_;
    bool replacing_rows_ = false;
    std::vector<int> before_filter_;  // selected last, before the filter hid them
};

}  // namespace halfstep
