// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras_arrays.h"

#include "core/base/error.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/keras/keras_words.h"
#include "core/model_files/keras/object_variables.h"
#include "core/model_files/numpy/array_places.h"
#include "core/model_files/numpy/npy_header.h"
#include "core/model_files/numpy/npy_type.h"
#include "core/model_files/numpy/pickled_array.h"
#include "core/model_files/pytorch/pickle_machine.h"
#include "core/model_files/pytorch/tensor_call.h"
#include "core/model_files/quotable.h"
#include "core/model_files/zip/zip_archive.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace halfstep {
namespace {

constexpr std::string_view ending = ".npy";
constexpr std::string_view root = "__root__";
constexpr const char* damaged = "The file is damaged: save the model from Keras again";

class ArraysReader {
  public:
    ArraysReader(const KerasArchiveTexts& texts, const JobContext& job) : job_(job) {
        result_.format = "keras";
        config_ = take_words({texts.config, texts.metadata, {}, {}}, result_.contents);
    }

    KerasContents read(const std::shared_ptr<const InputFile>& file) {
        const ZipArchive archive(file, job_);
        for (const ZipEntry& entry : archive.entries()) {
            job_.throw_if_stopped();
            if (entry.name.ends_with(ending))
                read_object(archive.open(entry), entry.name.substr(0, entry.name.size() - ending.size()));
        }
        name_tensors();
        if (result_.contents.tensors.empty())
            throw Error("holds no weights", {file->path().string(), {}, {}}, damaged);
        return std::move(result_);
    }

  private:
    // Where the reading of one object is, for errors.
    struct Place {
        const std::shared_ptr<const InputFile>& file;
        std::string path;  // "/layers/dense/vars", once it is known
        std::uint32_t number = 0;

        [[noreturn]] void fail(const std::string& problem, std::uint64_t position) const {
            throw Error(problem, {file->path().string(), quotable(path), position}, damaged);
        }
    };

    void read_object(const std::shared_ptr<const InputFile>& file, const std::string& object) {
        const Place place{file, object == root ? "/vars" : fmt::format("/{}/vars", object),
                          places_.keep(file)};
        const NpyHeader header = read_npy_header(*file);
        const std::optional<NpyType> type = parse_npy_type(header.descr);
        if (!type || !type->pickled)
            place.fail("this is an array, where Keras puts the variables of a layer", header.descr_position);
        ByteReader bytes(*file, header.data_start);
        const PickleTree tree = read_pickle(bytes, job_);
        for_each_variable(tree, place, header.data_start);
    }

    // An array without any axis holds the dict.
    void for_each_variable(const PickleTree& tree, const Place& place, std::uint64_t position) {
        const std::optional<PickledArray> array = pickled_array(tree, tree.root());
        const std::span<const PickleRef> objects =
            array ? tree.items(array->content) : std::span<const PickleRef>();
        if (objects.size() != 1 || !tree.is(objects[0], PickleKind::dict))
            place.fail("this pickle is not one of a layer's variables", position);
        const std::span<const PickleRef> items = dict_items(tree, objects[0]);
        for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
            const std::string path = fmt::format("{}/{}", place.path, tree.text(items[index]));
            if (!is_object_variable(path) || !paths_.insert(path).second)
                place.fail("the variables of this layer are not numbered, each once", position);
            const std::optional<PickledArray> variable = pickled_array(tree, items[index + 1]);
            if (!variable) place.fail("a variable of this layer is not an array of NumPy", position);
            add(tree, *variable, path, place, position);
        }
    }

    void add(const PickleTree& tree, const PickledArray& array, const std::string& path, const Place& place,
             std::uint64_t position) {
        const std::optional<NpyType> type = parse_npy_type(array.descr);
        const std::optional<PickleBytes> bytes = tree.bytes(array.content);
        if (!type || !bytes)
            place.fail(fmt::format("a variable of type '{}' cannot be read", quotable(array.descr)),
                       position);
        TensorInfo info;
        info.dtype = type->dtype;
        info.dtype_name = type->name;
        info.shape = array.shape;
        if (!count_elements(info, *type) || info.bytes != bytes->length)
            place.fail(fmt::format("a variable's shape does not go with its {} bytes", bytes->length),
                       position);
        info.file = place.number;
        info.file_offset = bytes->position;
        places_.put_in_order(info, *type, array.fortran_order, place.file);
        found_.push_back(std::move(info));
        variables_.push_back({path, {}});
    }

    void name_tensors() {
        const KerasLayer* model = config_.valid ? &config_.model : nullptr;
        std::unordered_set<std::string> names;
        for (const NamedVariable& variable : name_object_variables(variables_, model)) {
            TensorInfo& tensor = found_[variable.which];
            tensor.name = quotable(variable.name);
            // Two layers of one name: their paths tell them apart.
            if (!names.insert(tensor.name).second) tensor.name = quotable(variables_[variable.which].path);
            assign_role(tensor, variable.owner);
            result_.contents.tensors.push_back(std::move(tensor));
        }
    }

    const JobContext& job_;
    KerasContents result_;
    KerasConfig config_;
    ArrayPlaces places_{result_.further_files};
    std::vector<TensorInfo> found_;
    std::vector<ObjectVariable> variables_;  // of the same numbers
    std::unordered_set<std::string> paths_;
};

}  // namespace

KerasContents read_keras_arrays(const std::shared_ptr<const InputFile>& file, const KerasArchiveTexts& texts,
                                const JobContext& job) {
    return ArraysReader(texts, job).read(file);
}

}  // namespace halfstep
