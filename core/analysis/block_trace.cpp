// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/block_trace.h"

#include "core/analysis/bit_fields.h"
#include "core/analysis/block_bits.h"
#include "core/ggml/dequantize.h"
#include "core/ggml/value_tables.h"
#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <bit>

namespace halfstep {
namespace {

using namespace ggml;

// Writes down one block type after the other; the arithmetic is that of core/ggml/dequantize_*.cpp.
template <class Block>
class BlockReading {
  public:
    BlockReading(const Block& block, std::span<const std::byte> bytes, std::size_t index)
        : block_(block), index_(index) {
        StoredBytes& stored = trace_.stored;
        stored.part = StoredPart::block;
        stored.total_bytes = bytes.size();
        for (const std::byte byte : bytes)
            stored.bytes.push_back(std::to_integer<std::uint8_t>(byte));
        stored.roles.assign(8 * bytes.size(), BitRole::unused);
    }

    BlockTrace run() {
        if constexpr (has_codes<Block>) {
            for (std::size_t place = 0; place < trace_.stored.roles.size(); ++place)
                trace_.stored.roles[place] = bits_of_block<Block>()[place].role;
            mark_code();
            read();
        } else {
            read_lattice();
        }
        return std::move(trace_);
    }

  private:
    TraceSteps& steps() { return trace_.decoding; }

    template <class Member>
    std::uint32_t place_of(const Member& member) const {
        const auto* from = reinterpret_cast<const std::byte*>(&block_);
        return static_cast<std::uint32_t>(8 * (reinterpret_cast<const std::byte*>(&member) - from));
    }

    void select(BitGroup group, bool roles_of_fields = false) {
        for (const std::uint32_t place : group.bits)
            if (trace_.stored.roles[place] == BitRole::unused) trace_.stored.roles[place] = group.role;
        if (roles_of_fields) give_field_roles(trace_.stored, group);
        trace_.stored.selected.push_back(std::move(group));
    }

    void mark_code() {
        code_ = raw_codes(block_)[index_];
        if constexpr (std::is_same_v<Block, BlockTq1_0>) {
            mark_digit();
        } else {
            const bool is_signed = requires {
                block_.codes;
            };
            const double value = is_signed ? static_cast<std::int8_t>(code_) : code_;
            select(bits_of_number<Block>(index_, true, BitRole::code, value));
        }
    }

    // The byte whose change changes the digit; five (or four) weights share it.
    void mark_digit() {
        const bool five = index_ < 240;
        const std::size_t byte =
            five ? (index_ < 160 ? index_ % 32 : 32 + (index_ - 160) % 16) : 48 + (index_ - 240) % 4;
        digit_ = index_ < 160 ? index_ / 32 : five ? (index_ - 160) / 16 : (index_ - 240) / 4;
        for (std::uint32_t place = 0; place < 8 * 52; ++place)
            trace_.stored.roles[place] = BitRole::code;
        packed_ = trace_.stored.bytes[byte];
        select(group_of(BitRole::code, static_cast<std::uint32_t>(8 * byte), 8, {}, packed_));
    }

    float half(BitRole role, StepLabel label, const HalfBits& bits) {
        const float value = f16_to_f32(bits);
        const auto group = group_of(role, place_of(bits), 16, split_of_f16, static_cast<double>(value));
        select(group);
        float_value_step(steps(), label, bits, split_of_f16, 15, TraceSteps::single(value));
        return value;
    }
    float scale() { return half(BitRole::scale, StepLabel::scale, block_.scale); }
    float minimum() { return half(BitRole::minimum, StepLabel::minimum, block_.minimum); }

    std::size_t place_of_code() const { return static_cast<std::size_t>(code_); }

    void show_code() {
        if constexpr (std::is_same_v<Block, BlockTq1_0>)
            steps().add(StepLabel::code, Operation::digit,
                        {TraceSteps::whole(packed_), TraceSteps::whole(static_cast<std::int64_t>(digit_))},
                        TraceSteps::whole(code_));
        else
            steps().code(code_);
    }

    float less(int centre) {
        show_code();
        const int centred = code_ - centre;
        steps().add(StepLabel::centred, Operation::subtract,
                    {TraceSteps::whole(code_), TraceSteps::whole(centre)}, TraceSteps::whole(centred));
        return static_cast<float>(centred);
    }

    void enter_sub_block(std::size_t number) {
        TraceUnit unit;
        unit.kind = UnitKind::sub_block;
        unit.index = number;
        const std::size_t elements = sub_elements_;
        unit.count = elements;
        unit.position = index_ % elements;
        unit.first.input = number * elements;
        unit.last.input = (number + 1) * elements - 1;
        trace_.sub_unit = unit;
    }

    std::size_t sub_block(std::size_t sub_blocks) {
        sub_elements_ = Block::elements / sub_blocks;
        enter_sub_block(index_ / sub_elements_);
        return index_ / sub_elements_;
    }

    void read() {
        if constexpr (std::is_same_v<Block, BlockQ4_0>)
            centred(8);
        else if constexpr (std::is_same_v<Block, BlockQ5_0>)
            centred(16);
        else if constexpr (std::is_same_v<Block, BlockQ2_0> || std::is_same_v<Block, BlockTq1_0> ||
                           std::is_same_v<Block, BlockTq2_0>)
            centred(1);
        else if constexpr (std::is_same_v<Block, BlockQ4_1> || std::is_same_v<Block, BlockQ5_1>)
            from_minimum();
        else if constexpr (std::is_same_v<Block, BlockQ1_0>)
            signs();
        else if constexpr (requires { block_.codes; })
            bytes();
        else if constexpr (std::is_same_v<Block, BlockIq4_nl>)
            table();
        else if constexpr (std::is_same_v<Block, BlockMxfp4> || std::is_same_v<Block, BlockNvfp4>)
            small_floats();
        else if constexpr (std::is_same_v<Block, BlockQ3_K> || std::is_same_v<Block, BlockIq4_xs>)
            shifted_sub_scales();
        else if constexpr (std::is_same_v<Block, BlockQ6_K>)
            signed_sub_scales();
        else
            sub_minima();
    }

    void centred(int centre) {
        const float d = scale();
        const float code = less(centre);
        steps().times(StepLabel::times_scale, code, d);
    }

    void from_minimum() {
        const float d = scale();
        const float m = minimum();
        show_code();
        const float product = steps().times(StepLabel::times_scale, static_cast<float>(code_), d);
        steps().plus(StepLabel::reconstruction, product, m);
    }

    void signs() {
        const float d = scale();
        show_code();
        steps().add(StepLabel::reconstruction, Operation::sign_of,
                    {TraceSteps::single(d), TraceSteps::whole(code_)},
                    TraceSteps::single(code_ != 0 ? d : -d));
    }

    void bytes() {
        float d = 0;
        if constexpr (std::is_same_v<Block, BlockQ8_K>) {
            d = block_.scale;
            select(
                group_of(BitRole::scale, place_of(block_.scale), 32, split_of_f32, static_cast<double>(d)));
            steps().assign(StepLabel::scale, d);
        } else {
            d = scale();
        }
        const auto code = static_cast<std::int8_t>(code_);
        steps().code(code);
        steps().times(StepLabel::times_scale, static_cast<float>(code), d);
    }

    void table() {
        const float d = scale();
        show_code();
        const float value = steps().looked_up(code_, iq4_values[place_of_code()]);
        steps().times(StepLabel::times_scale, d, value);
    }

    // Values of E2M1 are doubled and scales halved, as ggml has it.
    void small_floats() {
        float d = 0;
        std::uint32_t place = 0;
        if constexpr (std::is_same_v<Block, BlockMxfp4>) {
            place = place_of(block_.exponent);
            d = half_e8m0(block_.exponent);
            for (std::uint32_t bit = 0; bit < 8; ++bit)
                trace_.stored.roles[place + bit] = BitRole::exponent;
            select(group_of(BitRole::scale, place, 8, {}, block_.exponent));
            steps().add(
                StepLabel::scale, Operation::power_below,
                {TraceSteps::single(1), TraceSteps::whole(128 - block_.exponent), TraceSteps::whole(1)},
                TraceSteps::single(d));
        } else {
            const std::size_t sub = sub_block(block_.scales.size());
            for (std::uint32_t bit = 0; bit < 8 * block_.scales.size(); ++bit)
                trace_.stored.roles[bit] = BitRole::sub_scale;
            place = static_cast<std::uint32_t>(place_of(block_.scales) + 8 * sub);
            d = half_ue4m3(block_.scales[sub]);
            select(group_of(BitRole::sub_scale, place, 8, {4, 3}, 2 * static_cast<double>(d)));
            steps().assign(StepLabel::scale, d);
        }
        show_code();
        const float value = steps().looked_up(code_, doubled_e2m1[place_of_code()]);
        steps().times(StepLabel::times_scale, value, d);
    }

    void shifted_sub_scales() {
        const float d = scale();
        const auto scales = unpacked_scales(block_);
        const std::size_t sub = sub_block(scales.size());
        const int multiple = scales[sub] - 32;
        select(bits_of_number<Block>(sub, false, BitRole::sub_scale, scales[sub]));
        const float step = steps().times(StepLabel::sub_scale, d, static_cast<float>(multiple));
        float value = 0;
        if constexpr (std::is_same_v<Block, BlockQ3_K>) {
            value = less(4);
        } else {
            show_code();
            value = steps().looked_up(code_, iq4_values[place_of_code()]);
        }
        steps().times(StepLabel::times_scale, step, value);
    }

    void signed_sub_scales() {
        const float d = scale();
        if constexpr (std::is_same_v<Block, BlockQ6_K>) {
            const std::size_t sub = sub_block(block_.scales.size());
            const std::uint32_t place = place_of(block_.scales);
            for (std::uint32_t bit = 0; bit < 8 * block_.scales.size(); ++bit)
                trace_.stored.roles[place + bit] = BitRole::sub_scale;
            select(group_of(BitRole::sub_scale, static_cast<std::uint32_t>(place + 8 * sub), 8, {},
                            block_.scales[sub]));
            const float step = steps().times(StepLabel::sub_scale, d, static_cast<float>(block_.scales[sub]));
            steps().times(StepLabel::times_scale, step, less(32));
        }
    }

    void sub_minima() {
        if constexpr (requires { unpacked_scales(block_).minima; }) {
            const float d = scale();
            const float m = minimum();
            const auto scales = unpacked_scales(block_);
            const std::size_t sub = sub_block(scales.scales.size());
            select(bits_of_number<Block>(sub, false, BitRole::sub_scale, scales.scales[sub]));
            select(bits_of_number<Block>(sub, false, BitRole::sub_minimum, scales.minima[sub]));
            const float step = steps().times(StepLabel::sub_scale, d, static_cast<float>(scales.scales[sub]));
            const float low =
                steps().times(StepLabel::sub_minimum, m, static_cast<float>(scales.minima[sub]));
            show_code();
            const float product = steps().times(StepLabel::times_scale, step, static_cast<float>(code_));
            steps().minus(StepLabel::reconstruction, product, low);
        }
    }

    // The bits on which the weight depends, by turning each over.
    void read_lattice() {
        trace_.lattice = true;
        std::array<float, Block::elements> weights;
        dequantize(block_, weights);
        BitGroup group{BitRole::index, {}, {}, 0};
        for (auto place = static_cast<std::uint32_t>(8 * sizeof(Block)); place-- > 0;) {
            std::array<std::uint8_t, sizeof(Block)> bytes;
            std::copy(trace_.stored.bytes.begin(), trace_.stored.bytes.end(), bytes.begin());
            bytes[place / 8] = static_cast<std::uint8_t>(bytes[place / 8] ^ 1U << (place % 8));
            Block other;
            std::memcpy(&other, bytes.data(), sizeof other);
            std::array<float, Block::elements> changed;
            dequantize(other, changed);
            if (std::bit_cast<std::uint32_t>(changed[index_]) !=
                std::bit_cast<std::uint32_t>(weights[index_]))
                group.bits.push_back(place);
            trace_.stored.roles[place] = BitRole::index;
        }
        if constexpr (requires { block_.scale; }) {
            const std::uint32_t first = place_of(block_.scale);
            std::erase_if(group.bits,
                          [first](std::uint32_t bit) { return bit >= first && bit < first + 16; });
            for (std::uint32_t bit = first; bit < first + 16; ++bit)
                trace_.stored.roles[bit] = BitRole::sub_scale;
            scale();
        }
        select(std::move(group));
        steps().assign(StepLabel::reconstruction, weights[index_]);
    }

    const Block& block_;
    std::size_t index_;
    BlockTrace trace_;
    int code_ = 0;
    std::size_t digit_ = 0;  // tq1_0
    std::uint8_t packed_ = 0;
    std::size_t sub_elements_ = Block::elements;
};

}  // namespace

BlockTrace trace_block(DType type, std::span<const std::byte> block, std::size_t index) {
    BlockTrace trace;
    const bool known = visit_block<ReadableBlocks>(type, [&]<class Block>(std::type_identity<Block>) {
        require_size(block.size(), sizeof(Block));
        Block one;
        std::memcpy(&one, block.data(), sizeof one);
        trace = BlockReading<Block>(one, block, index).run();
    });
    if (!known) throw Error(fmt::format("{} is no block type that this version reads", traits(type).name));
    return trace;
}

}  // namespace halfstep
