// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/lister_process.h"

#include "core/base/error.h"
#include "core/base/system_error.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/hdf5/listing_wire.h"
#include "core/model_files/quotable.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace halfstep {
namespace {

namespace fs = std::filesystem;
using listing_wire::Frame;
using listing_wire::FrameKind;
using Clock = std::chrono::steady_clock;

constexpr const char* lister_name = "halfstep-hdf5-lister";
constexpr const char* damaged = "The file is damaged: download or export it again";
constexpr std::chrono::milliseconds between_looks{50};  // at whether to stop
// The lister limits its own processor time; this is for a disk that does not answer.
constexpr std::chrono::seconds longest_silence{60};

fs::path lister_path() {
    if (const char* named = std::getenv("HALFSTEP_HDF5_LISTER")) return named;
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    fs::path beside = program.parent_path() / lister_name;
    if (!error && access(beside.c_str(), X_OK) == 0) return beside;
    return HALFSTEP_BUILT_LISTER;
}

int spawn(int socket, pid_t& process) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const fs::path path = lister_path();
    std::string name = lister_name;
    const std::array<char*, 2> arguments{name.data(), nullptr};
    const int error = posix_spawn(&process, path.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

class Conversation {
  public:
    Conversation(ListerProcess& lister, const InputFile& file, const JobContext& job)
        : lister_(lister), file_(file), job_(job) {}

    std::vector<std::byte> hold() {
        const std::uint64_t size = file_.size();
        if (!lister_.send(std::as_bytes(std::span(&size, 1)))) fail_broken();
        while (true) {
            Frame frame;
            if (!lister_.receive(std::as_writable_bytes(std::span(&frame, 1)), job_)) fail_broken();
            switch (frame.kind) {
                case FrameKind::read:
                    give(frame);
                    break;
                case FrameKind::answer:
                    return take(frame.length, listing_wire::longest_answer);
                case FrameKind::refusal:
                    fail_refused(take(frame.length, listing_wire::longest_refusal));
                default:
                    fail_broken();
            }
        }
    }

  private:
    void give(const Frame& frame) {
        if (frame.length > listing_wire::longest_read || frame.offset > file_.size() ||
            frame.length > file_.size() - frame.offset)
            fail_broken();
        buffer_.resize(static_cast<std::size_t>(frame.length));
        file_.read_at(frame.offset, buffer_);
        if (!lister_.send(buffer_)) fail_broken();
    }

    // Grows with what arrives.
    std::vector<std::byte> take(std::uint64_t length, std::uint64_t longest) {
        if (length > longest) fail_broken();
        std::vector<std::byte> bytes;
        while (bytes.size() < length) {
            const std::size_t have = bytes.size();
            bytes.resize(have +
                         static_cast<std::size_t>(std::min(length - have, listing_wire::longest_read)));
            if (!lister_.receive(std::span(bytes).subspan(have), job_)) fail_broken();
        }
        return bytes;
    }

    [[noreturn]] void fail_refused(std::vector<std::byte> bytes) const {
        const InputFile texts(file_.path(), std::move(bytes));
        ByteReader reader(texts);
        std::array<std::string, 3> parts;
        for (std::string& part : parts)
            part = quotable(reader.text(reader.read<std::uint32_t>()));
        throw Error(parts[1], {file_.path().string(), parts[0], {}}, parts[2]);
    }

    // It ended, or has to, without an answer: what it met in the file was more than HDF5 could bear.
    [[noreturn]] void fail_broken() {
        const int status = lister_.end();
        if (WIFEXITED(status) && WEXITSTATUS(status) == listing_wire::exit_unconfined)
            throw Error(
                fmt::format("is an HDF5 file, and this system does not let {}, which looks into those, "
                            "be confined (seccomp)",
                            lister_name),
                {file_.path().string(), {}, {}}, "Convert the model to safetensors");
        const bool took_too_long =
            WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL);
        throw Error(took_too_long ? "is an HDF5 file that takes too long to look through"
                                  : "is an HDF5 file that HDF5 itself breaks down on",
                    {file_.path().string(), {}, {}}, damaged);
    }

    ListerProcess& lister_;
    const InputFile& file_;
    const JobContext& job_;
    std::vector<std::byte> buffer_;
};

}  // namespace

ListerProcess::ListerProcess(const fs::path& file) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw system_error("cannot be read", file, errno);
    socket_ = ends[0];
    const int error = spawn(ends[1], process_);
    close(ends[1]);
    if (error == 0) return;
    close(socket_);
    throw Error(
        fmt::format("is an HDF5 file, and the program that looks into those, {}, cannot be started ({})",
                    lister_name, std::generic_category().message(error)),
        {file.string(), {}, {}}, "Put it back beside Halfstep's other programs");
}

ListerProcess::~ListerProcess() {
    if (!ended()) end();
    close(socket_);
}

bool ListerProcess::send(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

bool ListerProcess::receive(std::span<std::byte> into, const JobContext& job) const {
    while (!into.empty()) {
        if (!wait_for_bytes(job)) return false;
        const ssize_t got = recv(socket_, into.data(), into.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

bool ListerProcess::wait_for_bytes(const JobContext& job) const {
    const Clock::time_point end = Clock::now() + longest_silence;
    while (Clock::now() < end) {
        job.throw_if_stopped();
        pollfd socket{socket_, POLLIN, 0};
        if (poll(&socket, 1, static_cast<int>(between_looks.count())) > 0) return true;
    }
    return false;
}

int ListerProcess::end() {
    kill(process_, SIGKILL);
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return status;
}

std::vector<std::byte> ask_lister(ListerProcess& lister, const InputFile& file, const JobContext& job) {
    return Conversation(lister, file, job).hold();
}

std::vector<std::byte> ask_lister(const InputFile& file, const JobContext& job) {
    ListerProcess lister(file.path());
    return ask_lister(lister, file, job);
}

}  // namespace halfstep
