// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/pytorch.h"

#include "core/base/error.h"
#include "core/model_files/pytorch/pickle_machine.h"
#include "core/model_files/pytorch/pickle_names.h"
#include "core/model_files/pytorch/tar_checkpoint.h"
#include "core/model_files/pytorch/tensor_list.h"
#include "core/model_files/pytorch/torch_storages.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

namespace halfstep {
namespace {

constexpr std::string_view pickle_name = "data.pkl";
// 0x1950a86a20f9469cfc6c, as a pickle: LONG1 of ten bytes.
constexpr std::string_view magic_number = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t legacy_protocol = 1001;
constexpr const char* damaged = "The file is damaged: download or save it again";

// The folder that holds everything, with a '/' at its end, or nothing for an archive without one.
std::optional<std::string> archive_folder(const ZipArchive& archive) {
    for (const ZipEntry& entry : archive.entries()) {
        if (entry.name == pickle_name) return std::string();
        const std::size_t slash = entry.name.find('/');
        if (slash != std::string::npos && entry.name.substr(slash + 1) == pickle_name)
            return entry.name.substr(0, slash + 1);
    }
    return std::nullopt;
}

// Short text of an entry, without the white space around it; empty where there is none.
std::string text_of(const ZipArchive& archive, const std::string& name) {
    const ZipEntry* entry = archive.find(name);
    if (entry == nullptr || entry->bytes > longest_property) return {};
    std::string text(static_cast<std::size_t>(entry->bytes), '\0');
    archive.open(*entry)->read_at(0, std::as_writable_bytes(std::span(text.data(), text.size())));
    text.erase(text.find_last_not_of(" \r\n\t") + 1);
    return is_utf8(text) ? text : std::string();
}

class PytorchReader {
  public:
    PytorchReader(const std::shared_ptr<const InputFile>& file, const JobContext& job)
        : file_(file), job_(job) {}

    PytorchContents read() {
        if (looks_like_zip(*file_))
            read_archive();
        else if (looks_like_torch_tar(*file_))
            read_tar();
        else
            read_legacy();
        note_unknown_names();
        return std::move(result_);
    }

  private:
    FileContents& contents() { return result_.contents; }

    void read_archive() {
        const ZipArchive archive(file_, job_);
        const std::optional<std::string> folder = archive_folder(archive);
        if (!folder)
            throw Error("this ZIP archive is not a PyTorch checkpoint: it holds no data.pkl",
                        {file_->path().string(), {}, {}}, "Open a file that torch.save wrote");
        const bool script = archive.find(*folder + "constants.pkl") != nullptr;
        show("container", script ? "TorchScript" : "zip");
        show("version", text_of(archive, *folder + "version"));
        const std::string order = text_of(archive, *folder + "byteorder");
        show("byteorder", order);
        if (!order.empty() && order != "little" && order != "big")
            throw Error(
                fmt::format("the byte order of this checkpoint is '{}', not little or big", quotable(order)),
                {file_->path().string(), {}, {}}, damaged);
        ZipStorages storages(file_, archive, order == "big");
        TensorList list(storages, contents());
        read_data(archive, *folder, storages, list);
        if (script) read_constants(archive, *folder, storages, list);
        finish(storages, list);
    }

    void read_data(const ZipArchive& archive, const std::string& folder, ZipStorages& storages,
                   TensorList& list) {
        storages.set_folder(folder + "data/");
        const std::shared_ptr<const InputFile> pickle =
            open_pickle(archive, folder + std::string(pickle_name));
        ByteReader bytes(*pickle);
        const PickleTree tree = read_pickle(bytes, job_);
        require_end(bytes);
        take(tree, *pickle, list);
    }

    // Tensors that the code of a TorchScript archive uses by number: also the weights of frozen modules.
    void read_constants(const ZipArchive& archive, const std::string& folder, ZipStorages& storages,
                        TensorList& list) {
        storages.set_folder(folder + "constants/");
        const std::shared_ptr<const InputFile> pickle = open_pickle(archive, folder + "constants.pkl");
        ByteReader bytes(*pickle);
        const PickleTree tree = read_pickle(bytes, job_);
        require_end(bytes);
        note_names(tree);
        StateDict state;
        const std::span<const PickleRef> items = tree.items(tree.root());
        for (std::size_t index = 0; index < items.size(); ++index)
            if (tensor_call(tree, items[index]))
                state.tensors.push_back({fmt::format("CONSTANTS.c{}", index), items[index]});
        list.add(tree, state, *pickle, job_);
    }

    std::shared_ptr<const InputFile> open_pickle(const ZipArchive& archive, const std::string& name) {
        const ZipEntry& entry = *archive.find(name);
        if (entry.method == ZipMethod::stored && !archive.checksum_agrees(entry, job_))
            contents().issues.push_back(
                {Severity::warning,
                 {},
                 fmt::format(
                     "the checksum of {} is wrong: the file is damaged, or was saved without checksums",
                     quotable(name))});
        return archive.open(entry);
    }

    void finish(TorchStorages& storages, TensorList& list) {
        result_.further_files = storages.take_further_files();
        result_.unlisted = list.take_unlisted();
    }

    static void require_end(const ByteReader& bytes) {
        if (bytes.remaining() > 0) bytes.fail("something follows the end of the pickle");
    }

    void read_legacy() {
        ByteReader bytes(*file_);
        check_legacy_start(bytes);
        const PickleTree tree = read_pickle(bytes, job_);
        const std::uint64_t position = bytes.position();
        const PickleTree keys = read_pickle(bytes, job_);
        if (!keys.is(keys.root(), PickleKind::list)) bytes.fail("the list of storages is missing", position);
        show("container", "legacy");
        const PickleFailure fail = [&](const std::string& problem, std::uint64_t at) {
            bytes.fail(problem, at);
        };
        LegacyStorages storages(file_, bytes, tree, keys, fail, job_);
        TensorList list(storages, contents());
        take(tree, *file_, list);
        finish(storages, list);
    }

    void read_tar() {
        show("container", "tar");
        TarCheckpoint storages(file_, job_);
        TensorList list(storages, contents());
        take(storages.read_object(job_), *file_, list);
        finish(storages, list);
    }

    // Magic number, version and facts about the computer that saved it.
    void check_legacy_start(ByteReader& bytes) const {
        read_pickle(bytes, job_);  // looks_like_legacy_pytorch has seen it
        std::uint64_t position = bytes.position();
        const PickleTree protocol = read_pickle(bytes, job_);
        if (protocol.integer(protocol.root()) != legacy_protocol)
            bytes.fail(
                fmt::format("this checkpoint is not of version {}, the only one there was", legacy_protocol),
                position);
        position = bytes.position();
        const PickleTree system = read_pickle(bytes, job_);
        if (!system.is(system.root(), PickleKind::dict))
            bytes.fail("the facts about the computer that saved this checkpoint are missing", position);
    }

    void take(const PickleTree& tree, const InputFile& pickle, TensorList& list) {
        note_names(tree);
        const PickleFailure fail = [&](const std::string& problem, std::uint64_t position) {
            throw Error(problem, {pickle.path().string(), {}, position}, damaged);
        };
        StateDict state = find_state_dict(tree, fail, job_);
        contents().architecture = state.architecture;
        for (auto& [key, value] : state.properties)
            show(key, value);
        std::move(state.issues.begin(), state.issues.end(), std::back_inserter(contents().issues));
        list.add(tree, state, pickle, job_);
    }

    void show(const std::string& key, const std::string& value) {
        if (!value.empty() && contents().properties.size() < most_properties)
            contents().properties.emplace_back(key, value);
    }

    void note_names(const PickleTree& tree) {
        for (const PickleRef name : tree.globals()) {
            if (is_expected_name(tree.text(name))) continue;
            ++unknown_count_;
            if (unknown_.size() < 8) unknown_.insert(quotable(tree.text(name)));
        }
    }

    void note_unknown_names() {
        if (unknown_count_ == 0) return;
        std::string list;
        for (const std::string& name : unknown_)
            list += (list.empty() ? "" : ", ") + name;
        if (unknown_count_ > unknown_.size())
            list += fmt::format(" and {} more", unknown_count_ - unknown_.size());
        contents().issues.push_back(
            {Severity::note,
             {},
             fmt::format("beside tensors this file describes objects of Python, which were left as they are "
                         "(nothing of it was run): {}",
                         list)});
    }

    std::shared_ptr<const InputFile> file_;
    const JobContext& job_;
    PytorchContents result_;
    std::set<std::string> unknown_;  // the first few
    std::size_t unknown_count_ = 0;
};

}  // namespace

bool is_pytorch_archive(const ZipArchive& archive) {
    return archive_folder(archive).has_value();
}

bool looks_like_legacy_pytorch(const InputFile& file) {
    if (looks_like_torch_tar(file)) return true;
    std::array<char, 32> start{};
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), start.size()));
    file.read_at(0, std::as_writable_bytes(std::span(start).first(length)));
    const std::string_view text(start.data(), length);
    return text.size() > 2 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5 &&
           text.find(magic_number) != std::string_view::npos;
}

PytorchContents read_pytorch(const std::shared_ptr<const InputFile>& file, const JobContext& job) {
    return PytorchReader(file, job).read();
}

}  // namespace halfstep
