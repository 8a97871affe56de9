// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/views/candidate_picker.h"

#include "app/views/candidate_sets.h"
#include "app/views/problem_mark.h"
#include "app/views/scheme_sets.h"
#include "core/base/error.h"
#include "core/exports/target_options.h"
#include "widgets/style/theme_follower.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>

#include <algorithm>
#include <string_view>
#include <utility>

namespace halfstep {
namespace {

// Those that the field stands for when it is empty.
std::vector<Scheme> usual_schemes(const std::string& target) {
    return target.empty() ? candidate_sets().front().schemes : target_candidates(find_export_target(target));
}

}  // namespace

CandidatePicker::CandidatePicker(QWidget* parent)
    : QWidget(parent), text_(new QComboBox), targets_(new QComboBox), schemes_(usual_schemes({})) {
    text_->setObjectName("candidates");
    text_->setEditable(true);
    text_->setInsertPolicy(QComboBox::NoInsert);
    text_->setMinimumContentsLength(16);
    text_->lineEdit()->setFont(monospaceFont());
    text_->setCompleter(nullptr);
    targets_->setObjectName("target");
    targets_->setMinimumContentsLength(11);
    for (QComboBox* box : {text_, targets_})
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setFocusProxy(text_);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(10);
    row->addWidget(text_, 1);
    row->addWidget(targets_);

    connect(text_, &QComboBox::activated, this, [this](int index) {
        text_->setEditText(text_->itemData(index).toString());
        takeText();
    });
    connect(text_->lineEdit(), &QLineEdit::editingFinished, this, &CandidatePicker::takeText);
    connect(targets_, &QComboBox::activated, this, &CandidatePicker::takeTarget);
    new ThemeFollower(this, [this] { showProblem(); });
    retranslate();
}

// The field ends an edit when it loses the focus, which it still may while the widget is taken apart.
CandidatePicker::~CandidatePicker() {
    text_->lineEdit()->disconnect(this);
}

void CandidatePicker::takeText() {
    try {
        std::vector<Scheme> schemes = parse_schemes(text_->currentText());
        if (schemes.empty()) schemes = usual_schemes(target_);
        if (!target_.empty()) check_candidates(find_export_target(target_), schemes);
        take(std::move(schemes));
    } catch (const Error& error) {
        problem_ = QString::fromUtf8(error.what());
        showProblem();
        emit changed();
    }
}

void CandidatePicker::takeTarget(int index) {
    const std::string target = targets_->itemData(index).toString().toStdString();
    if (target == target_) return;
    target_ = target;
    take(usual_schemes(target_));
}

void CandidatePicker::take(std::vector<Scheme> schemes) {
    schemes_ = std::move(schemes);
    problem_.clear();
    text_->setEditText(schemes_text(schemes_));
    text_->lineEdit()->setCursorPosition(0);
    showProblem();
    emit changed();
}

void CandidatePicker::showProblem() {
    text_->setToolTip(
        problem_.isEmpty() ? tr("Schemes to choose from, in their notation, separated by spaces") : problem_);
    markProblem(*text_->lineEdit(), QPalette::Text, !problem_.isEmpty());
}

void CandidatePicker::setLeftOut(const QStringList& sentences) {
    const QString held =
        tr("The plan is one that this export target can hold, layer by layer and as a whole");
    targets_->setToolTip((QStringList{held} + sentences).join(QLatin1Char('\n')));
}

void CandidatePicker::fillSets() {
    const QString text = text_->currentText();
    text_->clear();
    for (const CandidateSet& set : candidate_sets()) {
        text_->addItem(set.name, schemes_text(set.schemes));
        text_->setItemData(text_->count() - 1, schemes_text(set.schemes), Qt::ToolTipRole);
    }
    text_->setEditText(text.isEmpty() ? schemes_text(schemes_) : text);
    text_->lineEdit()->setCursorPosition(0);
}

void CandidatePicker::fillTargets() {
    targets_->clear();
    targets_->addItem(tr("for any target"), QString());
    for (const auto& target : export_targets()) {
        if (target->kind() == TargetKind::report) continue;
        const std::string_view name = target->name();
        const QString text = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
        targets_->addItem(tr("for %1").arg(text), text);
    }
    targets_->setCurrentIndex(std::max(0, targets_->findData(QString::fromStdString(target_))));
}

void CandidatePicker::retranslate() {
    text_->setAccessibleName(tr("Candidates"));
    targets_->setAccessibleName(tr("Export target"));
    fillSets();
    fillTargets();
    setLeftOut({});
    showProblem();
}

}  // namespace halfstep
