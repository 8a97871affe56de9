// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// What the kernels that write GGUF blocks take and give. Plain structures only, see kernel_types.h.
namespace halfstep::kernels {

// Consecutive blocks of one type, of rows that are whole numbers of blocks.
struct BlockRun {
    const float* x;           // finite; blocks · (elements of a block) of them
    const float* importance;  // null, or a positive weight for each column
    std::size_t blocks;
    std::size_t first_block;  // where in its row the first block stands
    std::size_t row_blocks;   // blocks in a row
    std::uint8_t* out;        // blocks · (bytes of a block)
    // One a block. 1: weights so odd (near the ends of float32's range, or all but equal) that ggml's integer
    // conversions leave their range; nothing was written for it, and the plain rule has to be asked.
    std::uint8_t* left;
    std::uint64_t clipped;  // taken up by the kernel: codes beyond the outermost ones, of the blocks not left
};

using QuantizeBlocks = void (*)(BlockRun& run);

// Of one instruction set; all sets write the same bytes, which are ggml's.
struct BlockKernels {
    const char* name;
    QuantizeBlocks q2_K;
    QuantizeBlocks q3_K;
    QuantizeBlocks q4_K;
    QuantizeBlocks q5_K;
    QuantizeBlocks q6_K;
    QuantizeBlocks iq4_nl;
    QuantizeBlocks iq4_xs;
    // Without importance weights, for which q8_0 and the FP4 types have no use.
    QuantizeBlocks plain_q4_0;
    QuantizeBlocks plain_q4_1;
    QuantizeBlocks plain_q5_0;
    QuantizeBlocks plain_q5_1;
    QuantizeBlocks q8_0;
    QuantizeBlocks mxfp4;
    QuantizeBlocks nvfp4;
    // With importance weights, where sigma² of whole rows counts: `first_block` is 0 and the run is of whole
    // rows.
    QuantizeBlocks q4_0;
    QuantizeBlocks q4_1;
    QuantizeBlocks q5_0;
    QuantizeBlocks q5_1;
};

}  // namespace halfstep::kernels
