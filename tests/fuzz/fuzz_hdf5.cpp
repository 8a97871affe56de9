// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/hdf5/lister_process.h"
#include "core/model_files/keras/keras.h"
#include "tests/fuzz/use_model.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <vector>

using namespace halfstep;

namespace {

// One lister for many files, until one of them ends it.
std::vector<std::byte> answer_on(const InputFile& file) {
    static std::optional<ListerProcess> lister;
    if (lister && lister->ended()) lister.reset();
    if (!lister) {
        setenv("HALFSTEP_HDF5_LISTER", HALFSTEP_LISTER_OF_MANY, 0);
        lister.emplace(file.path());
    }
    return ask_lister(*lister, file, {});
}

}  // namespace

// A whole HDF5 file, looked through by another process. What libhdf5 does there is not to matter here.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto file = fuzz::file_of(std::span(data, size));
    try {
        const KerasFile only{file, read_listing(*file, InputFile(file->path(), answer_on(*file)))};
        KerasContents read = read_keras(std::span(&only, 1), {}, {});
        fuzz::use_model(file, read.contents, read.further_files);
    } catch (const Error&) {
    }
    return 0;
}
