// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/onnx/onnx.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace halfstep {

// All names of values in a model's graphs, and how many axes they have where the model says it.
class ValueSurvey {
  public:
    ValueSurvey(ByteReader& bytes, const OnnxContents& model, const JobContext& job);

    std::optional<std::size_t> rank_of(const std::string& value) const;
    // A name that nothing has: `wanted`, or with a number after it. It is taken from now on.
    std::string new_name(const std::string& wanted);

  private:
    void look_at_graph(ByteReader& bytes, FileRange graph, const JobContext& job);
    void look_at_value(ByteReader& bytes, const ProtobufField& field);

    std::unordered_set<std::string> names_;
    std::unordered_map<std::string, std::size_t> ranks_;
};

}  // namespace halfstep
