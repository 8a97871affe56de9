// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/input_file.h"

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace halfstep {

// A lister (lister/main.cpp) and the socket to it: the program $HALFSTEP_HDF5_LISTER, else the one beside the
// running program, else where it was built. It does not outlive the object.
class ListerProcess {
  public:
    // Throws Error about `file` where it cannot be started.
    explicit ListerProcess(const std::filesystem::path& file);
    ~ListerProcess();
    ListerProcess(const ListerProcess&) = delete;
    ListerProcess& operator=(const ListerProcess&) = delete;

    // False where the lister is gone, or silent for a minute. Cancelled on a stop.
    bool send(std::span<const std::byte> bytes) const;
    bool receive(std::span<std::byte> into, const JobContext& job) const;

    int end();  // at once; the status that it ends with (wait(2))
    bool ended() const { return process_ < 0; }

  private:
    bool wait_for_bytes(const JobContext& job) const;

    int socket_ = -1;
    pid_t process_ = -1;
};

// Gives a lister the bytes of `file` that it asks for, and returns its answer (listing_wire.h). Throws Error
// with what it found wrong with the file, also where it broke down or took too long over it and was ended;
// Cancelled on a stop, in the middle of the conversation: such a lister cannot be asked again.
std::vector<std::byte> ask_lister(ListerProcess& lister, const InputFile& file, const JobContext& job);

// A lister of its own for the file.
std::vector<std::byte> ask_lister(const InputFile& file, const JobContext& job);

}  // namespace halfstep
