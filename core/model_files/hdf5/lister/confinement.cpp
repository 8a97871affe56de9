// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/lister/confinement.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <vector>

namespace halfstep::lister {
namespace {

constexpr std::uint64_t most_memory = std::uint64_t{448} << 20U;
constexpr std::uint64_t bytes_per_second = std::uint64_t{8} << 20U;
constexpr std::uint64_t least_seconds = 1;
constexpr std::uint64_t most_seconds = 30;

// Under sanitizers a process needs terabytes of addresses.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HALFSTEP_UNDER_SANITIZERS
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HALFSTEP_UNDER_SANITIZERS
#endif
#ifdef HALFSTEP_UNDER_SANITIZERS
constexpr bool limits_memory = false;
#else
constexpr bool limits_memory = true;
#endif

#if defined(__x86_64__)
constexpr std::uint32_t this_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t this_architecture = AUDIT_ARCH_AARCH64;
#else
#error "name this architecture as the kernel does (linux/audit.h)"
#endif

constexpr std::array allowed_calls = std::to_array<std::uint32_t>({
    SYS_read,           SYS_write,         SYS_mmap,         SYS_munmap, SYS_mremap,     SYS_mprotect,
    SYS_madvise,        SYS_brk,           SYS_futex,        SYS_exit,   SYS_exit_group, SYS_rt_sigreturn,
    SYS_rt_sigprocmask, SYS_clock_gettime, SYS_gettimeofday, SYS_getpid, SYS_gettid,     SYS_tgkill,
    SYS_getrandom,      SYS_sched_yield,
#ifdef HALFSTEP_UNDER_SANITIZERS
    SYS_sigaltstack,  // asked for whenever an exception is thrown
#endif
});

bool limit(__rlimit_resource resource, std::uint64_t most) {
    const rlimit both{most, most};
    return setrlimit(resource, &both) == 0;
}

bool limit_resources(std::uint64_t file_bytes) {
    const std::uint64_t seconds =
        std::min(least_seconds + file_bytes / bytes_per_second, std::uint64_t{most_seconds});
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_CPU, seconds) &&
           (!limits_memory || limit(RLIMIT_AS, most_memory));
}

constexpr sock_filter statement(unsigned code, std::uint32_t value) {
    return {static_cast<std::uint16_t>(code), 0, 0, value};
}

constexpr sock_filter unless_equal_skip(std::uint32_t value, std::uint8_t skipped) {
    return {static_cast<std::uint16_t>(BPF_JMP | BPF_JEQ | BPF_K), 0, skipped, value};
}

// Calls that are not allowed fail as if there were no permission.
bool restrict_system_calls() {
    std::vector<sock_filter> program{
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        unless_equal_skip(this_architecture, 1),
        statement(BPF_JMP | BPF_JA, 1),
        statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    };
    for (const std::uint32_t call : allowed_calls) {
        program.push_back(unless_equal_skip(call, 1));
        program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

bool close_all_but(int descriptor) {
    const auto kept = static_cast<unsigned>(descriptor);
    return (kept == 0 || close_range(0, kept - 1, 0) == 0) && close_range(kept + 1, ~0U, 0) == 0;
}

}  // namespace

bool confine(int socket, std::uint64_t file_bytes) {
    return close_all_but(socket) && limit_resources(file_bytes) && restrict_system_calls();
}

}  // namespace halfstep::lister
