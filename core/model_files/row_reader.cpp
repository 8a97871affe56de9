// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/row_reader.h"

#include <algorithm>

namespace halfstep {
namespace {

constexpr std::uint64_t contiguous_block = 65'536;
constexpr std::uint64_t largest_block = std::uint64_t{1} << 22U;
constexpr std::uint64_t worthwhile_run = 1024;  // elements that one read should give at least

// Elements between two pieces that had better be read along than skipped.
constexpr std::uint64_t cheap_gap = 1024;
constexpr std::uint64_t staged = 65'536;  // elements that are read before they are put in their rows
// Steps of the outer inputs that are put in their rows together: a row gets whole cache lines.
constexpr std::uint64_t steps_together = 32;

// Some inputs of some rows of one matrix of the tensor; outer inputs are a `stride` apart in the file.
struct Piece {
    std::uint64_t matrix = 0;
    std::uint64_t first_row = 0;
    std::uint64_t rows = 0;
    std::uint64_t first_input = 0;
    std::uint64_t inputs = 0;
};

template <class Element, class Read>
class Gathering {
  public:
    Gathering(const MatrixLayout& layout, std::vector<Element>& staging, const Read& read)
        : layout_(layout), staging_(staging), read_(read), stride_(layout.channels * layout.inner) {}

    void run(std::uint64_t first, std::span<Element> into) {
        const std::uint64_t inputs = layout_.inputs();
        while (!into.empty()) {
            const std::uint64_t row = first / inputs;
            Piece piece{row / layout_.channels, row % layout_.channels, 1, first % inputs, 0};
            if (piece.first_input == 0 && into.size() >= inputs) {
                piece.rows = std::min(into.size() / inputs, layout_.channels - piece.first_row);
                piece.inputs = inputs;
            } else {
                piece.inputs = std::min<std::uint64_t>(into.size(), inputs - piece.first_input);
            }
            gather(piece, into.data());
            first += piece.rows * piece.inputs;
            into = into.subspan(static_cast<std::size_t>(piece.rows * piece.inputs));
        }
    }

  private:
    // A few outer inputs at a time: read, then put in their rows.
    void gather(const Piece& piece, Element* into) {
        const std::uint64_t run = piece.rows * layout_.inner;
        const bool read_along = stride_ - run <= cheap_gap;
        const std::uint64_t pitch = read_along ? stride_ : run;
        const std::uint64_t end = (piece.first_input + piece.inputs - 1) / layout_.inner + 1;
        const std::uint64_t at_a_time = std::clamp<std::uint64_t>(staged / pitch, 1, steps_together);
        for (std::uint64_t step = piece.first_input / layout_.inner; step < end; step += at_a_time) {
            const std::uint64_t steps = std::min(at_a_time, end - step);
            const std::uint64_t from =
                ((piece.matrix * layout_.outer + step) * layout_.channels + piece.first_row) * layout_.inner;
            staging_.resize(static_cast<std::size_t>((steps - 1) * pitch + run));
            if (read_along)
                read_(from, std::span(staging_));
            else
                for (std::uint64_t i = 0; i < steps; ++i)
                    read_(from + i * stride_, std::span(staging_).subspan(static_cast<std::size_t>(i * run),
                                                                          static_cast<std::size_t>(run)));
            place(piece, step, steps, pitch, into);
        }
    }

    void place(const Piece& piece, std::uint64_t step, std::uint64_t steps, std::uint64_t pitch,
               Element* into) const {
        const std::uint64_t inner = layout_.inner;
        const std::uint64_t begin = std::max(step * inner, piece.first_input);
        const std::uint64_t end = std::min((step + steps) * inner, piece.first_input + piece.inputs);
        for (std::uint64_t row = 0; row < piece.rows; ++row) {
            const Element* from = staging_.data() + row * inner;
            Element* to = into + row * piece.inputs;
            if (inner == 1)
                for (std::uint64_t input = begin; input < end; ++input)
                    to[input - piece.first_input] = from[(input - step) * pitch];
            else
                for (std::uint64_t input = begin; input < end; ++input)
                    to[input - piece.first_input] = from[(input / inner - step) * pitch + input % inner];
        }
    }

    const MatrixLayout& layout_;
    std::vector<Element>& staging_;
    const Read& read_;
    std::uint64_t stride_;
};

template <class Element, class Read>
void gather(const MatrixLayout& layout, std::vector<Element>& staging, std::uint64_t first,
            std::span<Element> into, const Read& read) {
    if (layout.contiguous_rows())
        read(first, into);
    else
        Gathering<Element, Read>(layout, staging, read).run(first, into);
}

}  // namespace

std::uint64_t reading_block_elements(const TensorInfo& tensor) {
    const MatrixLayout layout = matrix_layout(tensor);
    if (layout.contiguous_rows() || layout.inputs() == 0) return contiguous_block;
    const std::uint64_t inputs = layout.inputs();
    const std::uint64_t rows = (worthwhile_run + layout.inner - 1) / layout.inner;
    const std::uint64_t wanted = std::min(rows * inputs, largest_block);
    return (wanted + contiguous_block - 1) / contiguous_block * contiguous_block;
}

void RowReader::read_floats(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                            std::span<float> into) {
    gather(matrix_layout(tensor), floats_, first, into,
           [&](std::uint64_t from, std::span<float> part) { model.read_floats(tensor, from, part); });
}

void RowReader::read_patterns(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                              std::span<std::uint16_t> into) {
    gather(matrix_layout(tensor), patterns_, first, into,
           [&](std::uint64_t from, std::span<std::uint16_t> part) {
               model.read_bytes(tensor, from * sizeof(std::uint16_t), std::as_writable_bytes(part));
           });
}

}  // namespace halfstep
