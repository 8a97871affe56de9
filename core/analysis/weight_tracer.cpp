// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/weight_tracer.h"

#include "core/analysis/bit_fields.h"
#include "core/analysis/block_trace.h"
#include "core/analysis/code_trace.h"
#include "core/base/error.h"
#include "core/ggml/ggml_blocks.h"
#include "core/model_files/row_reader.h"
#include "core/quantize/measured_scheme.h"
#include "core/tensor/float_conversion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

namespace halfstep {
namespace {

// Whether every unit's scale or codebook is found from its own weights alone. A float16 scale is not: where
// one is lost, all of the tensor's become 32-bit ones.
bool is_local(const AppliedScheme& applied) {
    switch (applied.scheme.family) {
        case Family::integer:
        case Family::logarithmic:
        case Family::small_float:
        case Family::kmeans:
            return !applied.layout.streamed() && applied.scheme.scale_storage == ScaleStorage::s32;
        case Family::block_scaled:
            return applied.scheme.float_format != FloatFormat::nvfp4;  // which has a scale of the tensor
        case Family::floating:
        case Family::ggml:
        case Family::keep:
            return true;
        default:
            return false;
    }
}

struct StoredFloat {
    FloatSplit split;
    int bias = 0;
};

std::optional<StoredFloat> stored_float(DType type) {
    switch (type) {
        case DType::f64:
            return StoredFloat{split_of_f64, 1023};
        case DType::f32:
            return StoredFloat{split_of_f32, 127};
        case DType::f16:
            return StoredFloat{split_of_f16, 15};
        case DType::bf16:
            return StoredFloat{split_of_bf16, 127};
        case DType::f8_e4m3:
            return StoredFloat{{4, 3}, 7};
        case DType::f8_e5m2:
            return StoredFloat{{5, 2}, 15};
        default:
            return std::nullopt;
    }
}

Stretch stretch_at(const UnitLayout& layout, std::uint64_t element) {
    const std::uint64_t row = element / layout.row_elements;
    const std::uint64_t first = row * layout.row_elements;
    const std::uint64_t step = layout.stretch_elements();
    const std::uint64_t offset = (element - first) / step * step;
    return {row, first + offset, std::min(step, layout.row_elements - offset)};
}

// What the engine makes of one weight.
struct EngineView {
    TracedUnit unit;
    float reconstruction = 0;
    bool clipped = false;
};

EngineView look_at(const Model& model, const TensorInfo& tensor, const AppliedScheme& applied,
                   std::uint64_t element, const JobContext& job) {
    const Stretch stretch = stretch_at(applied.layout, element);
    const Stretch covered = applied.layout.covered(stretch);
    BlockReader reader;
    reader.load(model, tensor, covered.first, covered.count);
    const Window window = reader.window(covered.first, covered.count);
    StretchSummarizer summarizer;
    summarizer.look_at(window, stretch, 0);
    StretchQuantizer quantizer;
    quantizer.start(applied, window, stretch, summarizer.summary(), job);
    EngineView view;
    float clipped = 0;
    quantizer.reconstruct(element, 1, &view.reconstruction, &clipped);
    view.clipped = clipped != 0;
    view.unit.scaled = quantizer.scaled_unit_at(element);
    view.unit.searched = quantizer.searched_unit_at(element);
    view.unit.tensor_scale = applied.tensor_scale;
    return view;
}

// Whether importance makes the codes of a type come from a search, which without it are rounded one by one.
bool searches_with_importance(DType type) {
    return type == DType::q4_0 || type == DType::q4_1 || type == DType::q5_0 || type == DType::q5_1;
}

void fall_back(const EngineView& view, WeightTrace& trace) {
    trace.notes.push_back(TraceNote::not_laid_out);
    TraceSteps encoding;
    TraceSteps decoding;
    if (view.unit.scaled.reciprocal != 0) {
        encoding.assign(StepLabel::reciprocal, view.unit.scaled.reciprocal);
        encoding.times(StepLabel::scaled, trace.value, view.unit.scaled.reciprocal);
        decoding.assign(StepLabel::scale, view.unit.scaled.scale);
    }
    decoding.assign(StepLabel::reconstruction, view.reconstruction);
    trace.encoding = encoding.take();
    trace.decoding = decoding.take();
}

}  // namespace

WeightTracer WeightTracer::prepare(std::shared_ptr<const Model> model, const TensorInfo& tensor,
                                   const Scheme& scheme, const JobContext& job,
                                   std::shared_ptr<const Importance> importance) {
    const auto fail = [&](const std::string& problem) {
        throw Error(problem, {model->path().string(), tensor.name, {}});
    };
    if (!tensor.measurable()) fail(fmt::format("tensors of type {} cannot be read", tensor.dtype_name));
    if (tensor.elements == 0) fail("the tensor has no weights");
    const MatrixShape shape = matrix_shape(tensor);
    if (const std::string reason = why_not_applicable(scheme, shape.inputs); !reason.empty())
        fail(fmt::format("{} cannot be applied: {}", to_string(scheme), reason));
    WeightTracer tracer;
    tracer.applied_ = {scheme, unit_layout(scheme, shape), {}};
    if (!is_local(tracer.applied_))
        tracer.applied_ = measure_scheme(*model, tensor, scheme, job, importance.get()).applied;
    tracer.applied_.importance = importance ? importance->find(tensor.name) : nullptr;
    tracer.importance_ = std::move(importance);
    tracer.asked_ = scheme;
    tracer.tensor_ = &tensor;
    tracer.model_ = std::move(model);
    return tracer;
}

MatrixPlace WeightTracer::place_of(std::uint64_t element) const {
    const std::uint64_t inputs = shape().inputs;
    return {element / inputs, element % inputs};
}

TraceUnit WeightTracer::unit_of(std::uint64_t element) const {
    const Scheme& scheme = applied_.scheme;
    TraceUnit unit;
    std::uint64_t first = element;
    const bool has_units = has_scales(scheme) || scheme.family == Family::kmeans;
    if (has_units || scheme.family == Family::ggml) {
        const UnitLayout& layout = applied_.layout;
        const std::uint64_t row = element / layout.row_elements;
        const std::uint64_t in_row = (element - row * layout.row_elements) / layout.unit_elements;
        const std::uint64_t in_each = (layout.row_elements + layout.unit_elements - 1) / layout.unit_elements;
        first = row * layout.row_elements + in_row * layout.unit_elements;
        unit.index = row * in_each + in_row;
        unit.count = std::min(layout.unit_elements, layout.row_elements - in_row * layout.unit_elements);
        unit.kind = scheme.family == Family::ggml                ? UnitKind::block
                    : layout.flat                                ? UnitKind::tensor
                    : scheme.granularity == Granularity::channel ? UnitKind::channel
                                                                 : UnitKind::group;
    }
    unit.position = element - first;
    unit.first = place_of(first);
    unit.last = place_of(first + unit.count - 1);
    return unit;
}

WeightTrace WeightTracer::trace(MatrixPlace place, const JobContext& job) const {
    const MatrixShape matrix = shape();
    if (place.row >= matrix.channels || place.input >= matrix.inputs)
        throw Error(fmt::format("there is no weight {},{}", place.row, place.input),
                    {model_->path().string(), tensor_->name, {}},
                    fmt::format("Rows go to {} and columns to {}", matrix.channels - 1, matrix.inputs - 1));
    WeightTrace trace;
    trace.tensor = tensor_->name;
    trace.dtype = tensor_->dtype;
    trace.asked = asked_;
    trace.shape = matrix;
    trace.place = place;
    const std::uint64_t element = place.row * matrix.inputs + place.input;
    trace_source(file_index(matrix_layout(*tensor_), place), trace);
    if (!std::isfinite(trace.value)) {
        trace.notes.push_back(TraceNote::not_finite);
        trace.unit = applied_.scheme.family == Family::keep ? trace.unit : unit_of(element);
        return trace;
    }
    if (applied_.scheme.family == Family::keep)
        trace.reconstruction = trace.value;
    else
        trace_scheme(element, job, trace);
    if (applied_.scheme != asked_) trace.notes.push_back(TraceNote::scales_in_32_bits);
    return trace;
}

void WeightTracer::trace_source(std::uint64_t index, WeightTrace& trace) const {
    model_->read_floats(*tensor_, index, std::span(&trace.value, 1));
    const auto format = stored_float(tensor_->dtype);
    trace.unit.first = trace.unit.last = trace.place;
    if (!format) return trace_source_block(index, trace);
    const int bits = static_cast<int>(traits(tensor_->dtype).block_bits);
    const auto bytes = static_cast<std::size_t>(bits / 8);
    std::uint64_t pattern = 0;
    model_->read_bytes(*tensor_, index * bytes, std::as_writable_bytes(std::span(&pattern, 1)).first(bytes));
    double value = 0;
    model_->read_doubles(*tensor_, index, std::span(&value, 1));
    trace.source = stored_number(StoredPart::weight, BitRole::code, pattern, bits, format->split, value);
    TraceSteps steps;
    const bool wide = tensor_->dtype == DType::f64;
    float_value_step(steps, StepLabel::weight, pattern, format->split, format->bias,
                     {value, wide ? NumberKind::float64 : NumberKind::float32});
    if (wide)
        steps.add(StepLabel::rounded_to_float32, Operation::nearest, {{value, NumberKind::float64}},
                  TraceSteps::single(trace.value));
    trace.reading = steps.take();
}

void WeightTracer::trace_source_block(std::uint64_t index, WeightTrace& trace) const {
    const DTypeTraits& type = traits(tensor_->dtype);
    const std::uint64_t number = index / type.block_elements;
    std::vector<std::byte> block(type.block_bits / 8);
    model_->read_bytes(*tensor_, number * block.size(), block);
    BlockTrace read =
        trace_block(tensor_->dtype, block, static_cast<std::size_t>(index % type.block_elements));
    trace.source = std::move(read.stored);
    trace.reading = read.decoding.take();
    trace.sub_unit = read.sub_unit;
    TraceUnit& unit = trace.unit;
    unit.kind = UnitKind::block;
    unit.index = number;
    unit.count = type.block_elements;
    unit.position = index % type.block_elements;
    const MatrixLayout layout = matrix_layout(*tensor_);
    unit.first = matrix_place(layout, index - unit.position);
    unit.last = matrix_place(layout, index - unit.position + unit.count - 1);
    trace.notes.push_back(TraceNote::quantized_already);
    if (read.lattice) trace.notes.push_back(TraceNote::lattice);
}

void WeightTracer::trace_scheme(std::uint64_t element, const JobContext& job, WeightTrace& trace) const {
    trace.sub_unit.reset();
    trace.unit = unit_of(element);
    if (applied_.scheme.family == Family::ggml) return trace_ggml(element, trace);
    const EngineView view = look_at(*model_, *tensor_, applied_, element, job);
    trace.reconstruction = view.reconstruction;
    trace.clipped = view.clipped;
    const std::unique_ptr<CodeTrace> codes = code_trace_of(applied_.scheme, view.unit);
    if (!codes) return fall_back(view, trace);
    trace_codes(element, trace.unit, *codes, trace);
    if (applied_.scheme.scale_storage == ScaleStorage::dq) trace.notes.push_back(TraceNote::nested_scales);
    if (applied_.scheme.gamma) trace.notes.push_back(TraceNote::rescaled);
    const bool scaled = has_scales(applied_.scheme);
    if (scaled && view.unit.scaled.scale == 0 && view.unit.searched.stored_scale == 0)
        trace.notes.push_back(TraceNote::scale_is_zero);
}

void WeightTracer::trace_codes(std::uint64_t element, const TraceUnit& unit, const CodeTrace& codes,
                               WeightTrace& trace) const {
    TraceSteps encoding;
    TraceSteps decoding;
    const std::uint32_t code = codes.encode(trace.value, encoding);
    codes.decode(code, decoding);
    trace.encoding = encoding.take();
    trace.decoding = decoding.take();

    const ShownCodes shown = window_around(unit.position, unit.count, codes.bits());
    std::vector<float> weights(static_cast<std::size_t>(shown.end - shown.first));
    RowReader().read_floats(*model_, *tensor_, element - unit.position + shown.first, weights);
    std::vector<std::uint32_t> patterns;
    for (const float weight : weights) {
        TraceSteps unseen;
        patterns.push_back(std::isfinite(weight) ? codes.encode(weight, unseen) : 0U);
    }
    trace.stored.push_back(
        packed_codes({patterns, shown.first, unit.count, codes.bits(), codes.split(),
                      static_cast<std::size_t>(unit.position - shown.first), codes.code_value(code)}));
    for (StoredBytes& beside : codes.beside_codes(code))
        trace.stored.push_back(std::move(beside));
    if (unit.count > 1) trace.notes.push_back(TraceNote::plain_packing);
}

// The weights of a row (or of a segment, of a long one) are quantized together: with importance, all of them
// count in the scale of each block.
std::vector<std::byte> WeightTracer::block_of(std::uint64_t element, std::vector<float>& weights) const {
    const DType type = applied_.scheme.block_type;
    const std::size_t size = traits(type).block_elements;
    const std::uint64_t first = element - (element % applied_.layout.row_elements) % size;
    Stretch stretch{0, first, size};
    std::span<const float> importance;
    if (applied_.importance != nullptr) {
        stretch = stretch_at(applied_.layout, element);
        importance = applied_.importance->in_row(stretch.first, static_cast<std::size_t>(stretch.count));
    }
    std::vector<float> row(static_cast<std::size_t>(stretch.count));
    RowReader().read_floats(*model_, *tensor_, stretch.first, row);
    for (float& weight : row)
        if (!std::isfinite(weight)) weight = 0;
    std::vector<std::byte> blocks(ggml_bytes(type, row.size()));
    if (quantize_ggml_row(type, row, importance, blocks).scale_overflow)
        throw Error(fmt::format("{} cannot be applied: a block's scale is too large for float16",
                                to_string(applied_.scheme)),
                    {model_->path().string(), tensor_->name, {}});
    const auto at = static_cast<std::size_t>(first - stretch.first);
    const auto bytes_at = static_cast<std::ptrdiff_t>(ggml_bytes(type, at));
    weights.assign(row.begin() + static_cast<std::ptrdiff_t>(at),
                   row.begin() + static_cast<std::ptrdiff_t>(at + size));
    return {blocks.begin() + bytes_at,
            blocks.begin() + bytes_at + static_cast<std::ptrdiff_t>(ggml_bytes(type, size))};
}

void WeightTracer::trace_ggml(std::uint64_t element, WeightTrace& trace) const {
    const DType type = applied_.scheme.block_type;
    std::vector<float> weights;
    const std::vector<std::byte> block = block_of(element, weights);
    const auto index = static_cast<std::size_t>(trace.unit.position);
    BlockTrace read = trace_block(type, block, index);
    TraceSteps encoding;
    const bool searched = applied_.importance != nullptr && searches_with_importance(type);
    if (!searched && trace_block_code(type, weights, block, index, encoding))
        trace.encoding = encoding.take();
    else
        trace.notes.push_back(TraceNote::code_searched);
    trace.decoding = read.decoding.take();
    trace.stored.push_back(std::move(read.stored));
    trace.sub_unit = read.sub_unit;
    std::vector<float> reconstruction(weights.size());
    dequantize_ggml_row(type, block, reconstruction);
    trace.reconstruction = reconstruction[index];
}

}  // namespace halfstep
