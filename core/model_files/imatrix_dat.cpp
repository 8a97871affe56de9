// SPDX-License-Identifier: GPL-3.0-or-later
// The older form of an importance matrix:
//   i32 entries; for each i32 name length, name, i32 calls, i32 values, f32 values[]; then perhaps
//   i32 last chunk, i32 dataset length, dataset.
#include "core/base/error.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/imatrix_forms.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <string>
#include <unordered_set>
#include <utility>

namespace halfstep {
namespace {

constexpr std::uint64_t least_entry_bytes = 4 + 1 + 4 + 4 + 4;  // of one letter and one value

constexpr std::size_t values_between_stops = 65536;

class DatReader {
  public:
    DatReader(const InputFile& file, const JobContext& job) : reader_(file), job_(job) {}

    Imatrix read() {
        result_.form = Imatrix::Form::dat;
        const std::uint64_t count = read_entry_count();
        for (std::uint64_t index = 0; index < count; ++index) {
            job_.throw_if_stopped();
            read_entry(index);
        }
        read_tail();
        return std::move(result_);
    }

  private:
    // Any file may begin with a number that could be one of entries: the first entry has to look like one
    // too.
    std::uint64_t read_entry_count() {
        const std::int32_t count = reader_.remaining() < 4 ? 0 : reader_.read<std::int32_t>();
        const bool fits =
            count >= 1 && static_cast<std::uint64_t>(count) <= reader_.remaining() / least_entry_bytes;
        ByteReader ahead(reader_.file(), reader_.position());
        const std::int32_t length = fits ? ahead.read<std::int32_t>() : 0;
        if (length < 1 || static_cast<std::uint64_t>(length) > ahead.remaining() ||
            !is_utf8(ahead.text(static_cast<std::uint64_t>(length))))
            throw Error(
                "this is no importance matrix: it is neither a GGUF file, nor does it begin with a number "
                "of entries and the name of the first",
                {reader_.file().path().string(), {}, 0}, "Choose a file that llama-imatrix has written");
        return static_cast<std::uint64_t>(count);
    }

    // A number of things of `bytes` bytes each, at least one, which the rest of the file holds.
    std::uint64_t read_count(const char* what, std::uint64_t bytes) {
        const std::uint64_t position = reader_.position();
        const auto count = reader_.read<std::int32_t>();
        if (count < 1)
            reader_.fail(fmt::format("it has {} {}, at least 1 was expected", count, what), position);
        if (static_cast<std::uint64_t>(count) > reader_.remaining() / bytes)
            reader_.fail(
                fmt::format("{} {} cannot fit in the {} bytes that follow", count, what, reader_.remaining()),
                position);
        return static_cast<std::uint64_t>(count);
    }

    void read_entry(std::uint64_t index) {
        reader_.set_context(fmt::format("entry {}", index));
        const std::uint64_t position = reader_.position();
        ImatrixEntry entry;
        entry.weight = reader_.text(read_count("letters in its name", 1));
        if (!is_utf8(entry.weight) || entry.weight.find('\0') != std::string::npos)
            reader_.fail("its name is not valid UTF-8 text", position);
        reader_.set_context(entry.weight);
        if (!names_.insert(entry.weight).second) reader_.fail("two entries have this name", position);
        const std::uint64_t calls_position = reader_.position();
        const auto calls = reader_.read<std::int32_t>();
        if (calls < 0) reader_.fail(fmt::format("it was called {} times", calls), calls_position);
        entry.mean_squares.resize(static_cast<std::size_t>(read_count("values", sizeof(float))));
        for (std::size_t i = 0; i < entry.mean_squares.size(); ++i) {
            if (i % values_between_stops == 0) job_.throw_if_stopped();
            const auto value = reader_.read<float>();
            entry.mean_squares[i] = calls > 0 ? value / static_cast<float>(calls) : value;
        }
        entry.counts = {static_cast<double>(calls)};
        take_entry(result_, std::move(entry));
    }

    void read_tail() {
        reader_.set_context("the end of the file");
        if (reader_.remaining() == 0) return;
        const auto chunk = reader_.read<std::int32_t>();
        if (chunk > 0) result_.chunk_count = static_cast<std::uint64_t>(chunk);
        const std::uint64_t position = reader_.position();
        const auto length = reader_.read<std::int32_t>();
        if (length < 0) reader_.fail(fmt::format("the dataset's name is {} bytes long", length), position);
        std::string dataset = reader_.text(static_cast<std::uint64_t>(length));
        if (!dataset.empty()) result_.datasets.push_back(quotable(dataset));
        if (reader_.remaining() > 0)
            result_.issues.push_back(
                {Severity::note,
                 {},
                 fmt::format("{} bytes follow the end of the importance matrix", reader_.remaining())});
    }

    ByteReader reader_;
    const JobContext& job_;
    std::unordered_set<std::string> names_;
    Imatrix result_;
};

}  // namespace

Imatrix read_dat_imatrix(const InputFile& file, const JobContext& job) {
    return DatReader(file, job).read();
}

}  // namespace halfstep
