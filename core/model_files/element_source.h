// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/byte_source.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace halfstep {

// Elements of one width that are made out when they are read, whatever bytes of them are asked for.
class ElementSource : public ByteSource {
  public:
    static constexpr std::size_t widest_element = 16;  // bytes

    ElementSource(std::uint64_t elements, std::size_t element_bytes);

    std::uint64_t size() const final { return elements_ * element_bytes_; }
    void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const final;

  protected:
    std::size_t element_bytes() const { return element_bytes_; }

  private:
    // Fills `into`, which takes whole elements, from element `first` on.
    virtual void make_out(std::uint64_t first, std::span<std::byte> into, std::string_view tensor) const = 0;
    // Bytes of one element from byte `skipped` of it on, as many as fit; returns how many.
    std::size_t read_part(std::uint64_t element, std::size_t skipped, std::span<std::byte> into,
                          std::string_view tensor) const;

    std::uint64_t elements_;
    std::size_t element_bytes_;
};

}  // namespace halfstep
