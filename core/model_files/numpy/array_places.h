// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/chunk_cache.h"
#include "core/model_files/input_file.h"
#include "core/model_files/numpy/npy_type.h"
#include "core/tensor/tensor_info.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace halfstep {

// Sets elements and bytes from the shape; false where they are more than a computer can count.
bool count_elements(TensorInfo& info, const NpyType& type);

// The files from which arrays are read: those that they lie in, and such that put their bytes in order.
class ArrayPlaces {
  public:
    // Files are numbered by their place in `further_files`, from 1 on.
    explicit ArrayPlaces(std::vector<std::shared_ptr<const InputFile>>& further_files);

    std::uint32_t keep(std::shared_ptr<const InputFile> file);

    // An array whose bytes lie in `file`, which is number info.file, from info.file_offset on: where they are
    // big-endian or column after column, the array is moved to a file that gives them as they are wanted.
    void put_in_order(TensorInfo& info, const NpyType& type, bool fortran_order,
                      std::shared_ptr<const InputFile> file);

  private:
    void move(TensorInfo& info, std::shared_ptr<const InputFile>& file,
              std::unique_ptr<const ByteSource> source);

    std::vector<std::shared_ptr<const InputFile>>& further_files_;
    std::shared_ptr<ChunkCache> cache_;
};

}  // namespace halfstep
