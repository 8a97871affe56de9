// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/issues_panel.h"

#include "widgets/style/icons.h"
#include "widgets/style/tensor_name.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QStackedLayout>
#include <QStringList>
#include <QStyledItemDelegate>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

QString severityText(Severity severity) {
    switch (severity) {
        case Severity::error:
            return IssuesPanel::tr("Error");
        case Severity::warning:
            return IssuesPanel::tr("Warning");
        case Severity::note:
            return IssuesPanel::tr("Note", "severity of an issue");
    }
    return {};
}

QIcon severityIcon(Severity severity, const Theme& theme, qreal ratio) {
    switch (severity) {
        case Severity::error:
            return tintedPixmap(QStringLiteral("error"), theme.bad, 16, ratio);
        case Severity::warning:
            return tintedPixmap(QStringLiteral("warning"), theme.warning, 16, ratio);
        case Severity::note:
            return tintedPixmap(QStringLiteral("note"), theme.accent, 16, ratio);
    }
    return {};
}

// Trees give a row one line, whatever the width of its column.
class WrappingDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QStyleOptionViewItem in_column = option;
        if (const auto* tree = qobject_cast<const QTreeView*>(option.widget))
            in_column.rect = QRect(0, 0, tree->columnWidth(index.column()), QWIDGETSIZE_MAX);
        return QStyledItemDelegate::sizeHint(in_column, index);
    }
};

}  // namespace

struct IssuesPanel::Parts {
    IssuesPanel* panel;
    QLabel* summary;
    QLabel* empty;
    QTreeWidget* list;
    QStackedLayout* stack;
    std::vector<Issue> issues;  // in the order of the list

    void build();
    void fill();
    void retranslate();
    void color();
    void jump(QTreeWidgetItem* item) const;
    int count(Severity severity) const;
    QString summaryText() const;
};

IssuesPanel::IssuesPanel(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
    parts_->panel = this;
    parts_->build();
    parts_->retranslate();
    new ThemeFollower(this, [this] { parts_->color(); });
}

IssuesPanel::~IssuesPanel() = default;

void IssuesPanel::Parts::build() {
    summary = new QLabel(panel);
    summary->setObjectName(QStringLiteral("issues_summary"));
    summary->setContentsMargins(8, 5, 8, 5);
    list = new QTreeWidget(panel);
    list->setObjectName(QStringLiteral("issues_list"));
    list->setColumnCount(2);
    list->setRootIsDecorated(false);
    list->setWordWrap(true);
    list->setItemDelegate(new WrappingDelegate(list));
    list->setAlternatingRowColors(true);
    list->setFrameShape(QFrame::NoFrame);
    list->setTextElideMode(Qt::ElideMiddle);
    list->setTabKeyNavigation(false);
    list->header()->setStretchLastSection(false);
    list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    list->header()->setSectionResizeMode(1, QHeaderView::Interactive);
    list->header()->resizeSection(1, 180);
    // Lines of text come and go; not from within the layout that has resized the section.
    QObject::connect(
        list->header(), &QHeaderView::sectionResized, list, [this] { list->doItemsLayout(); },
        Qt::QueuedConnection);
    list->installEventFilter(panel);
    empty = new QLabel(panel);
    empty->setObjectName(QStringLiteral("issues_empty"));
    empty->setAlignment(Qt::AlignCenter);
    empty->setWordWrap(true);

    auto* filled = new QWidget(panel);
    auto* layout = new QVBoxLayout(filled);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(summary);
    layout->addWidget(list, 1);
    stack = new QStackedLayout(panel);
    stack->addWidget(empty);
    stack->addWidget(filled);
    QObject::connect(list, &QTreeWidget::itemDoubleClicked, panel,
                     [this](QTreeWidgetItem* item) { jump(item); });
}

void IssuesPanel::Parts::fill() {
    list->clear();
    QList<QTreeWidgetItem*> items;
    items.reserve(static_cast<qsizetype>(issues.size()));
    for (const Issue& issue : issues) {
        const QString message = QString::fromStdString(issue.message);
        const QString tensor = QString::fromStdString(issue.tensor);
        auto* item = new QTreeWidgetItem(
            {message, tensor.isEmpty() ? IssuesPanel::tr("(whole model)") : shortTensorName(tensor)});
        item->setToolTip(0, message);
        item->setToolTip(1, tensor);
        item->setData(0, Qt::AccessibleTextRole,
                      QStringLiteral("%1: %2").arg(severityText(issue.severity), message));
        items << item;
    }
    list->addTopLevelItems(items);
    stack->setCurrentIndex(issues.empty() ? 0 : 1);
    summary->setText(summaryText());
    color();
}

int IssuesPanel::Parts::count(Severity severity) const {
    return static_cast<int>(std::ranges::count(issues, severity, &Issue::severity));
}

QString IssuesPanel::Parts::summaryText() const {
    QStringList parts;
    if (const int errors = count(Severity::error); errors > 0)
        parts << IssuesPanel::tr("%n error(s)", nullptr, errors);
    if (const int warnings = count(Severity::warning); warnings > 0)
        parts << IssuesPanel::tr("%n warning(s)", nullptr, warnings);
    if (const int notes = count(Severity::note); notes > 0)
        parts << IssuesPanel::tr("%n note(s)", nullptr, notes);
    return parts.join(QStringLiteral(", "));
}

void IssuesPanel::Parts::retranslate() {
    list->setHeaderLabels({IssuesPanel::tr("Issue"), IssuesPanel::tr("Tensor")});
    list->setAccessibleName(IssuesPanel::tr("Issues"));
    list->setToolTip(IssuesPanel::tr("Double-click or press Enter to go to the tensor"));
    empty->setText(IssuesPanel::tr("No issues: nothing in this model needs attention."));
    fill();
}

void IssuesPanel::Parts::color() {
    const Theme& theme = themeOf(panel);
    QPalette muted;
    muted.setColor(QPalette::WindowText, theme.mutedText);
    summary->setPalette(muted);
    empty->setPalette(muted);
    const qreal ratio = panel->devicePixelRatioF();
    for (int row = 0; row < list->topLevelItemCount(); ++row) {
        const Issue& issue = issues[static_cast<std::size_t>(row)];
        QTreeWidgetItem* item = list->topLevelItem(row);
        item->setIcon(0, severityIcon(issue.severity, theme, ratio));
        item->setForeground(1, issue.tensor.empty() ? theme.faintText : theme.text);
    }
}

void IssuesPanel::Parts::jump(QTreeWidgetItem* item) const {
    const int row = item != nullptr ? list->indexOfTopLevelItem(item) : -1;
    if (row < 0 || issues[static_cast<std::size_t>(row)].tensor.empty()) return;
    emit panel->jumpToTensor(QString::fromStdString(issues[static_cast<std::size_t>(row)].tensor));
}

void IssuesPanel::setIssues(std::vector<Issue> issues) {
    std::ranges::stable_sort(issues, [](const Issue& a, const Issue& b) { return a.severity > b.severity; });
    if (issues == parts_->issues) return;
    parts_->issues = std::move(issues);
    parts_->fill();
}

int IssuesPanel::issueCount() const {
    return static_cast<int>(parts_->issues.size());
}

int IssuesPanel::problemCount() const {
    return parts_->count(Severity::warning) + parts_->count(Severity::error);
}

void IssuesPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) parts_->retranslate();
}

bool IssuesPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parts_->list && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            parts_->jump(parts_->list->currentItem());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace halfstep
