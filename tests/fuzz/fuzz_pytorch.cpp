// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "tests/support/checkpoint_use.h"
#include "tests/support/pickle_builder.h"
#include "tests/support/tar_builder.h"

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace halfstep;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

// What the first byte of an input makes of the rest.
enum class Shape : std::uint8_t {
    as_it_is,
    pickle_in_zip,
    pickle_in_script,
    pickle_in_legacy,
    object_in_tar,
    storage_in_tar,
    tensor_in_tar,
    shapes
};

const std::string storage_bytes(256, '\x3f');

std::string in_tar(Shape shape, std::string bytes) {
    testing::OldCheckpoint checkpoint;
    switch (shape) {
        case Shape::object_in_tar:
            checkpoint.object = std::move(bytes);
            break;
        case Shape::storage_in_tar:
            checkpoint.storage = std::move(bytes);
            break;
        case Shape::tensor_in_tar:
            checkpoint.tensor = std::move(bytes);
            break;
        default:
            return bytes;
    }
    return checkpoint.bytes();
}

std::string bytes_of(std::span<const std::uint8_t> input) {
    if (input.empty()) return {};
    const auto shape = static_cast<Shape>(input[0] % static_cast<std::uint8_t>(Shape::shapes));
    std::string bytes(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
    switch (shape) {
        case Shape::pickle_in_zip:
            return testing::checkpoint_zip(bytes, {{"0", storage_bytes}, {"1", storage_bytes}}).bytes();
        case Shape::pickle_in_script: {
            testing::ZipBuilder zip = testing::checkpoint_zip(bytes, {{"0", storage_bytes}});
            zip.parts.push_back({"m/constants.pkl", bytes});
            zip.parts.push_back({"m/constants/0", storage_bytes});
            zip.parts.push_back({"m/byteorder", "big"});
            return zip.bytes();
        }
        case Shape::pickle_in_legacy:
            return testing::legacy_start() + bytes;
        default:
            return in_tar(shape, std::move(bytes));
    }
}

// A piece of a pickle that means something.
void insert_piece(std::vector<std::uint8_t>& input, unsigned seed) {
    const std::string pieces[] = {
        testing::Pickle().tensor().stop(),
        testing::Pickle().storage().stop(),
        testing::Pickle().storage("Half", "1", 128).view(1, {3, 4}, {1, 3}).stop(),
        testing::Pickle().global("torch._utils", "_rebuild_parameter").stop(),
        testing::Pickle().global("collections", "OrderedDict").raw(")R").stop(),
        testing::Pickle().text("_modules").text("_parameters").text("param_groups").stop(),
        testing::Pickle().numbers({2, 3}).stop(),
        testing::Pickle().global("m", "C").raw(")\x81}b").stop()};
    const std::string& whole = pieces[seed % std::size(pieces)];
    const std::string piece = whole.substr(2, whole.size() - 3);  // without PROTO and STOP
    const std::size_t at = 1 + seed / 8 % input.size();
    input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
}

}  // namespace

// Changes pickles rather than what is around them: archives are put together anew for each.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
    if (size < 2 || seed % 8 != 0) return LLVMFuzzerMutate(data, size, max_size);
    std::vector<std::uint8_t> input(data, data + size);
    insert_piece(input, seed / 8);
    if (input.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
    std::memcpy(data, input.data(), input.size());
    return input.size();
}

// An Error is as good an answer as success; anything else that comes out is a finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        testing::use(bytes_of({data, size}));
    } catch (const Error&) {
    }
    return 0;
}
