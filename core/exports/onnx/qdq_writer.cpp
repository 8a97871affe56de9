// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnx/qdq_writer.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/job_phases.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

namespace halfstep {
namespace {

constexpr std::uint64_t copied_at_once = std::uint64_t{1} << 20U;  // bytes

class Writing {
  public:
    Writing(const QdqWriting& writing, const JobContext& job)
        : writing_(writing),
          job_(job),
          out_(writing.out, writing.document.model.size()),
          places_(writing.weights.size()) {
        if (!writing.document.data.empty()) data_out_.emplace(writing.data_out, writing.document.data_bytes);
    }

    std::vector<Measurement> run() {
        out_.reserve(writing_.document.model.size());
        if (data_out_) data_out_->reserve(writing_.document.data_bytes);
        write_model();
        write_data();
        std::vector<Measurement> measurements = write_weights();
        out_.flush_in_steps(job_);
        if (data_out_) data_out_->flush_in_steps(job_);
        verify();
        // The data first: a model never stands without it.
        if (data_out_) data_out_->commit();
        out_.commit();
        job_.report(1);
        return measurements;
    }

  private:
    struct Place {
        AtomicFile* file = nullptr;
        std::uint64_t position = 0;
        std::uint64_t size = 0;
    };

    void write_model() {
        std::uint64_t position = 0;
        const InputFile& source = *writing_.model.files().front();
        for (const ProtobufDraft::Piece& piece : writing_.document.model.pieces()) {
            switch (piece.kind) {
                case ProtobufDraft::Piece::text:
                    out_.write_at(position, std::as_bytes(std::span(piece.bytes)));
                    break;
                case ProtobufDraft::Piece::source:
                    copy(source, piece.position, piece.size, out_, position);
                    break;
                case ProtobufDraft::Piece::weight:
                    place_of(piece.number, piece.part) = {&out_, position, piece.size};
                    break;
            }
            position += piece.size;
        }
    }

    void write_data() {
        for (const DataPiece& piece : writing_.document.data) {
            if (piece.is_weight) {
                place_of(piece.number, piece.part) = {&*data_out_, piece.position, piece.size};
                continue;
            }
            const TensorInfo& tensor = writing_.model.tensors()[piece.number];
            copy(*writing_.model.files().at(tensor.file), tensor.file_offset, piece.size, *data_out_,
                 piece.position);
        }
    }

    void copy(const InputFile& from, std::uint64_t offset, std::uint64_t size, AtomicFile& to,
              std::uint64_t position) {
        while (size != 0) {
            job_.throw_if_stopped();
            buffer_.resize(static_cast<std::size_t>(std::min(size, copied_at_once)));
            from.read_at(offset, buffer_);
            to.write_at(position, buffer_);
            offset += buffer_.size();
            position += buffer_.size();
            size -= buffer_.size();
        }
    }

    Place& place_of(std::size_t number, WeightPart part) {
        return places_[number][static_cast<std::size_t>(part)];
    }

    std::vector<Measurement> write_weights() {
        std::vector<Measurement> measurements;
        double elements = 0;
        double done = 0;
        for (const StoredWeight& weight : writing_.weights)
            elements += static_cast<double>(weight.tensor->elements);
        for (std::size_t number = 0; number < writing_.weights.size(); ++number) {
            const StoredWeight& weight = writing_.weights[number];
            const double share = static_cast<double>(weight.tensor->elements) / std::max(elements, 1.0);
            TensorCodes codes = quantize_to_codes(writing_.model, *weight.tensor, weight.scheme,
                                                  phase_of(job_, 0.95 * done, 0.95 * (done + share)));
            done += share;
            measurements.push_back(std::move(codes.measurement));
            measurements.back().scheme = codes.scheme;
            const WeightBytes bytes = weight_bytes(weight, std::move(codes));
            write_part(number, WeightPart::codes, bytes.codes);
            write_part(number, WeightPart::scales, bytes.scales);
            write_part(number, WeightPart::zero_points, bytes.zero_points);
        }
        return measurements;
    }

    void write_part(std::size_t number, WeightPart part, const std::vector<std::byte>& bytes) {
        const Place& place = place_of(number, part);
        if (bytes.size() != place.size)
            throw std::logic_error("a weight does not have the size that was planned for it");
        std::span<const std::byte> left(bytes);
        for (std::uint64_t position = place.position; !left.empty(); position += copied_at_once) {
            job_.throw_if_stopped();
            const std::size_t count = std::min<std::size_t>(left.size(), copied_at_once);
            place.file->write_at(position, left.first(count));
            left = left.subspan(count);
        }
    }

    // What takes the target's place has been read by the same reader as any model.
    void verify() const {
        const InputFile written(writing_.out, out_.temporary());
        ByteReader bytes(written);
        ProtobufReader reader(bytes, {0, written.size()});
        ProtobufField field;
        std::optional<FileRange> graph;
        std::vector<FileRange> functions;
        while (reader.next(field)) {
            if (field.number == model_field::graph) graph = field.payload;
            if (field.number == model_field::functions) functions.push_back(field.payload);
        }
        const std::size_t parts = std::accumulate(
            places_.begin(), places_.end(), std::size_t{0}, [](std::size_t sum, const auto& places) {
                return sum + static_cast<std::size_t>(std::ranges::count_if(
                                 places, [](const Place& p) { return p.file != nullptr; }));
            });
        const std::size_t kept = writing_.source.weights.size() - writing_.weights.size();
        if (graph && read_onnx_graph(bytes, *graph, functions, job_).weights.size() >= kept + parts) return;
        throw Error("what was written does not read back the same, and was thrown away",
                    {writing_.out.string(), {}, {}}, "Check the disk and try again");
    }

    const QdqWriting& writing_;
    const JobContext& job_;
    AtomicFile out_;
    std::optional<AtomicFile> data_out_;
    std::vector<std::array<Place, 3>> places_;
    std::vector<std::byte> buffer_;
};

}  // namespace

std::vector<Measurement> write_qdq(const QdqWriting& writing, const JobContext& job) {
    return Writing(writing, job).run();
}

}  // namespace halfstep
