// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace {

// Opens the model and reads a little of every tensor. An Error is as good an answer as success; anything else
// that comes out is a finding.
void use(const std::string& path) {
    try {
        const auto model = halfstep::open_model(path);
        for (const halfstep::TensorInfo& tensor : model->tensors()) {
            std::vector<float> values(static_cast<std::size_t>(std::min<std::uint64_t>(tensor.elements, 64)));
            if (tensor.measurable()) model->read_floats(tensor, tensor.elements - values.size(), values);
        }
    } catch (const halfstep::Error&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = memfd_create("model", 0);
    if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size)) return -1;
    use("/proc/self/fd/" + std::to_string(file));
    close(file);
    return 0;
}
