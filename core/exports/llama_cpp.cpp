// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/exports/llama_quantize.h"
#include "core/exports/shell_words.h"
#include "core/exports/targets.h"
#include "core/exports/tensor_patterns.h"
#include "core/model_files/tensor_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

// The syntax is that of llama-quantize (tools/quantize/quantize.cpp of llama.cpp): each token of a
// --tensor-type-file is NAME=TYPE, NAME an ECMAScript pattern that is lower-cased and searched for in the
// GGUF name. In older builds the last matching pattern wins, in newer ones the first: so exactly one matches
// here. Older builds also look at patterns only where the base type is a quantized one.
namespace halfstep {
namespace {

std::string ggml_type(DType dtype) {
    if (dtype == DType::f64) return "f32";  // the converter writes double precision so
    std::string name(traits(dtype).name);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
}

// The type that llama.cpp writes for a scheme.
std::string type_of(const Scheme& scheme, const TensorInfo& tensor) {
    if (scheme.family == Family::ggml) return ggml_type(scheme.block_type);
    if (scheme.family == Family::block_scaled) return format_name(scheme);  // mxfp4, nvfp4
    if (scheme.family == Family::floating) {
        switch (scheme.float_format) {
            case FloatFormat::fp16:
                return "f16";
            case FloatFormat::bf16:
                return "bf16";
            default:
                return "f32";
        }
    }
    return ggml_type(tensor.dtype);
}

// Whether llama.cpp has a block type of that name for it. It stores the same format, by a rule of its own.
bool is_block_type(const Scheme& scheme) {
    return scheme.float_format == FloatFormat::mxfp4 || scheme.float_format == FloatFormat::nvfp4;
}

bool ggml_stores(DType dtype) {
    switch (traits(dtype).kind) {
        case DTypeKind::floating:
        case DTypeKind::ggml_block:
            return true;
        case DTypeKind::integer:
            return dtype == DType::i8 || dtype == DType::i16 || dtype == DType::i32 || dtype == DType::i64;
        case DTypeKind::small_float:
        case DTypeKind::boolean:
        case DTypeKind::complex:
        case DTypeKind::unknown:
            return false;
    }
    return false;
}

bool is_float_type(std::string_view type) {
    return type == "f16" || type == "bf16" || type == "f32";
}

// The closest thing that llama.cpp has.
std::string_view instead_of(const Scheme& scheme) {
    const bool asymmetric = scheme.symmetry == Symmetry::asym;
    if (scheme.bits <= 2) return "q2_K";
    if (scheme.bits == 3) return "q3_K";
    if (scheme.bits == 4) return asymmetric ? "q4_1" : "q4_0";
    if (scheme.bits == 5) return asymmetric ? "q5_1" : "q5_0";
    if (scheme.bits == 6) return "q6_K";
    return scheme.bits <= 8 ? "q8_0" : "fp16";
}

// Names of whole files are those of their main type, but for one.
std::string file_type(std::string_view type) {
    if (type == "mxfp4") return "MXFP4_MOE";
    std::string name(type);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name;
}

struct Choices {
    std::vector<TensorChoice> tensors;  // those that llama-quantize would change
    std::map<std::string, std::uint64_t> weights_of_type;

    const TensorChoice* find(std::string_view name) const {
        const auto found = std::ranges::find(tensors, name, &TensorChoice::name);
        return found == tensors.end() ? nullptr : &*found;
    }
};

class Chooser {
  public:
    explicit Chooser(const Model& model, const Plan& plan) : model_(model) {
        for (const Plan::Entry& entry : plan.entries)
            planned_.emplace(entry.tensor, &entry.scheme);
    }

    Choices choose() {
        for (const TensorInfo& tensor : model_.tensors())
            add(tensor);
        return std::move(choices_);
    }

  private:
    void add(const TensorInfo& tensor) {
        const auto found = planned_.find(tensor.name);
        const Scheme scheme = found == planned_.end() ? Scheme{} : *found->second;
        const bool kept = scheme.family == Family::keep;
        const auto name = model_.format() == "gguf" ? std::optional(tensor.name) : gguf_name(tensor.name);
        if (!name) {
            if (kept && !tensor.quantizable) return;
            throw Error("no name in GGUF is known for it", {{}, tensor.name, {}},
                        "Convert the model to GGUF, open that, and export the plan made for it");
        }
        if (!llama_quantize_changes(*name, ggml_dimensions(tensor))) {
            if (kept || type_of(scheme, tensor) == ggml_type(tensor.dtype)) return;
            throw Error(fmt::format("llama-quantize never changes this tensor, and {} is planned for it",
                                    to_string(scheme)),
                        {{}, tensor.name, {}}, "Set it to keep");
        }
        if (!names_.insert(*name).second)
            throw Error(fmt::format("another tensor is called '{}' in GGUF too", *name),
                        {{}, tensor.name, {}}, "Convert the model to GGUF and open that");
        if (kept && !ggml_stores(tensor.dtype))
            throw Error(fmt::format("llama.cpp has no type {} to keep it in", tensor.dtype_name),
                        {{}, tensor.name, {}}, "Convert the model to GGUF and open that");
        if (scheme.family == Family::block_scaled) check_row(scheme, tensor);
        const std::string type = type_of(scheme, tensor);
        choices_.weights_of_type[type] += tensor.elements;
        choices_.tensors.push_back({*name, type});
    }

    // llama.cpp's blocks do not cross rows, and are whole.
    static void check_row(const Scheme& scheme, const TensorInfo& tensor) {
        const DType type = scheme.float_format == FloatFormat::nvfp4 ? DType::nvfp4 : DType::mxfp4;
        const std::uint64_t inputs = matrix_shape(tensor).inputs;
        if (inputs % traits(type).block_elements == 0) return;
        throw Error(fmt::format("llama.cpp stores {} in blocks of {} weights, which do not cross rows, and a "
                                "row has {} weights",
                                format_name(scheme), traits(type).block_elements, inputs),
                    {{}, tensor.name, {}}, "Take fp16 for it");
    }

    const Model& model_;
    std::unordered_map<std::string_view, const Scheme*> planned_;
    std::unordered_set<std::string> names_;
    Choices choices_;
};

// The type that most weights get, a quantized one where there is any.
std::string base_type(const Choices& choices) {
    std::string best = "f16";
    std::uint64_t most = 0;
    bool best_is_float = true;
    for (const auto& [type, weights] : choices.weights_of_type) {
        const bool is_float = is_float_type(type);
        if (is_float && !best_is_float) continue;
        if (is_float != best_is_float || weights > most) {
            best = type;
            most = weights;
            best_is_float = is_float;
        }
    }
    return best;
}

// The float type of the GGUF file to start from: the one type that all weights have, or one that holds all.
std::string conversion_type(const Model& model) {
    std::string type;
    for (const TensorInfo& tensor : model.tensors()) {
        if (!tensor.quantizable) continue;
        const std::string own = ggml_type(tensor.dtype);
        if (type.empty()) type = own;
        if (type != own) return "f32";
    }
    return type.empty() ? "f32" : type;
}

std::string with_stem_end(const std::filesystem::path& path, std::string_view end) {
    return (path.parent_path() / fmt::format("{}{}", path.stem().string(), end)).string();
}

// The file to start from and the command that makes it; no command where the model is that file.
struct Source {
    std::string gguf;
    std::string conversion;
};

Source source_of(const Model& model) {
    if (model.format() == "gguf") return {model.path().string(), {}};
    std::error_code error;
    const bool folder = std::filesystem::is_directory(model.path(), error);
    std::filesystem::path where = folder ? model.path() : model.path().parent_path();
    if (where.empty()) where = ".";
    const std::string type = conversion_type(model);
    const std::string gguf = (where / fmt::format("model-{}.gguf", type)).string();
    return {gguf, fmt::format("python3 convert_hf_to_gguf.py {} --outtype {} --outfile {}\n",
                              in_the_shell(where.string()), type, in_the_shell(gguf))};
}

// A model without an output head uses its embedding for one, and then both flags are about that tensor.
std::string type_flags(const Choices& choices) {
    const TensorChoice* embedding = choices.find("token_embd.weight");
    const TensorChoice* output = choices.find("output.weight");
    if (output == nullptr) output = embedding;
    std::string flags;
    if (embedding != nullptr) flags += fmt::format("  --token-embedding-type {} \\\n", embedding->type);
    if (output != nullptr) flags += fmt::format("  --output-tensor-type {} \\\n", output->type);
    return flags;
}

std::string command_text(const ExportRequest& request, const Choices& choices) {
    const Source source = source_of(request.model);
    const bool quantized_source = std::ranges::any_of(request.model.tensors(), [](const TensorInfo& tensor) {
        return traits(tensor.dtype).kind == DTypeKind::ggml_block;
    });
    std::string text = "# Shell commands that carry the plan out with llama.cpp.\n";
    if (!source.conversion.empty())
        text += "# The first is a script of llama.cpp's source tree.\n" + source.conversion;
    text += "llama-quantize \\\n";
    if (quantized_source) text += "  --allow-requantize \\\n";
    text += type_flags(choices);
    text += fmt::format("  --tensor-type-file {} \\\n  {} \\\n  {} \\\n  {}\n",
                        in_the_shell(request.out.string()), in_the_shell(source.gguf),
                        in_the_shell(with_stem_end(source.gguf, "-halfstep.gguf")),
                        file_type(base_type(choices)));
    return text;
}

class LlamaCpp : public ExportTarget {
  public:
    std::string_view name() const override { return "llama.cpp"; }
    std::string_view writes() const override {
        return "a file for llama-quantize --tensor-type-file, and the command that uses it";
    }
    TargetKind kind() const override { return TargetKind::configuration; }
    std::string_view file_ending() const override { return ".tensor-types.txt"; }
    bool shows_measurements() const override { return false; }

    std::string why_not(const Scheme& scheme) const override {
        switch (scheme.family) {
            case Family::keep:
            case Family::floating:
            case Family::ggml:
                return {};
            case Family::integer:
            case Family::logarithmic:
            case Family::kmeans:
            case Family::small_float:
                break;
            case Family::block_scaled:
                if (is_block_type(scheme)) return {};
                break;
        }
        return fmt::format("llama.cpp has no {}: take {}", to_string(scheme), instead_of(scheme));
    }

  private:
    std::vector<std::filesystem::path> write(const ExportRequest& request) const override {
        const Choices choices = Chooser(request.model, request.plan).choose();
        if (choices.tensors.empty())
            throw Error("llama-quantize would change none of the model's tensors",
                        {request.model.path().string(), {}, {}}, "Choose a language model");
        std::string types;
        for (const TensorPattern& line : tensor_patterns(choices.tensors))
            types += fmt::format("{}={}\n", line.pattern, line.type);
        std::filesystem::path command = request.out;
        command += ".command.txt";
        write_whole_file(request.out, types);
        write_whole_file(command, command_text(request, choices));
        return {request.out, command};
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> llama_cpp_target() {
    return std::make_unique<LlamaCpp>();
}

}  // namespace halfstep
