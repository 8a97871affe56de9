// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/input_file.h"
#include "core/model_files/onnx/onnx_tensor.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace halfstep {

struct ExternalPlace {
    std::uint32_t file = 0;  // index into take_files()
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

// The files beside an ONNX model that hold its tensors (onnx, docs/ExternalData.md). They have to lie inside
// the model's folder: no absolute path, no "..", no link that leads out.
class ExternalFiles {
  public:
    explicit ExternalFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Throws Error, at the tensor's place in the model file, where its data is not there.
    ExternalPlace find(const ByteReader& bytes, const OnnxTensor& tensor);

    // In the order in which they were found.
    std::vector<std::shared_ptr<const InputFile>> take_files() { return std::move(files_); }

  private:
    std::uint32_t file_at(const ByteReader& bytes, const OnnxTensor& tensor);

    std::filesystem::path folder_;
    std::map<std::string, std::uint32_t, std::less<>> numbers_;
    std::vector<std::shared_ptr<const InputFile>> files_;
};

}  // namespace halfstep
