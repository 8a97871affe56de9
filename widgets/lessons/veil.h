// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace halfstep {

// Holds one widget and, while it is drawn, a veil over it with a sentence: seen, but not to be used yet.
class VeiledArea : public QWidget {
    Q_OBJECT
  public:
    explicit VeiledArea(QWidget* parent = nullptr);

    void setContent(QWidget* content);  // takes it over; the former one is deleted
    void setVeil(bool drawn, const QString& sentence = {});
    bool isVeiled() const;

    QSize minimumSizeHint() const override;

  signals:
    void veilClicked();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    class Veil;
    QWidget* content_ = nullptr;
    Veil* veil_;
};

}  // namespace halfstep
