// SPDX-License-Identifier: GPL-3.0-or-later
// write_small_models FOLDER: one small file of each format, for fuzz targets to start from.
#include "tests/fuzz/listed_seeds.h"
#include "tests/fuzz/small_models.h"
#include "tests/support/imatrix_builder.h"
#include "tests/support/numpy_pickle.h"
#include "tests/support/tar_builder.h"

#include <hdf5.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using halfstep::testing::SmallModel;

// Weights as Keras writes them: /model_weights/dense/kernel, in chunks.
bool write_keras(const std::string& path) {
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t groups = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(groups, 1);
    constexpr hsize_t shape[] = {2, 3};
    constexpr hsize_t chunk[] = {2, 2};
    constexpr float values[] = {1, -2, 3, -4, 5, -6};
    const hid_t space = H5Screate_simple(2, shape, nullptr);
    const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(layout, 2, chunk);
    H5Pset_shuffle(layout);
    H5Pset_deflate(layout, 6);
    const hid_t kernel =
        H5Dcreate2(file, "/model_weights/dense/kernel", H5T_IEEE_F32LE, space, groups, layout, H5P_DEFAULT);
    const bool written = H5Dwrite(kernel, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    H5Dclose(kernel);
    H5Pclose(layout);
    H5Sclose(space);
    H5Pclose(groups);
    return H5Fclose(file) >= 0 && written;
}

std::vector<SmallModel> seeds() {
    std::vector<SmallModel> files = halfstep::testing::small_models();
    for (const auto& [name, bytes] : halfstep::testing::listed_seeds())
        files.push_back({name, bytes});
    halfstep::testing::ImatrixBuilder imatrix;
    imatrix.add("blk.0.ffn_up.weight", {1, 2, 3, 4}, {2, 0}).dataset("d").chunks(3, 512);
    files.push_back({"imatrix.gguf", imatrix.gguf()});
    files.push_back({"imatrix.dat", imatrix.dat()});
    files.push_back({"old.tar", halfstep::testing::OldCheckpoint{}.bytes()});
    files.push_back({"layer.pickle", halfstep::testing::layer_pickle()});
    files.push_back(
        {"model.weights.npz", halfstep::testing::keras_arrays(halfstep::testing::layer_pickle())});
    files.push_back({"model.safetensors.index.json", halfstep::testing::small_index()});
    files.push_back({"plan.json",
                     R"({"halfstep_plan":1,"model":"m","fingerprint":"00","tensors":{"w":"int4:g32:mse"}})"});
    for (const char* scheme : {"int4:sym:g128:mse", "int8:asym:channel", "nf4:g64:dq", "fp8_e4m3:channel",
                               "q4_K", "log4:sqrt2:pct99.9", "kmeans3:g32:gamma"})
        files.push_back({std::string(scheme) + ".txt", scheme});
    return files;
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) return 2;
    const std::filesystem::path folder = words[1];
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const std::vector<SmallModel> files = seeds();
    for (const auto& [name, bytes] : files) {
        std::ofstream file(folder / name, std::ios::binary);
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (!file) return 1;
    }
    return write_keras((folder / "model.h5").string()) ? 0 : 1;
}
