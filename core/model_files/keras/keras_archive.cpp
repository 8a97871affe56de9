// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras_archive.h"

#include "core/base/error.h"
#include "core/model_files/keras/keras_arrays.h"
#include "core/model_files/keras/keras_config.h"
#include "core/model_files/zip/zip_archive.h"

#include <span>
#include <utility>

namespace halfstep {
namespace {

constexpr std::string_view config_name = "config.json";
constexpr std::string_view metadata_name = "metadata.json";
constexpr std::string_view weights_name = "model.weights.h5";
constexpr std::string_view numpy_weights_name = "model.weights.npz";

// A text of the archive; what is missing, or too long to be one, is empty.
std::string text_of(const ZipArchive& archive, std::string_view name) {
    const ZipEntry* entry = archive.find(name);
    if (entry == nullptr || entry->bytes > longest_keras_config) return {};
    const std::shared_ptr<const InputFile> file = archive.open(*entry);
    std::string text(static_cast<std::size_t>(file->size()), '\0');
    file->read_at(0, std::as_writable_bytes(std::span(text)));
    return text;
}

}  // namespace

bool looks_like_keras_archive(const InputFile& file) {
    if (!looks_like_zip(file)) return false;
    try {
        bool config = false;
        bool weights = false;
        for (const ZipEntry& entry : read_zip_directory(file)) {
            config = config || entry.name == config_name;
            weights = weights || entry.name == weights_name || entry.name == numpy_weights_name;
        }
        return config && weights;
    } catch (const Error&) {
        return false;
    }
}

KerasArchive read_keras_archive(std::shared_ptr<const InputFile> file, const JobContext& job) {
    const ZipArchive archive(std::move(file), job);
    const KerasArchiveTexts texts{text_of(archive, config_name), text_of(archive, metadata_name)};
    if (const ZipEntry* entry = archive.find(weights_name)) {
        std::shared_ptr<const InputFile> weights = archive.open(*entry);
        KerasContents contents = read_keras(weights, texts, job);
        return {std::move(weights), std::move(contents)};
    }
    if (const ZipEntry* entry = archive.find(numpy_weights_name)) {
        std::shared_ptr<const InputFile> weights = archive.open(*entry);
        KerasContents contents = read_keras_arrays(weights, texts, job);
        return {std::move(weights), std::move(contents)};
    }
    throw Error("is an archive without the weights of a Keras model (model.weights.h5)",
                {archive.file().path().string(), {}, {}}, "Save the model from Keras again, as .keras");
}

}  // namespace halfstep
