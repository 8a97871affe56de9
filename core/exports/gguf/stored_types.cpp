// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/stored_types.h"

#include "core/base/error.h"
#include "core/exports/gguf/block_types.h"
#include "core/model_files/gguf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace halfstep {
namespace {

// What takes a type's place where rows are no whole number of its blocks; f16 where there is nothing, or
// where that does not fit either.
DType fallback_of(DType type) {
    switch (type) {
        case DType::q2_K:
        case DType::q3_K:
        case DType::q2_0:
        case DType::tq1_0:
        case DType::tq2_0:
            return DType::q4_0;
        case DType::q4_K:
            return DType::q5_0;
        case DType::q5_K:
            return DType::q5_1;
        case DType::q6_K:
            return DType::q8_0;
        case DType::iq1_s:
        case DType::iq1_m:
        case DType::iq2_xxs:
        case DType::iq2_xs:
        case DType::iq2_s:
        case DType::iq3_xxs:
        case DType::iq3_s:
        case DType::iq4_xs:
            return DType::iq4_nl;
        default:
            return DType::f16;
    }
}

bool fits(DType type, std::uint64_t row) {
    return row % traits(type).block_elements == 0;
}

std::string too_short(DType type, std::uint64_t row) {
    return fmt::format("{} stores blocks of {} weights, and the rows of this tensor have {}",
                       traits(type).name, traits(type).block_elements, row);
}

bool is_block(DType type) {
    return traits(type).kind == DTypeKind::ggml_block;
}

void require_writable(DType type, const TensorInfo& tensor) {
    if (!is_block(type) || can_write_blocks(type)) return;
    throw Error(fmt::format("this version does not write {}", traits(type).name), {{}, tensor.name, {}},
                "Choose q4_0, q4_1, q5_0, q5_1 or q8_0");
}

std::uint64_t row_length(const TensorInfo& tensor) {
    return tensor.shape.empty() ? 1 : static_cast<std::uint64_t>(tensor.shape.back());
}

// A type that is kept: as it is in GGUF, f32 for what the converter stores so.
StoredType kept(const TensorInfo& tensor, bool changes, bool converted) {
    if (converted && tensor.measurable() && (!changes || tensor.dtype == DType::f64)) return {DType::f32, {}};
    if (!gguf_type_number(tensor.dtype))
        throw Error(fmt::format("GGUF has no type {} to keep it in", tensor.dtype_name),
                    {{}, tensor.name, {}}, "Convert the model to GGUF with llama.cpp and open that");
    return {tensor.dtype, {}};
}

struct Recipe {
    DType type;
    std::uint32_t pure;   // where all quantized weights of the blocks are of the type
    std::uint32_t mixed;  // where some are not
};

// llama.h, enum llama_ftype.
constexpr std::array recipes = {
    Recipe{DType::f32, 0, 0},       Recipe{DType::f16, 1, 1},      Recipe{DType::q4_0, 2, 2},
    Recipe{DType::q4_1, 3, 3},      Recipe{DType::q8_0, 7, 7},     Recipe{DType::q5_0, 8, 8},
    Recipe{DType::q5_1, 9, 9},      Recipe{DType::q2_K, 10, 10},   Recipe{DType::q3_K, 11, 12},
    Recipe{DType::q4_K, 14, 15},    Recipe{DType::q5_K, 16, 17},   Recipe{DType::q6_K, 18, 18},
    Recipe{DType::iq2_xxs, 19, 19}, Recipe{DType::iq2_xs, 20, 20}, Recipe{DType::iq3_xxs, 23, 23},
    Recipe{DType::iq1_s, 24, 24},   Recipe{DType::iq4_nl, 25, 25}, Recipe{DType::iq3_s, 26, 27},
    Recipe{DType::iq2_s, 29, 29},   Recipe{DType::iq4_xs, 30, 30}, Recipe{DType::iq1_m, 31, 31},
    Recipe{DType::bf16, 32, 32},    Recipe{DType::tq1_0, 36, 36},  Recipe{DType::tq2_0, 37, 37},
    Recipe{DType::mxfp4, 38, 38},   Recipe{DType::nvfp4, 39, 39},  Recipe{DType::q1_0, 40, 40},
    Recipe{DType::q2_0, 41, 41},
};

}  // namespace

std::optional<DType> gguf_type(const Scheme& scheme) {
    if (scheme.family == Family::ggml) return scheme.block_type;
    // Block formats of the microscaling kind have a block type of their own, whatever family they are of.
    const std::string notation = to_string(scheme);
    if (notation == "mxfp4") return DType::mxfp4;
    if (notation == "nvfp4") return DType::nvfp4;
    if (scheme.family != Family::floating) return std::nullopt;
    switch (scheme.float_format) {
        case FloatFormat::fp16:
            return DType::f16;
        case FloatFormat::bf16:
            return DType::bf16;
        default:
            return DType::f32;
    }
}

std::string why_not_in_gguf(const Scheme& scheme) {
    if (scheme.family == Family::keep) return {};
    const std::optional<DType> type = gguf_type(scheme);
    if (!type) {
        const bool asymmetric = scheme.symmetry == Symmetry::asym;
        const std::string_view instead = scheme.bits > 8    ? "fp16"
                                         : scheme.bits > 5  ? "q8_0"
                                         : scheme.bits == 5 ? (asymmetric ? "q5_1" : "q5_0")
                                                            : (asymmetric ? "q4_1" : "q4_0");
        return fmt::format("GGUF has no {}: take {}", to_string(scheme), instead);
    }
    return {};
}

StoredType stored_type(const TensorInfo& tensor, const Scheme& scheme, bool changes, bool converted) {
    const std::optional<DType> wanted = gguf_type(scheme);
    if (!wanted) return kept(tensor, changes, converted);
    if (!changes) {
        StoredType stored = kept(tensor, changes, converted);
        if (stored.type != *wanted)
            stored.note = fmt::format("stays {}: llama.cpp does not take {} for this tensor",
                                      traits(stored.type).name, to_string(scheme));
        return stored;
    }
    const std::uint64_t row = row_length(tensor);
    DType type = *wanted;
    if (!fits(type, row)) type = fallback_of(type);
    if (!fits(type, row)) type = DType::f16;
    require_writable(type, tensor);
    if (type == *wanted) return {type, {}};
    return {type, fmt::format("stored as {}: {}", traits(type).name, too_short(*wanted, row))};
}

std::string notation_of_type(DType type) {
    if (type == DType::f32) return "fp32";
    if (type == DType::f16) return "fp16";
    return std::string(traits(type).name);
}

std::uint32_t gguf_file_type(const std::vector<TypedTensor>& tensors) {
    std::map<DType, std::uint64_t> weights;
    std::map<DType, std::uint64_t> weights_in_blocks;
    for (const TypedTensor& tensor : tensors) {
        weights[tensor.type] += tensor.elements;
        if (tensor.name.starts_with("blk.") && is_block(tensor.type))
            weights_in_blocks[tensor.type] += tensor.elements;
    }
    const Recipe* best = &recipes.front();
    std::uint64_t most = 0;
    for (const Recipe& recipe : recipes) {
        const auto found = weights.find(recipe.type);
        if (found == weights.end() || found->second <= most) continue;
        best = &recipe;
        most = found->second;
    }
    return weights_in_blocks.size() > 1 ? best->mixed : best->pure;
}

}  // namespace halfstep
