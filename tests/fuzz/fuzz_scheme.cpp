// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/schemes/scheme.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

// A notation is refused with an Error, or gives a scheme that is the same when it is printed and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const halfstep::Scheme scheme = halfstep::parse_scheme({reinterpret_cast<const char*>(data), size});
        if (!(halfstep::parse_scheme(halfstep::to_string(scheme)) == scheme)) std::abort();
    } catch (const halfstep::Error&) {
    }
    return 0;
}
