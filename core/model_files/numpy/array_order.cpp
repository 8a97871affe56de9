// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/numpy/array_order.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace halfstep {
namespace {

std::uint64_t elements_of(const std::vector<std::int64_t>& shape) {
    std::uint64_t product = 1;
    for (const std::int64_t extent : shape)
        product *= static_cast<std::uint64_t>(extent);
    return product;
}

}  // namespace

SwappedElements::SwappedElements(std::shared_ptr<const InputFile> file, std::uint64_t offset,
                                 std::uint64_t elements, std::size_t element_bytes)
    : ElementSource(elements, element_bytes), file_(std::move(file)), offset_(offset) {}

void SwappedElements::make_out(std::uint64_t first, std::span<std::byte> into,
                               std::string_view tensor) const {
    file_->read_at(offset_ + first * element_bytes(), into, tensor);
    for (auto element = into.begin(); element != into.end();
         element += static_cast<std::ptrdiff_t>(element_bytes()))
        std::reverse(element, element + static_cast<std::ptrdiff_t>(element_bytes()));
}

// Walks over the columns (all axes but the first) in the order of the file, in which the second axis is the
// fastest, and tells where in a row each of them stands.
class FortranOrder::Columns {
  public:
    explicit Columns(const std::vector<std::int64_t>& shape)
        : shape_(shape), index_(shape.size(), 0), strides_(shape.size(), 1) {
        for (std::size_t axis = shape.size() - 1; axis-- > 1;)
            strides_[axis] = strides_[axis + 1] * static_cast<std::uint64_t>(shape[axis + 1]);
    }

    std::uint64_t in_row() const { return in_row_; }
    void next() {
        for (std::size_t axis = 1; axis < shape_.size(); ++axis) {
            in_row_ += strides_[axis];
            if (++index_[axis] < shape_[axis]) return;
            in_row_ -= strides_[axis] * static_cast<std::uint64_t>(shape_[axis]);
            index_[axis] = 0;
        }
    }

  private:
    const std::vector<std::int64_t>& shape_;
    std::vector<std::int64_t> index_;
    std::vector<std::uint64_t> strides_;
    std::uint64_t in_row_ = 0;
};

FortranOrder::FortranOrder(std::shared_ptr<const InputFile> file, std::uint64_t offset,
                           std::vector<std::int64_t> shape, std::size_t element_bytes)
    : ElementSource(elements_of(shape), element_bytes),
      file_(std::move(file)),
      offset_(offset),
      shape_(std::move(shape)),
      rows_(static_cast<std::uint64_t>(shape_.front())),
      row_elements_(size() / element_bytes / std::max<std::uint64_t>(rows_, 1)) {}

void FortranOrder::make_out(std::uint64_t first, std::span<std::byte> into, std::string_view tensor) const {
    constexpr std::uint64_t most_rows = 4096;
    while (!into.empty()) {
        const std::uint64_t wanted = into.size() / element_bytes();
        Piece piece{first / row_elements_, 1, first % row_elements_, row_elements_};
        if (piece.begin == 0 && wanted >= row_elements_)
            piece.rows = std::min(wanted / row_elements_, most_rows);
        else
            piece.end = std::min(piece.begin + wanted, row_elements_);
        const std::uint64_t made = piece.rows * (piece.end - piece.begin);
        const auto bytes = static_cast<std::size_t>(made * element_bytes());
        make_out(piece, into.first(bytes), tensor);
        first += made;
        into = into.subspan(bytes);
    }
}

void FortranOrder::make_out(const Piece& piece, std::span<std::byte> into, std::string_view tensor) const {
    constexpr std::uint64_t cheap_gap = 1024;  // bytes that had better be read along than skipped
    constexpr std::uint64_t staged = 65'536;   // bytes
    const std::size_t width = element_bytes();
    const bool read_along = (rows_ - piece.rows) * width <= cheap_gap;
    const std::uint64_t pitch = read_along ? rows_ : piece.rows;
    const std::uint64_t together = read_along ? std::max<std::uint64_t>(staged / (pitch * width), 1) : 1;
    const std::uint64_t kept = piece.end - piece.begin;
    std::vector<std::byte> staging;
    if (piece.rows == 1 && kept < row_elements_ / 8) return make_out_few(piece, into, tensor);
    Columns columns(shape_);
    for (std::uint64_t column = 0; column < row_elements_; column += together) {
        const std::uint64_t count = std::min(together, row_elements_ - column);
        staging.resize(static_cast<std::size_t>(((count - 1) * pitch + piece.rows) * width));
        bool is_read = false;
        for (std::uint64_t i = 0; i < count; ++i, columns.next()) {
            if (columns.in_row() < piece.begin || columns.in_row() >= piece.end) continue;
            if (!std::exchange(is_read, true))
                file_->read_at(offset_ + (column * rows_ + piece.first_row) * width, staging, tensor);
            for (std::uint64_t row = 0; row < piece.rows; ++row)
                std::memcpy(into.data() + (row * kept + columns.in_row() - piece.begin) * width,
                            staging.data() + (i * pitch + row) * width, width);
        }
    }
}

// One by one: a short part of a row would have all columns walked over.
void FortranOrder::make_out_few(const Piece& piece, std::span<std::byte> into,
                                std::string_view tensor) const {
    for (std::uint64_t at = piece.begin; at < piece.end; ++at) {
        std::uint64_t left = at;
        std::uint64_t column = 0;
        for (std::size_t axis = shape_.size() - 1; axis > 0; --axis) {
            std::uint64_t faster = 1;  // columns that go by before this axis moves on in the file
            for (std::size_t before = 1; before < axis; ++before)
                faster *= static_cast<std::uint64_t>(shape_[before]);
            column += left % static_cast<std::uint64_t>(shape_[axis]) * faster;
            left /= static_cast<std::uint64_t>(shape_[axis]);
        }
        const std::uint64_t element = column * rows_ + piece.first_row;
        file_->read_at(
            offset_ + element * element_bytes(),
            into.subspan(static_cast<std::size_t>(at - piece.begin) * element_bytes(), element_bytes()),
            tensor);
    }
}

bool same_in_either_order(const std::vector<std::int64_t>& shape) {
    return std::ranges::count_if(shape, [](std::int64_t extent) { return extent != 1; }) <= 1 ||
           std::ranges::find(shape, 0) != shape.end();
}

}  // namespace halfstep
