// SPDX-License-Identifier: GPL-3.0-or-later
// The GGUF form of an importance matrix: for each weight the tensors WEIGHT.in_sum2 [columns, matrices] and
// WEIGHT.counts [1, matrices], both f32.
#include "core/base/error.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/gguf.h"
#include "core/model_files/gguf_values.h"
#include "core/model_files/imatrix_forms.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace halfstep {
namespace {

constexpr std::string_view sums_suffix = ".in_sum2";
constexpr std::string_view counts_suffix = ".counts";
constexpr std::size_t most_datasets = 100;
constexpr std::size_t most_read = std::size_t{4} << 20U;  // between two looks for a stop

class GgufImatrixReader {
  public:
    GgufImatrixReader(const InputFile& file, const JobContext& job)
        : file_(file), job_(job), gguf_(read_gguf(file, job)) {}

    Imatrix read() {
        result_.form = Imatrix::Form::gguf;
        read_metadata();
        for (const TensorInfo& tensor : gguf_.contents.tensors)
            tensors_.emplace(tensor.name, &tensor);
        for (const TensorInfo& tensor : gguf_.contents.tensors) {
            job_.throw_if_stopped();
            if (tensor.name.ends_with(sums_suffix))
                read_entry(tensor);
            else if (tensor.name.ends_with(counts_suffix))
                companion(tensor, counts_suffix, sums_suffix);
        }
        return std::move(result_);
    }

  private:
    // A reader at the value's type.
    ByteReader value_reader(const GgufMetadataRange& range) const {
        ByteReader reader(file_, range.begin);
        reader.set_context(range.key);
        reader.skip(reader.read<std::uint64_t>());  // the key
        return reader;
    }

    void read_metadata() {
        std::string type;
        for (const GgufMetadataRange& range : gguf_.metadata) {
            ByteReader reader = value_reader(range);
            if (range.key == "general.type")
                type = read_gguf_value(reader, job_).text;
            else if (range.key == "imatrix.chunk_count")
                result_.chunk_count = read_gguf_value(reader, job_).number;
            else if (range.key == "imatrix.chunk_size")
                result_.chunk_size = read_gguf_value(reader, job_).number;
            else if (range.key == "imatrix.datasets")
                read_datasets(reader);
        }
        if (type == "imatrix") return;
        throw Error(
            type.empty() ? std::string("this GGUF file does not say that it is an importance matrix")
                         : fmt::format("this GGUF file is a {}, not an importance matrix", quotable(type)),
            {file_.path().string(), "general.type", {}}, "Choose a file that llama-imatrix has written");
    }

    void read_datasets(ByteReader& reader) {
        const auto type = static_cast<GgufType>(reader.read<std::uint32_t>());
        if (type != GgufType::array) return;
        if (static_cast<GgufType>(reader.read<std::uint32_t>()) != GgufType::string) return;
        const auto count = std::min<std::uint64_t>(reader.read<std::uint64_t>(), most_datasets);
        for (std::uint64_t index = 0; index < count; ++index)
            result_.datasets.push_back(quotable(reader.text(reader.read<std::uint64_t>())));
    }

    [[noreturn]] void fail(const TensorInfo& tensor, const std::string& problem) const {
        throw Error(problem, {file_.path().string(), quotable(tensor.name), tensor.file_offset},
                    "The file is damaged: let llama-imatrix make it again");
    }

    // The other of the two tensors of a weight.
    const TensorInfo& companion(const TensorInfo& tensor, std::string_view suffix, std::string_view other) {
        std::string name = tensor.name.substr(0, tensor.name.size() - suffix.size());
        name += other;
        const auto found = tensors_.find(name);
        if (found == tensors_.end())
            fail(tensor, fmt::format("'{}', which belongs to it, is missing", quotable(name)));
        return *found->second;
    }

    std::vector<float> read_floats(const TensorInfo& tensor) const {
        if (tensor.dtype != DType::f32)
            fail(tensor, fmt::format("it is of type {}, f32 was expected", tensor.dtype_name));
        std::vector<float> values(static_cast<std::size_t>(tensor.elements));
        const auto bytes = std::as_writable_bytes(std::span(values));
        for (std::size_t done = 0; done < bytes.size(); done += most_read) {
            job_.throw_if_stopped();
            file_.read_at(tensor.file_offset + done,
                          bytes.subspan(done, std::min(most_read, bytes.size() - done)), tensor.name);
        }
        return values;
    }

    void read_entry(const TensorInfo& tensor) {
        const TensorInfo& count_tensor = companion(tensor, sums_suffix, counts_suffix);
        if (tensor.elements == 0) fail(tensor, "it has no columns");
        const std::uint64_t columns =
            tensor.shape.empty() ? 1 : static_cast<std::uint64_t>(tensor.shape.back());
        const std::uint64_t matrices = tensor.elements / columns;
        if (count_tensor.elements != matrices)
            fail(count_tensor, fmt::format("it has {} counts, but there are {} sums of {} columns",
                                           count_tensor.elements, matrices, columns));
        ImatrixEntry entry;
        entry.weight = tensor.name.substr(0, tensor.name.size() - sums_suffix.size());
        if (entry.weight.empty()) fail(tensor, "no weight is named before '.in_sum2'");
        entry.mean_squares = read_floats(tensor);
        const std::vector<float> counts = read_floats(count_tensor);
        entry.counts.assign(counts.begin(), counts.end());
        for (std::size_t matrix = 0; matrix < counts.size(); ++matrix)
            take_means(entry, matrix, static_cast<std::size_t>(columns), counts[matrix]);
        take_entry(result_, std::move(entry));
    }

    // Sums become means; without data every column counts 1, unless the sums are damaged.
    static void take_means(ImatrixEntry& entry, std::size_t matrix, std::size_t columns, float count) {
        const auto sums = std::span(entry.mean_squares).subspan(matrix * columns, columns);
        if (count <= 0) ++entry.matrices_without_data;
        for (float& sum : sums) {
            if (count > 0)
                sum /= count;
            else if (sum >= 0 && sum <= std::numeric_limits<float>::max())
                sum = 1;
        }
    }

    const InputFile& file_;
    const JobContext& job_;
    GgufContents gguf_;
    std::unordered_map<std::string, const TensorInfo*> tensors_;
    Imatrix result_;
};

}  // namespace

Imatrix read_gguf_imatrix(const InputFile& file, const JobContext& job) {
    return GgufImatrixReader(file, job).read();
}

}  // namespace halfstep
