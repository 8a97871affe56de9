// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/plan.h"
#include "core/base/error.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

// A plan is refused with an Error, or is the same when it is written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const halfstep::Plan plan =
            halfstep::plan_from_json({reinterpret_cast<const char*>(data), size}, "plan.json");
        const std::string written = halfstep::plan_to_json(plan);
        if (halfstep::plan_to_json(halfstep::plan_from_json(written, "plan.json")) != written) std::abort();
    } catch (const halfstep::Error&) {
    }
    return 0;
}
