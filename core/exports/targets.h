// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/export_target.h"

#include <memory>

// Makers of the targets, one a file.
namespace halfstep {

std::unique_ptr<const ExportTarget> llama_cpp_target();
std::unique_ptr<const ExportTarget> gguf_target();
std::unique_ptr<const ExportTarget> onnx_qdq_target();
std::unique_ptr<const ExportTarget> json_target();
std::unique_ptr<const ExportTarget> csv_target();
std::unique_ptr<const ExportTarget> html_target();

}  // namespace halfstep
