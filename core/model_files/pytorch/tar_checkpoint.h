// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/pytorch/pickle_tree.h"
#include "core/model_files/pytorch/tar_members.h"
#include "core/model_files/pytorch/torch_storages.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// Whether a file is what torch.save wrote before PyTorch 0.2: a tar archive of the pickle of an object, and
// the storages and tensors in it, each in a file of its own.
bool looks_like_torch_tar(const InputFile& file);

// Such an archive (torch/serialization.py, legacy_load): its storages, and which views of them its tensors
// are.
class TarCheckpoint : public TorchStorages {
  public:
    // Throws Error for what is damaged, or was saved by a computer of another byte order.
    TarCheckpoint(const std::shared_ptr<const InputFile>& checkpoint, const JobContext& job);

    // The object that was saved. Its tensors, which stand in the pickle by number alone, are put there as
    // newer checkpoints have them, so that all further reading is the same.
    PickleTree read_object(const JobContext& job) const;

  protected:
    StoragePlace place(const std::string& key, const PickleFailure& fail, std::uint64_t position) override;

  private:
    struct Storage {
        std::string class_name;  // "torch.FloatStorage"
        std::uint64_t element_bytes = 1;
        std::uint64_t elements = 0;
        std::uint64_t offset = 0;  // of its first byte in the file
    };
    struct Tensor {
        std::string storage;
        std::int64_t first = 0;
        std::vector<std::int64_t> shape;
        std::vector<std::int64_t> strides;
    };

    const TarMember& member(std::string_view name) const;
    void check_system(const JobContext& job) const;
    void read_storages(const JobContext& job);
    void read_storage(ByteReader& bytes, const JobContext& job);
    void read_views(const PickleTree& views, std::uint64_t position);
    void read_tensors(const JobContext& job);
    void read_tensor(ByteReader& bytes, const JobContext& job);
    PickleRef add_storage(PickleTree& tree, const std::string& key, std::uint64_t position) const;
    PickleRef add_tensor(PickleTree& tree, const Tensor& tensor, std::uint64_t position) const;
    [[noreturn]] void fail(const std::string& problem, std::uint64_t position) const;

    TarMembers members_;
    std::map<std::string, Storage, std::less<>> storages_;
    std::map<std::string, Tensor, std::less<>> tensors_;
};

}  // namespace halfstep
