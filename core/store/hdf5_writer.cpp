// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/hdf5_writer.h"

#include "core/base/error.h"
#include "core/store/workspace_layout.h"

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

using workspace_layout::largest_dataset;

Hdf5Handle text_type(std::size_t length) {
    Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.get(), std::max<std::size_t>(length, 1));
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    return type;
}

Hdf5Handle new_image() {
    const Hdf5Handle access = access_in_memory();
    return {H5Fcreate("workspace", H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose};
}

}  // namespace

Hdf5Writer::Hdf5Writer(std::string file_for_errors) : file_(std::move(file_for_errors)), image_(new_image()) {
    check(image_.valid(), "the workspace");
}

void Hdf5Writer::check(bool done, std::string_view what) const {
    if (!done)
        throw Error("HDF5 could not store " + std::string(what), {file_, {}, {}},
                    "There may be too little memory");
}

void Hdf5Writer::group(const char* path) {
    const Hdf5Handle made(H5Gcreate2(image_.get(), path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    check(made.valid(), path);
}

void Hdf5Writer::attribute(const char* group, const char* name, hid_t type, const void* value) {
    const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Hdf5Handle made(H5Acreate_by_name(image_.get(), group, name, type, space.get(), H5P_DEFAULT,
                                            H5P_DEFAULT, H5P_DEFAULT),
                          H5Aclose);
    check(made.valid() && H5Awrite(made.get(), type, value) >= 0, name);
}

void Hdf5Writer::attribute(const char* group, const char* name, std::string_view text) {
    const std::string ended(text);  // even an empty text is one zero byte
    attribute(group, name, text_type(ended.size()).get(), ended.c_str());
}

void Hdf5Writer::attribute(const char* group, const char* name, std::int64_t number) {
    attribute(group, name, H5T_NATIVE_INT64, &number);
}

void Hdf5Writer::dataset(const std::string& path, std::span<const hsize_t> extents, hid_t stored,
                         hid_t in_memory, const void* values) {
    hsize_t bytes = H5Tget_size(stored);
    for (const hsize_t extent : extents)
        bytes = extent != 0 && bytes > largest_dataset / extent ? largest_dataset + 1 : bytes * extent;
    if (bytes > largest_dataset) throw Error(path + " would be too large for a workspace", {file_, {}, {}});
    const Hdf5Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr),
                           H5Sclose);
    const Hdf5Handle made(
        H5Dcreate2(image_.get(), path.c_str(), stored, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
        H5Dclose);
    check(made.valid(), path);
    if (bytes > 0) check(H5Dwrite(made.get(), in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0, path);
}

void Hdf5Writer::texts(const std::string& path, const std::vector<std::string>& values) {
    std::size_t longest = 1;
    for (const std::string& value : values)
        longest = std::max(longest, value.size());
    if (longest > largest_dataset / std::max<std::size_t>(values.size(), 1))
        throw Error(path + " would be too large for a workspace", {file_, {}, {}});
    std::string fields(longest * values.size(), '\0');
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i].copy(fields.data() + i * longest, longest);
    const Hdf5Handle type = text_type(longest);
    const hsize_t extent = values.size();
    dataset(path, {&extent, 1}, type.get(), type.get(), fields.data());
}

void Hdf5Writer::numbers(const std::string& path, std::initializer_list<hsize_t> extents,
                         std::span<const double> values) {
    dataset(path, {extents.begin(), extents.size()}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data());
}

void Hdf5Writer::numbers(const std::string& path, std::initializer_list<hsize_t> extents,
                         std::span<const std::int64_t> values) {
    dataset(path, {extents.begin(), extents.size()}, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data());
}

std::vector<std::byte> Hdf5Writer::finish() {
    check(H5Fflush(image_.get(), H5F_SCOPE_GLOBAL) >= 0, "the workspace");
    const ssize_t size = H5Fget_file_image(image_.get(), nullptr, 0);
    check(size > 0, "the workspace");
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    check(H5Fget_file_image(image_.get(), bytes.data(), bytes.size()) == size, "the workspace");
    return bytes;
}

}  // namespace halfstep
