// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/gguf.h"
#include "core/model_files/model_assembly.h"
#include "core/model_files/part_name.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>

namespace halfstep {
namespace {

using Names = std::unordered_set<std::string>;

GgufContents read_part(const InputFile& file, std::uint64_t part, std::uint64_t count, Names& names,
                       const JobContext& job) {
    GgufContents read = read_gguf(file, job);
    if (read.split.number != part || read.split.count != count)
        throw Error(fmt::format("this should be part {} of {}, but calls itself part {} of {}", part + 1,
                                count, read.split.number + 1, read.split.count),
                    {file.path().string(), "split.no", {}}, "Download all parts of the model again");
    for (const TensorInfo& tensor : read.contents.tensors)
        if (!names.insert(tensor.name).second)
            throw Error("this tensor is in two parts of the model",
                        {file.path().string(), quotable(tensor.name), {}},
                        "Download all parts of the model again");
    return read;
}

// Opens all parts, whichever of them was named; the first carries the metadata.
void open_parts(ModelAssembly& assembly, const InputFile& one, const GgufSplit& split) {
    auto name = parse_part_name(one.path().filename().string(), ".gguf");
    if (!name || name->count != split.count)
        throw Error(
            fmt::format("this is one of {} parts of a model, but its name is not that of a part",
                        split.count),
            {one.path().string(), {}, {}},
            fmt::format("Give the parts their names back: NAME-00001-of-{:05}.gguf and so on", split.count));
    Names names;
    for (std::uint64_t part = 0; part < split.count; ++part) {
        assembly.job().throw_if_stopped();
        name->number = part + 1;
        auto file = ModelAssembly::open_inside(ModelAssembly::folder_of(one), print_part_name(*name));
        GgufContents read = read_part(*file, part, split.count, names, assembly.job());
        if (part == 0) assembly.take_words(read.contents);
        assembly.take(read.contents, std::move(file));
    }
    const std::size_t found = assembly.contents().tensors.size();
    if (split.tensors && *split.tensors != found)
        throw Error(fmt::format("the parts of this model should hold {} tensors, they hold {}",
                                *split.tensors, found),
                    {one.path().string(), "split.tensors.count", {}}, "Download all its parts again");
}

}  // namespace

void open_gguf(ModelAssembly& assembly, std::shared_ptr<const InputFile> file) {
    assembly.contents().format = "gguf";
    GgufContents read = read_gguf(*file, assembly.job());
    if (read.split.count > 1) return open_parts(assembly, *file, read.split);
    assembly.take_words(read.contents);
    assembly.take(read.contents, std::move(file));
}

}  // namespace halfstep
