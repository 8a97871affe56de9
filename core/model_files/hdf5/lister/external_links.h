// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace halfstep::lister {

// From now on HDF5 follows no link to another file, but still tells where it would lead. False on failure.
bool refuse_external_links();

}  // namespace halfstep::lister
