// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/hdf5/hdf5_data.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/keras/keras.h"
#include "core/model_files/keras/keras_config.h"
#include "core/model_files/keras/object_paths.h"
#include "tests/fuzz/use_model.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace {

using namespace halfstep;

using fuzz::file_of;

void read_ends(const Hdf5Dataset& dataset, const std::shared_ptr<const InputFile>& file) {
    constexpr std::uint64_t part = 4096;
    const auto cache = std::make_shared<Hdf5ChunkCache>();
    const Hdf5Data data = data_of(dataset, file, cache);
    const InputFile& from = data.file ? *data.file : *file;
    std::vector<std::byte> bytes(static_cast<std::size_t>(std::min(part, dataset.bytes)));
    from.read_at(data.offset, bytes);
    from.read_at(data.offset + dataset.bytes - bytes.size(), bytes);
}

// A whole HDF5 file, through the lister.
void use_file(std::span<const std::byte> bytes) {
    read_keras(file_of(bytes), {}, {});
}

// What a lister could say that is no longer itself, and the file it is said of.
void use_answer(std::span<const std::byte> bytes) {
    const std::size_t half = bytes.size() / 2;
    const auto file = file_of(bytes.subspan(half));
    const Hdf5Listing listing = read_listing(*file, *file_of(bytes.first(half)));
    for (const Hdf5Dataset& dataset : listing.datasets())
        if (dataset.bytes > 0) read_ends(dataset, file);
}

void use_config(std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const KerasConfig config = read_keras_config(text);
    const KerasLayerIndex index(config.model);
    KerasObjectPaths paths(&config.model);
    index.find("dense");
    paths.resolve("/layers/dense/layers/dense_1/cell", "dense");
}

}  // namespace

// The first byte chooses what the others are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::span rest = std::as_bytes(std::span(data + 1, size - 1));
    try {
        if (data[0] % 16 == 0)
            use_file(rest);  // starts a process: not too often
        else if (data[0] % 2 == 0)
            use_answer(rest);
        else
            use_config(rest);
    } catch (const Error&) {  // as good an answer as success
    }
    return 0;
}
