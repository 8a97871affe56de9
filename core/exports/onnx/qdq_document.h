// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/base/job_context.h"
#include "core/exports/onnx/protobuf_draft.h"
#include "core/exports/onnx/stored_weight.h"
#include "core/model_files/model.h"
#include "core/model_files/onnx/onnx.h"

#include <cstdint>
#include <string>
#include <vector>

namespace halfstep {

// A piece of the file beside the model that holds its data.
struct DataPiece {
    std::uint64_t position = 0;
    std::uint64_t size = 0;
    bool is_weight = false;
    std::size_t number = 0;  // of the weight, or of the tensor that is copied
    WeightPart part = WeightPart::codes;
};

// An ONNX model in which some weights are stored quantized, each followed by the DequantizeLinear node that
// gives its value back under its old name: nodes that use it stay as they are, to the byte.
struct QdqDocument {
    ProtobufDraft model;
    std::vector<DataPiece> data;  // in the order of their bytes; empty: all is in the model
    std::uint64_t data_bytes = 0;
    std::vector<Issue> issues;
};

struct QdqRequest {
    const InputFile& file;
    const OnnxContents& source;
    const std::vector<StoredWeight>& weights;
    const std::vector<std::size_t>& sources;  // which of source.weights each of them is
    std::string data_file;                    // name of the file beside the model; empty: none
};

// Throws Error where the plan needs a newer operator set, and a node would change its meaning in it.
QdqDocument qdq_document(const QdqRequest& request, const JobContext& job);

}  // namespace halfstep
