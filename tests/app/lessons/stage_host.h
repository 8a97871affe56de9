// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job_runner.h"
#include "app/lessons/lesson.h"
#include "app/lessons/stage.h"

#include <QStringList>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace halfstep::testing {

// A lesson that comes with Halfstep, by its id.
Lesson lessonOf(const QString& id);

// The stage of a lesson, set up as the lesson sets it up, on the screen.
class StageHost {
  public:
    explicit StageHost(const QString& lesson);

    const Lesson& lesson() const { return lesson_; }
    Stage& stage() { return *stage_; }
    double figure(const char* id) const { return stage_->figure(QLatin1String(id)); }
    double number(const char* id) const { return stage_->parameters().number(QLatin1String(id)); }

    // A handle of the plot to this coordinate (of the axis that it moves along), with the mouse, in some
    // moves.
    void drag(const char* handle, double to);
    // Makes the handle the active one and presses the key so many times.
    void press(const char* handle, Qt::Key key, int times = 1);

    // Milliseconds that setting the parameter to other and other values takes, half of them longer.
    double medianStep(const char* parameter, double low, double high);

    // Into $HALFSTEP_GALLERY, where that is set.
    void keepPicture(const QString& name);

  private:
    void settle();
    std::size_t paneOf(const char* handle) const;

    JobRunner jobs_;
    Lesson lesson_;
    std::unique_ptr<Stage> stage_;
};

// Layers of a model file as lessons get them: quantizable ones, at most so many.
std::vector<LessonTensorPtr> layersOf(const std::filesystem::path& model, std::size_t most);

// "layer figure" of each figure that is no number with one of the layers, or that says nothing.
QStringList notFinite(StageHost& host, const std::vector<LessonTensorPtr>& layers);
QStringList unreadable(StageHost& host, const std::vector<LessonTensorPtr>& layers);

// Layers that are made to be awkward: all zeros, one constant, a single row, a single weight.
std::vector<LessonTensorPtr> awkwardLayers();

}  // namespace halfstep::testing
