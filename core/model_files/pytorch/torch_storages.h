// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/pytorch/tensor_view.h"
#include "core/model_files/zip/zip_archive.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace halfstep {

// Where the bytes of a storage are.
struct StoragePlace {
    std::uint32_t file = 0;  // 0: the checkpoint; n: number n - 1 of further_files()
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

// The storages of one checkpoint, and the files through which they are read.
class TorchStorages {
  public:
    explicit TorchStorages(std::shared_ptr<const InputFile> file) : file_(std::move(file)) {}
    virtual ~TorchStorages() = default;

    // The bytes under the key of a storage, as many as it says at least; little-endian if read as elements of
    // `type`. Calls `fail` where there are none.
    StoragePlace find(const StorageName& storage, const TorchType& type, const PickleFailure& fail,
                      std::uint64_t position);

    const std::shared_ptr<const InputFile>& file(std::uint32_t number) const {
        return number == 0 ? file_ : further_[number - 1];
    }
    std::uint32_t add_file(std::shared_ptr<const InputFile> file) {
        further_.push_back(std::move(file));
        return static_cast<std::uint32_t>(further_.size());
    }
    std::vector<std::shared_ptr<const InputFile>> take_further_files() { return std::move(further_); }

  protected:
    // Where a key's bytes are; calls `fail` where it has none.
    virtual StoragePlace place(const std::string& key, const PickleFailure& fail, std::uint64_t position) = 0;

    void forget_keys() {
        places_.clear();
        swapped_.clear();
    }

    bool big_endian_ = false;

  private:
    StoragePlace swapped(const std::string& key, StoragePlace place, std::uint64_t width);

    std::shared_ptr<const InputFile> file_;
    std::vector<std::shared_ptr<const InputFile>> further_;
    std::map<std::string, StoragePlace, std::less<>> places_;
    std::map<std::pair<std::string, std::uint64_t>, StoragePlace> swapped_;
};

// In a ZIP archive every storage is an entry of its own, FOLDER/KEY.
class ZipStorages : public TorchStorages {
  public:
    ZipStorages(std::shared_ptr<const InputFile> file, const ZipArchive& archive, bool big_endian)
        : TorchStorages(std::move(file)), archive_(archive) {
        big_endian_ = big_endian;
    }
    // Where the keys are looked for from now on; ends with '/'.
    void set_folder(std::string folder) {
        folder_ = std::move(folder);
        forget_keys();
    }

  protected:
    StoragePlace place(const std::string& key, const PickleFailure& fail, std::uint64_t position) override;

  private:
    const ZipArchive& archive_;
    std::string folder_;
};

// In a legacy stream the storages follow the pickles, in the order of `keys`, each after its number of
// elements.
class LegacyStorages : public TorchStorages {
  public:
    // Passes over the storages from where `bytes` stands. `tree` says how large their elements are.
    LegacyStorages(std::shared_ptr<const InputFile> file, ByteReader& bytes, const PickleTree& tree,
                   const PickleTree& keys, const PickleFailure& fail, const JobContext& job);

  protected:
    StoragePlace place(const std::string& key, const PickleFailure& fail, std::uint64_t position) override;

  private:
    std::map<std::string, StoragePlace, std::less<>> stored_;
};

}  // namespace halfstep
