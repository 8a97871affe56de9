// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"

#include "core/base/system_error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <utility>

namespace halfstep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view cannot_write = "cannot be written";

// The file that a write to `path` shall replace: the end of the symbolic links, so that they stay links.
fs::path behind_links(const fs::path& path) {
    constexpr int most_links = 40;  // as many as Linux follows
    fs::path end = path;
    std::error_code error;
    for (int links = 0; fs::is_symlink(end, error); ++links) {
        if (links == most_links) throw system_error(cannot_write, path, ELOOP);
        const fs::path next = fs::read_symlink(end, error);
        if (error) throw system_error(cannot_write, path, error.value());
        end = end.parent_path() / next;  // an absolute `next` replaces the whole
    }
    return end;
}

fs::path folder_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// The permissions of the file that will be replaced; none where there is none. Refuses what a rename would
// replace although it could not be written itself, devices above all.
std::optional<mode_t> check_replaceable(const fs::path& file, const fs::path& named) {
    struct stat status {};
    if (stat(file.c_str(), &status) != 0) {
        if (errno == ENOENT) return std::nullopt;
        throw system_error(cannot_write, named, errno);
    }
    if (S_ISDIR(status.st_mode)) throw system_error(cannot_write, named, EISDIR);
    if (!S_ISREG(status.st_mode))
        throw Error("cannot be written: it is not a regular file", {named.string(), {}, {}}, "Name a file");
    if (faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) != 0)
        throw system_error(cannot_write, named, errno);
    return status.st_mode & 07777U;
}

// Locks of the open file description, which do not meet the flock() that HDF5 takes on the same file. A file
// system without locks is no reason to refuse.
bool held_by_another(int descriptor) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return fcntl(descriptor, F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES);
}

// Removes what a killed process left; a writer that still lives keeps its file.
void clear_stale(const fs::path& temporary, const fs::path& named) {
    const int stale = open(temporary.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (stale < 0 && errno == ENOENT) return;
    const bool in_use = stale >= 0 && held_by_another(stale);
    if (stale >= 0) close(stale);
    if (in_use)
        throw Error("cannot be written: another Halfstep is writing it now", {named.string(), {}, {}},
                    "Wait until that has finished");
    if (unlink(temporary.c_str()) != 0 && errno != ENOENT) throw system_error(cannot_write, named, errno);
}

void check_space(const fs::path& folder, std::uint64_t needed, const fs::path& named) {
    struct statvfs disk {};
    if (needed == 0 || statvfs(folder.c_str(), &disk) != 0) return;
    const std::uint64_t unit = disk.f_frsize != 0 ? disk.f_frsize : disk.f_bsize;
    if (unit == 0 || needed / unit < disk.f_bavail) return;
    throw Error(fmt::format("cannot be written: it needs {} bytes and the disk has {} left", needed,
                            disk.f_bavail * unit),
                {named.string(), {}, {}}, "Free some space or choose another disk");
}

// Flushes a file or folder that is named, whoever wrote it.
int flush(const fs::path& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return errno;
    const int result = fsync(descriptor) == 0 ? 0 : errno;
    close(descriptor);
    return result;
}

}  // namespace

AtomicFile::AtomicFile(fs::path target, std::uint64_t expected_bytes) : named_(std::move(target)) {
    if (named_.empty()) throw Error("no file name was given to write to");
    target_ = behind_links(named_);
    if (!target_.has_filename()) throw system_error(cannot_write, named_, EISDIR);
    const std::optional<mode_t> old_mode = check_replaceable(target_, named_);
    const fs::path folder = folder_of(target_);
    temporary_ = folder / fmt::format(".{}.halfstep-part", target_.filename().string());
    clear_stale(temporary_, named_);
    check_space(folder, expected_bytes, named_);
    descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw system_error(cannot_write, named_, errno);
    held_by_another(descriptor_);  // takes the lock
    if (old_mode) fchmod(descriptor_, *old_mode);
}

AtomicFile::~AtomicFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!committed_) unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw system_error(cannot_write, named_, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void AtomicFile::write(std::string_view text) {
    write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::reserve(std::uint64_t bytes) {
    const auto length = static_cast<off_t>(bytes);
    if (ftruncate(descriptor_, length) != 0) throw system_error(cannot_write, named_, errno);
    reserved_ = bytes;
    int result = 0;
    do {
        result = fallocate(descriptor_, 0, 0, length);
    } while (result != 0 && errno == EINTR);
    // Other errors mean that this file system cannot promise room.
    if (result != 0 && (errno == ENOSPC || errno == EDQUOT)) throw system_error(cannot_write, named_, errno);
}

void AtomicFile::write_at(std::uint64_t position, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(position));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw system_error(cannot_write, named_, errno);
        position += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void AtomicFile::flush_in_steps(const JobContext& job) {
    constexpr std::uint64_t step = 4 << 20;  // bytes
    constexpr unsigned all_of_it =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    for (std::uint64_t at = 0; at < reserved_; at += step) {
        job.throw_if_stopped();
        if (sync_file_range(descriptor_, static_cast<off_t>(at), step, all_of_it) == 0) continue;
        if (errno == EIO || errno == ENOSPC || errno == EDQUOT)
            throw system_error(cannot_write, named_, errno);
        break;  // not a file system that does this in steps: commit() does it at once
    }
    posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED);
}

void AtomicFile::commit() {
    if (const int error = flush(temporary_); error != 0) throw system_error(cannot_write, named_, error);
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0)
        throw system_error(cannot_write, named_, errno);
    committed_ = true;
    // The file is in its place; only an error of the disk itself is worth a word. Some file systems cannot
    // flush a folder, and some folders may be written but not read.
    if (flush(folder_of(target_)) == EIO) throw system_error("was written, but may not last", named_, EIO);
}

void check_writable(const fs::path& target) {
    const AtomicFile uncommitted(target);
}

void write_whole_file(const std::filesystem::path& target, std::string_view text) {
    AtomicFile file(target, text.size());
    file.write(text);
    file.commit();
}

}  // namespace halfstep
