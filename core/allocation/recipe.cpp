// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/recipe.h"

#include "core/model_files/tensor_matching.h"

#include <algorithm>
#include <unordered_map>

namespace halfstep {
namespace {

double bits_per_element(std::uint64_t bytes, std::uint64_t elements) {
    return elements == 0 ? 0.0 : 8.0 * static_cast<double>(bytes) / static_cast<double>(elements);
}

// Whether a tensor would lose nothing by being stored so, and gain nothing either.
bool changes_nothing(DType stored, DType wanted) {
    const bool widened = wanted == DType::f32 && (stored == DType::f16 || stored == DType::bf16);
    return stored == wanted || widened;
}

}  // namespace

Scheme scheme_of_type(DType dtype) {
    switch (dtype) {
        case DType::f32:
            return {.family = Family::floating, .float_format = FloatFormat::fp32};
        case DType::f16:
            return {.family = Family::floating, .float_format = FloatFormat::fp16};
        case DType::bf16:
            return {.family = Family::floating, .float_format = FloatFormat::bf16};
        default:
            break;
    }
    if (traits(dtype).kind != DTypeKind::ggml_block) return {};
    const std::vector<Scheme> formats = all_formats();
    const auto found = std::ranges::find(formats, traits(dtype).name, &format_name);
    return found == formats.end() ? Scheme{} : *found;
}

Plan recipe_of(const Model& model) {
    Plan plan = uniform_plan(model, {});
    for (std::size_t i = 0; i < plan.entries.size(); ++i)
        plan.entries[i].scheme = scheme_of_type(model.tensors()[i].dtype);
    return plan;
}

Plan recipe_for(const Model& model, const Model& source) {
    std::unordered_map<const TensorInfo*, DType> types;
    for (const TensorMatch& match : match_tensors(model, source).both)
        if (!changes_nothing(match.first->dtype, match.second->dtype))
            types.emplace(match.first, match.second->dtype);
    Plan plan = uniform_plan(model, {});
    for (std::size_t i = 0; i < plan.entries.size(); ++i) {
        const auto found = types.find(&model.tensors()[i]);
        if (found != types.end()) plan.entries[i].scheme = scheme_of_type(found->second);
    }
    return plan;
}

double RecipeLine::bits_per_weight() const {
    return bits_per_element(bytes, elements);
}

std::vector<RecipeLine> recipe_summary(const Model& model) {
    std::vector<RecipeLine> lines;
    for (const TensorInfo& tensor : model.tensors()) {
        auto line = std::ranges::find(lines, tensor.dtype_name, &RecipeLine::dtype);
        if (line == lines.end())
            line = lines.insert(lines.end(), {tensor.dtype_name, scheme_of_type(tensor.dtype), 0, 0, 0});
        ++line->tensors;
        line->elements += tensor.elements;
        line->bytes += tensor.bytes;
    }
    std::ranges::stable_sort(lines, std::greater(), &RecipeLine::elements);
    return lines;
}

double stored_bits_per_weight(const Model& model) {
    return bits_per_element(model.bytes(), model.parameters());
}

}  // namespace halfstep
