// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace halfstep {

// Whether a pickle names this class or function only to run code or commands, to reach into the machine or
// to load what would: os.system, builtins.exec, subprocess.Popen. No model needs any of them.
bool names_code_to_run(std::string_view module, std::string_view name);

// Whether PyTorch's own pickles of tensors and state dicts have this name
// ("torch._utils._rebuild_tensor_v2").
bool is_expected_name(std::string_view name);

}  // namespace halfstep
