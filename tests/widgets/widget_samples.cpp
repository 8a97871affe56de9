// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/widget_samples.h"

#include <array>
#include <cmath>
#include <utility>

namespace halfstep::testing {
namespace {

struct Part {
    const char* name;
    Role role;
    std::vector<std::int64_t> shape;
};

LayerRow row(const QString& name, Role role, std::vector<std::int64_t> shape, const char* scheme) {
    TensorInfo tensor;
    tensor.name = name.toStdString();
    tensor.dtype = DType::bf16;
    tensor.dtype_name = "bf16";
    tensor.role = role;
    tensor.elements = 1;
    for (const std::int64_t size : shape)
        tensor.elements *= static_cast<std::uint64_t>(size);
    tensor.bytes = tensor.elements * 2;
    if (shape.size() == 2) {
        tensor.channel_axis = 0;
        tensor.input_axis = 1;
    }
    tensor.shape = std::move(shape);
    tensor.quantizable = role != Role::norm;
    return layerRow(tensor, parse_scheme(scheme));
}

void measure(LayerRow& layer, int number) {
    layer.rel_error = 0.004 + 0.09 * std::abs(std::sin(number * 1.7));
    layer.sqnr_db = -20 * std::log10(*layer.rel_error);
    layer.sensitivity = 0.02 + std::pow(std::abs(std::cos(number * 0.9)), 6);
    layer.status = LayerStatus::measured;
}

}  // namespace

std::vector<LayerRow> sampleLayers(int blocks) {
    static const std::array<Part, 9> parts{{
        {"input_layernorm.weight", Role::norm, {4096}},
        {"self_attn.q_proj.weight", Role::attention_q, {4096, 4096}},
        {"self_attn.k_proj.weight", Role::attention_k, {1024, 4096}},
        {"self_attn.v_proj.weight", Role::attention_v, {1024, 4096}},
        {"self_attn.o_proj.weight", Role::attention_output, {4096, 4096}},
        {"post_attention_layernorm.weight", Role::norm, {4096}},
        {"mlp.gate_proj.weight", Role::ffn_gate, {14336, 4096}},
        {"mlp.up_proj.weight", Role::ffn_up, {14336, 4096}},
        {"mlp.down_proj.weight", Role::ffn_down, {4096, 14336}},
    }};
    std::vector<LayerRow> rows;
    rows.push_back(
        row(QStringLiteral("model.embed_tokens.weight"), Role::token_embedding, {128256, 4096}, "int8"));
    measure(rows.back(), 3);
    for (int block = 0; block < blocks; ++block) {
        for (const Part& part : parts) {
            const bool norm = part.role == Role::norm;
            const QString name =
                QStringLiteral("model.layers.%1.%2").arg(block).arg(QLatin1String(part.name));
            rows.push_back(row(name, part.role, part.shape,
                               norm             ? "keep"
                               : block % 2 == 1 ? "int8"
                                                : "int4:g128"));
            rows.back().block = block;
            if (!norm) measure(rows.back(), static_cast<int>(rows.size()));
        }
    }
    rows.push_back(row(QStringLiteral("model.norm.weight"), Role::norm, {4096}, "keep"));
    rows.push_back(row(QStringLiteral("lm_head.weight"), Role::output_head, {128256, 4096}, "int3:tensor"));
    rows.back().rel_error = 0.41;
    rows.back().sqnr_db = -20 * std::log10(0.41);
    rows.back().sensitivity = 1.3;
    rows.back().status = LayerStatus::measured;
    if (rows.size() > 12) {
        rows[3].status = LayerStatus::measuring;
        rows[4].status = LayerStatus::stale;
        rows[5].status = LayerStatus::waiting;
        rows[5].sqnr_db.reset();
        rows[5].rel_error.reset();
        rows[8].status = LayerStatus::refused;
        rows[8].status_text = QStringLiteral("q4_0 stores blocks of 32 weights, and a row has 100");
        rows[8].sqnr_db.reset();
        rows[8].rel_error.reset();
    }
    return rows;
}

Measurement sampleMeasurement(const char* scheme, double rel, double clipped) {
    constexpr std::uint64_t weights = 1'000'000;
    Measurement measurement;
    measurement.scheme = parse_scheme(scheme);
    measurement.bytes = (stored_bits(measurement.scheme, 1000, 1000, DType::bf16) + 7) / 8;
    measurement.bits_per_weight =
        static_cast<double>(stored_bits(measurement.scheme, 1000, 1000, DType::bf16)) / weights;
    measurement.sums.count = weights;
    measurement.sums.clipped = static_cast<std::uint64_t>(clipped * weights);
    measurement.sums.value_squared = weights;
    measurement.sums.error_squared = rel * rel * weights;
    // An error that is orthogonal to the weights.
    measurement.sums.product = weights;
    measurement.sums.quantized_squared = weights * (1 + rel * rel);
    measurement.sums.max_abs_error = rel * 4;
    if (measurement.scheme.granularity == Granularity::tensor) {
        measurement.scale = 0.0123F;
        if (measurement.scheme.symmetry == Symmetry::asym) measurement.zero_point = 7;
    }
    return measurement;
}

SchemeTarget sampleTarget(const char* name, Role role, const char* scheme, std::uint64_t channels,
                          std::uint64_t inputs) {
    return {QString::fromLatin1(name), role, parse_scheme(scheme), channels, inputs, DType::bf16};
}

}  // namespace halfstep::testing
