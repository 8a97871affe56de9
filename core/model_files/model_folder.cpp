// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model_folder.h"

#include "core/base/error.h"
#include "core/base/system_error.h"
#include "core/model_files/part_name.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace halfstep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view cannot_read = "cannot be read";

// The names that Hugging Face's libraries give to PyTorch's checkpoints.
constexpr std::string_view pytorch_model = "pytorch_model.bin";
constexpr std::string_view pytorch_index = "pytorch_model.bin.index.json";

bool is_pytorch_model(std::string_view name) {
    return name == pytorch_model || name == pytorch_index;
}

struct Candidates {
    std::vector<std::string> indices;
    std::vector<std::string> files;
    std::vector<std::string> onnx;  // which often lie beside what they were made from
    std::vector<std::string> torch;
    std::vector<std::string> keras;
    std::vector<std::string> keras_shards;  // which count where their index is missing
    std::vector<std::string> numpy;         // which often are something else than weights
};

bool holds(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Where there are neither safetensors nor GGUF files: the one for which people choose a folder.
std::vector<std::string> preferred_of(const Candidates& found) {
    for (const std::string_view name : {pytorch_index, pytorch_model})
        if (holds(found.torch, name)) return {std::string(name)};
    for (const auto* files : {&found.onnx, &found.torch, &found.keras, &found.keras_shards})
        if (!files->empty()) return *files;
    return found.numpy;
}

Candidates candidates_in(const fs::path& folder) {
    std::error_code error;
    Candidates found;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.ends_with(".safetensors.index.json")) found.indices.push_back(name);
        if (name.ends_with(".safetensors")) found.files.push_back(name);
        if (name.ends_with(".onnx")) found.onnx.push_back(name);
        if (name.ends_with(".pt") || name.ends_with(".pth") || is_pytorch_model(name))
            found.torch.push_back(name);
        if (name.ends_with(".npz") || name.ends_with(".npy")) found.numpy.push_back(name);
        if (is_keras_shard(name))
            found.keras_shards.push_back(name);
        else if (is_keras_index_name(name) || name.ends_with(".keras") || name.ends_with(".h5") ||
                 name.ends_with(".hdf5"))
            found.keras.push_back(name);
        if (name.ends_with(".gguf")) {
            const std::optional<PartName> part = parse_part_name(name, ".gguf");
            if (!part || part->number == 1) found.files.push_back(name);
        }
    }
    if (error) throw system_error(cannot_read, folder, error.value());
    std::sort(found.indices.begin(), found.indices.end());
    if (found.files.empty()) found.files = preferred_of(found);
    std::sort(found.files.begin(), found.files.end());
    return found;
}

// The one version of a model in a folder of the Hugging Face cache.
std::optional<fs::path> only_snapshot(const fs::path& folder) {
    std::error_code error;
    std::optional<fs::path> only;
    for (fs::directory_iterator entry(folder / "snapshots", error), end; !error && entry != end;
         entry.increment(error)) {
        if (only) return std::nullopt;
        only = entry->path();
    }
    return only;
}

[[noreturn]] void refuse_several(const fs::path& folder, const std::vector<std::string>& names) {
    constexpr std::size_t most_named = 6;
    std::string list;
    for (std::size_t index = 0; index < std::min(names.size(), most_named); ++index)
        list += (index == 0 ? "" : ", ") + quotable(names[index]);
    if (names.size() > most_named) list += fmt::format(" and {} more", names.size() - most_named);
    throw Error(fmt::format("this folder holds several models: {}", list), {folder.string(), {}, {}},
                "Open one of these files instead");
}

bool is_below(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

// Where the cache keeps the bytes of the files in `folder`, if that is one of its snapshots.
std::optional<fs::path> blobs_of(const fs::path& folder) {
    for (fs::path above = folder; above.has_relative_path(); above = above.parent_path())
        if (above.filename() == "snapshots") return above.parent_path() / "blobs";
    return std::nullopt;
}

}  // namespace

fs::path model_file_in(const fs::path& folder) {
    const Candidates found = candidates_in(folder);
    if (holds(found.indices, "model.safetensors.index.json")) return folder / "model.safetensors.index.json";
    if (found.indices.size() == 1) return folder / found.indices.front();
    if (found.indices.size() > 1) refuse_several(folder, found.indices);
    if (holds(found.files, "model.safetensors")) return folder / "model.safetensors";
    if (found.files.size() == 1) return folder / found.files.front();
    if (found.files.size() > 1) refuse_several(folder, found.files);
    if (const std::optional<fs::path> snapshot = only_snapshot(folder)) return model_file_in(*snapshot);
    throw Error(
        "this folder holds no model", {folder.string(), {}, {}},
        "Open a folder with safetensors, GGUF, ONNX, PyTorch, Keras or NumPy files, or a model file itself");
}

fs::path resolve_inside(const fs::path& folder, std::string_view name) {
    std::error_code error;
    const fs::path named = folder / name;
    const fs::path inside = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
    if (error) throw system_error(cannot_read, folder, error.value());
    fs::path actual = fs::canonical(named, error);
    if (error) throw system_error(cannot_read, named, error.value());
    const std::optional<fs::path> blobs = blobs_of(inside);
    if (is_below(actual, inside) || (blobs && is_below(actual, *blobs))) return actual;
    throw Error(fmt::format("this link leads out of the model's folder, to {}", quotable(actual.string())),
                {named.string(), {}, {}}, "Put the file itself into the folder");
}

}  // namespace halfstep
