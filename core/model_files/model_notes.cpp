// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model_notes.h"

#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>

namespace halfstep {
namespace {

using Which = std::function<bool(const TensorInfo&)>;

// "3 tensors" or "one tensor" that `which` picks, with the first one as the note's place; nothing for none.
void add_note(std::vector<Issue>& notes, const std::vector<TensorInfo>& tensors, Severity severity,
              const Which& which, const std::function<std::string(const std::string& count)>& message) {
    const auto first = std::find_if(tensors.begin(), tensors.end(), which);
    if (first == tensors.end()) return;
    const auto count = std::count_if(first, tensors.end(), which);
    notes.push_back(
        {severity, first->name, message(count == 1 ? "one tensor" : fmt::format("{} tensors", count))});
}

// "q4_K (30), q6_K (5)": the types of the tensors that `which` picks.
std::string types_of(const std::vector<TensorInfo>& tensors, const Which& which) {
    std::map<std::string, std::size_t> counts;
    for (const TensorInfo& tensor : tensors)
        if (which(tensor)) ++counts[tensor.dtype_name];
    std::string text;
    for (const auto& [name, count] : counts)
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", name, count);
    return text;
}

void note_unmeasured(std::vector<Issue>& notes, const std::vector<TensorInfo>& tensors, Severity severity,
                     const char* what, const Which& which) {
    add_note(notes, tensors, severity, which, [&](const std::string& count) {
        return fmt::format("{} of {}: {}; listed, not measured", count, what, types_of(tensors, which));
    });
}

Which unreadable(DTypeKind kind) {
    return [kind](const TensorInfo& tensor) {
        return traits(tensor.dtype).kind == kind && !is_measurable(tensor.dtype);
    };
}

// What is measured on weights that were quantized before is not about the original ones.
void note_quantized(std::vector<Issue>& notes, const std::vector<TensorInfo>& tensors) {
    const Which blocks = [](const TensorInfo& tensor) {
        return tensor.decoded ||
               (traits(tensor.dtype).kind == DTypeKind::ggml_block && is_quantized(tensor.dtype));
    };
    add_note(notes, tensors, Severity::note, blocks, [&](const std::string& count) {
        return fmt::format("{} already quantized: {}; errors are measured against the dequantized values",
                           count, types_of(tensors, blocks));
    });
    const Which floats = [](const TensorInfo& tensor) {
        return traits(tensor.dtype).kind == DTypeKind::small_float && is_quantized(tensor.dtype);
    };
    add_note(notes, tensors, Severity::note, floats, [&](const std::string& count) {
        return fmt::format(
            "{} of 8-bit floats: {}; read as they stand, without scales that other tensors may "
            "hold for them",
            count, types_of(tensors, floats));
    });
}

bool is_of_role(const TensorInfo& tensor, Role role) {
    return tensor.role == role;
}

// GPT-2 stores its weights as [inputs, outputs]; a projection to queries, keys and values shows it.
bool is_transposed(const TensorInfo& tensor) {
    return tensor.name.find("c_attn.weight") != std::string::npos && tensor.shape.size() == 2 &&
           tensor.shape[1] == 3 * tensor.shape[0];
}

}  // namespace

std::vector<Issue> notes_on(const std::vector<TensorInfo>& tensors, bool says_tied) {
    std::vector<Issue> notes;
    if (tensors.empty()) notes.push_back({Severity::warning, {}, "the file holds no tensors"});
    const auto of_kind = [](std::initializer_list<DTypeKind> kinds) {
        return [kinds = std::vector(kinds)](const TensorInfo& tensor) {
            return std::find(kinds.begin(), kinds.end(), traits(tensor.dtype).kind) != kinds.end();
        };
    };
    note_unmeasured(notes, tensors, Severity::warning, "an unknown type", of_kind({DTypeKind::unknown}));
    note_unmeasured(notes, tensors, Severity::warning, "quantized types", unreadable(DTypeKind::ggml_block));
    note_unmeasured(notes, tensors, Severity::warning, "8-bit and smaller floats",
                    unreadable(DTypeKind::small_float));
    note_quantized(notes, tensors);
    note_unmeasured(notes, tensors, Severity::note, "integers or the like",
                    of_kind({DTypeKind::integer, DTypeKind::boolean, DTypeKind::complex}));
    add_note(
        notes, tensors, Severity::note, [](const TensorInfo& tensor) { return tensor.elements == 0; },
        [](const std::string& count) { return count + " without any element"; });
    add_note(notes, tensors, Severity::note, is_transposed, [](const std::string&) {
        return std::string(
            "the weights of this model's blocks are stored as [inputs, outputs]: their channels "
            "here are its inputs");
    });
    const auto has = [&](Role role) {
        return std::any_of(tensors.begin(), tensors.end(),
                           [&](const TensorInfo& tensor) { return is_of_role(tensor, role); });
    };
    if (says_tied && has(Role::token_embedding) && !has(Role::output_head))
        notes.push_back(
            {Severity::note, {}, "the output head is the token embedding: quantizing one quantizes both"});
    return notes;
}

}  // namespace halfstep
