// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/views/compare_view.h"

#include "app/views/nothing_to_show.h"
#include "app/views/scheme_sets.h"
#include "core/base/error.h"
#include "widgets/plots/compare_plot.h"
#include "widgets/style/tensor_name.h"
#include "widgets/style/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include <algorithm>

namespace halfstep {
namespace {

constexpr auto lane = "compare";

}  // namespace

CompareView::CompareView(Document& document, Inspection& inspection, MeasureService& measures,
                         JobRunner& jobs, QWidget* parent)
    : View(parent),
      document_(document),
      inspection_(inspection),
      measures_(measures),
      jobs_(jobs),
      plot_(new ComparePlot),
      label_(new QLabel),
      text_(new QLineEdit),
      schemes_(comparison_schemes()) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(plot_, 1);
    auto* line = new QHBoxLayout;
    line->setContentsMargins(8, 0, 8, 6);
    line->addWidget(label_);
    line->addWidget(text_);
    label_->setBuddy(text_);
    column->addLayout(line);
    text_->setObjectName("comparedSchemes");
    text_->setFont(monospaceFont());
    text_->setText(schemes_text(schemes_));
    text_->setCursorPosition(0);
    connect(text_, &QLineEdit::editingFinished, this, &CompareView::takeText);

    connect(&soon_, &PacedTimer::due, this, &CompareView::show);
    const auto again = [this] {
        if (!active_) return;
        request();
        soon_.soon();
    };
    connect(&inspection_, &Inspection::tensorChanged, this, again);
    connect(&document_, &Document::schemesChanged, this, again);
    connect(&document_, &Document::measurementAdded, this, [this](int tensor) {
        if (active_ && tensor == inspection_.tensor()) soon_.news();
    });
    CompareView::retranslate();
}

// The field ends an edit when it loses the focus, which it still may while the widget is taken apart.
CompareView::~CompareView() {
    text_->disconnect(this);
}

PlotView* CompareView::plot() const {
    return plot_;
}

bool CompareView::isSettled() const {
    return !soon_.isActive() && !jobs_.isRunning(lane);
}

void CompareView::setActive(bool active) {
    active_ = active;
    if (!active) return;
    request();
    show();
}

void CompareView::takeText() {
    std::vector<Scheme> schemes;
    try {
        schemes = parse_schemes(text_->text());
    } catch (const Error& error) {
        text_->setToolTip(QString::fromUtf8(error.what()));
        QPalette palette = text_->palette();
        palette.setColor(QPalette::Text, themeOf(this).bad);
        text_->setPalette(palette);
        return;
    }
    text_->setPalette({});
    retranslate();
    schemes_ = schemes.empty() ? comparison_schemes() : std::move(schemes);
    text_->setText(schemes_text(schemes_));
    text_->setCursorPosition(0);
    request();
    show();
}

std::vector<Scheme> CompareView::shownSchemes() const {
    std::vector<Scheme> shown = schemes_;
    if (inspection_.tensor() < 0) return shown;
    const Scheme& own = document_.scheme(inspection_.tensor());
    if (own.family != Family::keep && std::find(shown.begin(), shown.end(), own) == shown.end())
        shown.insert(shown.begin(), own);
    return shown;
}

void CompareView::request() {
    if (inspection_.tensor() >= 0) measures_.request(lane, {}, {inspection_.tensor()}, shownSchemes());
}

void CompareView::show() {
    const TensorInfo* tensor = inspection_.info();
    const QString why = tensor == nullptr ? QString() : whyNothingToShow(*tensor);
    if (tensor == nullptr || !why.isEmpty()) {
        plot_->clear(why);
        return;
    }
    std::vector<ComparedScheme> compared;
    std::optional<std::size_t> own;
    for (const Scheme& scheme : shownSchemes()) {
        const Measurement* measured = document_.measurement(inspection_.tensor(), scheme);
        if (measured == nullptr) continue;
        if (scheme == document_.scheme(inspection_.tensor())) own = compared.size();
        compared.push_back({QString::fromStdString(to_string(scheme)), *measured});
    }
    plot_->setSubject(shortTensorName(QString::fromStdString(tensor->name)));
    plot_->setSchemes(std::move(compared));
    plot_->setSelected(own);
}

void CompareView::retranslate() {
    label_->setText(tr("S&chemes"));
    text_->setPlaceholderText(tr("Schemes to compare, separated by spaces"));
    text_->setToolTip(
        tr("Schemes to compare, in their notation, separated by spaces. Empty: the usual set."));
    text_->setAccessibleName(tr("Schemes to compare"));
    if (active_ && !plot_->hasData()) show();  // the sentence
}

}  // namespace halfstep
