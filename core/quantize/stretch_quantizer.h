// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cache_lines.h"
#include "core/base/job_context.h"
#include "core/kernels/kernel_types.h"
#include "core/quantize/block_reader.h"
#include "core/quantize/importance.h"
#include "core/quantize/measurement.h"
#include "core/quantize/range.h"
#include "core/quantize/stretch_summary.h"
#include "core/quantize/unit_layout.h"
#include "core/quantize/unit_quantizers.h"
#include "core/quantize/unit_scales.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfstep {

// A scheme made ready for one tensor.
struct AppliedScheme {
    Scheme scheme;
    UnitLayout layout;
    std::vector<UnitParameters> streamed_units;  // one a row, where the layout's units are streamed
    // Of the tensor's inputs, for the scales of GGUF blocks; null where not known. Must outlive this.
    const TensorImportance* importance = nullptr;
    float tensor_scale = 0;                 // nvfp4
    std::vector<float> nested_scales = {};  // dq: of all units of the tensor, as they are read back
};

// Quantizes one stretch of a tensor after another. Holds buffers; one a thread.
class StretchQuantizer {
  public:
    // Finds the grids of the stretch's units. `window` holds layout.covered(stretch); `summary` is of the
    // stretch. What is passed must outlive the calls below; `applied` must stay as it is from stretch to
    // stretch.
    void start(const AppliedScheme& applied, const Window& window, const Stretch& stretch,
               const StretchSummary& summary, const JobContext& job);

    // What the unit of an element of the stretch is quantized with, to be shown: of integers and small floats
    // in the form of the kernels, of log formats and codebooks by themselves; empty for the others.
    UniformUnit scaled_unit_at(std::uint64_t element) const;
    UnitParameters searched_unit_at(std::uint64_t element);

    // The sums over elements [first, first + n) of the tensor, which lie in the stretch; `summary` is theirs.
    ErrorSums measure(std::uint64_t first, std::size_t n, const kernels::ValueSummary& summary);

    // x̂ of the same elements, and 1 where the code was clipped (0 in GGUF blocks, which do not tell).
    void reconstruct(std::uint64_t first, std::size_t n, float* reconstruction, float* clipped);

    bool scale_lost() const { return scale_lost_; }  // by 16-bit storage, in this stretch
    // Of the units of the stretch, as far as they begin in it, and the number of the first of them. For
    // schemes whose units are scaled, before their scales are nested.
    struct UnitScaleRun {
        std::size_t first = 0;
        std::span<const float> scales;
    };
    UnitScaleRun scales_of_units() const;

    bool scale_overflow() const { return scale_overflow_; }  // of a GGUF block

  private:
    enum class Form { uniform, floating, scaled_codebook, log, codebook, bf16, same, reconstructed };

    struct Unit {
        std::uint64_t first = 0;
        std::uint64_t count = 0;
    };

    bool goes_on(const AppliedScheme& applied, const Stretch& stretch) const;
    void start_units();
    void make_units(std::size_t units);
    std::size_t first_unit() const;
    void choose_form_of_units();
    void start_floating();
    void start_single_or_reconstruct();
    void start_blocks();
    void find_limits();
    void fold_limits(std::size_t groups, std::size_t units);
    bool start_scanned_units(std::size_t units);
    void use_log(const UnitParameters& unit);
    void use_codebook(const UnitParameters& unit);
    void apply_gamma(const Unit& unit, UnitParameters& parameters);
    UnitParameters estimate(const Unit& unit, float low, float high);
    UnitParameters fit(const Unit& unit);
    std::uint64_t apply_units(const float* x, std::size_t n, const kernels::UniformUnits& units,
                              float* reconstruction, float* clipped) const;
    std::uint64_t apply(const float* x, std::size_t n, std::uint64_t first, float* reconstruction,
                        float* clipped) const;
    kernels::UniformUnits units_at(std::uint64_t first, bool may_clip) const;
    bool clips(const kernels::ValueSummary& summary) const;
    void measure_quickly(const kernels::Segment& segment, std::uint64_t first,
                         const kernels::ValueSummary& summary, kernels::SegmentSums& sums) const;
    ErrorSums measure_widely(const float* x, std::uint64_t first, std::size_t n, std::uint64_t finite);
    void check_stop() const;

    const AppliedScheme* applied_ = nullptr;
    const Window* window_ = nullptr;
    const JobContext* job_ = nullptr;
    Stretch stretch_;
    Stretch covered_;
    StretchSummary summary_{};
    Form form_ = Form::same;
    bool started_ = false;
    bool scale_lost_ = false;
    bool scale_overflow_ = false;
    std::uint64_t block_clipped_ = 0;

    RangeScratch range_scratch_;
    std::vector<float> lows_;
    std::vector<float> highs_;
    UniformUnitArrays uniform_units_;
    bool units_clip_ = true;
    UnitScales unit_scales_;
    kernels::FloatGrid float_{};
    kernels::LogGrid log_{};
    kernels::CodebookGrid codebook_{};
    bool holds_nf4_ = false;
    CacheLineVector<float> reconstruction_;
    CacheLineVector<float> clipped_;
    CacheLineVector<float> other_;  // a unit, or a segment, on the side
    CacheLineVector<float> other_clipped_;
};

}  // namespace halfstep
