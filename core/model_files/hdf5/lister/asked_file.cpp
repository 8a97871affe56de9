// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/lister/asked_file.h"

#include "core/model_files/hdf5/listing_wire.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <unordered_map>
#include <vector>

namespace halfstep::lister {
namespace {

using listing_wire::Frame;
using listing_wire::FrameKind;

constexpr std::uint64_t page_bytes = 16'384;
constexpr std::size_t most_pages = 2048;

// What HDF5 reads lies together in clusters: pages are kept, so that a file costs some dozens of questions.
class PagedFile {
  public:
    PagedFile(const Asker& asker, std::uint64_t bytes) : asker_(asker), bytes_(bytes) {}

    std::uint64_t bytes() const { return bytes_; }

    bool read(std::uint64_t offset, std::span<std::byte> into) {
        if (offset > bytes_ || into.size() > bytes_ - offset) return false;
        while (!into.empty()) {
            const std::vector<std::byte>* page = page_at(offset / page_bytes);
            if (page == nullptr) return false;
            const std::uint64_t within = offset % page_bytes;
            const std::size_t count = std::min<std::size_t>(into.size(), page->size() - within);
            std::memcpy(into.data(), page->data() + within, count);
            into = into.subspan(count);
            offset += count;
        }
        return true;
    }

  private:
    const std::vector<std::byte>* page_at(std::uint64_t number) {
        const auto known = pages_.find(number);
        if (known != pages_.end()) return &known->second;
        if (pages_.size() == most_pages) pages_.clear();
        const std::uint64_t begin = number * page_bytes;
        std::vector<std::byte> page(static_cast<std::size_t>(std::min(page_bytes, bytes_ - begin)));
        if (!asker_.read_file(begin, page)) return nullptr;
        return &pages_.emplace(number, std::move(page)).first->second;
    }

    const Asker& asker_;
    std::uint64_t bytes_;
    std::unordered_map<std::uint64_t, std::vector<std::byte>> pages_;
};

// HDF5's view of it. HDF5 makes its copies of the list byte by byte.
struct AskedFile {
    H5FD_t shared{};  // must come first
    PagedFile* content = nullptr;
    haddr_t end_of_addresses = 0;
};

// The one that is opened next. HDF5 may close what it opened as late as at the exit, but does not read it
// then.
std::unique_ptr<PagedFile> opened;

H5FD_t* open_asked(const char*, unsigned, hid_t, haddr_t) {
    auto* file = new (std::nothrow) AskedFile;
    if (file == nullptr) return nullptr;
    file->content = opened.get();
    return &file->shared;
}

AskedFile& asked(H5FD_t* file) {
    return *reinterpret_cast<AskedFile*>(file);
}

const AskedFile& asked(const H5FD_t* file) {
    return *reinterpret_cast<const AskedFile*>(file);
}

herr_t close_asked(H5FD_t* file) {
    delete &asked(file);
    return 0;
}

int compare_asked(const H5FD_t* one, const H5FD_t* other) {
    if (one == other) return 0;
    return std::less()(one, other) ? -1 : 1;  // no file is opened twice
}

herr_t query_asked(const H5FD_t*, unsigned long* flags) {
    *flags = 0;
    return 0;
}

haddr_t end_of_addresses(const H5FD_t* file, H5FD_mem_t) {
    return asked(file).end_of_addresses;
}

herr_t set_end_of_addresses(H5FD_t* file, H5FD_mem_t, haddr_t end) {
    asked(file).end_of_addresses = end;
    return 0;
}

haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) {
    return asked(file).content->bytes();
}

herr_t read_asked(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t offset, std::size_t size, void* into) {
    return asked(file).content->read(offset, {static_cast<std::byte*>(into), size}) ? 0 : -1;
}

herr_t write_asked(H5FD_t*, H5FD_mem_t, hid_t, haddr_t, std::size_t, const void*) {
    return -1;
}

H5FD_class_t driver_class() {
    H5FD_class_t driver{};
    driver.name = "asked";
    driver.maxaddr = haddr_t{1} << 62U;
    driver.fc_degree = H5F_CLOSE_STRONG;
    driver.open = open_asked;
    driver.close = close_asked;
    driver.cmp = compare_asked;
    driver.query = query_asked;
    driver.get_eoa = end_of_addresses;
    driver.set_eoa = set_end_of_addresses;
    driver.get_eof = end_of_file;
    driver.read = read_asked;
    driver.write = write_asked;
    constexpr H5FD_mem_t map[] = H5FD_FLMAP_DICHOTOMY;
    std::copy(std::begin(map), std::end(map), driver.fl_map);
    return driver;
}

}  // namespace

bool Asker::send(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t sent = write(socket_, bytes.data(), bytes.size());
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

bool Asker::receive(std::span<std::byte> into) const {
    while (!into.empty()) {
        const ssize_t got = read(socket_, into.data(), into.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

bool Asker::read_file(std::uint64_t offset, std::span<std::byte> into) const {
    const Frame question{FrameKind::read, 0, offset, into.size()};
    return send(std::as_bytes(std::span(&question, 1))) && receive(into);
}

Handle access_by_asking(const Asker& asker, std::uint64_t file_bytes) {
    opened = std::make_unique<PagedFile>(asker, file_bytes);
    static const H5FD_class_t driver_description = driver_class();
    static const hid_t driver = H5FDregister(&driver_description);
    Handle list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    if (H5Pset_driver(list.get(), driver, nullptr) < 0) return {-1, H5Pclose};
    return list;
}

}  // namespace halfstep::lister
