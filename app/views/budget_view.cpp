// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/views/budget_view.h"

#include "app/settings/device_name.h"
#include "app/views/candidate_picker.h"
#include "app/views/candidate_sets.h"
#include "app/views/nothing_to_show.h"
#include "app/views/problem_mark.h"
#include "core/base/error.h"
#include "widgets/plots/budget_plot.h"
#include "widgets/style/elided_label.h"
#include "widgets/style/icons.h"
#include "widgets/style/number_text.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSettings>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr auto device_key = "budget/device";
constexpr double most_bits = 32;
enum SensitivityChoice { every_tensor_the_same, by_role, of_a_file };

BudgetData::Point point_of(const AllocationChoice& choice) {
    return {choice.bits_per_weight, choice.loss, choice.bytes};
}

}  // namespace

BudgetView::BudgetView(Document& document, Inspection& inspection, MeasureService& measures, JobRunner& jobs,
                       QWidget* parent)
    : View(parent),
      document_(document),
      inspection_(inspection),
      planner_(document, measures, jobs, {.candidates = candidate_sets().front().schemes}),
      plot_(new BudgetPlot) {
    buildControls();
    connectParts();
    new ThemeFollower(this, [this] { showNumbers(); });
    BudgetView::retranslate();
    devicesChanged();
}

// The fields end an edit when they lose the focus, which they still may while the widget is taken apart.
BudgetView::~BudgetView() {
    bits_->disconnect(this);
    size_->disconnect(this);
}

void BudgetView::buildControls() {
    candidates_ = new CandidatePicker;
    sensitivity_ = new QComboBox;
    sensitivity_->setObjectName("sensitivity");
    sensitivity_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    sensitivity_->setMinimumContentsLength(10);
    protect_ = new QCheckBox;
    protect_->setObjectName("protect");
    fuse_ = new QCheckBox;
    fuse_->setObjectName("fuse");
    bits_ = new QDoubleSpinBox;
    bits_->setObjectName("budgetBits");
    bits_->setRange(0, most_bits);
    bits_->setDecimals(3);
    bits_->setSingleStep(0.1);
    bits_->setKeyboardTracking(false);
    size_ = new QDoubleSpinBox;
    size_->setObjectName("budgetSize");
    size_->setRange(0, 1e9);
    size_->setDecimals(3);
    size_->setSingleStep(0.1);
    size_->setKeyboardTracking(false);
    use_ = new QPushButton;
    use_->setObjectName("usePlan");
    comparison_ = new ElidedLabel(nullptr, Qt::ElideRight);
    comparison_->setObjectName("comparison");
    device_ = new QComboBox;
    device_->setObjectName("device");
    device_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    device_->setMinimumContentsLength(14);
    edit_devices_ = new QToolButton;
    edit_devices_->setIcon(themedIcon(QStringLiteral("settings")));
    edit_devices_->setAutoRaise(true);
    cost_ = new ElidedLabel(nullptr, Qt::ElideRight);
    candidates_label_ = new QLabel;
    sensitivity_label_ = new QLabel;
    bits_label_ = new QLabel;
    device_label_ = new QLabel;

    auto* grid = new QGridLayout;
    grid->setContentsMargins(8, 0, 8, 6);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(4);
    const auto line = [](std::initializer_list<QWidget*> widgets, int stretched) {
        auto* row = new QHBoxLayout;
        row->setSpacing(10);
        int place = 0;
        for (QWidget* widget : widgets)
            row->addWidget(widget, place++ == stretched ? 1 : 0);
        return row;
    };
    const auto add = [grid](int row, QLabel* label, QWidget* buddy, QLayout* layout) {
        label->setBuddy(buddy);
        grid->addWidget(label, row, 0);
        grid->addLayout(layout, row, 1);
    };
    grid->addWidget(comparison_, 0, 0, 1, 2);
    auto* gap = new QWidget;  // keeps the button at its own width
    add(1, bits_label_, bits_, line({bits_, size_, use_, gap}, 3));
    add(2, candidates_label_, candidates_, line({candidates_}, 0));
    add(3, sensitivity_label_, sensitivity_, line({sensitivity_, protect_, fuse_}, 0));
    add(4, device_label_, device_, line({device_, edit_devices_}, 0));
    grid->addWidget(cost_, 5, 1);
    grid->setColumnStretch(1, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(plot_, 1);
    column->addLayout(grid);
}

void BudgetView::connectParts() {
    connect(&soon_, &PacedTimer::due, this, &BudgetView::show);
    connect(&planner_, &BudgetPlanner::changed, this, [this] {
        if (active_) show();
    });
    connect(&planner_, &BudgetPlanner::failed, this, &BudgetView::failed);
    connect(&document_, &Document::modelChanged, this, [this] { cells_.clear(); });
    connect(&document_, &Document::measurementAdded, this, [this] {
        if (active_) soon_.news();
    });
    connect(&document_, &Document::locksChanged, this, [this] {
        if (active_) show();
    });
    connect(&inspection_, &Inspection::tensorChanged, this, [this] {
        if (const TensorInfo* tensor = inspection_.info())
            plot_->setSelectedTensor(QString::fromStdString(tensor->name));
    });
    connect(plot_, &BudgetPlot::budgetDragged, &planner_, &BudgetPlanner::moveBudget);
    connect(plot_, &BudgetPlot::budgetReleased, &planner_, &BudgetPlanner::endMove);
    connect(plot_, &BudgetPlot::tensorSelected, this,
            [this](const QString& name) { emit tensorChosen(document_.indexOf(name.toStdString())); });
    connect(plot_, &BudgetPlot::lockRequested, this, [this](const QStringList& names, bool lock) {
        QList<int> tensors;
        for (const QString& name : names)
            tensors.append(document_.indexOf(name.toStdString()));
        document_.setLocked(tensors, lock,
                            lock ? tr("lock %n layer(s)", nullptr, static_cast<int>(tensors.size()))
                                 : tr("unlock %n layer(s)", nullptr, static_cast<int>(tensors.size())));
    });
    connect(bits_, &QDoubleSpinBox::valueChanged, this, [this](double bits) {
        if (showing_) return;
        planner_.moveBudget(bits);
        planner_.endMove();
    });
    connect(size_, &QDoubleSpinBox::valueChanged, this, [this](double size) {
        if (showing_) return;
        planner_.moveBudget(planner_.bitsOf(size * size_unit_));
        planner_.endMove();
    });
    connect(use_, &QPushButton::clicked, &planner_, &BudgetPlanner::usePlan);
    connect(candidates_, &CandidatePicker::changed, this, &BudgetView::takeCandidates);
    connect(sensitivity_, &QComboBox::activated, this, &BudgetView::takeSensitivity);
    connect(protect_, &QCheckBox::toggled, this, &BudgetView::takeRules);
    connect(fuse_, &QCheckBox::toggled, this, &BudgetView::takeRules);
    connect(device_, &QComboBox::activated, this, [this] {
        QSettings().setValue(device_key, device_->currentData());
        showNumbers();
    });
    connect(edit_devices_, &QToolButton::clicked, this, &BudgetView::devicesRequested);
}

PlotView* BudgetView::plot() const {
    return plot_;
}

bool BudgetView::isSettled() const {
    return !soon_.isActive() && !planner_.isBusy();
}

void BudgetView::setActive(bool active) {
    active_ = active;
    planner_.setActive(active);
    if (active) show();
}

void BudgetView::takeCandidates() {
    BudgetPlanner::Settings settings = planner_.settings();
    settings.candidates = candidates_->schemes();
    settings.target = candidates_->target();
    planner_.setSettings(std::move(settings));
    showNumbers();
}

void BudgetView::takeSensitivity(int index) {
    if (index == of_a_file) {
        emit sensitivityFileRequested();
        fillSensitivities();
        return;
    }
    planner_.loadSensitivities({});
    BudgetPlanner::Settings settings = planner_.settings();
    settings.by_role = index == by_role;
    planner_.setSettings(std::move(settings));
}

void BudgetView::takeRules() {
    BudgetPlanner::Settings settings = planner_.settings();
    settings.protect = protect_->isChecked();
    settings.fuse = fuse_->isChecked();
    planner_.setSettings(std::move(settings));
}

void BudgetView::devicesChanged() {
    try {
        devices_ = all_devices();
    } catch (const Error& error) {
        devices_ = known_devices();
        emit failed(QString::fromUtf8(error.what()));
    }
    const QString chosen =
        QSettings().value(device_key, QStringLiteral("NVIDIA GeForce RTX 4090")).toString();
    device_->clear();
    for (const Device& device : devices_)
        device_->addItem(deviceName(device), QString::fromStdString(device.name));
    device_->setCurrentIndex(std::max(0, device_->findData(chosen)));
    showNumbers();
}

const QString& BudgetView::textOf(const Scheme& scheme) {
    const auto known = std::ranges::find(texts_, scheme, &std::pair<Scheme, QString>::first);
    if (known != texts_.end()) return known->second;
    return texts_.emplace_back(scheme, QString::fromStdString(to_string(scheme))).second;
}

void BudgetView::describeTensors() {
    cells_.clear();
    for (const int tensor : planner_.tensors()) {
        const TensorInfo& info = document_.tensor(tensor);
        BudgetData::Cell cell;
        cell.tensor = QString::fromStdString(info.name);
        cell.role = info.role;
        cell.block = info.block;
        cell.elements = info.elements;
        cells_.push_back(std::move(cell));
    }
}

void BudgetView::fillChoices(BudgetData& shown) {
    const std::shared_ptr<const Allocation>& allocation = planner_.allocation();
    if (allocation == nullptr) {
        shown.note = stateText();
        front_.reset();
    } else if (!front_ || front_of_ != allocation) {
        std::vector<BudgetData::Point> corners;
        for (const Allocation::Point& point : allocation->front())
            corners.push_back({point.bits_per_weight, point.loss, point.bytes});
        front_ = std::make_shared<const std::vector<BudgetData::Point>>(std::move(corners));
    }
    front_of_ = allocation;
    shown.front = front_;
    if (allocation == nullptr) return;
    for (const UniformChoice& choice : allocation->uniform_choices())
        shown.uniform.push_back({textOf(choice.scheme), point_of(choice.choice)});
    if (planner_.uniform())
        shown.methods.push_back({tr("one scheme that fits"), point_of(planner_.uniform()->choice)});
    if (planner_.closedForm()) shown.methods.push_back({tr("closed form"), point_of(*planner_.closedForm())});
    if (planner_.greedy()) shown.methods.push_back({tr("greedy"), point_of(*planner_.greedy())});
    if (!planner_.best()) return;
    shown.best = point_of(*planner_.best());
    shown.budget_bytes = static_cast<std::uint64_t>(planner_.bytesOf(planner_.budget()));
    shown.gap = planner_.best()->gap;
}

BudgetData BudgetView::shownData() {
    BudgetData shown;
    shown.budget = planner_.budget();
    fillChoices(shown);
    if (const auto loss = planner_.planLoss()) shown.plan = BudgetData::Point{planner_.planBits(), *loss, 0};
    if (cells_.size() != planner_.tensors().size()) describeTensors();
    shown.cells = cells_;
    for (std::size_t place = 0; place < shown.cells.size(); ++place) {
        const int tensor = planner_.tensors()[place];
        const auto of_scheme = [&](const Scheme& scheme, double& bits, std::optional<double>& error) {
            const Measurement* measured = document_.measurement(tensor, scheme);
            const TensorInfo& info = document_.tensor(tensor);
            const bool known = measured != nullptr && measured->refused.empty();
            const auto elements = static_cast<double>(std::max<std::uint64_t>(1, info.elements));
            bits = known ? measured->bits_per_weight
                         : static_cast<double>(planned_bits(info, scheme)) / elements;
            error = scheme.family == Family::keep ? std::optional(0.0)
                    : known                       ? rel_error(measured->sums)
                                                  : std::nullopt;
        };
        BudgetData::Cell& cell = shown.cells[place];
        cell.scheme = textOf(document_.scheme(tensor));
        cell.former_scheme = textOf(planner_.formerScheme(place));
        cell.locked = document_.isLocked(tensor);
        of_scheme(document_.scheme(tensor), cell.bits, cell.rel_error);
        of_scheme(planner_.formerScheme(place), cell.former_bits, cell.former_rel_error);
    }
    return shown;
}

void BudgetView::show() {
    if (!document_.isOpen() || planner_.tensors().empty()) {
        plot_->clear(document_.isOpen() && !planner_.isBusy() ? nothingToQuantize() : QString());
        return;
    }
    plot_->setData(shownData());
    showNumbers();
}

void BudgetView::showNumbers() {
    showing_ = true;
    const bool told = !candidates_->problem().isEmpty();
    bits_->setValue(planner_.budget());
    chooseSizeUnit();
    size_->setValue(planner_.bytesOf(planner_.budget()) / size_unit_);
    showing_ = false;
    use_->setEnabled(planner_.best().has_value());
    const bool problem = told || !planner_.problem().isEmpty();
    comparison_->setMostLines(problem ? 2 : 1);
    comparison_->setText(told ? candidates_->problem() : planner_.best() ? comparisonText() : stateText());
    comparison_->setToolTip(
        planner_.best() && planner_.isRestricted() && !told
            ? tr("%1\nProven among plans whose schemes go together in %2, with one scheme for all layers "
                 "that share a setting there")
                  .arg(comparison_->text(), QString::fromStdString(planner_.settings().target))
            : QString());
    markProblem(*comparison_, QPalette::WindowText, problem);
    candidates_->setLeftOut(planner_.leftOut());
    showCost();
    const bool from_file = !planner_.sensitivitySource().isEmpty();
    if (from_file != (sensitivity_->currentIndex() == of_a_file)) fillSensitivities();
}

// That of the size itself, like sizes elsewhere; while it is edited, the unit stays.
void BudgetView::chooseSizeUnit() {
    if (size_->hasFocus()) return;
    const double bytes = planner_.bytesOf(planner_.budget());
    size_unit_ = bytes >= 1e9 ? 1e9 : bytes >= 1e6 ? 1e6 : 1e3;
    size_->setSuffix(size_unit_ == 1e9   ? QStringLiteral(" GB")
                     : size_unit_ == 1e6 ? QStringLiteral(" MB")
                                         : QStringLiteral(" kB"));
}

// Why there is no plan.
QString BudgetView::stateText() const {
    if (!planner_.problem().isEmpty()) return planner_.problem();
    const double share = planner_.measuredShare();
    return share < 1 ? tr("Measuring the candidates: %1 %").arg(static_cast<int>(100 * share)) : QString();
}

QString BudgetView::comparisonText() const {
    const BestChoice& best = *planner_.best();
    QStringList parts;
    const QString target = QString::fromStdString(planner_.settings().target);
    const QString error = shortNumber(best.loss, 3);
    if (!best.proven())
        parts << tr("best so far: error %1, at most %2 above the least").arg(error, shareText(best.gap));
    else
        parts << (planner_.isRestricted()
                      ? tr("best within the settings of %1: error %2, proven").arg(target, error)
                      : tr("best: error %1, proven").arg(error));
    const auto times = [&](const AllocationChoice& choice) {
        return best.loss > 0 ? QStringLiteral("×") + QLocale().toString(choice.loss / best.loss, 'f', 2)
                             : shortNumber(choice.loss, 3);
    };
    if (planner_.uniform())
        parts << QStringLiteral("%1 %2").arg(QString::fromStdString(to_string(planner_.uniform()->scheme)),
                                             times(planner_.uniform()->choice));
    if (planner_.closedForm()) parts << tr("closed form %1").arg(times(*planner_.closedForm()));
    if (planner_.greedy()) parts << tr("greedy %1").arg(times(*planner_.greedy()));
    return parts.join(QStringLiteral(" · "));
}

void BudgetView::showCost() {
    const auto index = static_cast<std::size_t>(device_->currentIndex());
    cost_->setText({});
    if (!document_.isOpen() || index >= devices_.size()) return;
    const Device& device = devices_[index];
    const DeviceCost cost = device_cost(*document_.model(), document_.plan(), device);
    QStringList parts;
    const QString sizes = tr("%1 of %2").arg(sizeText(cost.bytes), sizeText(device.memory));
    parts << (cost.fits ? tr("fits: %1").arg(sizes) : tr("does not fit: %1").arg(sizes));
    if (cost.tokens_per_second)
        parts << tr("estimate: %1 tokens/s").arg(integerText(two_digits(*cost.tokens_per_second)));
    const QString shorter = parts.join(QStringLiteral(" · "));
    parts << tr("compute ×%1").arg(QLocale().toString(cost.compute_ratio, 'f', 2));
    cost_->setText(parts.join(QStringLiteral(" · ")));
    cost_->setShorterTexts({shorter});
}

void BudgetView::fillSensitivities() {
    const QString file = planner_.sensitivitySource();
    sensitivity_->clear();
    sensitivity_->addItems({tr("Every layer counts the same"), tr("By role"),
                            file.isEmpty() ? tr("From a file…") : tr("From %1").arg(file)});
    sensitivity_->setCurrentIndex(!file.isEmpty()               ? of_a_file
                                  : planner_.settings().by_role ? by_role
                                                                : every_tensor_the_same);
}

void BudgetView::retranslate() {
    // A point in a language of commas is a slip, not a sign between thousands.
    for (QDoubleSpinBox* box : {bits_, size_}) {
        QLocale locale;
        locale.setNumberOptions(QLocale::OmitGroupSeparator | QLocale::RejectGroupSeparator);
        box->setLocale(locale);
    }
    bits_label_->setText(tr("B&udget"));
    bits_->setSuffix(tr(" bits"));
    bits_->setToolTip(tr("Mean over all weights that a scheme is chosen for"));
    size_->setToolTip(tr("The same as the size of the whole model, with everything that is kept"));
    size_->setAccessibleName(tr("Budget as a size"));
    use_->setText(tr("Use best plan"));
    use_->setToolTip(tr("Gives every layer the scheme that the best plan for this budget has for it"));
    candidates_label_->setText(tr("&Candidates"));
    candidates_->retranslate();
    sensitivity_label_->setText(tr("Sensi&tivity"));
    sensitivity_->setToolTip(tr("How much a layer's squared relative error counts"));
    protect_->setText(tr("Protect ends"));
    protect_->setToolTip(tr("Embeddings, output head, first and last block get at least 8 bits a weight"));
    fuse_->setText(tr("Tie fused"));
    fuse_->setToolTip(
        tr("Queries, keys and values of a block share a scheme, and so do gate and up: runtimes that fuse "
           "them need it"));
    device_label_->setText(tr("&Device"));
    edit_devices_->setToolTip(tr("Edit the table of devices"));
    edit_devices_->setAccessibleName(edit_devices_->toolTip());
    cost_->setToolTip(
        tr("Weights alone, without caches and activations. Compute: bit operations of the matrix "
           "products, of 16 times 16 bits. Tokens per second: bandwidth over the bytes that a token "
           "reads, an upper bound in practice."));
    for (int i = 0; i < device_->count(); ++i)
        device_->setItemText(i, deviceName(devices_[static_cast<std::size_t>(i)]));
    fillSensitivities();
    if (active_)
        show();
    else
        showNumbers();
}

}  // namespace halfstep
