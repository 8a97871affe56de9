// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/tensor_facts.h"
#include "core/lessons/toy_weights.h"
#include "core/model_files/model.h"

#include <QString>

#include <memory>
#include <vector>

namespace halfstep {

// The weights that a lesson is about: toy data, or a layer of the open model. Both are a tensor of a model,
// and everything about them comes from the engine.
struct LessonTensor {
    QString name;
    std::shared_ptr<const Model> model;
    std::size_t index = 0;
    std::shared_ptr<const TensorFacts> facts;
    bool toy = true;

    const TensorInfo& info() const { return model->tensors()[index]; }
    const MomentTable& table() const { return *facts->table; }
};

using LessonTensorPtr = std::shared_ptr<const LessonTensor>;

// Matrices that are not too large (some ten thousand weights are a matter of a millisecond).
LessonTensorPtr lessonTensor(const QString& name, MatrixShape shape, std::vector<float> values);

// Toy data by what they are drawn from; the same ones every time.
LessonTensorPtr toyTensor(const ToyShape& toy, MatrixShape shape, std::uint64_t seed = 1);

QString toyName(ToyDistribution distribution);  // "Gaussian", translated

// Parts of the rows of a tensor, at even distances, as a small matrix that a lesson may change: at most so
// many channels, and the first so many inputs of each. Throws Error where the file cannot be read.
struct SampledRows {
    MatrixShape shape;
    std::vector<float> values;
};
SampledRows sampleRows(const LessonTensor& tensor, MatrixShape most);

}  // namespace halfstep
