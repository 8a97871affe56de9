// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/llama2c/llama2c.h"

#include "core/base/error.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/llama2c/int8_groups.h"
#include "core/model_files/llama2c/llama2c_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

namespace halfstep {
namespace {

constexpr std::uint32_t magic = 0x616b3432;
constexpr std::uint64_t shape_bytes = 7 * sizeof(std::int32_t);
constexpr std::uint64_t header_bytes = 256;  // of versions 1 and 2
constexpr const char* damaged = "The file is damaged: download or export it again";

Llama2cShape read_shape(ByteReader& bytes) {
    Llama2cShape shape;
    for (std::int64_t* number : {&shape.dim, &shape.hidden_dim, &shape.layers, &shape.heads, &shape.kv_heads,
                                 &shape.vocabulary, &shape.sequence})
        *number = bytes.read<std::int32_t>();
    return shape;
}

// The shape that a file of version 0 begins with, and whether its head is shared; none where no model has it.
std::optional<std::pair<Llama2cShape, bool>> read_version_0_shape(const InputFile& file) {
    if (file.size() < shape_bytes) return std::nullopt;
    ByteReader bytes(file);
    Llama2cShape shape = read_shape(bytes);
    const bool shared = shape.vocabulary > 0;
    shape.vocabulary = std::abs(shape.vocabulary);
    if (!shape.why_impossible().empty()) return std::nullopt;
    return std::pair(shape, shared);
}

std::uint64_t total_elements(const std::vector<Llama2cTensor>& tensors) {
    std::uint64_t sum = 0;
    for (const Llama2cTensor& tensor : tensors)
        sum += tensor.elements();
    return sum;
}

std::uint32_t first_number(const InputFile& file) {
    return file.size() < sizeof(std::uint32_t) ? 0 : ByteReader(file).read<std::uint32_t>();
}

class Llama2cReader {
  public:
    Llama2cReader(std::shared_ptr<const InputFile> file, const JobContext& job)
        : file_(std::move(file)), bytes_(*file_), job_(job) {}

    Llama2cContents read() {
        if (first_number(*file_) == magic)
            read_header();
        else
            read_version_0();
        describe();
        const auto tensors = llama2c_tensors(shape_, result_.shared_head, version_ == 0);
        if (version_ == 2)
            lay_out_int8(tensors);
        else
            lay_out_floats(tensors);
        note_what_follows();
        return std::move(result_);
    }

  private:
    void read_version_0() {
        const auto found = read_version_0_shape(*file_);
        if (!found)
            bytes_.fail("a llama2.c file begins with its magic number or with seven numbers of a model", 0);
        std::tie(shape_, result_.shared_head) = *found;
        position_ = shape_bytes;
    }

    void read_header() {
        bytes_.require(header_bytes);
        bytes_.skip(sizeof magic);
        version_ = bytes_.read<std::int32_t>();
        if (version_ < 1 || version_ > 2)
            throw Error(
                fmt::format("this llama2.c file is of version {}, Halfstep reads versions 0 to 2", version_),
                {file_->path().string(), {}, sizeof magic});
        const std::uint64_t at = bytes_.position();
        shape_ = read_shape(bytes_);
        if (const std::string why = shape_.why_impossible(); !why.empty()) bytes_.fail(why, at);
        const std::uint64_t at_shared = bytes_.position();
        const auto shared = bytes_.read<std::uint8_t>();
        if (shared > 1)
            bytes_.fail(fmt::format("whether the classifier is shared must be 0 or 1, not {}", shared),
                        at_shared);
        result_.shared_head = shared == 1;
        if (version_ == 2) read_group_size();
        position_ = header_bytes;
    }

    void read_group_size() {
        const std::uint64_t at = bytes_.position();
        const auto size = bytes_.read<std::int32_t>();
        if (size < 1 || size > shape_.dim)
            bytes_.fail(
                fmt::format("groups of {} weights, between 1 and dim {} were expected", size, shape_.dim),
                at);
        group_size_ = static_cast<std::uint64_t>(size);
    }

    void describe() {
        result_.contents.architecture = "llama";
        auto& properties = result_.contents.properties;
        properties.emplace_back("version", fmt::format("{}", version_));
        for (const auto& [name, number] : shape_.named())
            properties.emplace_back(name, fmt::format("{}", number));
        properties.emplace_back("shared_classifier", result_.shared_head ? "true" : "false");
        if (version_ == 2) properties.emplace_back("group_size", fmt::format("{}", group_size_));
    }

    // Says where bytes are missing for a tensor that begins at position_.
    void require(const std::string& tensor, std::uint64_t bytes) const {
        const std::uint64_t size = file_->size();
        if (position_ <= size && bytes <= size - position_) return;
        throw Error(fmt::format("its {} bytes end beyond the file, which ends at byte {}", bytes, size),
                    {file_->path().string(), tensor, position_},
                    "The file is incomplete: download or export it again");
    }

    static TensorInfo described(const Llama2cTensor& tensor) {
        TensorInfo info;
        info.name = tensor.name;
        info.shape = tensor.shape;
        info.elements = tensor.elements();
        info.dtype = DType::f32;
        info.dtype_name = traits(info.dtype).name;
        info.bytes = info.elements * sizeof(float);
        return info;
    }

    void add_float(const Llama2cTensor& tensor) {
        TensorInfo info = described(tensor);
        info.file_offset = position_;
        require(info.name, info.bytes);
        position_ += info.bytes;
        result_.contents.tensors.push_back(std::move(info));
    }

    void lay_out_floats(const std::vector<Llama2cTensor>& tensors) {
        for (const Llama2cTensor& tensor : tensors) {
            job_.throw_if_stopped();
            add_float(tensor);
        }
    }

    void lay_out_int8(const std::vector<Llama2cTensor>& tensors) {
        const auto first_matrix = std::ranges::find_if(tensors, &Llama2cTensor::matrix);
        lay_out_floats({tensors.begin(), first_matrix});
        const std::vector<Llama2cTensor> matrices(first_matrix, tensors.end());
        const std::vector<Int8GroupsPlace> after_each = places(matrices, true);
        const std::vector<Int8GroupsPlace> after_all = places(matrices, false);
        for (std::size_t i = 0; i < matrices.size(); ++i) {
            require(matrices[i].name, after_each[i].bytes());
            position_ += after_each[i].bytes();
        }
        const bool each = plausible_scales(after_each) >= plausible_scales(after_all);
        for (std::size_t i = 0; i < matrices.size(); ++i)
            add_int8(matrices[i], each ? after_each[i] : after_all[i]);
    }

    // Where codes and scales are, from position_ on, if scales follow `each` tensor, or else all of them.
    std::vector<Int8GroupsPlace> places(const std::vector<Llama2cTensor>& matrices, bool each) const {
        std::uint64_t codes = position_;
        std::uint64_t scales = position_ + total_elements(matrices);
        std::vector<Int8GroupsPlace> result;
        for (const Llama2cTensor& tensor : matrices) {
            job_.throw_if_stopped();
            Int8GroupsPlace place{codes, scales, tensor.elements(), group_size_};
            if (place.elements % group_size_ != 0)
                throw Error(fmt::format("its {} weights cannot be divided into groups of {}", place.elements,
                                        group_size_),
                            {file_->path().string(), tensor.name, {}}, damaged);
            if (each) place.scales = codes + place.elements;
            codes += each ? place.bytes() : place.elements;
            scales += place.bytes() - place.elements;
            result.push_back(place);
        }
        return result;
    }

    // The share of some scales of some tensors at these places that could be scales.
    double plausible_scales(const std::vector<Int8GroupsPlace>& places) const {
        constexpr std::size_t most_tensors = 64;
        std::vector<float> scales(256);
        std::uint64_t seen = 0;
        std::uint64_t plausible = 0;
        const std::size_t step = (places.size() + most_tensors - 1) / most_tensors;
        for (std::size_t i = 0; i < places.size(); i += step) {
            const std::uint64_t groups = places[i].elements / places[i].group_size;
            const auto some = std::span(scales).first(
                static_cast<std::size_t>(std::min<std::uint64_t>(scales.size(), groups)));
            file_->read_at(places[i].scales, std::as_writable_bytes(some));
            seen += some.size();
            plausible += static_cast<std::uint64_t>(std::ranges::count_if(some, could_be_scale));
        }
        return static_cast<double>(plausible) / static_cast<double>(seen);
    }

    static bool could_be_scale(float number) {
        constexpr float least = 1e-12F;
        constexpr float most = 1e4F;
        return number == 0 || (number >= least && number <= most);
    }

    void add_int8(const Llama2cTensor& tensor, const Int8GroupsPlace& place) {
        TensorInfo info = described(tensor);
        info.dtype_name = fmt::format("int8 groups of {}", group_size_);
        info.bytes = place.bytes();
        info.decoded = true;
        result_.further_files.push_back(std::make_shared<const InputFile>(
            file_->path(), std::make_unique<const Int8Groups>(file_, place)));
        info.file = static_cast<std::uint32_t>(result_.further_files.size());
        result_.contents.tensors.push_back(std::move(info));
    }

    void note_what_follows() {
        if (position_ < file_->size())
            result_.contents.issues.push_back(
                {Severity::note,
                 {},
                 fmt::format("{} bytes follow the last tensor and belong to none",
                             file_->size() - position_)});
    }

    std::shared_ptr<const InputFile> file_;
    ByteReader bytes_;
    const JobContext& job_;
    Llama2cShape shape_;
    std::int32_t version_ = 0;
    std::uint64_t group_size_ = 1;
    std::uint64_t position_ = 0;  // of the next tensor
    Llama2cContents result_;
};

}  // namespace

bool begins_like_llama2c(const InputFile& file) {
    return read_version_0_shape(file).has_value();
}

bool looks_like_llama2c(const InputFile& file) {
    if (first_number(file) == magic) return true;
    const auto found = read_version_0_shape(file);
    if (!found) return false;
    return file.size() ==
           shape_bytes + sizeof(float) * total_elements(llama2c_tensors(found->first, found->second, true));
}

Llama2cContents read_llama2c(const std::shared_ptr<const InputFile>& file, const JobContext& job) {
    return Llama2cReader(file, job).read();
}

}  // namespace halfstep
