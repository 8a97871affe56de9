// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/lessons/parameter_controls.h"

#include "widgets/lessons/flow_layout.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>

#include <algorithm>
#include <cmath>
#include <utility>

namespace halfstep {
namespace {

QHBoxLayout* rowIn(QWidget* box) {
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    return row;
}

int stepsOf(const NumberParameter& parameter, double value) {
    return static_cast<int>(std::lround((value - parameter.low) / parameter.step));
}

}  // namespace

QString withoutMnemonic(QString label) {
    return label.remove(u'&');
}

ParameterControls::ParameterControls(QWidget* parent) : QWidget(parent) {
    new FlowLayout(this, 16, 4);
}

void ParameterControls::add(const NumberParameter& parameter) {
    Number number{parameter};
    initial_.insert(parameter.id, parameter.value);
    if (!parameter.label.isEmpty()) buildNumber(number);
    numbers_.insert(parameter.id, number);
    showNumber(number);
}

void ParameterControls::buildNumber(Number& number) {
    const NumberParameter& of = number.of;
    number.box = new QWidget(this);
    auto* row = rowIn(number.box);
    auto* label = new QLabel(withoutMnemonic(of.label), number.box);
    number.slider = new QSlider(Qt::Horizontal, number.box);
    number.slider->setMinimumWidth(90);
    number.spin = new QDoubleSpinBox(number.box);
    number.spin->setKeyboardTracking(false);
    label->setBuddy(number.slider);
    number.slider->setAccessibleName(withoutMnemonic(of.label));
    number.spin->setAccessibleName(withoutMnemonic(of.label));
    number.spin->setSuffix(of.suffix);
    row->addWidget(label);
    row->addWidget(number.slider);
    row->addWidget(number.spin);
    layout()->addWidget(number.box);
    connect(number.slider, &QSlider::valueChanged, this, [this, id = of.id](int steps) {
        const NumberParameter& moved = numbers_[id].of;
        takeNumber(id, moved.low + steps * moved.step);
    });
    connect(number.spin, &QDoubleSpinBox::valueChanged, this,
            [this, id = of.id](double value) { takeNumber(id, value); });
}

void ParameterControls::showNumber(const Number& number) {
    if (number.box == nullptr) return;
    const QSignalBlocker slider(number.slider);
    const QSignalBlocker spin(number.spin);
    const int steps = std::max(1, stepsOf(number.of, number.of.high));
    number.slider->setRange(0, steps);
    number.slider->setPageStep(std::max(1, steps / 10));
    number.slider->setValue(stepsOf(number.of, number.of.value));
    number.spin->setDecimals(number.of.decimals);
    number.spin->setRange(number.of.low, number.of.high);
    number.spin->setSingleStep(number.of.step);
    number.spin->setValue(number.of.value);
}

void ParameterControls::takeNumber(const QString& id, double value) {
    Number& number = numbers_[id];
    const double held = std::clamp(value, number.of.low, number.of.high);
    if (held == number.of.value) return;
    number.of.value = held;
    showNumber(number);
    tell();
}

void ParameterControls::add(const ChoiceParameter& parameter) {
    Choice choice{parameter};
    initial_.insert(parameter.id, parameter.value);
    choice.box = new QWidget(this);
    auto* row = rowIn(choice.box);
    auto* label = new QLabel(withoutMnemonic(parameter.label), choice.box);
    choice.combo = new QComboBox(choice.box);
    choice.combo->setAccessibleName(withoutMnemonic(parameter.label));
    label->setBuddy(choice.combo);
    for (const auto& [key, text] : parameter.options)
        choice.combo->addItem(text, key);
    choice.combo->setCurrentIndex(choice.combo->findData(parameter.value));
    if (!parameter.label.isEmpty()) row->addWidget(label);
    row->addWidget(choice.combo);
    layout()->addWidget(choice.box);
    connect(choice.combo, &QComboBox::currentIndexChanged, this, [this, id = parameter.id] {
        Choice& changed = choices_[id];
        changed.of.value = changed.combo->currentData().toString();
        tell();
    });
    choices_.insert(parameter.id, choice);
}

void ParameterControls::add(const SwitchParameter& parameter) {
    Switch entry{parameter};
    initial_.insert(parameter.id, parameter.on);
    entry.check = new QCheckBox(withoutMnemonic(parameter.label), this);
    entry.check->setChecked(parameter.on);
    layout()->addWidget(entry.check);
    connect(entry.check, &QCheckBox::toggled, this, [this, id = parameter.id](bool on) {
        switches_[id].of.on = on;
        tell();
    });
    switches_.insert(parameter.id, entry);
}

void ParameterControls::addWidget(QWidget* widget) {
    layout()->addWidget(widget);
}

void ParameterControls::tell() {
    if (!quiet_) emit changed();
}

double ParameterControls::number(const QString& id) const {
    Q_ASSERT(numbers_.contains(id));
    return numbers_.value(id).of.value;
}

QString ParameterControls::choice(const QString& id) const {
    Q_ASSERT(choices_.contains(id));
    return choices_.value(id).of.value;
}

bool ParameterControls::isOn(const QString& id) const {
    Q_ASSERT(switches_.contains(id));
    return switches_.value(id).of.on;
}

void ParameterControls::setNumber(const QString& id, double value) {
    if (numbers_.contains(id) && std::isfinite(value)) takeNumber(id, value);
}

void ParameterControls::setChoice(const QString& id, const QString& key) {
    if (!choices_.contains(id)) return;
    QComboBox* combo = choices_[id].combo;
    if (const int index = combo->findData(key); index >= 0) combo->setCurrentIndex(index);
}

void ParameterControls::setOn(const QString& id, bool on) {
    if (switches_.contains(id)) switches_[id].check->setChecked(on);
}

void ParameterControls::setLimits(const QString& id, double low, double high, double step) {
    Number& number = numbers_[id];
    number.of.low = low;
    number.of.high = std::max(low, high);
    number.of.step = step;
    number.of.value = std::clamp(number.of.value, number.of.low, number.of.high);
    showNumber(number);
}

void ParameterControls::setShown(const QString& id, bool shown) {
    if (numbers_.contains(id) && numbers_[id].box != nullptr) numbers_[id].box->setVisible(shown);
    if (choices_.contains(id)) choices_[id].box->setVisible(shown);
    if (switches_.contains(id)) switches_[id].check->setVisible(shown);
}

void ParameterControls::setEnabledFor(const QString& id, bool enabled) {
    if (numbers_.contains(id) && numbers_[id].box != nullptr) numbers_[id].box->setEnabled(enabled);
    if (choices_.contains(id)) choices_[id].box->setEnabled(enabled);
    if (switches_.contains(id)) switches_[id].check->setEnabled(enabled);
}

QVariantMap ParameterControls::values() const {
    QVariantMap all;
    for (const Number& number : numbers_)
        all.insert(number.of.id, number.of.value);
    for (const Choice& choice : choices_)
        all.insert(choice.of.id, choice.of.value);
    for (const Switch& entry : switches_)
        all.insert(entry.of.id, entry.of.on);
    return all;
}

void ParameterControls::setValues(const QVariantMap& values) {
    const QVariantMap before = this->values();
    const bool was_quiet = std::exchange(quiet_, true);
    for (auto value = values.begin(); value != values.end(); ++value) {
        if (numbers_.contains(value.key()) && value->canConvert<double>())
            setNumber(value.key(), value->toDouble());
        if (choices_.contains(value.key())) setChoice(value.key(), value->toString());
        if (switches_.contains(value.key())) setOn(value.key(), value->toBool());
    }
    quiet_ = was_quiet;
    if (this->values() != before) tell();
}

QWidget* ParameterControls::control(const QString& id) const {
    if (numbers_.contains(id)) return numbers_.value(id).slider;
    if (choices_.contains(id)) return choices_.value(id).combo;
    if (switches_.contains(id)) return switches_.value(id).check;
    return nullptr;
}

}  // namespace halfstep
