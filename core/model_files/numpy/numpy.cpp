// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/numpy/numpy.h"

#include "core/base/error.h"
#include "core/model_files/numpy/array_places.h"
#include "core/model_files/numpy/npy_header.h"
#include "core/model_files/numpy/npy_type.h"
#include "core/model_files/quotable.h"
#include "core/model_files/zip/zip_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace halfstep {
namespace {

constexpr std::string_view ending = ".npy";
constexpr const char* damaged = "The file is damaged: download or export it again";

// An array as its header describes it.
struct NpyArray {
    NpyHeader header;
    NpyType type;
    TensorInfo info;          // without its place in a model
    std::string not_numbers;  // what it holds instead of real numbers; empty where it does hold them
    bool unreadable = false;  // nothing but Python can tell its elements apart
};

class NpyArrayReader {
  public:
    NpyArrayReader(const InputFile& file, std::string name) : file_(file) {
        array_.info.name = std::move(name);
    }

    NpyArray read() {
        array_.header = read_npy_header(file_);
        if (array_.header.descr.empty()) {
            array_.not_numbers = "records";
            array_.unreadable = true;
            return std::move(array_);
        }
        read_type();
        if (array_.unreadable) return std::move(array_);
        read_shape();
        require_data();
        return std::move(array_);
    }

  private:
    [[noreturn]] void fail(const std::string& problem, std::uint64_t position,
                           const char* advice = damaged) const {
        throw Error(problem, {file_.path().string(), quotable(array_.info.name), position}, advice);
    }

    void read_type() {
        const std::string& descr = array_.header.descr;
        std::optional<NpyType> type = parse_npy_type(descr);
        if (!type)
            fail(fmt::format("'{}' is not a type of NumPy", quotable(descr)), array_.header.descr_position);
        array_.type = std::move(*type);
        array_.not_numbers = array_.type.not_numbers;
        array_.unreadable = array_.type.pickled;
        array_.info.dtype = array_.type.dtype;
        array_.info.dtype_name = array_.type.name;
    }

    void read_shape() {
        array_.info.shape = array_.header.shape;
        if (!count_elements(array_.info, array_.type))
            fail("its shape holds more bytes than a computer can count", array_.header.shape_position);
    }

    void require_data() {
        const std::uint64_t start = array_.header.data_start;
        if (array_.info.bytes > file_.size() - start)
            fail(fmt::format("its {} bytes end beyond the file, which ends at byte {}", array_.info.bytes,
                             file_.size()),
                 start, "The file is incomplete: download or export it again");
        array_.info.file_offset = start;
    }

    const InputFile& file_;
    NpyArray array_;
};

// The name of a file without its ending, fit for a tensor.
std::string name_of(const std::string& file_name) {
    const std::string_view stem =
        file_name.ends_with(ending) ? std::string_view(file_name).substr(0, file_name.size() - ending.size())
                                    : std::string_view(file_name);
    const std::string name = is_utf8(stem) ? std::string(stem) : quotable(stem);
    return name.empty() ? "array" : name;
}

class NumpyReader {
  public:
    explicit NumpyReader(std::shared_ptr<const InputFile> file) : file_(std::move(file)) {}

    NumpyContents read_array() {
        NpyArray array = NpyArrayReader(*file_, name_of(file_->path().filename().string())).read();
        if (!array.not_numbers.empty())
            throw Error(
                fmt::format("this NumPy array holds {}, Halfstep reads real numbers", array.not_numbers),
                {file_->path().string(), {}, array.header.descr_position},
                array.type.pickled ? "It is a Python pickle, which could run code and is never read: "
                                     "save the arrays in it with numpy.savez"
                                   : "Save it as an array of floats");
        note_what_follows(array, *file_);
        add(std::move(array), file_, 0);
        return std::move(result_);
    }

    NumpyContents read_archive(const JobContext& job) {
        const ZipArchive archive(file_, job);
        std::size_t other_entries = 0;
        for (const ZipEntry& entry : archive.entries()) {
            job.throw_if_stopped();
            if (entry.name.ends_with(ending))
                add_entry(archive.open(entry), name_of(entry.name));
            else
                ++other_entries;
        }
        if (other_entries > 0)
            note({}, other_entries == 1
                         ? std::string("one entry of the archive is no array: left out")
                         : fmt::format("{} entries of the archive are no arrays: left out", other_entries));
        return std::move(result_);
    }

  private:
    void note(const std::string& tensor, std::string message, Severity severity = Severity::note) {
        result_.contents.issues.push_back({severity, tensor, std::move(message)});
    }

    void add_entry(const std::shared_ptr<const InputFile>& entry, std::string name) {
        NpyArray array = NpyArrayReader(*entry, std::move(name)).read();
        if (array.unreadable) {
            note(
                {},
                fmt::format("the array '{}' holds {}: left out{}", quotable(array.info.name),
                            array.not_numbers, array.type.pickled ? ", because a pickle could run code" : ""),
                Severity::warning);
            return;
        }
        add(std::move(array), entry, places_.keep(entry));
    }

    // An array whose bytes lie in `file`, which is number `number`, unless they have to be put in order.
    void add(NpyArray array, std::shared_ptr<const InputFile> file, std::uint32_t number) {
        array.info.file = number;
        places_.put_in_order(array.info, array.type, array.header.fortran_order, std::move(file));
        result_.contents.tensors.push_back(std::move(array.info));
    }

    void note_what_follows(const NpyArray& array, const InputFile& file) {
        const std::uint64_t end = array.header.data_start + array.info.bytes;
        if (end < file.size())
            note({}, fmt::format("{} bytes follow the array and are not read", file.size() - end));
    }

    std::shared_ptr<const InputFile> file_;
    NumpyContents result_;
    ArrayPlaces places_{result_.further_files};
};

}  // namespace

NumpyContents read_npy(const std::shared_ptr<const InputFile>& file) {
    return NumpyReader(file).read_array();
}

bool looks_like_npz(const InputFile& file) {
    if (!looks_like_zip(file)) return false;
    if (file.path().filename().string().ends_with(".npz")) return true;
    try {
        return std::ranges::any_of(read_zip_directory(file),
                                   [](const ZipEntry& entry) { return entry.name.ends_with(ending); });
    } catch (const Error&) {
        return false;
    }
}

NumpyContents read_npz(const std::shared_ptr<const InputFile>& file, const JobContext& job) {
    return NumpyReader(file).read_archive(job);
}

}  // namespace halfstep
