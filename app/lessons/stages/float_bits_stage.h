// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"
#include "app/lessons/stages/float_bits_scene.h"
#include "widgets/lessons/bit_field.h"

#include <QLabel>

namespace halfstep {

// Bits of a number: turn them over, and see what they say, in formats from FP32 to FP4.
class FloatBitsStage : public Stage {
    Q_OBJECT
  public:
    explicit FloatBitsStage(JobRunner& jobs);

    void reset() override;
    BitField& bits() { return *bits_; }

  protected:
    void refresh() override;
    void handleMoved(const QString& id, const QPointF& to) override;
    void changeEvent(QEvent* event) override;

  private:
    std::uint32_t pattern() const;
    void setPattern(std::uint32_t pattern);
    bool followFormat();
    void addPlaces();
    void showBits(const BitFormat& format, std::uint32_t pattern);
    void showEquation(const BitFormat& format, std::uint32_t pattern);
    void showScene(const BitFormat& format, std::uint32_t pattern);
    void showFigures(const BitFormat& format, std::uint32_t pattern);
    void restyle();

    BitField* bits_;
    QLabel* equation_;
    QString formula_;
    QString shown_;  // the format; empty where the next pattern is to be taken as it is
    std::uint32_t shown_pattern_ = 0;
    double wanted_ = 0;        // what was set last, in whatever format
    std::int64_t middle_ = 0;  // of the window of neighbours
    double origin_ = 0;        // of its axis
};

}  // namespace halfstep
