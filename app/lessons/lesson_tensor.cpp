// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/lesson_tensor.h"

#include "core/model_files/memory_model.h"
#include "core/model_files/row_reader.h"

#include <QCoreApplication>

#include <algorithm>

namespace halfstep {

LessonTensorPtr lessonTensor(const QString& name, MatrixShape shape, std::vector<float> values) {
    auto tensor = std::make_shared<LessonTensor>();
    tensor->name = name;
    tensor->model = model_of_matrices("lesson", {{"weights", shape, std::move(values)}});
    tensor->facts = std::make_shared<const TensorFacts>(gather_facts(*tensor->model, tensor->info(), {}));
    return tensor;
}

LessonTensorPtr toyTensor(const ToyShape& toy, MatrixShape shape, std::uint64_t seed) {
    return lessonTensor(toyName(toy.distribution), shape,
                        toy_weights(toy, shape.channels * shape.inputs, seed));
}

QString toyName(ToyDistribution distribution) {
    switch (distribution) {
        case ToyDistribution::gaussian:
            return QCoreApplication::translate("LessonTensor", "Gaussian");
        case ToyDistribution::laplace:
            return QCoreApplication::translate("LessonTensor", "Laplace");
        case ToyDistribution::student:
            return QCoreApplication::translate("LessonTensor", "Student's t");
        case ToyDistribution::uniform:
            return QCoreApplication::translate("LessonTensor", "uniform");
        case ToyDistribution::half_normal:
            return QCoreApplication::translate("LessonTensor", "half normal");
        case ToyDistribution::relu:
            return QCoreApplication::translate("LessonTensor", "after a ReLU");
    }
    return {};
}

SampledRows sampleRows(const LessonTensor& tensor, MatrixShape most) {
    const MatrixShape shape = matrix_shape(tensor.info());
    SampledRows rows;
    rows.shape = {std::min(shape.channels, most.channels), std::min(shape.inputs, most.inputs)};
    rows.values.resize(rows.shape.channels * rows.shape.inputs);
    RowReader reader;
    for (std::uint64_t row = 0; row < rows.shape.channels; ++row) {
        const std::uint64_t from = row * shape.channels / rows.shape.channels;
        reader.read_floats(*tensor.model, tensor.info(), from * shape.inputs,
                           std::span(rows.values).subspan(row * rows.shape.inputs, rows.shape.inputs));
    }
    return rows;
}

}  // namespace halfstep
