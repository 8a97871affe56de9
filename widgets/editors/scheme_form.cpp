// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editors/scheme_form.h"

#include "widgets/editors/scheme_options.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QIntValidator>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QStandardItemModel>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

constexpr std::array families{Family::integer,      Family::logarithmic, Family::kmeans, Family::small_float,
                              Family::block_scaled, Family::floating,    Family::ggml,   Family::keep};

template <class Enum>
void addItem(QComboBox* box, Enum value) {
    box->addItem(QString(), static_cast<int>(value));
}

template <class Enum>
Enum chosen(const QComboBox* box, int index) {
    return static_cast<Enum>(box->itemData(index).toInt());
}

void setItem(QComboBox* box, int index, const QString& text, const QString& explanation) {
    box->setItemText(index, text);
    box->setItemData(index, explanation, Qt::ToolTipRole);
}

// Shows the value, or no value and the reason.
template <class Enum>
void showChoice(QComboBox* box, Enum value, bool allowed, const QString& reason, const QString& explanation) {
    box->setCurrentIndex(allowed ? box->findData(static_cast<int>(value)) : -1);
    box->setEnabled(allowed);
    box->setToolTip(allowed ? explanation : reason);
}

template <class Enum>
void enableItem(QComboBox* box, Enum value, bool enabled) {
    qobject_cast<QStandardItemModel*>(box->model())
        ->item(box->findData(static_cast<int>(value)))
        ->setEnabled(enabled);
}

void allow(QWidget* control, bool allowed, const QString& reason, const QString& explanation) {
    control->setEnabled(allowed);
    control->setToolTip(allowed ? explanation : reason);
}

QDoubleSpinBox* limitSpin(QWidget* parent, const char* name) {
    auto* spin = new QDoubleSpinBox(parent);
    spin->setObjectName(QLatin1String(name));
    spin->setDecimals(6);
    spin->setRange(-1e6, 1e6);
    spin->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    spin->setKeyboardTracking(false);
    spin->setMinimumWidth(spin->fontMetrics().horizontalAdvance(QStringLiteral("-0.000000")) + 30);
    spin->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    return spin;
}

}  // namespace

SchemeForm::SchemeForm(QWidget* parent) : QWidget(parent), scheme_(parse_scheme("int8")) {
    build();
    connectControls();
    retranslate();
}

void SchemeForm::build() {
    const auto combo = [this](const char* name) {
        auto* box = new QComboBox(this);
        box->setObjectName(QLatin1String(name));
        box->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        box->setPlaceholderText(QStringLiteral("–"));  // where the format has no choice
        box->setMinimumContentsLength(8);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        return box;
    };
    family_ = combo("scheme_family");
    for (const Family family : families)
        addItem(family_, family);

    bits_ = new QWidget(this);
    bits_slider_ = new QSlider(Qt::Horizontal, bits_);
    bits_slider_->setObjectName(QStringLiteral("scheme_bits_slider"));
    bits_slider_->setPageStep(1);
    bits_spin_ = new QSpinBox(bits_);
    bits_spin_->setObjectName(QStringLiteral("scheme_bits"));
    auto* bits = new QHBoxLayout(bits_);
    bits->setContentsMargins(0, 0, 0, 0);
    bits->addWidget(bits_slider_, 1);
    bits->addWidget(bits_spin_);

    format_ = combo("scheme_format");
    symmetry_ = combo("scheme_symmetry");
    for (const auto symmetry : {Symmetry::sym, Symmetry::symfull, Symmetry::asym})
        addItem(symmetry_, symmetry);
    granularity_ = combo("scheme_granularity");
    for (const auto granularity : {Granularity::tensor, Granularity::channel, Granularity::group})
        addItem(granularity_, granularity);
    group_size_ = combo("scheme_group_size");
    group_size_->setEditable(true);
    group_size_->setInsertPolicy(QComboBox::NoInsert);
    group_size_->setValidator(new QIntValidator(1, 65536, group_size_));
    for (const int size : {32, 64, 128, 256})
        group_size_->addItem(QString::number(size));
    range_ = combo("scheme_range");
    for (const auto range : {Range::minmax, Range::percentile, Range::mse, Range::kl, Range::clip})
        addItem(range_, range);
    percentile_ = new QDoubleSpinBox(this);
    percentile_->setObjectName(QStringLiteral("scheme_percentile"));
    percentile_->setDecimals(3);
    percentile_->setRange(0.001, 100);
    percentile_->setSingleStep(0.1);
    percentile_->setKeyboardTracking(false);

    clip_ = new QWidget(this);
    clip_low_ = limitSpin(clip_, "scheme_clip_low");
    clip_between_ = new QLabel(clip_);
    clip_high_ = limitSpin(clip_, "scheme_clip_high");
    auto* clip = new QHBoxLayout(clip_);
    clip->setContentsMargins(0, 0, 0, 0);
    clip->addWidget(clip_low_);
    clip->addWidget(clip_between_);
    clip->addWidget(clip_high_);

    scale_storage_ = combo("scheme_scale_storage");
    for (const auto storage : {ScaleStorage::s32, ScaleStorage::s16, ScaleStorage::dq})
        addItem(scale_storage_, storage);
    gamma_ = new QCheckBox(this);
    gamma_->setObjectName(QStringLiteral("scheme_gamma"));
    half_octave_ = new QCheckBox(this);
    half_octave_->setObjectName(QStringLiteral("scheme_half_octave"));

    form_ = new QFormLayout(this);
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setVerticalSpacing(4);
    form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    for (QWidget* field :
         std::initializer_list<QWidget*>{family_, bits_, format_, symmetry_, granularity_, group_size_,
                                         range_, percentile_, clip_, scale_storage_})
        form_->addRow(QStringLiteral(" "), field);
    static_cast<QLabel*>(form_->labelForField(bits_))->setBuddy(bits_spin_);
    static_cast<QLabel*>(form_->labelForField(clip_))->setBuddy(clip_high_);
    form_->addRow(QString(), gamma_);
    form_->addRow(QString(), half_octave_);

    // The wheel scrolls the panel; it does not change a value that nobody has clicked on.
    for (QWidget* field : std::initializer_list<QWidget*>{
             family_, bits_slider_, bits_spin_, format_, symmetry_, granularity_, group_size_, range_,
             percentile_, clip_low_, clip_high_, scale_storage_}) {
        field->setFocusPolicy(Qt::StrongFocus);
        field->installEventFilter(this);
    }
}

void SchemeForm::connectControls() {
    const auto on_choice = [this](QComboBox* box, auto change) {
        connect(box, &QComboBox::activated, this, [box, change](int index) { change(box, index); });
    };
    on_choice(family_, [this](QComboBox* box, int index) { editFamily(chosen<Family>(box, index)); });
    connect(bits_slider_, &QSlider::valueChanged, bits_spin_, &QSpinBox::setValue);
    connect(bits_spin_, &QSpinBox::valueChanged, this, [this](int bits) {
        Scheme wanted = scheme_;
        wanted.bits = bits;
        edit(wanted);
    });
    on_choice(format_, [this](QComboBox* box, int index) {
        const auto formats = formatsOf(scheme_.family);
        if (const QString name = box->itemText(index); !name.isEmpty())
            for (const Scheme& format : formats)
                if (name == QString::fromStdString(format_name(format))) edit(withFormat(scheme_, format));
    });
    on_choice(symmetry_, [this](QComboBox* box, int index) {
        edit(withSymmetry(scheme_, chosen<Symmetry>(box, index)));
    });
    on_choice(granularity_, [this](QComboBox* box, int index) {
        edit(withGranularity(scheme_, chosen<Granularity>(box, index), group_size_->currentText().toUInt()));
    });
    connect(group_size_, &QComboBox::currentTextChanged, this, [this](const QString& text) {
        const unsigned size = text.toUInt();
        if (size > 0 && scheme_.granularity == Granularity::group)
            edit(withGranularity(scheme_, Granularity::group, size));
    });
    on_choice(range_, [this](QComboBox* box, int index) { editRange(chosen<Range>(box, index)); });
    connect(percentile_, &QDoubleSpinBox::valueChanged, this, [this](double percentile) {
        Scheme wanted = scheme_;
        wanted.percentile = percentile;
        edit(wanted);
    });
    connect(clip_low_, &QDoubleSpinBox::valueChanged, this, &SchemeForm::editClip);
    connect(clip_high_, &QDoubleSpinBox::valueChanged, this, &SchemeForm::editClip);
    on_choice(scale_storage_, [this](QComboBox* box, int index) {
        Scheme wanted = scheme_;
        wanted.scale_storage = chosen<ScaleStorage>(box, index);
        edit(wanted);
    });
    connect(gamma_, &QCheckBox::toggled, this, [this](bool on) {
        Scheme wanted = scheme_;
        wanted.gamma = on;
        edit(wanted);
    });
    connect(half_octave_, &QCheckBox::toggled, this, [this](bool on) {
        Scheme wanted = scheme_;
        wanted.half_octave = on;
        edit(wanted);
    });
}

void SchemeForm::edit(const Scheme& wanted) {
    const Scheme possible = possibleScheme(wanted);
    if (possible == scheme_) {
        refresh();
        return;
    }
    setScheme(possible);
    emit edited(scheme_);
}

void SchemeForm::editFamily(Family family) {
    const auto former = last_.find(family);
    edit(former != last_.end() ? former->second : withFamily(scheme_, family));
}

void SchemeForm::editRange(Range range) {
    Scheme wanted = scheme_;
    wanted.range = range;
    if (range == Range::clip && scheme_.range != Range::clip) {
        wanted.clip_low = clip_start_low_;
        wanted.clip_high = clip_start_high_;
    }
    edit(wanted);
}

void SchemeForm::editClip() {
    Scheme wanted = scheme_;
    wanted.clip_high = static_cast<float>(clip_high_->value());
    wanted.clip_low =
        scheme_.symmetry == Symmetry::asym ? static_cast<float>(clip_low_->value()) : -wanted.clip_high;
    edit(wanted);
}

void SchemeForm::setScheme(const Scheme& scheme) {
    scheme_ = scheme;
    last_[scheme.family] = scheme;
    refresh();
}

void SchemeForm::setClipStart(float low, float high) {
    clip_start_low_ = low;
    clip_start_high_ = high;
}

void SchemeForm::refresh() {
    refreshFormat();
    refreshScale();
    refreshRange();
}

void SchemeForm::refreshFormat() {
    const QSignalBlocker block_slider(bits_slider_);
    const QSignalBlocker block_spin(bits_spin_);
    const QSignalBlocker block_format(format_);
    family_->setCurrentIndex(family_->findData(static_cast<int>(scheme_.family)));
    family_->setToolTip(familyExplanation(scheme_.family));
    const auto limits = bitLimits(scheme_.family);
    if (limits) {
        bits_slider_->setRange(limits->lowest, limits->highest);
        bits_spin_->setRange(limits->lowest, limits->highest);
        bits_slider_->setValue(scheme_.bits);
        bits_spin_->setValue(scheme_.bits);
    }
    const bool has_formats = scheme_.family == Family::floating || scheme_.family == Family::small_float ||
                             scheme_.family == Family::block_scaled || scheme_.family == Family::ggml;
    if (has_formats) {
        format_->clear();
        for (const Scheme& format : formatsOf(scheme_.family))
            format_->addItem(QString::fromStdString(format_name(format)));
        format_->setCurrentText(QString::fromStdString(format_name(scheme_)));
    }
    form_->setRowVisible(bits_, limits.has_value() && !has_formats);
    form_->setRowVisible(format_, has_formats);
}

void SchemeForm::refreshScale() {
    const QSignalBlocker block_size(group_size_);
    const QSignalBlocker block_gamma(gamma_);
    const QSignalBlocker block_half(half_octave_);
    showChoice(symmetry_, scheme_.symmetry, allowsOption(scheme_, "asym"), whyNoSymmetry(),
               tr("Whether zero is the middle of the codes or the codes are shifted to fit the weights"));
    const bool units = allowsOption(scheme_, "g64");
    showChoice(granularity_, scheme_.granularity, units, whyNoGranularity(scheme_),
               tr("Which weights share a scale"));
    form_->setRowVisible(group_size_, units && scheme_.granularity == Granularity::group);
    if (scheme_.granularity == Granularity::group &&
        group_size_->currentText().toUInt() != scheme_.group_size)
        group_size_->setCurrentText(QString::number(scheme_.group_size));
    group_size_->setToolTip(tr("How many weights along the input axis share a scale"));

    const bool scaled = allowsOption(scheme_, "s16");
    enableItem(scale_storage_, ScaleStorage::dq, allowsNestedScales(scheme_));
    showChoice(scale_storage_, scheme_.scale_storage, scaled, whyNoScale(scheme_),
               tr("How a scale is stored; it counts in the bits per weight"));
    gamma_->setChecked(scheme_.gamma);
    allow(gamma_, allowsOption(scheme_, "gamma"), whyNoScale(scheme_),
          tr("Multiplies each scale so that the weights' mean square stays as it was"));
    half_octave_->setChecked(scheme_.half_octave);
    half_octave_->setToolTip(tr("Levels are powers of √2 instead of 2: finer, over half the span"));
    form_->setRowVisible(half_octave_, allowsOption(scheme_, "sqrt2"));
}

void SchemeForm::refreshRange() {
    const QSignalBlocker block_percentile(percentile_);
    const QSignalBlocker block_low(clip_low_);
    const QSignalBlocker block_high(clip_high_);
    const bool ranged = allowsOption(scheme_, "pct99");
    for (int i = 0; i < range_->count(); ++i) {
        const auto range = chosen<Range>(range_, i);
        enableItem(range_, range, allowsOption(scheme_, rangeWord(range)));
    }
    showChoice(
        range_, scheme_.range, ranged, whyNoRange(scheme_),
        range_->itemData(range_->findData(static_cast<int>(scheme_.range)), Qt::ToolTipRole).toString());
    form_->setRowVisible(percentile_, ranged && scheme_.range == Range::percentile);
    form_->setRowVisible(clip_, ranged && scheme_.range == Range::clip);
    if (scheme_.range == Range::percentile) percentile_->setValue(scheme_.percentile);
    if (scheme_.range != Range::clip) return;
    const bool two_limits = scheme_.symmetry == Symmetry::asym;
    clip_low_->setVisible(two_limits);
    clip_low_->setMaximum(0);
    clip_high_->setMinimum(0);
    clip_between_->setText(two_limits ? QStringLiteral("…") : QStringLiteral("±"));
    clip_low_->setValue(static_cast<double>(scheme_.clip_low));
    clip_high_->setValue(static_cast<double>(scheme_.clip_high));
}

void SchemeForm::retranslate() {
    const auto label = [this](QWidget* field, const QString& text) {
        static_cast<QLabel*>(form_->labelForField(field))->setText(text);
        QString name = text;
        field->setAccessibleName(name.remove(QLatin1Char('&')));
    };
    label(family_, tr("F&ormat"));
    label(bits_, tr("&Bits"));
    label(format_, tr("T&ype", "of a floating-point or GGUF block format"));
    label(symmetry_, tr("Sy&mmetry"));
    label(granularity_, tr("&Granularity"));
    label(group_size_, tr("Group si&ze"));
    label(range_, tr("Ra&nge"));
    label(percentile_, tr("Percent&ile"));
    label(clip_, tr("L&imits"));
    label(scale_storage_, tr("Scale &storage"));
    bits_slider_->setAccessibleName(tr("Bits"));
    bits_spin_->setAccessibleName(tr("Bits"));
    clip_low_->setAccessibleName(tr("Lower limit"));
    clip_high_->setAccessibleName(tr("Upper limit"));
    gamma_->setText(tr("&Keep the second moment (γ)"));
    half_octave_->setText(tr("Steps of √2"));
    retranslateItems();
    refresh();
}

void SchemeForm::retranslateItems() {
    for (int i = 0; i < family_->count(); ++i) {
        const auto family = chosen<Family>(family_, i);
        setItem(family_, i, familyText(family), familyExplanation(family));
    }
    setItem(symmetry_, 0, tr("Symmetric"), tr("Codes from −(2^(b−1)−1) to 2^(b−1)−1; zero is exact"));
    setItem(symmetry_, 1, tr("Symmetric, full range"), tr("One more negative code: from −2^(b−1)"));
    setItem(symmetry_, 2, tr("Asymmetric"), tr("A zero-point shifts the codes to the weights' own range"));
    setItem(granularity_, 0, tr("One scale per tensor"), tr("Smallest and coarsest"));
    setItem(granularity_, 1, tr("One scale per channel"), tr("One scale for each output"));
    setItem(granularity_, 2, tr("One scale per group"),
            tr("A scale for every few weights along the input axis"));
    setItem(range_, 0, tr("Minimum to maximum"), tr("Nothing is clipped; outliers stretch the scale"));
    setItem(range_, 1, tr("Percentile"), tr("The largest weights beyond this percentile are clipped"));
    setItem(range_, 2, tr("Least squared error"), tr("The limits with the smallest mean squared error"));
    setItem(range_, 3, tr("Least KL divergence"), tr("The limits that keep the weights' distribution best"));
    setItem(range_, 4, tr("Manual clip"), tr("Limits set by hand"));
    setItem(scale_storage_, 0, tr("32 bits (float32)"), {});
    setItem(scale_storage_, 1, tr("16 bits (float16)"), {});
    setItem(scale_storage_, 2, tr("8 bits, nested"),
            tr("Scales of groups, less their mean, are quantized themselves, as bitsandbytes does"));
    percentile_->setSuffix(tr(" %", "percent, after a number"));
}

void SchemeForm::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
}

bool SchemeForm::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Wheel && !static_cast<QWidget*>(watched)->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace halfstep
