// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/file_format.h"
#include "core/model_files/gguf.h"
#include "core/model_files/hf_config.h"
#include "core/model_files/input_file.h"
#include "core/model_files/input_first.h"
#include "core/model_files/llama2c/llama2c.h"
#include "core/model_files/model.h"
#include "core/model_files/model_folder.h"
#include "core/model_files/model_notes.h"
#include "core/model_files/numpy/numpy.h"
#include "core/model_files/numpy/numpy_roles.h"
#include "core/model_files/onnx/onnx.h"
#include "core/model_files/part_name.h"
#include "core/model_files/quotable.h"
#include "core/model_files/safetensors.h"
#include "core/model_files/shard_index.h"
#include "core/model_files/tensor_roles.h"

#include <fmt/format.h>

#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace halfstep {
namespace {

namespace fs = std::filesystem;

// Puts a model together from its files.
class ModelOpener {
  public:
    ModelOpener(fs::path path, const JobContext& job) : job_(job) { contents_.path = std::move(path); }

    std::shared_ptr<const Model> open() {
        const std::shared_ptr<const InputFile> file = first_file();
        switch (file_format(*file)) {
            case FileFormat::safetensors:
                contents_.format = "safetensors";
                open_safetensors(file);
                break;
            case FileFormat::shard_index:
                contents_.format = "safetensors";
                open_shards(*file);
                break;
            case FileFormat::gguf:
                contents_.format = "gguf";
                open_gguf(file);
                break;
            case FileFormat::onnx:
                contents_.format = "onnx";
                open_onnx(file);
                break;
            case FileFormat::numpy_array:
                open_numpy(file, read_npy(file));
                break;
            case FileFormat::numpy_archive:
                open_numpy(file, read_npz(file, job_));
                break;
            case FileFormat::llama2c:
                contents_.format = "llama2.c";
                open_llama2c(file);
                break;
        }
        return finish();
    }

  private:
    // The folder of a file in which its companions are looked for.
    static fs::path folder_of(const InputFile& file) { return file.path().parent_path(); }

    std::shared_ptr<const InputFile> first_file() const {
        std::error_code error;
        if (!fs::is_directory(contents_.path, error))
            return std::make_shared<const InputFile>(contents_.path);
        const fs::path file = model_file_in(contents_.path);
        return open_inside(file.parent_path(), file.filename().string());
    }

    static std::shared_ptr<const InputFile> open_inside(const fs::path& folder, const std::string& name) {
        return std::make_shared<const InputFile>(folder / name, resolve_inside(folder, name));
    }

    std::uint32_t add_file(std::shared_ptr<const InputFile> file) {
        contents_.files.push_back(std::move(file));
        return static_cast<std::uint32_t>(contents_.files.size() - 1);
    }

    // Takes over what a file says of itself; its tensors are left to the caller.
    void take(FileContents& read) {
        std::move(read.properties.begin(), read.properties.end(), std::back_inserter(contents_.properties));
        std::move(read.issues.begin(), read.issues.end(), std::back_inserter(contents_.issues));
    }

    void take_tensor(TensorInfo tensor, std::uint32_t file) {
        tensor.file = file;
        contents_.tensors.push_back(std::move(tensor));
    }

    void open_safetensors(std::shared_ptr<const InputFile> file) {
        FileContents read = read_safetensors(*file, job_);
        take_config(folder_of(*file));
        take(read);
        const auto part = parse_part_name(file->path().filename().string(), ".safetensors");
        if (part && part->count > 1)
            contents_.issues.push_back(
                {Severity::warning,
                 {},
                 fmt::format("this is one of {} shards: open the model's folder to see all "
                             "of it",
                             part->count)});
        const std::uint32_t index = add_file(std::move(file));
        for (TensorInfo& tensor : read.tensors)
            take_tensor(std::move(tensor), index);
    }

    void take_config(const fs::path& folder) {
        HfConfig config = read_hf_config(folder);
        contents_.architecture = std::move(config.architecture);
        contents_.properties = std::move(config.properties);
        contents_.issues = std::move(config.issues);
        says_tied_ = config.tied_embeddings;
    }

    void open_shards(const InputFile& index_file) {
        ShardIndex index = read_shard_index(index_file);
        take_config(folder_of(index_file));
        std::uint64_t bytes = 0;
        for (auto& [name, wanted] : index.shards) {
            job_.throw_if_stopped();
            auto file = open_inside(folder_of(index_file), name);
            FileContents read = read_safetensors(*file, job_);
            if (contents_.files.empty()) take(read);
            const std::uint32_t number = add_file(std::move(file));
            std::vector<std::string> unnamed;
            for (TensorInfo& tensor : read.tensors) {
                bytes += tensor.bytes;
                const auto found = wanted.find(tensor.name);
                if (found == wanted.end()) {
                    unnamed.push_back(tensor.name);
                    continue;
                }
                found->second = true;
                take_tensor(std::move(tensor), number);
            }
            note_unnamed(name, unnamed);
            require_all(index_file, name, wanted);
        }
        if (index.total_bytes && *index.total_bytes != bytes)
            contents_.issues.push_back(
                {Severity::note,
                 {},
                 fmt::format("the shard index speaks of {} bytes of weights, the shards hold {}",
                             *index.total_bytes, bytes)});
    }

    void note_unnamed(const std::string& shard, const std::vector<std::string>& unnamed) {
        if (unnamed.empty()) return;
        contents_.issues.push_back(
            {Severity::warning,
             {},
             fmt::format("{} holds {} that the shard index does not name, left out: {}{}", quotable(shard),
                         unnamed.size() == 1 ? "a tensor" : fmt::format("{} tensors", unnamed.size()),
                         quotable(unnamed.front()), unnamed.size() == 1 ? "" : ", ...")});
    }

    static void require_all(const InputFile& index_file, const std::string& shard,
                            const std::unordered_map<std::string, bool>& wanted) {
        for (const auto& [tensor, found] : wanted)
            if (!found)
                throw Error(fmt::format("the shard index says that this tensor is in {}, but it is not there",
                                        quotable(shard)),
                            {index_file.path().string(), quotable(tensor), {}},
                            "Download the shards and their index again, all of the same version");
    }

    void open_gguf(std::shared_ptr<const InputFile> file) {
        GgufContents read = read_gguf(*file, job_);
        if (read.split.count > 1) return open_gguf_parts(*file, read.split);
        contents_.architecture = std::move(read.contents.architecture);
        take(read.contents);
        const std::uint32_t index = add_file(std::move(file));
        for (TensorInfo& tensor : read.contents.tensors)
            take_tensor(std::move(tensor), index);
    }

    // Opens all parts, whichever of them was named; the first carries the metadata.
    void open_gguf_parts(const InputFile& one, const GgufSplit& split) {
        auto name = parse_part_name(one.path().filename().string(), ".gguf");
        if (!name || name->count != split.count)
            throw Error(fmt::format("this is one of {} parts of a model, but its name is not that of a part",
                                    split.count),
                        {one.path().string(), {}, {}},
                        fmt::format("Give the parts their names back: NAME-00001-of-{:05}.gguf and so on",
                                    split.count));
        for (std::uint64_t part = 0; part < split.count; ++part) {
            job_.throw_if_stopped();
            name->number = part + 1;
            take_gguf_part(open_inside(folder_of(one), print_part_name(*name)), part, split.count);
        }
        const std::size_t found = contents_.tensors.size();
        if (split.tensors && *split.tensors != found)
            throw Error(fmt::format("the parts of this model should hold {} tensors, they hold {}",
                                    *split.tensors, found),
                        {one.path().string(), "split.tensors.count", {}}, "Download all its parts again");
    }

    void take_gguf_part(std::shared_ptr<const InputFile> file, std::uint64_t part, std::uint64_t count) {
        GgufContents read = read_gguf(*file, job_);
        if (read.split.number != part || read.split.count != count)
            throw Error(fmt::format("this should be part {} of {}, but calls itself part {} of {}", part + 1,
                                    count, read.split.number + 1, read.split.count),
                        {file->path().string(), "split.no", {}}, "Download all parts of the model again");
        if (part == 0) {
            contents_.architecture = std::move(read.contents.architecture);
            take(read.contents);
        }
        for (const TensorInfo& tensor : read.contents.tensors)
            if (!names_.insert(tensor.name).second)
                throw Error("this tensor is in two parts of the model",
                            {file->path().string(), quotable(tensor.name), {}},
                            "Download all parts of the model again");
        const std::uint32_t index = add_file(std::move(file));
        for (TensorInfo& tensor : read.contents.tensors)
            take_tensor(std::move(tensor), index);
    }

    void open_onnx(std::shared_ptr<const InputFile> file) {
        OnnxContents read = read_onnx(*file, job_);
        contents_.architecture = std::move(read.contents.architecture);
        take_all(std::move(file), read.contents, read.further_files);
    }

    // Tensors whose files are numbered from 1: file 0 is the model file.
    void take_all(std::shared_ptr<const InputFile> file, FileContents& read,
                  std::vector<std::shared_ptr<const InputFile>>& further_files) {
        take(read);
        add_file(std::move(file));
        for (std::shared_ptr<const InputFile>& further : further_files)
            add_file(std::move(further));
        contents_.tensors = std::move(read.tensors);
    }

    void open_numpy(std::shared_ptr<const InputFile> file, NumpyContents read) {
        contents_.format = "numpy";
        take_all(std::move(file), read.contents, read.further_files);
    }

    void open_llama2c(std::shared_ptr<const InputFile> file) {
        Llama2cContents read = read_llama2c(file, job_);
        contents_.architecture = std::move(read.contents.architecture);
        says_tied_ = read.shared_head;
        take_all(std::move(file), read.contents, read.further_files);
    }

    // ONNX models say themselves what their tensors are for.
    std::shared_ptr<const Model> finish() {
        if (contents_.format != "onnx")
            for (TensorInfo& tensor : contents_.tensors)
                assign_role(tensor);
        if (contents_.format == "safetensors") find_inputs_first(contents_.tensors);
        if (contents_.format == "numpy") find_numpy_roles(contents_.tensors, contents_.issues);
        std::vector<Issue> notes = notes_on(contents_.tensors, says_tied_);
        std::move(notes.begin(), notes.end(), std::back_inserter(contents_.issues));
        return std::make_shared<const Model>(std::move(contents_));
    }

    const JobContext& job_;
    Model::Contents contents_;
    std::unordered_set<std::string> names_;
    bool says_tied_ = false;
};

}  // namespace

std::shared_ptr<const Model> open_model(const fs::path& path, const JobContext& job) {
    return ModelOpener(path, job).open();
}

}  // namespace halfstep
