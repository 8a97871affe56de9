// SPDX-License-Identifier: GPL-3.0-or-later
// Says what an HDF5 file holds and where in the file that lies. Started by list_hdf5() with a socket as its
// standard input, through which it also gets the bytes of the file: it can open none itself. HDF5 is here,
// and here alone, in touch with files that nobody vouches for; what it may do to a process, it does to this
// one.
#include "core/model_files/hdf5/lister/confinement.h"
#include "core/model_files/hdf5/lister/session.h"

#include <unistd.h>

#include <cstdint>

int main() {
    using namespace halfstep::lister;
    constexpr int socket = 0;
    const auto confine_it = [](std::uint64_t file_bytes) { return confine(socket, file_bytes); };
    // HDF5's own way out would put in order what a damaged file may have confused.
    _exit(answer(Asker(socket), confine_it));
}
