// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace halfstep::bench {

// Weights to GGUF blocks, one thread, with and without importance weights. Where HALFSTEP_GGML names ggml's
// own library (libggml-base.so), it does the same beside: the bytes are compared, the ratio of the times is
// printed.
void bench_blocks();

}  // namespace halfstep::bench
