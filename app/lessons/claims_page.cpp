// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/claims_page.h"

#include "app/lessons/claim_texts.h"
#include "core/model_files/model.h"
#include "widgets/lessons/parameter_controls.h"
#include "widgets/style/number_text.h"
#include "widgets/style/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QTextBrowser>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <utility>

namespace halfstep {
namespace {

constexpr auto lane = "claims";
constexpr int progress_steps = 1000;

enum Column { verdict_column, statement_column, source_column };

QString textOf(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

// Rich text has no place for the mark of x̂ above its line.
QString withoutHats(QString text) {
    return text.replace(QStringLiteral("x\u0302"), QStringLiteral("x′"));
}

// Those at scale take minutes: they are for the command line.
std::vector<const Claim*> measurableClaims() {
    std::vector<const Claim*> claims;
    for (const Claim* claim : all_claims())
        if (!claim->at_scale) claims.push_back(claim);
    return claims;
}

QString paragraph(const QString& heading, const QString& text) {
    return text.isEmpty() ? QString()
                          : QStringLiteral("<p><b>%1</b><br>%2</p>").arg(heading, text.toHtmlEscaped());
}

}  // namespace

ClaimsPage::ClaimsPage(JobRunner& jobs, QString sample, QWidget* parent)
    : QWidget(parent), jobs_(jobs), sample_(std::move(sample)) {
    setAutoFillBackground(true);
    build();
    fill();
    retranslate();
    connect(button_, &QPushButton::clicked, this, [this] { running_ ? stop() : measure(); });
    connect(list_, &QTreeWidget::currentItemChanged, this, &ClaimsPage::showDetails);
    list_->setCurrentItem(list_->topLevelItem(0));
}

ClaimsPage::~ClaimsPage() {
    jobs_.cancelLane(QLatin1String(lane));
}

void ClaimsPage::build() {
    title_ = new QLabel;
    introduction_ = new QLabel;
    introduction_->setWordWrap(true);
    button_ = new QPushButton;
    button_->setObjectName(QStringLiteral("measure_claims"));
    progress_ = new QProgressBar;
    progress_->setRange(0, progress_steps);
    progress_->setTextVisible(false);
    progress_->setMaximumWidth(220);
    state_ = new QLabel;
    state_->setForegroundRole(QPalette::PlaceholderText);
    list_ = new QTreeWidget;
    list_->setObjectName(QStringLiteral("claims"));
    list_->setRootIsDecorated(false);
    list_->setAlternatingRowColors(true);
    list_->setStyleSheet(QStringLiteral("QTreeView::item { padding: 4px 3px; }"));
    list_->setWordWrap(true);
    details_ = new QTextBrowser;
    details_->setOpenExternalLinks(false);
    auto* row = new QHBoxLayout;
    row->addWidget(button_);
    row->addWidget(progress_);
    row->addWidget(state_, 1);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(list_);
    splitter->addWidget(details_);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 6, 12, 10);
    column->setSpacing(8);
    column->addWidget(title_);
    column->addWidget(introduction_);
    column->addLayout(row);
    column->addWidget(splitter, 1);
}

void ClaimsPage::fill() {
    list_->setColumnCount(3);
    for (const Claim* claim : measurableClaims()) {
        auto* item = new QTreeWidgetItem(list_);
        item->setData(verdict_column, Qt::UserRole, textOf(claim->id));
    }
    list_->header()->setStretchLastSection(false);
    list_->header()->setSectionResizeMode(verdict_column, QHeaderView::ResizeToContents);
    list_->header()->setSectionResizeMode(statement_column, QHeaderView::Stretch);
    list_->header()->setSectionResizeMode(source_column, QHeaderView::Interactive);
    list_->header()->resizeSection(source_column, 200);
}

void ClaimsPage::measure() {
    if (running_) return;
    running_ = true;
    results_.clear();
    problem_.clear();
    retranslate();
    jobs_.start<bool>(
        {QLatin1String(lane), tr("Measuring claims")},
        [this, path = sample_.toStdString(), claims = measurableClaims()](const JobContext& job) {
            ClaimInputs inputs;
            if (!path.empty()) inputs.sample = open_model(path, job);
            for (std::size_t i = 0; i < claims.size(); ++i) {
                const Claim* const one[] = {claims[i]};
                const ClaimResult result =
                    measure_claims(one, inputs, JobContext{job.stop, {}, job.threads}).front();
                jobs_.deliverPart(JobRunner::currentJob(), [this, result] { take(result); });
                job.report(static_cast<double>(i + 1) / static_cast<double>(claims.size()));
            }
            return true;
        },
        [this](bool) {
            running_ = false;
            retranslate();
        },
        [this](const QString& message) {
            running_ = false;
            problem_ = message;
            retranslate();
        });
}

void ClaimsPage::stop() {
    jobs_.cancelLane(QLatin1String(lane));
    running_ = false;
    retranslate();
}

void ClaimsPage::take(const ClaimResult& result) {
    results_.insert_or_assign(result.claim->id, result);
    retranslate();
}

const Claim* ClaimsPage::selected() const {
    const QTreeWidgetItem* item = list_->currentItem();
    return item == nullptr ? nullptr
                           : find_claim(item->data(verdict_column, Qt::UserRole).toString().toStdString());
}

void ClaimsPage::showVerdict(QTreeWidgetItem& item, const Claim& claim) const {
    const auto found = results_.find(claim.id);
    item.setText(verdict_column,
                 found == results_.end() ? noValueText() : verdictText(found->second.finding.verdict));
    if (found == results_.end()) return item.setForeground(verdict_column, themeOf(this).mutedText);
    const Theme& theme = themeOf(this);
    switch (found->second.finding.verdict) {
        case Verdict::holds:
            return item.setForeground(verdict_column, theme.good);
        case Verdict::holds_within_limits:
            return item.setForeground(verdict_column, theme.warning);
        case Verdict::does_not_hold:
            return item.setForeground(verdict_column, theme.bad);
    }
}

void ClaimsPage::showDetails() {
    const Claim* claim = selected();
    if (claim == nullptr) return details_->clear();
    QString html = QStringLiteral("<h3>%1</h3>").arg(claimText(claim->statement).toHtmlEscaped());
    html += paragraph(tr("Source"), claimText(claim->work) + QStringLiteral("; ") + claimText(claim->where));
    const auto found = results_.find(claim->id);
    if (found != results_.end()) {
        const ClaimFinding& finding = found->second.finding;
        html += paragraph(verdictText(finding.verdict), sentenceText(finding.explanation));
        html += paragraph(tr("The case in which it fails"), sentenceText(finding.counterexample));
    }
    html += paragraph(tr("How it is measured"), claimText(claim->measured));
    if (found != results_.end()) {
        QString rows;
        for (const ClaimFigure& figure : found->second.finding.figures)
            rows +=
                QStringLiteral("<tr><td style='padding-right:16px'>%1</td><td align='right'>%2 %3</td></tr>")
                    .arg(textOf(figure.name).toHtmlEscaped(), shortNumber(figure.value),
                         textOf(figure.unit).toHtmlEscaped());
        html += QStringLiteral("<table>%1</table>").arg(rows);
    }
    details_->setHtml(withoutHats(html));
}

void ClaimsPage::showState() {
    const auto measured = static_cast<int>(results_.size());
    const auto all = static_cast<int>(measurableClaims().size());
    button_->setText(withoutMnemonic(running_       ? tr("S&top")
                                     : measured > 0 ? tr("&Measure again")
                                                    : tr("&Measure them")));
    progress_->setVisible(running_);
    progress_->setValue(progress_steps * measured / all);
    if (!problem_.isEmpty()) return state_->setText(problem_);
    if (running_) return state_->setText(tr("%1 of %2").arg(measured).arg(all));
    if (measured == 0) return state_->setText(tr("half a minute"));
    int held = 0;
    int failed = 0;
    for (const auto& [id, result] : results_) {
        held += result.finding.verdict == Verdict::holds ? 1 : 0;
        failed += result.finding.verdict == Verdict::does_not_hold ? 1 : 0;
    }
    state_->setText(
        tr("%1 hold, %2 within limits, %3 do not").arg(held).arg(measured - held - failed).arg(failed));
}

void ClaimsPage::retranslate() {
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setWeight(QFont::DemiBold);
    title_->setFont(large);
    title_->setText(tr("The claims, measured"));
    introduction_->setText(
        tr("What textbooks and papers say about quantization, one by one, computed by the engine on random "
           "weights, on the bundled model and on networks trained for it. The command halfstep-cli claims "
           "prints "
           "the same, and more about very large models."));
    list_->setHeaderLabels({tr("Verdict"), tr("Claim"), tr("Source")});
    list_->setAccessibleName(tr("Claims"));
    for (int i = 0; i < list_->topLevelItemCount(); ++i) {
        QTreeWidgetItem& item = *list_->topLevelItem(i);
        const Claim& claim = *find_claim(item.data(verdict_column, Qt::UserRole).toString().toStdString());
        item.setText(statement_column, claimText(claim.statement));
        item.setText(source_column, claimText(claim.work));
        item.setToolTip(source_column, claimText(claim.work));
        showVerdict(item, claim);
    }
    showState();
    showDetails();
}

void ClaimsPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange || isThemeChange(event)) retranslate();
}

}  // namespace halfstep
