// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/views/channels_view.h"

#include "app/views/nothing_to_show.h"
#include "core/analysis/channel_profile.h"
#include "widgets/plots/channel_plot.h"
#include "widgets/style/tensor_name.h"

#include <QVBoxLayout>

#include <utility>

namespace halfstep {
namespace {

constexpr auto lane = "channel-profile";
constexpr std::size_t map_rows = 256;
constexpr std::size_t map_columns = 256;

}  // namespace

ChannelsView::ChannelsView(Document& document, Inspection& inspection, JobRunner& jobs, QWidget* parent)
    : View(parent), document_(document), inspection_(inspection), jobs_(jobs), plot_(new ChannelPlot) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(plot_);
    const auto changed = [this] {
        stale_ = true;
        refresh();
    };
    connect(plot_, &ChannelPlot::cellSelected, this,
            [this](std::uint64_t channel, std::uint64_t input, std::uint64_t channels, std::uint64_t inputs) {
                emit weightsChosen({channel, input}, {channels, inputs});
            });
    connect(&inspection_, &Inspection::tensorChanged, this, changed);
    connect(&document_, &Document::schemesChanged, this, [this, changed](const QList<int>& tensors) {
        if (tensors.contains(inspection_.tensor())) changed();
    });
}

PlotView* ChannelsView::plot() const {
    return plot_;
}

void ChannelsView::setActive(bool active) {
    active_ = active;
    refresh();
}

void ChannelsView::retranslate() {
    if (plot_->hasData()) return;
    stale_ = true;
    refresh();
}

void ChannelsView::showChannel(std::uint64_t channel) {
    plot_->setSelectedChannel(static_cast<std::size_t>(channel));
}

bool ChannelsView::isSettled() const {
    return !stale_ && !jobs_.isRunning(lane);
}

void ChannelsView::refresh() {
    if (!active_ || !stale_) return;
    stale_ = false;
    jobs_.cancelLane(lane);
    const TensorInfo* tensor = inspection_.info();
    const QString why = tensor == nullptr ? QString() : whyNothingToShow(*tensor);
    if (tensor == nullptr || !why.isEmpty()) {
        plot_->clear(why);
        return;
    }
    Scheme scheme = document_.scheme(inspection_.tensor());
    if (!why_not_applicable(scheme, matrix_shape(*tensor).inputs).empty()) scheme = Scheme{};
    const QString subject = shortTensorName(QString::fromStdString(tensor->name));
    const std::shared_ptr<const Model> model = document_.model();
    jobs_.start<ChannelProfile>(
        {lane, tr("Ranges of the channels of %1").arg(QString::fromStdString(tensor->name))},
        [model, importance = document_.importance(), index = inspection_.tensor(),
         scheme](const JobContext& job) {
            return compute_channel_profile(*model, model->tensors()[static_cast<std::size_t>(index)], scheme,
                                           map_rows, map_columns, job, importance.get());
        },
        [this, subject, notation = QString::fromStdString(to_string(scheme)),
         importance = document_.importance(), name = tensor->name](ChannelProfile profile) {
            const TensorImportance* of_tensor = importance ? importance->find(name) : nullptr;
            plot_->setSubject(subject, {notation});
            plot_->setProfile(profile, of_tensor == nullptr ? std::vector<double>{} : of_tensor->by_input());
        });
}

}  // namespace halfstep
