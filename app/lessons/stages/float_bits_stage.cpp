// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/float_bits_stage.h"

#include "app/lessons/stage_scenes.h"
#include "widgets/lessons/parameter_controls.h"
#include "widgets/style/number_text.h"
#include "widgets/style/theme.h"

#include <QLocale>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr double all_patterns = 4294967295.0;
constexpr double infinity = std::numeric_limits<double>::infinity();

struct Fields {
    std::uint32_t sign = 0;
    int exponent = 0;  // as stored
    int power = 0;     // of two
    double significand = 0;
};

Fields fieldsOf(const FloatFields& fields, std::uint32_t pattern) {
    const std::uint32_t mantissa = pattern & ((std::uint32_t{1} << fields.mantissa_bits) - 1);
    Fields result;
    result.sign = (pattern & fields.sign_bit()) != 0 ? 1 : 0;
    result.exponent =
        static_cast<int>(pattern >> fields.mantissa_bits & ((std::uint32_t{1} << fields.exponent_bits) - 1));
    result.power = (result.exponent == 0 ? 1 : result.exponent) - fields.bias;
    result.significand = (result.exponent == 0 ? 0 : 1) + std::ldexp(mantissa, -fields.mantissa_bits);
    return result;
}

QString kindText(FloatKind kind) {
    switch (kind) {
        case FloatKind::zero:
            return FloatBitsStage::tr("zero");
        case FloatKind::subnormal:
            return FloatBitsStage::tr("subnormal");
        case FloatKind::normal:
            return FloatBitsStage::tr("normal");
        case FloatKind::infinity:
            return FloatBitsStage::tr("infinity");
        case FloatKind::nan:
            return FloatBitsStage::tr("not a number");
    }
    return {};
}

// All its digits, in the user's notation.
QString localText(double value) {
    return exactText(value).replace(u'.', QLocale().decimalPoint()).replace(u'-', u'−');
}

QString wholeText(int value) {
    return QString::number(value).replace(u'-', u'−');
}

QString valueText(double value) {
    if (std::isnan(value)) return QStringLiteral("NaN");
    if (std::isinf(value)) return value < 0 ? QStringLiteral("−∞") : QStringLiteral("∞");
    return localText(value);
}

bool isFinite(FloatKind kind) {
    return kind != FloatKind::infinity && kind != FloatKind::nan;
}

}  // namespace

FloatBitsStage::FloatBitsStage(JobRunner& jobs) : Stage(jobs), bits_(new BitField), equation_(new QLabel) {
    ChoiceParameter formats{"format", tr("&Format"), {}, "fp32"};
    for (const BitFormat& format : bitFormats())
        formats.options.append({QLatin1String(format.key), QLatin1String(format.name)});
    parameters().add(formats);
    parameters().add(NumberParameter{"pattern", {}, 0, all_patterns, 1, 0, 0});
    addPlaces();
    equation_->setTextFormat(Qt::RichText);
    equation_->setWordWrap(true);
    equation_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    content()->insertWidget(1, bits_);
    content()->insertWidget(2, equation_);
    setTabOrder(bits_, &plot());  // as they stand
    connect(bits_, &BitField::patternChanged, this, &FloatBitsStage::setPattern);
    connect(&plot(), &ScenePlot::handleReleased, this, [this] {
        middle_ = ordinalOf(bitFormat(choice("format")).format, pattern());
        refresh();
    });
    restyle();
}

// Numbers worth seeing, a click away.
void FloatBitsStage::addPlaces() {
    auto* button = new QToolButton(this);
    button->setObjectName(QStringLiteral("places"));
    button->setText(withoutMnemonic(tr("&Go to")));
    button->setPopupMode(QToolButton::InstantPopup);
    button->setFocusPolicy(Qt::StrongFocus);
    auto* menu = new QMenu(button);
    const auto add = [&](const QString& name, std::uint32_t (*place)(FloatFormat)) {
        menu->addAction(name, this, [this, place] { setPattern(place(bitFormat(choice("format")).format)); });
    };
    add(tr("0"), [](FloatFormat) { return std::uint32_t{0}; });
    add(tr("0.1"), [](FloatFormat format) { return nearest_float(format, 0.1); });
    add(tr("1"), [](FloatFormat format) { return nearest_float(format, 1); });
    add(tr("smallest subnormal"), [](FloatFormat) { return std::uint32_t{1}; });
    add(tr("smallest normal"), [](FloatFormat format) { return smallest_normal(format); });
    add(tr("largest"), [](FloatFormat format) { return largest_finite(format); });
    add(tr("infinity"), [](FloatFormat format) { return nearest_float(format, infinity); });
    add(tr("NaN"), [](FloatFormat format) { return nearest_float(format, NAN); });
    button->setMenu(menu);
    parameters().addWidget(button);
}

void FloatBitsStage::reset() {
    shown_.clear();
    Stage::reset();
}

std::uint32_t FloatBitsStage::pattern() const {
    const FloatFields fields = float_fields(bitFormat(choice("format")).format);
    const auto all = static_cast<std::uint32_t>(std::llround(number("pattern")));
    return all & (fields.sign_bit() | (fields.sign_bit() - 1));
}

void FloatBitsStage::setPattern(std::uint32_t pattern) {
    parameters().setNumber(QStringLiteral("pattern"), pattern);
}

void FloatBitsStage::handleMoved(const QString& id, const QPointF& to) {
    const FloatFormat format = bitFormat(choice("format")).format;
    if (id == QLatin1String("value")) return setPattern(nearest_float(format, to.x() + origin_));
    const bool negative = (pattern() & float_fields(format).sign_bit()) != 0;
    setPattern(nearest_float(format, negative ? -to.x() : to.x()));
}

// In another format the number stays, as near as that format has it. True where that has drawn everything.
bool FloatBitsStage::followFormat() {
    const QString format = choice("format");
    const bool first = shown_.isEmpty();
    const bool follows = !first && shown_ != format && number("pattern") == shown_pattern_;
    shown_ = format;
    if (!follows) {
        if (first || pattern() != shown_pattern_) wanted_ = float_value(bitFormat(format).format, pattern());
        shown_pattern_ = pattern();
        return false;
    }
    shown_pattern_ = nearest_float(bitFormat(format).format, wanted_);
    if (shown_pattern_ == number("pattern")) return false;
    setPattern(shown_pattern_);
    return true;
}

void FloatBitsStage::showBits(const BitFormat& format, std::uint32_t pattern) {
    const FloatFields fields = float_fields(format.format);
    const FloatKind kind = float_kind(format.format, pattern);
    const Fields now = fieldsOf(fields, pattern);
    const QString exponent = isFinite(kind) ? QStringLiteral("%1 − %2 = %3")
                                                  .arg(now.exponent == 0 ? 1 : now.exponent)
                                                  .arg(fields.bias)
                                                  .arg(wholeText(now.power))
                                            : tr("%1: special").arg(now.exponent);
    const QString significand = isFinite(kind) ? shortNumber(now.significand, 9) : kindText(kind);
    bits_->setParts({{tr("sign"), now.sign != 0 ? QStringLiteral("−") : QStringLiteral("+"), 1, 3},
                     {tr("exponent"), exponent, fields.exponent_bits, 1},
                     {tr("mantissa"), significand, fields.mantissa_bits, 4}});
    bits_->setPattern(pattern);
}

void FloatBitsStage::showEquation(const BitFormat& format, std::uint32_t pattern) {
    const FloatFields fields = float_fields(format.format);
    const FloatKind kind = float_kind(format.format, pattern);
    const Fields now = fieldsOf(fields, pattern);
    const double value = float_value(format.format, pattern);
    if (isFinite(kind))
        formula_ = QStringLiteral("(−1)<sup>%1</sup> · 2<sup>%2</sup> · %3 = <b>%4</b>")
                       .arg(now.sign)
                       .arg(wholeText(now.power), localText(now.significand), localText(value));
    else
        formula_ = QStringLiteral("<b>%1</b>").arg(valueText(value));
    equation_->setText(formula_);
}

void FloatBitsStage::showScene(const BitFormat& format, std::uint32_t pattern) {
    const std::int64_t now = ordinalOf(format.format, pattern);
    if (std::abs(now - middle_) > neighbours_each_side) middle_ = now;
    Neighbourhood near = neighbourhood(format, middle_, now);
    origin_ = near.origin;
    Scene scene;
    scene.title = QStringLiteral("%1 · %2").arg(QLatin1String(format.name),
                                                valueText(float_value(format.format, pattern)));
    scene.panes = {std::move(near.pane), rangesPane(format, std::abs(valueAt(format.format, now)))};
    drawScene(std::move(scene));
}

void FloatBitsStage::showFigures(const BitFormat& format, std::uint32_t pattern) {
    const FloatFormat of = format.format;
    const double value = float_value(of, pattern);
    const std::int64_t now = ordinalOf(of, pattern);
    const FloatKind kind = float_kind(of, pattern);
    const double largest = float_value(of, largest_finite(of));
    const std::uint32_t one = nearest_float(of, 1);
    const double step = isFinite(kind) && now < largest_finite(of) ? valueAt(of, now + 1) - value : NAN;
    const double off = std::abs(value - wanted_) / std::abs(wanted_);
    QList<LessonFigure> figures = {
        textFigure("kind", tr("this is"), kindText(kind), value),
        valueFigure("step", tr("to the next"), step, 3),
        textFigure("off", tr("off by"), shareText(std::isfinite(off) ? std::optional(off) : std::nullopt),
                   100 * off),
        valueFigure("largest", tr("largest"), largest, 4),
        valueFigure("smallest_normal", tr("smallest normal"), float_value(of, smallest_normal(of)), 3),
        valueFigure("smallest", tr("smallest"), float_value(of, 1), 3),
        textFigure("value", {}, valueText(value), value),
        textFigure("wanted", {}, valueText(wanted_), wanted_),
        percentFigure("inside_one", {}, (one + 1.0) / (largest_finite(of) + 1.0)),
        textFigure("format", {}, QLatin1String(format.name), 0),
        valueFigure("relative_step", {}, std::ldexp(1, -float_fields(of).mantissa_bits), 3)};
    for (const BitFormat& each : bitFormats()) {
        const double tenth = float_value(each.format, nearest_float(each.format, 0.1));
        figures.append(textFigure(QStringLiteral("tenth_") + QLatin1String(each.key), {},
                                  shortNumber(tenth, 10), tenth));
    }
    setFigures(figures, formula_);
}

void FloatBitsStage::refresh() {
    if (followFormat()) return;
    const BitFormat& format = bitFormat(choice("format"));
    showBits(format, pattern());
    showEquation(format, pattern());
    showScene(format, pattern());
    showFigures(format, pattern());
}

void FloatBitsStage::restyle() {
    equation_->setFont(headingFont());
}

void FloatBitsStage::changeEvent(QEvent* event) {
    if (isThemeChange(event)) restyle();
    Stage::changeEvent(event);
}

}  // namespace halfstep
