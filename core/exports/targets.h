// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/export_target.h"

#include <memory>

// Makers of the targets, one a file.
namespace halfstep {

std::unique_ptr<const ExportTarget> llama_cpp_target();
std::unique_ptr<const ExportTarget> gguf_target();
std::unique_ptr<const ExportTarget> onnx_qdq_target();
std::unique_ptr<const ExportTarget> compressed_tensors_target();
std::unique_ptr<const ExportTarget> gptq_target();
std::unique_ptr<const ExportTarget> awq_target();
std::unique_ptr<const ExportTarget> bitsandbytes_target();
std::unique_ptr<const ExportTarget> hqq_target();
std::unique_ptr<const ExportTarget> torchao_target();
std::unique_ptr<const ExportTarget> mlx_target();
std::unique_ptr<const ExportTarget> llm_compressor_target();
std::unique_ptr<const ExportTarget> auto_round_target();
std::unique_ptr<const ExportTarget> modelopt_target();
std::unique_ptr<const ExportTarget> exllamav2_target();
std::unique_ptr<const ExportTarget> onnxruntime_target();
std::unique_ptr<const ExportTarget> nncf_target();
std::unique_ptr<const ExportTarget> aimet_target();
std::unique_ptr<const ExportTarget> json_target();
std::unique_ptr<const ExportTarget> csv_target();
std::unique_ptr<const ExportTarget> html_target();

}  // namespace halfstep
