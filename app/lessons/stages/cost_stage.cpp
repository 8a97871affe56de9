// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/cost_stage.h"

#include "app/lessons/stage_scenes.h"
#include "app/settings/device_name.h"
#include "core/base/error.h"
#include "widgets/lessons/parameter_controls.h"
#include "widgets/style/number_text.h"

#include <QPushButton>

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

constexpr double billion = 1e9;
constexpr double smallest = 0.03;  // billions of weights
constexpr double largest = 300;
constexpr std::uint64_t matrix_side = 4096;  // of a usual matrix: what its scales add
constexpr double reference_product = 16.0 * 16.0;

// By rising bits.
constexpr std::array offered{"tq2_0", "q2_K", "q3_K", "int4:g128", "int4:g32",
                             "q5_K",  "q6_K", "int8", "fp16",      "fp32"};
constexpr std::array lines{"fp32", "fp16", "int8", "int4:g128"};

struct NamedSize {
    const char* name;
    double billions;
};
constexpr std::array<NamedSize, 4> named_sizes{{{"110M", 0.11}, {"7B", 7}, {"13B", 13}, {"70B", 70}}};

struct Case {
    const char* name;
    const char* device;
    const char* scheme;
    double billions;
    int activations;
};
constexpr std::array<Case, 4> cases{
    {{QT_TRANSLATE_NOOP("halfstep::CostStage", "&Cloud"), "NVIDIA H100 SXM 80 GB", "int8", 70, 8},
     {QT_TRANSLATE_NOOP("halfstep::CostStage", "&Phone"), "Phone, 8 GB of LPDDR5X-8533", "int4:g128", 7, 16},
     {QT_TRANSLATE_NOOP("halfstep::CostStage", "&Health care"), "NVIDIA Jetson AGX Orin 64 GB", "int8", 13,
      16},
     {QT_TRANSLATE_NOOP("halfstep::CostStage", "&Wearable"), "Watch, 2 GB of LPDDR4X-4266", "int8", 0.11,
      8}}};

QString sizeName(double weights) {
    return weights < billion ? CostStage::tr("%1M").arg(shortNumber(weights / 1e6, 3))
                             : CostStage::tr("%1B").arg(shortNumber(weights / billion, 3));
}

QString memoryText(double bytes) {
    return sizeText(static_cast<std::uint64_t>(bytes));
}

QString rateText(double tokens) {
    return tokens < 1 ? shortNumber(tokens, 2) : integerText(two_digits(tokens));
}

SceneSeries bar(int color, double at, double value) {
    SceneSeries series;
    series.kind = SceneSeries::Kind::bars;
    series.color = color;
    series.strong = true;
    series.width = 0.62;
    series.x = {at};
    series.y = {value};
    return series;
}

}  // namespace

CostStage::CostStage(JobRunner& jobs) : Stage(jobs) {
    addDevices();
    addSchemes();
    parameters().add(NumberParameter{"activations", tr("&Activations"), 4, 32, 1, 16, 0, tr(" bits")});
    parameters().add(NumberParameter{"size", {}, smallest, largest, 0.01, 7, 3});
    addCases();
}

void CostStage::addDevices() {
    try {
        devices_ = all_devices();
    } catch (const Error&) {  // a file of the user's that cannot be read: the window says so elsewhere
        devices_ = known_devices();
    }
    ChoiceParameter choice{"device", tr("&Device"), {}, QLatin1String(cases[1].device)};
    for (const Device& device : devices_) {
        choice.options.append({QString::fromStdString(device.name), deviceName(device)});
    }
    parameters().add(choice);
}

void CostStage::addSchemes() {
    ChoiceParameter choice{"scheme", tr("&Scheme"), {}, QLatin1String(cases[1].scheme)};
    for (const char* notation : offered) {
        const Scheme scheme = parse_scheme(notation);
        const auto stored = static_cast<double>(stored_bits(scheme, matrix_side, matrix_side, DType::f16));
        const double bits = stored / static_cast<double>(matrix_side * matrix_side);
        schemes_.push_back({QLatin1String(notation), scheme, bits});
        choice.options.append(
            {QLatin1String(notation), tr("%1 · %2 bits").arg(QLatin1String(notation), shortNumber(bits, 4))});
    }
    parameters().add(choice);
}

void CostStage::addCases() {
    for (const Case& one : cases) {
        auto* button = new QPushButton(withoutMnemonic(tr(one.name)), this);
        button->setToolTip(tr("A size, scheme and device that are usual there"));
        connect(button, &QPushButton::clicked, this, [this, one] {
            parameters().setValues({{QStringLiteral("device"), QLatin1String(one.device)},
                                    {QStringLiteral("scheme"), QLatin1String(one.scheme)},
                                    {QStringLiteral("size"), one.billions},
                                    {QStringLiteral("activations"), one.activations}});
        });
        parameters().addWidget(button);
    }
}

void CostStage::handleMoved(const QString& id, const QPointF& to) {
    if (id == QLatin1String("size")) return parameters().setNumber(id, to.x());
    const auto place = static_cast<std::size_t>(
        std::clamp(std::round(to.x()), 0.0, static_cast<double>(schemes_.size() - 1)));
    parameters().setChoice(QStringLiteral("scheme"), schemes_[place].notation);
}

double CostStage::bytesWith(const Offered& scheme) const {
    return number("size") * billion * scheme.bits / 8;
}

CostStage::Cost CostStage::cost() const {
    Cost cost;
    cost.scheme = &*std::ranges::find(schemes_, choice("scheme"), &Offered::notation);
    cost.device = &*std::ranges::find(devices_, choice("device").toStdString(), &Device::name);
    cost.weights = number("size") * billion;
    cost.bytes = bytesWith(*cost.scheme);
    const int bits = code_bits(cost.scheme->scheme, cost.scheme->bits);
    cost.ratio = bits * number("activations") / reference_product;
    cost.device_ratio = device_product(*cost.device, bits, whole("activations")) / reference_product;
    cost.tokens = cost.device->bandwidth / cost.bytes;
    cost.fits = cost.bytes <= static_cast<double>(cost.device->memory);
    return cost;
}

QString CostStage::smallestHolder(double bytes) const {
    const Device* smallest_device = nullptr;
    for (const Device& device : devices_)
        if (static_cast<double>(device.memory) >= bytes &&
            (smallest_device == nullptr || device.memory < smallest_device->memory))
            smallest_device = &device;
    return smallest_device == nullptr ? tr("none of these devices") : deviceName(*smallest_device);
}

ScenePane CostStage::memoryPane(const Cost& cost) const {
    ScenePane pane;
    pane.title = tr("Memory of the weights, GB");
    pane.x = {tr("weights, billions"), smallest, largest, true, {}, true};
    pane.y = {{}, 0.02, 1500, true, {}, true};
    const std::vector<double> sizes{smallest, largest};
    const auto line = [&](const QString& name, int color, double bits, bool strong) {
        std::vector<double> memory;
        for (const double size : sizes)
            memory.push_back(size * bits / 8);
        return lineSeries(name, color, sizes, memory, strong);
    };
    int color = 4;
    for (const char* notation : lines) {
        const auto found = std::ranges::find(schemes_, QLatin1String(notation), &Offered::notation);
        pane.series.push_back(line(found->notation, color++, found->bits, false));
    }
    pane.series.push_back(line(tr("yours: %1").arg(cost.scheme->notation), 1, cost.scheme->bits, true));
    pane.series.push_back(pointSeries({}, 1, {number("size")}, {cost.bytes / billion}));
    pane.series.back().strong = true;
    for (const NamedSize& size : named_sizes)
        pane.texts.push_back({size.billions, pane.y.low * 2, QLatin1String(size.name), scene_color::muted});
    pane.marks.push_back({false, static_cast<double>(cost.device->memory) / billion, deviceName(*cost.device),
                          cost.fits ? scene_color::good : scene_color::bad});
    pane.handles.push_back({"size", tr("Size of the model"), SceneHandle::Along::x, number("size"), 0,
                            smallest, largest, number("size") / 20,
                            tr("%1: %2").arg(sizeName(cost.weights), memoryText(cost.bytes))});
    pane.stretch = 1.2;
    return pane;
}

ScenePane CostStage::operationsPane(const Cost& cost) const {
    ScenePane pane;
    pane.title = tr("Bit operations ÷ those of 16 · 16");
    pane.x = {
        tr("bits of weight · activation"),
        -0.6,
        4.6,
        false,
        {QStringLiteral("16·16"), QStringLiteral("8·8"), QStringLiteral("4·16"), tr("yours"), tr("device")},
        true};
    pane.y = {{}, 0.01, 9, true, {}, true};
    const double values[] = {1, 0.25, 0.25, cost.ratio, cost.device_ratio};
    constexpr int colors[] = {0, 0, 0, 1, 3};
    for (int i = 0; i < 5; ++i) {
        pane.series.push_back(bar(colors[i], i, values[i]));
        pane.texts.push_back({1.0 * i, values[i] * 1.6, shortNumber(values[i], 3)});
    }
    return pane;
}

ScenePane CostStage::tokensPane(const Cost& cost) const {
    ScenePane pane;
    pane.title = tr("Tokens a second: an estimate");
    pane.beside = true;
    QStringList names;
    std::vector<double> rates;
    for (std::size_t i = 0; i < schemes_.size(); ++i) {
        const Offered& scheme = schemes_[i];
        names << shortNumber(scheme.bits, 2);
        rates.push_back(cost.device->bandwidth / bytesWith(scheme));
        const bool fits = bytesWith(scheme) <= static_cast<double>(cost.device->memory);
        SceneSeries one = bar(fits ? 1 : scene_color::muted, static_cast<double>(i), rates.back());
        one.strong = &scheme == cost.scheme;
        pane.series.push_back(std::move(one));
    }
    pane.x = {tr("bits a weight; grey: does not fit"),
              -0.6,
              static_cast<double>(schemes_.size()) - 0.4,
              false,
              names,
              true};
    pane.y = logAxis({}, {&rates});
    pane.y.high *= 2.5;
    pane.handles.push_back(
        {"bits", tr("Bits a weight"), SceneHandle::Along::x,
         static_cast<double>(cost.scheme - schemes_.data()), 0, 0, static_cast<double>(schemes_.size() - 1),
         1, tr("%1: %2").arg(cost.scheme->notation, cost.fits ? rateText(cost.tokens) : noValueText())});
    return pane;
}

QString CostStage::formula(const Cost& cost) const {
    const QString memory = memoryText(cost.bytes);
    QString text = tr("%1 · %2 / 8 = %3<br>%4 · %5 / (16 · 16) = %6")
                       .arg(sizeName(cost.weights), shortNumber(cost.scheme->bits, 4), memory)
                       .arg(code_bits(cost.scheme->scheme, cost.scheme->bits))
                       .arg(whole("activations"))
                       .arg(shortNumber(cost.ratio, 3));
    if (cost.fits)
        text += tr("<br>%1 / %2 = %3 a second")
                    .arg(tr("%1/s").arg(memoryText(cost.device->bandwidth)), memory, rateText(cost.tokens));
    return text;
}

void CostStage::showFigures(const Cost& cost) {
    const auto memory = [this](const char* notation) {
        return bytesWith(*std::ranges::find(schemes_, QLatin1String(notation), &Offered::notation));
    };
    const auto text = [&memory](const char* id, const char* notation) {
        return textFigure(QLatin1String(id), {}, memoryText(memory(notation)), memory(notation) / billion);
    };
    const auto holders = std::ranges::count_if(
        devices_, [&cost](const Device& device) { return static_cast<double>(device.memory) >= cost.bytes; });
    setFigures(
        {textFigure("memory", tr("memory of the weights"), memoryText(cost.bytes), cost.bytes / billion),
         percentFigure("share", tr("of the device's memory"),
                       cost.bytes / static_cast<double>(cost.device->memory)),
         valueFigure("ratio", tr("bit operations"), cost.ratio, 3),
         valueFigure("device_ratio", tr("as the device computes"), cost.device_ratio, 3),
         textFigure("tokens", tr("tokens a second, at most"),
                    cost.fits ? tr("about %1").arg(rateText(cost.tokens)) : tr("none: it does not fit"),
                    cost.fits ? cost.tokens : 0),
         textFigure("holders", tr("devices that hold it"), tr("%1 of %2").arg(holders).arg(devices_.size()),
                    static_cast<double>(holders)),
         textFigure("size", {}, sizeName(cost.weights), cost.weights / billion),
         valueFigure("bits", {}, cost.scheme->bits, 4), text("fp32", "fp32"), text("fp16", "fp16"),
         text("int8", "int8"), text("int4", "int4:g128"),
         textFigure("device", {}, deviceName(*cost.device), NAN),
         textFigure("bandwidth", {}, tr("%1/s").arg(memoryText(cost.device->bandwidth)),
                    cost.device->bandwidth),
         textFigure("holder", {}, smallestHolder(cost.bytes), NAN)},
        formula(cost));
}

void CostStage::refresh() {
    const Cost now = cost();
    Scene scene;
    scene.title = tr("%1 weights, %2 bits each").arg(sizeName(now.weights), shortNumber(now.scheme->bits, 4));
    scene.panes = {memoryPane(now), operationsPane(now), tokensPane(now)};
    drawScene(std::move(scene));
    showFigures(now);
}

}  // namespace halfstep
