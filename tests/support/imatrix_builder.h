// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace halfstep::testing {

// Puts together an importance matrix for a test, in either form of llama.cpp.
class ImatrixBuilder {
  public:
    // Sums of squared activations of each column, one matrix after the other, and how many rows of
    // activations each matrix saw. The older form stores one count, the first.
    ImatrixBuilder& add(const std::string& weight, std::vector<float> sums, std::vector<float> counts);
    ImatrixBuilder& dataset(const std::string& name);
    ImatrixBuilder& chunks(std::uint32_t count, std::uint32_t size);
    ImatrixBuilder& type(const std::string& general_type);  // instead of "imatrix"

    std::string gguf() const;
    std::string dat() const;

  private:
    struct Entry {
        std::string weight;
        std::vector<float> sums;
        std::vector<float> counts;
    };
    std::string type_ = "imatrix";
    std::vector<std::string> datasets_;
    std::uint32_t chunk_count_ = 0;
    std::uint32_t chunk_size_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace halfstep::testing
