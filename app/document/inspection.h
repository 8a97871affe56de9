// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/document/measure_service.h"
#include "app/document/tensor_facts.h"
#include "app/jobs/job_runner.h"
#include "core/analysis/error_profile.h"
#include "widgets/panels/live_numbers_panel.h"

#include <QObject>

#include <memory>
#include <optional>

namespace halfstep {

// The tensor in front of the user: its histogram and moment table, the scheme under the hand, and what that
// scheme does. While a handle is dragged the scheme is a preview: figures follow, the document does not
// change until commitPreview(), which is one step of undo.
class Inspection : public QObject {
    Q_OBJECT
  public:
    Inspection(Document& document, JobRunner& jobs, MeasureService& measures, QObject* parent = nullptr);

    void setTensor(int index);  // -1: none
    int tensor() const { return tensor_; }
    const TensorInfo* info() const;  // null where no tensor is selected

    const TensorFacts* facts() const { return facts_.get(); }  // null until loaded()
    const std::shared_ptr<const TensorFacts>& sharedFacts() const { return facts_; }
    const ErrorProfile* profile() const {
        return profile_ ? &*profile_ : nullptr;
    }  // of the committed scheme

    Scheme scheme() const;  // the preview, or what the document holds
    bool isPreview() const { return preview_.has_value(); }
    void previewClip(double low, double high);
    void previewZeroPoint(int zero_point);
    void commitPreview();
    void dropPreview();

    const std::optional<ShownGrid>& grid() const { return grid_; }
    std::optional<LiveNumbers> numbers() const;  // none while nothing is known

  signals:
    void tensorChanged();
    void loaded();          // facts()
    void profileChanged();  // profile()
    void schemeMoved();     // scheme() and grid()
    void numbersChanged();  // numbers()

  private:
    void load();
    void takeScheme();  // after any change of scheme()
    void updateGrid();
    void loadProfile();
    void measurePreview();
    void setPreview(const Scheme& scheme);
    std::optional<Measurement> previewFigures() const;

    Document& document_;
    JobRunner& jobs_;
    MeasureService& measures_;
    int tensor_ = -1;
    std::shared_ptr<const TensorFacts> facts_;
    std::optional<Scheme> preview_;
    std::optional<ShownGrid> grid_;
    std::optional<ErrorProfile> profile_;
    std::optional<Measurement> preview_measurement_;  // where the preview has many scales
};

}  // namespace halfstep
