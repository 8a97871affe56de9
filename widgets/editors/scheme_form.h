// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <QWidget>

#include <map>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QSlider;
class QSpinBox;

namespace halfstep {

// The parts of a scheme, one control each. Controls that the format has no use for are disabled and say why
// in their tool-tip. The scheme itself is kept here, not in the controls: what they round stays exact until
// it is edited.
class SchemeForm : public QWidget {
    Q_OBJECT
  public:
    explicit SchemeForm(QWidget* parent = nullptr);

    const Scheme& scheme() const { return scheme_; }
    void setScheme(const Scheme& scheme);  // emits nothing
    void setClipStart(float low, float high);

  signals:
    void edited(const halfstep::Scheme& scheme);

  protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void build();
    void connectControls();
    void retranslate();
    void retranslateItems();
    void refresh();
    void refreshFormat();
    void refreshScale();
    void refreshRange();
    void edit(const Scheme& wanted);
    void editFamily(Family family);
    void editRange(Range range);
    void editClip();

    Scheme scheme_;
    std::map<Family, Scheme> last_;  // where a family is chosen again, its former scheme is back
    float clip_start_low_ = -1;
    float clip_start_high_ = 1;

    QFormLayout* form_;
    QComboBox* family_;
    QWidget* bits_;
    QSlider* bits_slider_;
    QSpinBox* bits_spin_;
    QComboBox* format_;
    QComboBox* symmetry_;
    QComboBox* granularity_;
    QComboBox* group_size_;
    QComboBox* range_;
    QDoubleSpinBox* percentile_;
    QWidget* clip_;
    QDoubleSpinBox* clip_low_;
    QLabel* clip_between_;
    QDoubleSpinBox* clip_high_;
    QComboBox* scale_storage_;
    QCheckBox* gamma_;
    QCheckBox* half_octave_;
};

}  // namespace halfstep
