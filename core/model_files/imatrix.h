// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/base/job_context.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace halfstep {

// What llama.cpp's imatrix tool measured of the inputs of one matrix product, or of one for each expert.
struct ImatrixEntry {
    std::string weight;  // the tensor's name in GGUF, "blk.0.ffn_down.weight"
    // Mean of the squared activations of each input column, one matrix (expert) after the other. Finite and
    // not negative. Float32 quotients, as llama.cpp takes them.
    std::vector<float> mean_squares;
    // Rows of activations that were seen, one number for each matrix; the older form has one for all of them,
    // in calls rather than rows.
    std::vector<double> counts;
    // Matrices that no activation reached: all their columns count 1.
    std::uint64_t matrices_without_data = 0;

    double count() const;  // the largest of counts
};

// An importance matrix: a file of `llama-imatrix`.
struct Imatrix {
    enum class Form { gguf, dat };

    std::filesystem::path path;
    Form form = Form::gguf;
    std::vector<std::string> datasets;         // what it was calibrated with
    std::optional<std::uint64_t> chunk_count;  // chunks of text that were evaluated
    std::optional<std::uint64_t> chunk_size;   // tokens of each
    std::vector<ImatrixEntry> entries;         // in the order of the file, no weight twice
    std::vector<Issue> issues;                 // entries that cannot be used are left out and named here
};

// What llama-quantize writes into a file that was quantized with the matrix, as quantize.imatrix.*.
struct ImatrixRecord {
    std::string file;
    std::string dataset;  // the first one; empty where none is known: then the key is left out
    std::uint32_t entries_count = 0;
    std::optional<std::uint32_t> chunks_count;  // left out where not known
};

ImatrixRecord imatrix_record(const Imatrix& imatrix);

// Reads both forms, told apart by their first bytes: GGUF with general.type "imatrix", and the older binary
// one (".dat"). Memory stays bounded by the file's size. Throws Error for a file that is neither, that is not
// whole or names a weight twice. Source: tools/imatrix/imatrix.cpp and tools/quantize/quantize.cpp of
// llama.cpp.
Imatrix read_imatrix(const std::filesystem::path& path, const JobContext& job = {});

}  // namespace halfstep
