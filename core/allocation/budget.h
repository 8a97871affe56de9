// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace halfstep {

// What a plan may cost.
struct Budget {
    enum class Of {
        bits_per_weight,  // mean over the tensors that are chosen for
        bytes,            // of the whole model, tensors that are kept included
        loss,             // the other way round: the fewest bits with which the loss is at most the limit
    };
    Of of = Of::bits_per_weight;
    double limit = 0;

    friend bool operator==(const Budget&, const Budget&) = default;
};

}  // namespace halfstep
