// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/zip/zip_directory.h"

#include "core/base/error.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

namespace halfstep {
namespace {

constexpr std::uint32_t local_signature = 0x04034b50;
constexpr std::uint32_t central_signature = 0x02014b50;
constexpr std::uint32_t end_signature = 0x06054b50;
constexpr std::uint32_t end64_signature = 0x06064b50;
constexpr std::uint32_t locator_signature = 0x07064b50;
constexpr std::uint64_t local_bytes = 30;
constexpr std::uint64_t central_bytes = 46;
constexpr std::uint64_t end_bytes = 22;
constexpr std::uint64_t end64_bytes = 56;
constexpr std::uint64_t locator_bytes = 20;

constexpr std::uint16_t encrypted = 1U << 0U;
constexpr std::uint16_t sizes_follow = 1U << 3U;  // the local header leaves them out
constexpr std::uint16_t patched = 1U << 5U;
constexpr std::uint16_t strongly_encrypted = 1U << 6U;
constexpr std::uint16_t headers_masked = 1U << 13U;
constexpr std::uint16_t unreadable = encrypted | patched | strongly_encrypted | headers_masked;

constexpr std::uint64_t most_entries = 1'000'000;
constexpr std::uint16_t longest_name = 4096;
// Deflate stores at most 258 bytes in two bits; a few bytes more for the headers of a block.
constexpr std::uint64_t highest_ratio = 1032;
constexpr std::uint32_t in_zip64 = 0xffffffff;

constexpr const char* damaged = "The file is damaged: download or export it again";
constexpr const char* incomplete = "The file is incomplete or damaged: download or export it again";
constexpr const char* repack = "Unpack it and open the files inside, or export the model again";

// Where the central directory is.
struct End {
    std::uint64_t entries = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
    std::uint64_t limit = 0;  // where the directory must end: the first of the records after it
};

// What a central header says that the entry does not keep.
struct Header {
    ZipEntry entry;
    std::uint16_t flags = 0;
    std::uint64_t position = 0;
    bool folder = false;
};

// What stands before the bytes of an entry.
struct LocalHeader {
    explicit LocalHeader(std::span<const std::byte> bytes) {
        const auto take = [&](auto& value, std::size_t at) {
            std::memcpy(&value, bytes.data() + at, sizeof value);
        };
        take(signature, 0);
        take(flags, 6);
        take(method, 8);
        take(numbers, 14);
        take(name_bytes, 26);
        take(extra_bytes, 28);
        name = {reinterpret_cast<const char*>(bytes.data()) + local_bytes, bytes.size() - local_bytes};
    }

    bool agrees_with(const ZipEntry& entry) const {
        const std::array<std::uint64_t, 3> expected = {entry.crc, entry.compressed_bytes, entry.bytes};
        bool agrees = name_bytes == entry.name.size() && name == entry.name &&
                      method == static_cast<std::uint16_t>(entry.method) && (flags & unreadable) == 0;
        for (std::size_t index = 0; index < numbers.size(); ++index) {
            const bool left_out = (flags & sizes_follow) != 0 && numbers[index] == 0;
            const bool wide = index > 0 && numbers[index] == in_zip64;
            agrees = agrees && (numbers[index] == expected[index] || left_out || wide);
        }
        return agrees;
    }

    std::uint32_t signature = 0;
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::array<std::uint32_t, 3> numbers{};  // checksum, compressed and inflated size
    std::uint16_t name_bytes = 0;
    std::uint16_t extra_bytes = 0;
    std::string_view name;  // as much as the entry's own name is long
};

bool leads_elsewhere(std::string_view name) {
    if (name.starts_with('/') || (name.size() > 2 && name.substr(1, 2) == ":/")) return true;
    if (name.find_first_of(std::string_view("\\\0", 2)) != std::string_view::npos) return true;
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('/', begin), name.size());
        if (name.substr(begin, end - begin) == "..") return true;
        begin = end + 1;
    }
    return false;
}

class DirectoryReader {
  public:
    DirectoryReader(const InputFile& file, const JobContext& job) : file_(file), job_(job) {}

    std::vector<ZipEntry> read() {
        const End end = find_end();
        std::vector<Header> headers = read_headers(end);
        refuse_duplicates(headers);
        std::sort(headers.begin(), headers.end(), [](const Header& a, const Header& b) {
            return a.entry.header_offset < b.entry.header_offset;
        });
        std::vector<ZipEntry> entries;
        entries.reserve(headers.size());
        std::uint64_t free_from = 0;
        for (std::size_t index = 0; index < headers.size(); ++index) {
            if (index % 1024 == 0) job_.throw_if_stopped();
            Header& header = headers[index];
            place(header, end.offset);
            if (header.entry.header_offset < free_from)
                fail("this entry overlaps the one before it", header.entry.name, header.entry.header_offset);
            free_from = header.entry.offset + header.entry.compressed_bytes;
            if (!header.folder) entries.push_back(std::move(header.entry));
        }
        return entries;
    }

  private:
    [[noreturn]] void fail(const std::string& problem, std::string_view entry, std::uint64_t position,
                           const char* advice = damaged) const {
        throw Error(problem, {file_.path().string(), quotable(entry), position}, advice);
    }

    // The end record stands at the end of the file; only a comment, whose length it states, may follow.
    std::uint64_t find_end_record() const {
        constexpr std::uint64_t longest_comment = 0xffff;
        const std::uint64_t start = file_.size() - std::min(file_.size(), end_bytes + longest_comment);
        std::vector<char> tail(static_cast<std::size_t>(file_.size() - start));
        file_.read_at(start, std::as_writable_bytes(std::span(tail)));
        for (std::size_t left = end_bytes; left <= tail.size(); ++left) {
            const char* record = tail.data() + (tail.size() - left);
            std::uint32_t signature = 0;
            std::uint16_t comment = 0;
            std::memcpy(&signature, record, sizeof signature);
            std::memcpy(&comment, record + 20, sizeof comment);
            if (signature == end_signature && comment == left - end_bytes) return file_.size() - left;
        }
        fail("this ZIP archive has no end: its list of entries is missing", {}, file_.size(), incomplete);
    }

    End find_end() const {
        const std::uint64_t position = find_end_record();
        ByteReader bytes(file_, position + sizeof(std::uint32_t));
        const auto disk = bytes.read<std::uint16_t>();
        const auto directory_disk = bytes.read<std::uint16_t>();
        const auto entries_here = bytes.read<std::uint16_t>();
        End end;
        end.entries = bytes.read<std::uint16_t>();
        end.size = bytes.read<std::uint32_t>();
        end.offset = bytes.read<std::uint32_t>();
        end.limit = position;
        if (const auto end64 = find_end64(position))
            end = *end64;
        else
            refuse_disks(disk == 0 && directory_disk == 0 && entries_here == end.entries, position);
        if (end.size > end.limit || end.offset != end.limit - end.size)
            fail(fmt::format("the list of entries should lie at byte {} and be {} bytes long, but it ends at "
                             "byte {}",
                             end.offset, end.size, end.limit),
                 {}, position);
        return end;
    }

    void refuse_disks(bool single, std::uint64_t position) const {
        if (!single) fail("this ZIP archive is spread over several files", {}, position, repack);
    }

    std::optional<End> find_end64(std::uint64_t position) const {
        if (position < locator_bytes) return std::nullopt;
        ByteReader locator(file_, position - locator_bytes);
        if (locator.read<std::uint32_t>() != locator_signature) return std::nullopt;
        const auto disk = locator.read<std::uint32_t>();
        const auto record = locator.read<std::uint64_t>();
        const auto disks = locator.read<std::uint32_t>();
        refuse_disks(disk == 0 && disks <= 1, position - locator_bytes);
        if (record > position - locator_bytes || position - locator_bytes - record < end64_bytes)
            fail("the zip64 record is said to lie outside the archive", {}, position - locator_bytes);
        return read_end64(record, position - locator_bytes);
    }

    End read_end64(std::uint64_t position, std::uint64_t limit) const {
        ByteReader bytes(file_, position);
        if (bytes.read<std::uint32_t>() != end64_signature)
            fail("no zip64 record is where it is said to be", {}, position);
        if (bytes.read<std::uint64_t>() != limit - position - 12)
            fail("the zip64 record is not as long as it says", {}, position);
        bytes.skip(4);  // versions
        const auto disk = bytes.read<std::uint32_t>();
        const auto directory_disk = bytes.read<std::uint32_t>();
        const auto entries_here = bytes.read<std::uint64_t>();
        End end;
        end.entries = bytes.read<std::uint64_t>();
        end.size = bytes.read<std::uint64_t>();
        end.offset = bytes.read<std::uint64_t>();
        end.limit = position;
        refuse_disks(disk == 0 && directory_disk == 0 && entries_here == end.entries, position);
        return end;
    }

    std::vector<Header> read_headers(const End& end) const {
        if (end.entries > end.size / central_bytes || end.entries > end.offset / local_bytes)
            fail(fmt::format("the archive is said to have {} entries, it is too short for them", end.entries),
                 {}, end.offset);
        if (end.entries > most_entries)
            fail(fmt::format("the archive has {} entries, at most {} are read", end.entries, most_entries),
                 {}, end.offset, repack);
        std::vector<Header> headers;
        headers.reserve(static_cast<std::size_t>(end.entries));
        ByteReader bytes(file_, end.offset);
        for (std::uint64_t number = 0; number < end.entries; ++number) {
            if (number % 1024 == 0) job_.throw_if_stopped();
            headers.push_back(read_header(bytes, end));
        }
        if (bytes.position() != end.limit)
            fail("something else follows the last entry of the archive's list", {}, bytes.position());
        return headers;
    }

    Header read_header(ByteReader& bytes, const End& end) const {
        Header header;
        ZipEntry& entry = header.entry;
        header.position = bytes.position();
        if (end.limit - header.position < central_bytes || bytes.read<std::uint32_t>() != central_signature)
            fail("the archive's list of entries breaks off here", {}, header.position);
        bytes.skip(4);  // versions
        header.flags = bytes.read<std::uint16_t>();
        const auto method = bytes.read<std::uint16_t>();
        bytes.skip(4);  // time and date
        entry.crc = bytes.read<std::uint32_t>();
        entry.compressed_bytes = bytes.read<std::uint32_t>();
        entry.bytes = bytes.read<std::uint32_t>();
        const auto name_bytes = bytes.read<std::uint16_t>();
        const auto extra_bytes = bytes.read<std::uint16_t>();
        const auto comment_bytes = bytes.read<std::uint16_t>();
        const auto disk = bytes.read<std::uint16_t>();
        bytes.skip(6);  // attributes
        entry.header_offset = bytes.read<std::uint32_t>();
        const std::uint64_t rest = std::uint64_t{name_bytes} + extra_bytes + comment_bytes;
        if (rest > end.limit - bytes.position())
            fail("the archive's list of entries breaks off here", {}, header.position);
        read_name(bytes, header, name_bytes);
        read_extra(bytes, header, extra_bytes);
        bytes.skip(comment_bytes);
        refuse_disks(disk == 0 || disk == 0xffff, header.position);
        check(header, method);
        return header;
    }

    void read_name(ByteReader& bytes, Header& header, std::uint16_t length) const {
        if (length > longest_name)
            fail(fmt::format("the name of an entry is {} bytes long, at most {} are read", length,
                             longest_name),
                 {}, header.position);
        std::string& name = header.entry.name;
        name = bytes.text(length);
        if (name.empty() || !is_utf8(name))
            fail("the name of an entry is not UTF-8 text", name, header.position, repack);
        if (leads_elsewhere(name))
            fail("the name of this entry leads out of the archive", name, header.position,
                 "Do not trust this file: names like that are made to overwrite other files");
        header.folder = name.ends_with('/');
    }

    // What the 32-bit fields have no room for stands in the extra field with number 1, in a fixed order.
    void read_extra(ByteReader& bytes, Header& header, std::uint16_t length) const {
        ZipEntry& entry = header.entry;
        const std::uint64_t end = bytes.position() + length;
        const bool wide =
            entry.bytes == in_zip64 || entry.compressed_bytes == in_zip64 || entry.header_offset == in_zip64;
        while (wide && end - bytes.position() >= 4) {
            const auto number = bytes.read<std::uint16_t>();
            const auto size = bytes.read<std::uint16_t>();
            if (size > end - bytes.position()) break;
            const std::uint64_t next = bytes.position() + size;
            if (number == 1) {
                for (std::uint64_t* field : {&entry.bytes, &entry.compressed_bytes, &entry.header_offset})
                    if (*field == in_zip64 && next - bytes.position() >= 8)
                        *field = bytes.read<std::uint64_t>();
                bytes.seek(end);
                return;
            }
            bytes.seek(next);
        }
        bytes.seek(end);
    }

    void check(Header& header, std::uint16_t method) const {
        ZipEntry& entry = header.entry;
        if ((header.flags & (encrypted | strongly_encrypted | headers_masked)) != 0)
            fail("this entry is encrypted", entry.name, header.position, repack);
        if ((header.flags & patched) != 0 || (method != 0 && method != 8))
            fail(fmt::format("this entry is compressed by method {}, only stored and deflated ones are read",
                             method),
                 entry.name, header.position, repack);
        entry.method = static_cast<ZipMethod>(method);
        if (entry.method == ZipMethod::stored && entry.bytes != entry.compressed_bytes)
            fail(fmt::format("this entry is stored as it is, but takes {} bytes and {} unpacked",
                             entry.compressed_bytes, entry.bytes),
                 entry.name, header.position);
        if (entry.method == ZipMethod::deflated && entry.bytes / highest_ratio > entry.compressed_bytes)
            fail(fmt::format("this entry is said to unpack from {} bytes to {}, more than can be",
                             entry.compressed_bytes, entry.bytes),
                 entry.name, header.position);
        if (header.folder && entry.bytes != 0)
            fail("this entry is a folder, but has content", entry.name, header.position);
    }

    void refuse_duplicates(const std::vector<Header>& headers) const {
        std::vector<const Header*> by_name;
        by_name.reserve(headers.size());
        for (const Header& header : headers)
            by_name.push_back(&header);
        std::sort(by_name.begin(), by_name.end(), [](const Header* a, const Header* b) {
            return a->entry.name != b->entry.name ? a->entry.name < b->entry.name : a->position < b->position;
        });
        for (std::size_t index = 1; index < by_name.size(); ++index)
            if (by_name[index]->entry.name == by_name[index - 1]->entry.name)
                fail("a second entry has this name", by_name[index]->entry.name, by_name[index]->position);
    }

    // Finds the bytes of an entry behind its local header, which must not contradict the list of entries.
    void place(Header& header, std::uint64_t limit) const {
        ZipEntry& entry = header.entry;
        const std::uint64_t wanted = local_bytes + entry.name.size();
        if (entry.header_offset > limit || limit - entry.header_offset < wanted) fail_outside(header, limit);
        std::array<std::byte, local_bytes + longest_name> bytes;
        const auto read = std::span(bytes).first(static_cast<std::size_t>(wanted));
        file_.read_at(entry.header_offset, read, entry.name);
        const LocalHeader local(read);
        if (local.signature != local_signature)
            fail("no entry begins where the archive's list says that this one does", entry.name,
                 entry.header_offset);
        entry.offset = entry.header_offset + local_bytes + local.name_bytes + local.extra_bytes;
        if (entry.offset > limit || limit - entry.offset < entry.compressed_bytes)
            fail_outside(header, limit);
        if (!local.agrees_with(entry))
            fail("the header of this entry contradicts the archive's list of entries", entry.name,
                 entry.header_offset);
    }

    [[noreturn]] void fail_outside(const Header& header, std::uint64_t limit) const {
        fail(fmt::format("this entry is said to lie at byte {} and to take {} bytes, beyond the end of the "
                         "entries at {}",
                         header.entry.header_offset, header.entry.compressed_bytes, limit),
             header.entry.name, header.position);
    }

    const InputFile& file_;
    const JobContext& job_;
};

}  // namespace

bool looks_like_zip(const InputFile& file) {
    std::array<char, 4> start{};
    if (file.size() < start.size()) return false;
    file.read_at(0, std::as_writable_bytes(std::span(start)));
    const std::string_view signature(start.data(), start.size());
    return signature == "PK\x03\x04" || signature == "PK\x05\x06";
}

std::vector<ZipEntry> read_zip_directory(const InputFile& file, const JobContext& job) {
    return DirectoryReader(file, job).read();
}

}  // namespace halfstep
