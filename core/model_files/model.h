// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/base/job_context.h"
#include "core/tensor/tensor_info.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace halfstep {

class InputFile;  // core/model_files/input_file.h: bounded pread of one file

// A model that was opened: what its files say it contains. Immutable, and safe to read from any thread.
class Model {
  public:
    struct Contents {
        std::filesystem::path path;       // as given by the user
        std::string format;               // "safetensors", "gguf", "onnx", "pytorch", "keras", "hdf5",
                                          // "numpy", "llama2.c"
        std::string architecture;         // "LlamaForCausalLM", "llama"; empty where nothing says
        std::vector<TensorInfo> tensors;  // in file order, shards in order
        std::vector<Issue> issues;
        std::vector<std::pair<std::string, std::string>> properties;  // what the headers say, for display
        std::vector<std::shared_ptr<const InputFile>> files;
    };

    explicit Model(Contents contents);

    const std::filesystem::path& path() const { return contents_.path; }
    const std::string& format() const { return contents_.format; }
    const std::string& architecture() const { return contents_.architecture; }
    const std::vector<TensorInfo>& tensors() const { return contents_.tensors; }
    const std::vector<Issue>& issues() const { return contents_.issues; }
    const std::vector<std::pair<std::string, std::string>>& properties() const {
        return contents_.properties;
    }
    const std::vector<std::shared_ptr<const InputFile>>& files() const { return contents_.files; }

    const TensorInfo* find(std::string_view tensor_name) const;  // null where there is none
    std::uint64_t parameters() const;                            // elements of all tensors
    std::uint64_t bytes() const;                                 // of all tensors, as stored

    // Reads the bytes [first, first + into.size()) of a tensor, by pread. Throws Error where the file got
    // shorter.
    void read_bytes(const TensorInfo& tensor, std::uint64_t first, std::span<std::byte> into) const;

    // Reads the elements [first, first + into.size()) of a measurable tensor as float32 (f64 is rounded,
    // blocks are dequantized as ggml does).
    void read_floats(const TensorInfo& tensor, std::uint64_t first, std::span<float> into) const;

    // The same in double, exact for every measurable type; of blocks, the float32 value.
    void read_doubles(const TensorInfo& tensor, std::uint64_t first, std::span<double> into) const;

  private:
    Contents contents_;
    std::vector<std::size_t> by_name_;  // indices into contents_.tensors, sorted by name
};

// Opens a file, a shard index (*.safetensors.index.json, Keras's *.weights.json) or a folder that holds a
// model. Reads headers only. Throws Error for anything that is not a whole, valid model of a known format,
// Cancelled on a stop.
std::shared_ptr<const Model> open_model(const std::filesystem::path& path, const JobContext& job = {});

}  // namespace halfstep
