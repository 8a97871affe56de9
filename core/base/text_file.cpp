// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text_file.h"

#include "core/base/error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

namespace halfstep {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int value) : value_(value) {}
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return value_; }

  private:
    int value_;
};

std::string reason(int error) {
    return std::system_category().message(error);
}

}  // namespace

std::string read_text_file(const std::filesystem::path& path, std::uint64_t limit,
                           const std::string& advice) {
    const ErrorPlace place{path.string(), {}, {}};
    // Not blocking: a named pipe must not hold the program up.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) throw Error(fmt::format("cannot be read ({})", reason(errno)), place, advice);

    struct stat status {};
    if (::fstat(file.get(), &status) != 0)
        throw Error(fmt::format("cannot be read ({})", reason(errno)), place, advice);
    if (!S_ISREG(status.st_mode)) throw Error("is not a regular file", place, advice);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > limit)
        throw Error(fmt::format("has {} bytes, more than the {} that such a file may have", size, limit),
                    place, advice);

    std::string text(static_cast<std::size_t>(size), '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t got = ::read(file.get(), text.data() + done, text.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error(fmt::format("cannot be read ({})", reason(errno)), place, advice);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    text.resize(done);
    return text;
}

}  // namespace halfstep
