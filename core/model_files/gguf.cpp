// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/gguf.h"

#include "core/base/error.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/gguf_values.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <string_view>
#include <unordered_set>

namespace halfstep {
namespace {

constexpr std::string_view magic = "GGUF";
constexpr std::uint64_t longest_key = 65535;
constexpr std::uint64_t longest_name = 63;
constexpr std::uint32_t highest_rank = 4;

struct NumberedType {
    std::uint32_t id;
    DType dtype;
};

// ggml.h; ids that are missing here were removed (4, 5, 31-33, 36-38) or belong to other programs.
constexpr std::array numbered_types = {
    NumberedType{0, DType::f32},     NumberedType{1, DType::f16},      NumberedType{2, DType::q4_0},
    NumberedType{3, DType::q4_1},    NumberedType{6, DType::q5_0},     NumberedType{7, DType::q5_1},
    NumberedType{8, DType::q8_0},    NumberedType{9, DType::q8_1},     NumberedType{10, DType::q2_K},
    NumberedType{11, DType::q3_K},   NumberedType{12, DType::q4_K},    NumberedType{13, DType::q5_K},
    NumberedType{14, DType::q6_K},   NumberedType{15, DType::q8_K},    NumberedType{16, DType::iq2_xxs},
    NumberedType{17, DType::iq2_xs}, NumberedType{18, DType::iq3_xxs}, NumberedType{19, DType::iq1_s},
    NumberedType{20, DType::iq4_nl}, NumberedType{21, DType::iq3_s},   NumberedType{22, DType::iq2_s},
    NumberedType{23, DType::iq4_xs}, NumberedType{24, DType::i8},      NumberedType{25, DType::i16},
    NumberedType{26, DType::i32},    NumberedType{27, DType::i64},     NumberedType{28, DType::f64},
    NumberedType{29, DType::iq1_m},  NumberedType{30, DType::bf16},    NumberedType{34, DType::tq1_0},
    NumberedType{35, DType::tq2_0},  NumberedType{39, DType::mxfp4},   NumberedType{40, DType::nvfp4},
    NumberedType{41, DType::q1_0},   NumberedType{42, DType::q2_0},
};

DType dtype_of(std::uint32_t id) {
    for (const NumberedType& type : numbered_types)
        if (type.id == id) return type.dtype;
    return DType::unknown;
}

class GgufReader {
  public:
    GgufReader(const InputFile& file, const JobContext& job) : reader_(file), job_(job) {}

    GgufContents read() {
        read_preamble();
        read_metadata();
        read_tensors();
        lay_out();
        return std::move(result_);
    }

  private:
    void read_preamble() {
        if (reader_.text(std::min<std::uint64_t>(magic.size(), reader_.remaining())) != magic)
            reader_.fail("a GGUF file begins with the letters GGUF, this one does not", 0);
        const auto version = reader_.read<std::uint32_t>();
        const ErrorPlace place{reader_.file().path().string(), {}, magic.size()};
        if ((version & 0xffffU) == 0)
            throw Error("this GGUF file is big-endian, Halfstep reads little-endian ones", place,
                        "Convert it with gguf-py's gguf_convert_endian");
        if (version < 2 || version > 3)
            throw Error(
                fmt::format("this GGUF file is of version {}, Halfstep reads versions 2 and 3", version),
                place, version < 2 ? "Convert the model again with a current llama.cpp" : "");
        tensor_count_ = read_count("tensors", 24);         // name length, rank, type and offset
        value_count_ = read_count("metadata values", 13);  // key length, a letter or more, type and value
    }

    // A number of entries of at least `least_bytes` each, which the rest of the file must be able to hold.
    std::uint64_t read_count(const char* what, std::uint64_t least_bytes) {
        const std::uint64_t position = reader_.position();
        const auto count = reader_.read<std::uint64_t>();
        if (count > reader_.remaining() / least_bytes)
            reader_.fail(
                fmt::format("{} {} cannot fit in the {} bytes that follow", count, what, reader_.remaining()),
                position);
        return count;
    }

    std::string read_text(std::uint64_t most, const char* what) {
        const std::uint64_t position = reader_.position();
        const auto length = reader_.read<std::uint64_t>();
        if (length > most)
            reader_.fail(
                fmt::format("{} is said to be {} bytes long, at most {} are allowed", what, length, most),
                position);
        return reader_.text(length);
    }

    void read_metadata() {
        std::unordered_set<std::string> keys;
        std::uint64_t texts = 0;
        for (std::uint64_t index = 0; index < value_count_; ++index) {
            reader_.set_context(fmt::format("metadata value {}", index));
            const std::uint64_t position = reader_.position();
            std::string key = read_text(longest_key, "a key");
            reader_.set_context(key);
            if (key.empty()) reader_.fail("a key is empty", position);
            if (!is_utf8(key)) reader_.fail("a key is not valid UTF-8", position);
            if (!keys.insert(key).second) reader_.fail("this key appears twice", position);
            const GgufValue value = read_gguf_value(reader_, job_);
            texts += value.texts;
            if (texts > most_gguf_texts)
                reader_.fail(fmt::format("the arrays up to this one hold {} texts, at most {} are allowed",
                                         texts, most_gguf_texts),
                             position);
            use(key, value, position);
            result_.metadata.push_back({std::move(key), position, reader_.position()});
        }
    }

    void use(const std::string& key, const GgufValue& value, std::uint64_t position) {
        FileContents& contents = result_.contents;
        if (key == "general.alignment") {
            if (value.type != GgufType::u32 || !std::has_single_bit(value.number.value_or(0)))
                reader_.fail(fmt::format("the alignment must be a power of two stored as u32, not '{}'",
                                         quotable(value.text)),
                             position);
            result_.alignment = *value.number;
        } else if (key == "general.architecture") {
            if (value.type != GgufType::string || !is_utf8(value.text))
                reader_.fail("the architecture must be text", position);
            contents.architecture = quotable(value.text);
        } else if (key == "split.no") {
            result_.split.number = value.number.value_or(0);
        } else if (key == "split.count") {
            result_.split.count = value.number.value_or(1);
        } else if (key == "split.tensors.count") {
            result_.split.tensors = value.number;
        }
        if (value.text.size() <= longest_property && is_utf8(value.text) &&
            contents.properties.size() < most_properties)
            contents.properties.emplace_back(quotable(key), value.text);
    }

    void read_tensors() {
        std::unordered_set<std::string> names;
        for (std::uint64_t index = 0; index < tensor_count_; ++index) {
            job_.throw_if_stopped();
            reader_.set_context(fmt::format("tensor {}", index));
            const std::uint64_t position = reader_.position();
            TensorInfo info;
            info.name = read_text(longest_name, "a tensor's name");
            reader_.set_context(info.name);
            if (!is_utf8(info.name) || info.name.find('\0') != std::string::npos)
                reader_.fail("a tensor's name is not valid UTF-8 text", position);
            if (!names.insert(info.name).second) reader_.fail("two tensors have this name", position);
            read_shape(info);
            read_type(info);
            positions_.push_back(reader_.position());
            info.file_offset = reader_.read<std::uint64_t>();  // from the start of the data, for now
            result_.contents.tensors.push_back(std::move(info));
        }
        reader_.set_context({});
    }

    void read_shape(TensorInfo& info) {
        const std::uint64_t position = reader_.position();
        const auto rank = reader_.read<std::uint32_t>();
        if (rank > highest_rank)
            reader_.fail(fmt::format("it has {} dimensions, at most {} are allowed", rank, highest_rank),
                         position);
        info.shape.resize(rank);
        std::uint64_t elements = 1;
        for (std::uint32_t axis = 0; axis < rank; ++axis) {
            const auto extent = reader_.read<std::int64_t>();
            if (extent < 0) reader_.fail(fmt::format("its shape holds {}", extent), position);
            info.shape[rank - 1 - axis] = extent;  // the file's first axis is the contiguous one
            if (__builtin_mul_overflow(elements, static_cast<std::uint64_t>(extent), &elements) ||
                elements > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                reader_.fail("its shape holds more elements than a computer can count", position);
        }
        info.elements = elements;
    }

    void read_type(TensorInfo& info) {
        const std::uint64_t position = reader_.position();
        const auto id = reader_.read<std::uint32_t>();
        info.dtype = dtype_of(id);
        info.dtype_name = info.dtype == DType::unknown ? fmt::format("ggml type {}", id)
                                                       : std::string(traits(info.dtype).name);
        if (info.dtype == DType::unknown) return;
        const DTypeTraits& type = traits(info.dtype);
        const auto row = info.shape.empty() ? 1 : static_cast<std::uint64_t>(info.shape.back());
        if (row % type.block_elements != 0)
            reader_.fail(fmt::format("its rows of {} elements cannot be divided into blocks of {} ({})", row,
                                     type.block_elements, type.name),
                         position);
        const std::uint64_t blocks = info.elements / type.block_elements;
        if (__builtin_mul_overflow(blocks, std::uint64_t{type.block_bits / 8}, &info.bytes))
            reader_.fail("its shape holds more bytes than a computer can count", position);
    }

    // Turns offsets into places in the file and checks that the tensors lie there back to back, each padded
    // to the alignment.
    void lay_out() {
        std::vector<TensorInfo>& tensors = result_.contents.tensors;
        if (tensors.empty()) return;
        const std::uint64_t data_start = padded(reader_.position());
        const std::uint64_t data_bytes =
            data_start < reader_.file().size() ? reader_.file().size() - data_start : 0;
        std::uint64_t expected = 0;
        for (std::size_t index = 0; index < tensors.size(); ++index) {
            TensorInfo& info = tensors[index];
            reader_.set_context(info.name);
            if (info.file_offset != expected)
                reader_.fail(fmt::format("its data begins at {} of the data section, {} was expected",
                                         info.file_offset, expected),
                             positions_[index]);
            if (info.dtype == DType::unknown) {
                const bool last = index + 1 == tensors.size();
                info.bytes = size_up_to(last ? data_bytes : tensors[index + 1].file_offset, expected, index);
            }
            if (expected > data_bytes || info.bytes > data_bytes - expected)
                throw Error(fmt::format("its {} bytes end beyond the file, which ends at byte {}", info.bytes,
                                        reader_.file().size()),
                            {reader_.file().path().string(), quotable(info.name), data_start + expected},
                            "The file is incomplete: download or export it again");
            info.file_offset = data_start + expected;
            expected = padded(expected + info.bytes);
        }
        if (expected < data_bytes)
            result_.contents.issues.push_back(
                {Severity::note,
                 {},
                 fmt::format("{} bytes follow the last tensor and belong to none", data_bytes - expected)});
    }

    // The size of a tensor of unknown type, from where the next thing begins.
    std::uint64_t size_up_to(std::uint64_t next, std::uint64_t start, std::size_t index) const {
        if (next < start)
            reader_.fail(fmt::format("the tensor after it begins at {} of the data section, before it", next),
                         positions_[index]);
        return next - start;
    }

    std::uint64_t padded(std::uint64_t size) const {
        return size + (result_.alignment - size % result_.alignment) % result_.alignment;
    }

    ByteReader reader_;
    const JobContext& job_;
    std::uint64_t tensor_count_ = 0;
    std::uint64_t value_count_ = 0;
    std::vector<std::uint64_t> positions_;  // of the tensors' offsets, in the file
    GgufContents result_;
};

}  // namespace

bool looks_like_gguf(const InputFile& file) {
    std::string start(magic.size(), '\0');
    if (file.size() < start.size()) return false;
    file.read_at(0, std::as_writable_bytes(std::span(start.data(), start.size())));
    return start == magic;
}

std::optional<std::uint32_t> gguf_type_number(DType dtype) {
    const auto found = std::ranges::find(numbered_types, dtype, &NumberedType::dtype);
    return found == numbered_types.end() ? std::nullopt : std::optional(found->id);
}

GgufContents read_gguf(const InputFile& file, const JobContext& job) {
    return GgufReader(file, job).read();
}

}  // namespace halfstep
