// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/gguf_writer.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/job_phases.h"
#include "core/base/parallel.h"
#include "core/exports/gguf/checksum.h"
#include "core/exports/gguf/gguf_layout.h"
#include "core/model_files/gguf.h"

#include <fmt/format.h>

#include <atomic>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>

namespace halfstep {
namespace {

// Bytes that were written, to be found again when the file is read back.
struct Written {
    std::uint64_t position = 0;
    std::uint64_t bytes = 0;
    std::uint64_t sum = 0;
};

class Writing {
  public:
    Writing(const GgufFile& file, const Model& model, const std::filesystem::path& path)
        : file_(file),
          model_(model),
          path_(path),
          layout_(lay_out_gguf(file)),
          out_(path, layout_.file_bytes),
          stretches_(layout_.stretches.size()) {}

    WrittenGguf run(const JobContext& job) {
        job.throw_if_stopped();
        out_.reserve(layout_.file_bytes);
        write_header(job);
        WrittenGguf result{layout_.file_bytes, write_tensors(phase_of(job, 0, 0.8))};
        out_.flush_in_steps(job);
        verify(phase_of(job, 0.8, 1));
        out_.commit();
        return result;
    }

  private:
    void write_header(const JobContext& job) {
        std::uint64_t position = 0;
        const auto put = [&](std::span<const std::byte> bytes) {
            job.throw_if_stopped();
            out_.write_at(position, bytes);
            header_.push_back({position, bytes.size(), checksum(bytes)});
            position += bytes.size();
        };
        put(std::as_bytes(std::span(layout_.start)));
        file_.metadata.write(put);
        put(std::as_bytes(std::span(layout_.tensor_infos)));
    }

    // A tensor that cannot be written is named with all its bad weights, and always the same one: stretches
    // are handed out in order, so those before it are done; those of later tensors are passed over.
    std::vector<ConversionOutcome> write_tensors(const JobContext& job) {
        std::vector<ConversionOutcome> outcomes(stretches_.size());
        std::vector<TensorConverter> converters(job.thread_count(), TensorConverter(model_));
        std::atomic<std::uint32_t> first_bad = std::numeric_limits<std::uint32_t>::max();
        parallel_for(stretches_.size(), job, [&](std::size_t index, unsigned worker) {
            const GgufStretch& stretch = layout_.stretches[index];
            if (stretch.tensor > first_bad.load(std::memory_order_relaxed)) return;
            write_stretch(index, converters[worker], outcomes[index], job);
            if (!is_bad(outcomes[index])) return;
            std::uint32_t known = first_bad.load();
            while (stretch.tensor < known && !first_bad.compare_exchange_weak(known, stretch.tensor)) {
            }
        });
        std::vector<ConversionOutcome> tensors(file_.tensors.size());
        for (std::size_t index = 0; index < stretches_.size(); ++index)
            tensors[layout_.stretches[index].tensor] += outcomes[index];
        if (first_bad < tensors.size()) refuse(file_.tensors[first_bad], tensors[first_bad]);
        return tensors;
    }

    void write_stretch(std::size_t index, TensorConverter& converter, ConversionOutcome& outcome,
                       const JobContext& job) {
        const GgufStretch& stretch = layout_.stretches[index];
        const GgufTensor& tensor = file_.tensors[stretch.tensor];
        const std::span<const std::byte> bytes =
            tensor.copied() ? converter.copy(tensor, stretch.first, stretch.count)
                            : converter.convert(tensor, stretch.first, stretch.count, outcome, job);
        out_.write_at(stretch.position, bytes);
        stretches_[index] = {stretch.position, bytes.size(), checksum(bytes)};
    }

    static bool is_bad(const ConversionOutcome& outcome) {
        return outcome.nans + outcome.infs != 0 || outcome.scale_overflow;
    }

    [[noreturn]] void refuse(const GgufTensor& tensor, const ConversionOutcome& outcome) const {
        const std::string& name = tensor.source != nullptr ? tensor.source->name : tensor.name;
        const ErrorPlace place{model_.path().string(), name, {}};
        if (outcome.nans + outcome.infs != 0)
            throw Error(
                fmt::format("{} of its {} weights are not finite ({} NaN, {} infinite), and no file "
                            "with such weights is written",
                            outcome.nans + outcome.infs, tensor.elements(), outcome.nans, outcome.infs),
                place, "Repair the model");
        throw Error(
            fmt::format("its weights are too large for the 16-bit scales of {}", traits(tensor.type).name),
            place, "Choose bf16 or fp32 for it");
    }

    // Reads the temporary file: what takes the target's place has been seen to be right.
    void verify(const JobContext& job) const {
        const InputFile written(path_, out_.temporary());
        verify_header(written, job);
        const std::size_t count = header_.size() + stretches_.size();
        std::vector<std::vector<std::byte>> buffers(job.thread_count());
        parallel_for(count, job, [&](std::size_t index, unsigned worker) {
            const Written& part =
                index < header_.size() ? header_[index] : stretches_[index - header_.size()];
            std::vector<std::byte>& buffer = buffers[worker];
            buffer.resize(static_cast<std::size_t>(part.bytes));
            written.read_at(part.position, buffer);
            if (checksum(buffer) != part.sum) fail_at(part.position);
        });
    }

    void verify_header(const InputFile& written, const JobContext& job) const {
        const GgufContents read = read_gguf(written, job);
        bool same = read.metadata.size() == file_.metadata.count() && read.alignment == file_.alignment &&
                    read.contents.issues.empty() && written.size() == layout_.file_bytes &&
                    read.contents.tensors.size() == file_.tensors.size();
        for (std::size_t index = 0; same && index < file_.tensors.size(); ++index) {
            const TensorInfo& found = read.contents.tensors[index];
            const GgufTensor& meant = file_.tensors[index];
            same = found.name == meant.name && found.dtype == meant.type && found.shape == meant.shape &&
                   found.bytes == meant.bytes() &&
                   found.file_offset == layout_.data_start + layout_.offsets[index];
        }
        if (!same) fail_at(0);
    }

    [[noreturn]] void fail_at(std::uint64_t position) const {
        throw Error("what was written does not read back the same, and was thrown away",
                    {path_.string(), {}, position}, "Check the disk and try again");
    }

    const GgufFile& file_;
    const Model& model_;
    const std::filesystem::path& path_;
    GgufLayout layout_;
    AtomicFile out_;
    std::vector<Written> header_;
    std::vector<Written> stretches_;
};

}  // namespace

WrittenGguf write_gguf(const GgufFile& file, const Model& model, const std::filesystem::path& path,
                       const JobContext& job) {
    return Writing(file, model, path).run(job);
}

}  // namespace halfstep
