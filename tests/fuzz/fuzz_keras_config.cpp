// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/keras/keras_config.h"
#include "core/model_files/keras/object_paths.h"

#include <cstdint>
#include <string_view>

// The configuration of a model, and the paths of weights looked up in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace halfstep;
    try {
        const KerasConfig config = read_keras_config({reinterpret_cast<const char*>(data), size});
        const KerasLayerIndex index(config.model);
        KerasObjectPaths paths(&config.model);
        index.find("dense");
        paths.resolve("/layers/dense/layers/dense_1/cell", "dense");
    } catch (const Error&) {
    }
    return 0;
}
