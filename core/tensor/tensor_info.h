// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/dtype.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// What a tensor does in its network.
enum class Role : std::uint8_t {
    token_embedding,
    position_embedding,
    attention_q,
    attention_k,
    attention_v,
    attention_qkv,
    attention_output,
    ffn_gate,
    ffn_up,
    ffn_gate_up,
    ffn_down,
    expert_router,
    output_head,
    convolution,
    recurrent,
    dense,  // dense: another weight of a matrix product
    norm,
    bias,
    other,
};

std::string_view role_name(Role role);  // "attention_q"; the word used in JSON and, translated, in the window

// A weight array of a model, as its file describes it. Shapes are row-major, slowest axis first, whatever the
// file format's own order.
struct TensorInfo {
    std::string name;
    DType dtype = DType::unknown;
    std::string dtype_name;  // as listed; traits(dtype).name, unless dtype is unknown or codes are decoded
    std::vector<std::int64_t> shape;
    std::uint64_t elements = 0;
    std::uint64_t bytes = 0;  // that it takes in its file

    Role role = Role::other;
    std::optional<int> block;         // number of the transformer block (or layer) it belongs to
    std::optional<int> channel_axis;  // axis of outputs; none for tensors of rank 0 and 1
    int channel_axes = 1;  // that number outputs together, from channel_axis on: heads and their sizes
    std::optional<int> input_axis;  // first axis that is summed over; so are all after it but the channels'
    bool quantizable = false;       // weight of a matrix product, convolution or embedding; has_weights()

    std::uint32_t file = 0;         // index into Model::files()
    std::uint64_t file_offset = 0;  // of the first byte, from the start of that file

    // The file holds codes and scales of its own kind, which are read as the float32 values they stand for:
    // dtype_name and bytes say how they are stored.
    bool decoded = false;

    bool measurable() const { return is_measurable(dtype); }
    bool has_weights() const { return measurable() && elements > 0; }
    bool quantized() const { return decoded || is_quantized(dtype); }  // by an earlier program
    std::uint64_t readable_bytes() const;                              // what Model::read_bytes gives of it
};

// A tensor seen as a matrix: `channels` rows of `inputs` elements, which in the file may be scattered (see
// MatrixLayout). A tensor without a channel axis is one channel. Groups run along the inputs and never cross
// a row.
struct MatrixShape {
    std::uint64_t channels = 0;
    std::uint64_t inputs = 0;
};

MatrixShape matrix_shape(const TensorInfo& tensor);

// Where the elements of the rows lie. Most tensors are matrices whose rows are contiguous (outer = 1). Some
// formats put an input axis before the channels: dense weights of Keras and of GPT-2 are [inputs, outputs],
// convolutions of Keras [kernel…, inputs, outputs], transposed ones of PyTorch [inputs, outputs, kernel…].
// Outputs may be numbered by several axes in a row: attention of Keras is [inputs, heads, size].
// Element (matrix, o, channel, i) lies at ((matrix·outer + o)·channels + channel)·inner + i; in its row,
// which is row matrix·channels + channel, it is input o·inner + i.
struct MatrixLayout {
    std::uint64_t matrices = 1;  // stacked: experts
    std::uint64_t outer = 1;     // inputs before the channel axis
    std::uint64_t channels = 1;
    std::uint64_t inner = 1;  // inputs after it

    std::uint64_t rows() const { return matrices * channels; }
    std::uint64_t inputs() const { return outer * inner; }
    bool contiguous_rows() const { return outer == 1 || channels == 1; }
};

MatrixLayout matrix_layout(const TensorInfo& tensor);

// Where in the matrix the element lies that is number `index` of the file.
struct MatrixPlace {
    std::uint64_t row = 0;
    std::uint64_t input = 0;
};
MatrixPlace matrix_place(const MatrixLayout& layout, std::uint64_t index);
// The opposite: the number in the file's order.
std::uint64_t file_index(const MatrixLayout& layout, MatrixPlace place);

}  // namespace halfstep
