// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/npy_builder.h"
#include "tests/support/pickle_builder.h"
#include "tests/support/zip_builder.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Pickles of NumPy's arrays, as ndarray.__reduce__ makes them, and the archives that Keras 3 makes of those.
namespace halfstep::testing {

// Leaves an array on the stack; `content` is a pickle's opcodes for its bytes, or for the list of its
// objects.
inline Pickle& put_array(Pickle& pickle, std::string_view descr, std::string_view order,
                         const std::vector<std::int64_t>& shape, std::string_view content) {
    pickle.global("numpy.core.multiarray", "_reconstruct").raw("(").global("numpy", "ndarray").numbers({0});
    pickle.text("b").raw("tR(").number(1).numbers(shape);
    pickle.global("numpy", "dtype").raw("(").text(descr).raw("\x89\x88tR(").number(3).text(order);
    return pickle.raw("NNN").number(-1).number(-1).number(0).raw("tb\x89").raw(content).raw("tb");
}

inline std::string bytes_opcode(std::string_view bytes) {
    return ByteString().raw("B").u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes).bytes();
}

// The variables of one layer, {'0': [2, 2], '1': [2]}, behind the array without an axis that NumPy puts round
// an object.
inline std::string layer_pickle() {
    Pickle variables(3);
    variables.raw("}").text("0");
    put_array(variables, "f4", "<", {2, 2}, bytes_opcode(floats({1, 2, 3, 4}))).raw("s").text("1");
    put_array(variables, "f4", "<", {2}, bytes_opcode(floats({5, 6}))).raw("s");
    const std::string all = variables.stop();
    const std::string_view dict = std::string_view(all).substr(2, all.size() - 3);  // without PROTO and STOP
    Pickle whole(3);
    return put_array(whole, "O8", "|", {}, fmt::format("]{}a", dict)).stop();
}

// model.weights.npz with this pickle as the variables of the layer "dense".
inline std::string keras_arrays(const std::string& pickle) {
    return ZipBuilder{{{"layers/dense.npy", npy_file("|O", "()", pickle, false)}}}.bytes();
}

}  // namespace halfstep::testing
