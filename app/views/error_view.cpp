// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/views/error_view.h"

#include "app/views/nothing_to_show.h"
#include "widgets/plots/error_plot.h"
#include "widgets/style/tensor_name.h"

#include <QVBoxLayout>

namespace halfstep {

ErrorView::ErrorView(Document& document, Inspection& inspection, QWidget* parent)
    : View(parent), document_(document), inspection_(inspection), plot_(new ErrorPlot) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(plot_);
    connect(&inspection_, &Inspection::profileChanged, this, &ErrorView::show);
    connect(&inspection_, &Inspection::tensorChanged, this, &ErrorView::show);
    connect(&document_, &Document::measurementAdded, this, [this](int tensor) {
        if (tensor == inspection_.tensor() && inspection_.profile() == nullptr) show();
    });
}

PlotView* ErrorView::plot() const {
    return plot_;
}

void ErrorView::setActive(bool active) {
    active_ = active;
    if (active) show();
}

QString ErrorView::whyEmpty() const {
    const TensorInfo* tensor = inspection_.info();
    if (tensor == nullptr) return {};
    if (QString why = whyNothingToShow(*tensor); !why.isEmpty()) return why;
    if (document_.scheme(inspection_.tensor()).family == Family::keep)
        return tr("This tensor is kept as it is: there is no error. Choose a scheme on the right.");
    const Measurement* measured = document_.currentMeasurement(inspection_.tensor());
    if (measured != nullptr && !measured->refused.empty()) return QString::fromStdString(measured->refused);
    return tr("Measuring…");
}

bool ErrorView::isSettled() const {
    if (inspection_.profile() != nullptr || inspection_.info() == nullptr) return true;
    const Measurement* measured = document_.currentMeasurement(inspection_.tensor());
    return document_.scheme(inspection_.tensor()).family == Family::keep ||
           (measured != nullptr && !measured->refused.empty());
}

void ErrorView::show() {
    if (!active_) return;
    const ErrorProfile* profile = inspection_.profile();
    if (profile == nullptr || inspection_.info()->elements == 0) {
        plot_->clear(whyEmpty());
        return;
    }
    plot_->setSubject(shortTensorName(QString::fromStdString(inspection_.info()->name)),
                      {QString::fromStdString(to_string(document_.scheme(inspection_.tensor())))});
    plot_->setProfile(*profile);
}

}  // namespace halfstep
