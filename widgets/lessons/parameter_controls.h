// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QPair>
#include <QString>
#include <QVariantMap>
#include <QWidget>

class QComboBox;
class QCheckBox;
class QDoubleSpinBox;
class QSlider;

namespace halfstep {

struct NumberParameter {
    QString id;
    QString label;  // not shown where empty (then a handle in the plot moves it)
    double low = 0;
    double high = 1;
    double step = 0.01;
    double value = 0;
    int decimals = 2;
    QString suffix = {};
};

struct ChoiceParameter {
    QString id;
    QString label;
    QList<QPair<QString, QString>> options;  // key and text
    QString value;                           // a key
};

struct SwitchParameter {
    QString id;
    QString label;
    bool on = false;
};

// Lessons have more controls than letters, and the menus need theirs: one goes through them with the Tab key.
QString withoutMnemonic(QString label);

// The parameters of a lesson's stage, by id, and a control for each that has a label.
class ParameterControls : public QWidget {
    Q_OBJECT
  public:
    explicit ParameterControls(QWidget* parent = nullptr);

    void add(const NumberParameter& parameter);
    void add(const ChoiceParameter& parameter);
    void add(const SwitchParameter& parameter);
    void addWidget(QWidget* widget);  // a button, say; beside the controls

    double number(const QString& id) const;
    QString choice(const QString& id) const;
    bool isOn(const QString& id) const;

    void setNumber(const QString& id, double value);  // held within its limits
    void setChoice(const QString& id, const QString& key);
    void setOn(const QString& id, bool on);
    void setLimits(const QString& id, double low, double high, double step);
    void setShown(const QString& id, bool shown);
    void setEnabledFor(const QString& id, bool enabled);

    // All of them. Setting takes what it knows and can use, and tells once.
    QVariantMap values() const;
    void setValues(const QVariantMap& values);
    QVariantMap initialValues() const { return initial_; }

    QWidget* control(const QString& id) const;  // that the keyboard goes to; null where there is none

  signals:
    void changed();

  private:
    struct Number {
        NumberParameter of;
        QWidget* box = nullptr;
        QSlider* slider = nullptr;
        QDoubleSpinBox* spin = nullptr;
    };
    struct Choice {
        ChoiceParameter of;
        QWidget* box = nullptr;
        QComboBox* combo = nullptr;
    };
    struct Switch {
        SwitchParameter of;
        QCheckBox* check = nullptr;
    };
    void buildNumber(Number& number);
    void showNumber(const Number& number);
    void takeNumber(const QString& id, double value);
    void tell();

    QHash<QString, Number> numbers_;
    QHash<QString, Choice> choices_;
    QHash<QString, Switch> switches_;
    QVariantMap initial_;
    bool quiet_ = false;
};

}  // namespace halfstep
