// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/plots/sample_data.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace halfstep::sample {
namespace {

struct Step {
    double scale;
    int limit;

    double operator()(double value) const {
        return scale * std::clamp(std::nearbyint(value / scale), -1.0 * limit, 1.0 * limit);
    }
};

std::size_t binOf(double value, double low, double high, std::size_t bins) {
    if (!(high > low)) return 0;
    const double position = (value - low) / (high - low) * static_cast<double>(bins);
    return std::min(bins - 1, static_cast<std::size_t>(std::max(0.0, position)));
}

}  // namespace

std::vector<float> weights(std::size_t count, double outlier_share) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal(0.0004, 0.021);
    std::normal_distribution<double> wide(0, 0.09);
    std::bernoulli_distribution outlier(outlier_share);
    std::vector<float> values(count);
    for (float& value : values)
        value = static_cast<float>(outlier(random) ? wide(random) : normal(random));
    return values;
}

Histogram histogramOf(const std::vector<float>& values, std::size_t bins) {
    Histogram histogram;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    histogram.low = *low;
    histogram.high = *high;
    histogram.counts.assign(bins, 0);
    for (const float value : values)
        ++histogram.counts[binOf(value, *low, *high, bins)];
    return histogram;
}

TensorStatistics statisticsOf(const std::vector<float>& values) {
    TensorStatistics statistics;
    statistics.count = values.size();
    double sum = 0;
    double sum_squared = 0;
    for (const double value : values) {
        sum += value;
        sum_squared += value * value;
    }
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const auto n = static_cast<double>(values.size());
    statistics.min = *low;
    statistics.max = *high;
    statistics.mean = sum / n;
    statistics.std = std::sqrt(std::max(0.0, sum_squared / n - statistics.mean * statistics.mean));
    statistics.abs_max = std::max(std::abs(statistics.min), std::abs(statistics.max));
    return statistics;
}

GridOverlay uniformGrid(int bits, double clip_high) {
    GridOverlay overlay;
    const int limit = (1 << (bits - 1)) - 1;
    for (int code = -limit; code <= limit; ++code)
        overlay.levels.push_back(static_cast<float>(clip_high / limit * code));
    overlay.first_code = -limit;
    overlay.clip_low = -clip_high;
    overlay.clip_high = clip_high;
    overlay.clip_draggable = true;
    overlay.symmetric = true;
    overlay.clipped_share = 0.0021;
    return overlay;
}

GridOverlay asymmetricGrid(int bits, double clip_low, double clip_high) {
    GridOverlay overlay;
    const int most = (1 << bits) - 1;
    const double scale = (clip_high - clip_low) / most;
    const int zero = static_cast<int>(std::lround(-clip_low / scale));
    for (int code = 0; code <= most; ++code)
        overlay.levels.push_back(static_cast<float>(scale * (code - zero)));
    overlay.clip_low = scale * -zero;
    overlay.clip_high = scale * (most - zero);
    overlay.clip_draggable = true;
    overlay.zero_point = GridOverlay::ZeroPoint{zero, 0, most};
    return overlay;
}

ErrorProfile errorProfile(const std::vector<float>& values, int bits, double clip_high, std::size_t bins) {
    ErrorProfile profile;
    const int limit = (1 << (bits - 1)) - 1;
    const Step quantize{clip_high / limit, limit};
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    profile.by_value.resize(bins);
    const double width = (static_cast<double>(*high) - *low) / static_cast<double>(bins);
    for (std::size_t i = 0; i < bins; ++i) {
        profile.by_value[i].low = *low + static_cast<double>(i) * width;
        profile.by_value[i].high = profile.by_value[i].low + width;
    }
    std::vector<float> errors;
    for (const double value : values) {
        const double error = quantize(value) - value;
        errors.push_back(static_cast<float>(error));
        ErrorProfile::ValueBin& bin = profile.by_value[binOf(value, *low, *high, bins)];
        ++bin.count;
        bin.mean_error += error;
        const bool clipped = std::abs(value) > clip_high + quantize.scale / 2;
        (clipped ? bin.clipping_squared : bin.rounding_squared) += error * error;
        (clipped ? profile.clipping_squared : profile.rounding_squared) += error * error;
        profile.sums.clipped += clipped ? 1 : 0;
        profile.sums.value_squared += value * value;
        profile.sums.max_abs_error = std::max(profile.sums.max_abs_error, std::abs(error));
    }
    for (ErrorProfile::ValueBin& bin : profile.by_value) {
        if (bin.count > 0) bin.mean_error /= static_cast<double>(bin.count);
    }
    profile.sums.count = values.size();
    profile.sums.error_squared = profile.rounding_squared + profile.clipping_squared;
    profile.errors = histogramOf(errors, 201);
    return profile;
}

ChannelProfile channelProfile(std::size_t channels, std::size_t map_rows, std::size_t map_columns) {
    std::mt19937_64 random(11);
    std::lognormal_distribution<double> spread(0, 0.35);
    std::bernoulli_distribution strong(0.004);
    std::poisson_distribution<int> few(0.15);
    ChannelProfile profile;
    for (std::size_t i = 0; i < channels; ++i) {
        const double rms = 0.02 * spread(random) * (strong(random) ? 4 : 1);
        ChannelProfile::Channel channel;
        channel.rms = rms;
        channel.max = static_cast<float>(rms * (3.2 + 0.8 * spread(random)));
        channel.min = static_cast<float>(-rms * (3.2 + 0.8 * spread(random)));
        channel.value_squared = rms * rms * 4096;
        channel.error_squared = channel.value_squared * 0.004 * spread(random);
        channel.outliers = static_cast<std::uint64_t>(few(random)) + (rms > 0.06 ? 12 : 0);
        profile.channels.push_back(channel);
    }
    profile.map.rows = std::min(map_rows, channels);
    profile.map.columns = map_columns;
    profile.map.channels_per_row =
        (channels + profile.map.rows - 1) / std::max<std::size_t>(1, profile.map.rows);
    profile.map.inputs_per_column = 32;
    std::vector<double> of_column(map_columns);
    for (double& factor : of_column)
        factor = spread(random) * (strong(random) ? 3 : 1);
    for (std::size_t row = 0; row < profile.map.rows; ++row) {
        const auto channel = std::min<std::size_t>(channels - 1, row * profile.map.channels_per_row);
        for (std::size_t column = 0; column < map_columns; ++column) {
            const double peak =
                profile.channels[channel].rms * 2.2 * of_column[column] * std::sqrt(spread(random));
            profile.map.abs_max.push_back(static_cast<float>(peak));
            profile.map.rms_error.push_back(static_cast<float>(peak * 0.03));
        }
    }
    return profile;
}

SensitivityData sensitivity(int blocks) {
    std::mt19937_64 random(3);
    std::lognormal_distribution<double> spread(0, 0.3);
    SensitivityData data;
    data.schemes = {QStringLiteral("int8"),          QStringLiteral("int6"),    QStringLiteral("int4:g32"),
                    QStringLiteral("int4:g128:mse"), QStringLiteral("int4"),    QStringLiteral("log4"),
                    QStringLiteral("int3:g64"),      QStringLiteral("int2:g64")};
    static constexpr std::array<double, 8> base = {0.006, 0.025, 0.07, 0.085, 0.13, 0.16, 0.2, 0.45};
    const auto add = [&](const QString& name, std::optional<int> block, double factor) {
        SensitivityData::Row row;
        row.tensor = name;
        row.block = block;
        for (const double error : base)
            row.rel_error.emplace_back(error * factor * spread(random));
        row.planned_scheme = data.schemes.at(3);
        row.planned_rel_error = row.rel_error[3];
        data.rows.push_back(row);
    };
    add(QStringLiteral("model.embed_tokens.weight"), std::nullopt, 0.8);
    for (int block = 0; block < blocks; ++block) {
        const double depth = block == 0 || block == blocks - 1 ? 1.6 : 1;
        for (const char* part : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
                                 "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"}) {
            const bool down = QLatin1String(part) == QLatin1String("mlp.down_proj");
            add(QStringLiteral("model.layers.%1.%2.weight").arg(block).arg(QLatin1String(part)), block,
                depth * (down ? 1.4 : 1));
        }
    }
    add(QStringLiteral("lm_head.weight"), std::nullopt, 1.1);
    return data;
}

std::vector<ComparedScheme> comparedSchemes(std::size_t count) {
    struct Figures {
        const char* label;
        double bits;
        double rel_error;
        double max_error;
        double clipped;
    };
    static constexpr std::array<Figures, 9> figures = {{{"int8", 8.004, 0.0058, 0.0011, 0},
                                                        {"int4:g64:mse", 4.25, 0.079, 0.034, 0.0016},
                                                        {"int4:asym:g32", 5.0, 0.071, 0.012, 0},
                                                        {"q4_0", 4.5, 0.083, 0.021, 0.002},
                                                        {"log4", 4.004, 0.17, 0.048, 0.0001},
                                                        {"int3:g64", 3.25, 0.19, 0.045, 0},
                                                        {"kmeans3", 3.03, 0.14, 0.11, 0},
                                                        {"int2:g64", 2.25, 0.44, 0.1, 0.01},
                                                        {"fp16", 16, 0.00021, 0.00006, 0}}};
    std::vector<ComparedScheme> schemes;
    for (std::size_t i = 0; i < std::min(count, figures.size()); ++i) {
        ComparedScheme scheme;
        scheme.label = QLatin1String(figures[i].label);
        scheme.measurement.bits_per_weight = figures[i].bits;
        ErrorSums& sums = scheme.measurement.sums;
        sums.count = 1000000;
        sums.clipped = static_cast<std::uint64_t>(figures[i].clipped * 1e6);
        sums.value_squared = 441;
        sums.error_squared = 441 * figures[i].rel_error * figures[i].rel_error;
        sums.quantized_squared = 441 - sums.error_squared;
        sums.product = sums.quantized_squared;
        sums.max_abs_error = figures[i].max_error;
        schemes.push_back(scheme);
    }
    return schemes;
}

BudgetData budget(int blocks) {
    BudgetData data;
    std::vector<BudgetData::Point> corners;
    for (double bits = 2.25; bits <= 8.25; bits += 0.25)
        corners.push_back({bits, 100 * std::exp2(-2 * bits), static_cast<std::uint64_t>(bits * 1e6)});
    data.front = std::make_shared<const std::vector<BudgetData::Point>>(std::move(corners));
    for (const int bits : {2, 3, 4, 5, 6, 8})
        data.uniform.push_back(
            {QStringLiteral("int%1:g64").arg(bits),
             {bits + 0.25, 130 * std::exp2(-2 * bits - 0.5), static_cast<std::uint64_t>(bits) * 1'000'000}});
    data.budget = 4.6;
    data.best = data.plan = BudgetData::Point{4.5, 100 * std::exp2(-9.0), 4'500'000};
    data.methods = {{QStringLiteral("one scheme that fits"), data.uniform[2].at},
                    {QStringLiteral("greedy"), {4.55, 0.21, 4'550'000}}};
    const auto add = [&](const QString& name, Role role, std::optional<int> block, double bits) {
        BudgetData::Cell cell;
        cell.tensor = name;
        cell.role = role;
        cell.block = block;
        cell.elements = 4096;
        cell.bits = bits;
        cell.former_bits = 4.25;
        cell.scheme = QStringLiteral("int%1:g64").arg(static_cast<int>(bits));
        cell.former_scheme = QStringLiteral("int4:g64");
        cell.rel_error = std::exp2(-bits);
        cell.former_rel_error = std::exp2(-4.25);
        data.cells.push_back(cell);
    };
    add(QStringLiteral("model.embed_tokens.weight"), Role::token_embedding, std::nullopt, 6.25);
    for (int block = 0; block < blocks; ++block) {
        const QString prefix = QStringLiteral("model.layers.%1.").arg(block);
        add(prefix + QStringLiteral("self_attn.q_proj.weight"), Role::attention_q, block,
            block % 3 == 0 ? 5.25 : 4.25);
        add(prefix + QStringLiteral("mlp.up_proj.weight"), Role::ffn_up, block, 3.25);
        add(prefix + QStringLiteral("mlp.down_proj.weight"), Role::ffn_down, block, 4.25);
    }
    add(QStringLiteral("lm_head.weight"), Role::output_head, std::nullopt, 8.25);
    data.cells.back().locked = true;
    return data;
}

}  // namespace halfstep::sample
