// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/input_file.h"

#include "core/base/system_error.h"
#include "core/model_files/quotable.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace halfstep {
namespace {

constexpr std::string_view cannot_read = "cannot be read";

class DecodedBytes : public ByteSource {
  public:
    explicit DecodedBytes(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

    std::uint64_t size() const override { return bytes_.size(); }
    void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view) const override {
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
    }

  private:
    std::vector<std::byte> bytes_;
};

}  // namespace

InputFile::InputFile(std::filesystem::path path, const std::filesystem::path& actual)
    : path_(std::move(path)) {
    // Opening a pipe would wait for its writer; O_NONBLOCK has no effect on regular files.
    const std::filesystem::path& opened = actual.empty() ? path_ : actual;
    descriptor_ = open(opened.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor_ < 0) throw system_error(cannot_read, path_, errno);
    struct stat status {};
    const int error = fstat(descriptor_, &status) == 0 ? 0 : errno;
    if (error == 0 && S_ISREG(status.st_mode)) {
        size_ = static_cast<std::uint64_t>(status.st_size);
        return;
    }
    close(descriptor_);
    if (error != 0) throw system_error(cannot_read, path_, error);
    if (S_ISDIR(status.st_mode)) throw system_error(cannot_read, path_, EISDIR);
    throw Error("cannot be read: it is not a regular file", {path_.string(), {}, {}}, "Name a file");
}

InputFile::InputFile(std::filesystem::path path, std::vector<std::byte> decoded)
    : InputFile(std::move(path), std::make_unique<const DecodedBytes>(std::move(decoded))) {}

InputFile::InputFile(std::filesystem::path path, std::unique_ptr<const ByteSource> source)
    : path_(std::move(path)), source_(std::move(source)), size_(source_->size()) {}

InputFile::~InputFile() {
    if (descriptor_ >= 0) close(descriptor_);
}

void InputFile::read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const {
    if (into.empty()) return;  // wherever that may be
    if (source_) {
        if (offset > size_ || into.size() > size_ - offset)
            throw std::out_of_range("a read beyond the end of decoded bytes");
        return source_->read_at(offset, into, tensor);
    }
    while (!into.empty()) {
        const ssize_t got = pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw system_error(cannot_read, path_, errno);
        if (got == 0)
            throw Error(fmt::format("the file ends here, {} bytes early", into.size()),
                        {path_.string(), quotable(tensor), offset},
                        "It was changed or cut after it was opened: open it again");
        into = into.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
}

}  // namespace halfstep
