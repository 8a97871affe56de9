// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/llama2c/int8_groups.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

namespace halfstep {

Int8Groups::Int8Groups(std::shared_ptr<const InputFile> file, const Int8GroupsPlace& place)
    : ElementSource(place.elements, sizeof(float)), file_(std::move(file)), place_(place) {}

void Int8Groups::make_out(std::uint64_t first, std::span<std::byte> into, std::string_view tensor) const {
    constexpr std::uint64_t at_a_time = 4096;
    std::array<std::int8_t, at_a_time> codes{};
    std::array<float, at_a_time> scales{};  // a group has one element or more
    while (!into.empty()) {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(into.size() / sizeof(float), at_a_time));
        const std::uint64_t first_group = first / place_.group_size;
        const auto groups =
            static_cast<std::size_t>((first + count - 1) / place_.group_size - first_group + 1);
        file_->read_at(place_.codes + first, std::as_writable_bytes(std::span(codes).first(count)), tensor);
        file_->read_at(place_.scales + first_group * sizeof(float),
                       std::as_writable_bytes(std::span(scales).first(groups)), tensor);
        for (std::size_t i = 0; i < count; ++i) {
            const auto group = static_cast<std::size_t>((first + i) / place_.group_size - first_group);
            const float weight = scales[group] * static_cast<float>(codes[i]);
            std::memcpy(into.data() + i * sizeof weight, &weight, sizeof weight);
        }
        first += count;
        into = into.subspan(count * sizeof(float));
    }
}

}  // namespace halfstep
