// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/element_source.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace halfstep {

ElementSource::ElementSource(std::uint64_t elements, std::size_t element_bytes)
    : elements_(elements), element_bytes_(element_bytes) {
    if (element_bytes == 0 || element_bytes > widest_element)
        throw std::invalid_argument("elements of such a width are not made out");
}

std::size_t ElementSource::read_part(std::uint64_t element, std::size_t skipped, std::span<std::byte> into,
                                     std::string_view tensor) const {
    std::array<std::byte, widest_element> whole{};
    make_out(element, std::span(whole).first(element_bytes_), tensor);
    const std::size_t count = std::min(element_bytes_ - skipped, into.size());
    std::copy_n(whole.begin() + skipped, count, into.begin());
    return count;
}

void ElementSource::read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const {
    std::uint64_t element = offset / element_bytes_;
    if (const auto skipped = static_cast<std::size_t>(offset % element_bytes_); skipped != 0 && !into.empty())
        into = into.subspan(read_part(element++, skipped, into, tensor));
    const std::size_t whole = into.size() / element_bytes_;
    if (whole > 0) make_out(element, into.first(whole * element_bytes_), tensor);
    into = into.subspan(whole * element_bytes_);
    if (!into.empty()) read_part(element + whole, 0, into, tensor);
}

}  // namespace halfstep
