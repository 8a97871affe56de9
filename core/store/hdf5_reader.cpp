// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/hdf5_reader.h"

#include "core/base/error.h"

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

// Deflate cannot shrink data further than about 1,032 times.
constexpr std::uint64_t best_deflate_ratio = 1040;
constexpr int most_dimensions = 8;

Hdf5Handle open_image(std::span<const std::byte> image) {
    const Hdf5Handle access = access_in_memory();
    // HDF5 copies the bytes; its interface lacks the const.
    H5Pset_file_image(access.get(), const_cast<std::byte*>(image.data()), image.size());
    return {H5Fopen("workspace", H5F_ACC_RDONLY, access.get()), H5Fclose};
}

bool own_filter(H5Z_filter_t filter) {
    return filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
}

}  // namespace

struct Hdf5Reader::Dataset {
    Hdf5Handle id;
    Hdf5Handle type;
    std::vector<hsize_t> extents;
    std::uint64_t elements = 1;
};

Hdf5Reader::Hdf5Reader(std::span<const std::byte> image, std::string file)
    : file_(std::move(file)), file_bytes_(image.size()), image_(open_image(image)) {
    if (!image_.valid())
        throw Error("is not a whole HDF5 file", {file_, {}, {}}, "Choose a workspace that Halfstep saved");
}

void Hdf5Reader::fail(const std::string& path, const std::string& problem) const {
    throw Error(problem, {file_, path, {}}, "Choose a workspace that Halfstep saved");
}

bool Hdf5Reader::has(const std::string& path) const {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        H5L_info_t link{};
        if (H5Lexists(image_.get(), part.c_str(), H5P_DEFAULT) <= 0) return false;
        if (H5Lget_info(image_.get(), part.c_str(), &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD)
            fail(part, "is a link to somewhere else");
        if (end == std::string::npos) return true;
    }
}

void Hdf5Reader::check_storage(hid_t dataset, const std::string& path, std::uint64_t bytes) const {
    const Hdf5Handle creation(H5Dget_create_plist(dataset), H5Pclose);
    const H5D_layout_t layout = H5Pget_layout(creation.get());
    if (!creation.valid() || (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) ||
        H5Pget_external_count(creation.get()) != 0)
        fail(path, "has its data outside the file");
    const int filters = H5Pget_nfilters(creation.get());
    for (int i = 0; i < filters; ++i) {
        unsigned flags = 0;
        std::size_t values = 0;
        if (!own_filter(H5Pget_filter2(creation.get(), static_cast<unsigned>(i), &flags, &values, nullptr, 0,
                                       nullptr, nullptr)))
            fail(path, "is packed with a filter that is not HDF5's own");
    }
    const std::uint64_t ratio = filters > 0 ? best_deflate_ratio : 1;
    if (bytes > largest_dataset || bytes / ratio > file_bytes_)
        fail(path, "claims more data than the file holds");
}

Hdf5Reader::Dataset Hdf5Reader::open(const std::string& path) const {
    if (!has(path)) fail(path, "is missing");
    Hdf5Handle id(H5Dopen2(image_.get(), path.c_str(), H5P_DEFAULT), H5Dclose);
    if (!id.valid()) fail(path, "is not a dataset");
    Hdf5Handle type(H5Dget_type(id.get()), H5Tclose);
    const Hdf5Handle space(H5Dget_space(id.get()), H5Sclose);
    const int dimensions = H5Sget_simple_extent_ndims(space.get());
    if (!type.valid() || dimensions < 1 || dimensions > most_dimensions) fail(path, "is not a plain array");
    Dataset dataset{std::move(id), std::move(type),
                    std::vector<hsize_t>(static_cast<std::size_t>(dimensions))};
    H5Sget_simple_extent_dims(space.get(), dataset.extents.data(), nullptr);
    const std::uint64_t size = std::max<std::uint64_t>(H5Tget_size(dataset.type.get()), 1);
    for (const hsize_t extent : dataset.extents) {
        if (extent != 0 && dataset.elements > largest_dataset / extent)
            fail(path, "claims more data than the file holds");
        dataset.elements *= extent;
    }
    if (dataset.elements > largest_dataset / size) fail(path, "claims more data than the file holds");
    check_storage(dataset.id.get(), path, dataset.elements * size);
    return dataset;
}

std::vector<hsize_t> Hdf5Reader::extents(const std::string& path) const {
    return open(path).extents;
}

std::vector<std::string> Hdf5Reader::texts(const std::string& path) const {
    const Dataset dataset = open(path);
    if (dataset.extents.size() != 1 || H5Tget_class(dataset.type.get()) != H5T_STRING ||
        H5Tis_variable_str(dataset.type.get()) != 0)
        fail(path, "is not a list of texts of fixed length");
    const std::size_t length = H5Tget_size(dataset.type.get());
    std::string fields(length * dataset.elements, '\0');
    if (dataset.elements > 0 &&
        H5Dread(dataset.id.get(), dataset.type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, fields.data()) < 0)
        fail(path, "cannot be read");
    std::vector<std::string> values;
    values.reserve(dataset.elements);
    for (std::uint64_t i = 0; i < dataset.elements; ++i) {
        std::string value = fields.substr(i * length, length);
        value.resize(std::min(value.find('\0'), value.size()));
        values.push_back(std::move(value));
    }
    return values;
}

template <class Number>
std::vector<Number> Hdf5Reader::numbers(const std::string& path, const std::vector<hsize_t>& wanted,
                                        hid_t type) const {
    const Dataset dataset = open(path);
    const H5T_class_t kind = H5Tget_class(dataset.type.get());
    if (kind != H5T_INTEGER && kind != H5T_FLOAT) fail(path, "does not hold numbers");
    if (dataset.extents != wanted) fail(path, "has another shape than the rest of the file asks for");
    std::vector<Number> values(dataset.elements);
    if (!values.empty() && H5Dread(dataset.id.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
        fail(path, "cannot be read");
    return values;
}

std::vector<double> Hdf5Reader::doubles(const std::string& path, const std::vector<hsize_t>& wanted) const {
    return numbers<double>(path, wanted, H5T_NATIVE_DOUBLE);
}

std::vector<std::int64_t> Hdf5Reader::integers(const std::string& path,
                                               const std::vector<hsize_t>& wanted) const {
    return numbers<std::int64_t>(path, wanted, H5T_NATIVE_INT64);
}

std::string Hdf5Reader::text_attribute(const std::string& group, const char* name) const {
    const Hdf5Handle id(H5Aopen_by_name(image_.get(), group.c_str(), name, H5P_DEFAULT, H5P_DEFAULT),
                        H5Aclose);
    if (!id.valid()) fail(group, std::string("the attribute ") + name + " is missing");
    const Hdf5Handle type(H5Aget_type(id.get()), H5Tclose);
    const Hdf5Handle space(H5Aget_space(id.get()), H5Sclose);
    const std::size_t length = H5Tget_size(type.get());
    if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0 ||
        H5Sget_simple_extent_npoints(space.get()) != 1 || length > file_bytes_)
        fail(group, std::string("the attribute ") + name + " is not a text");
    std::string value(length, '\0');
    if (H5Aread(id.get(), type.get(), value.data()) < 0)
        fail(group, std::string("the attribute ") + name + " cannot be read");
    value.resize(std::min(value.find('\0'), value.size()));
    return value;
}

std::int64_t Hdf5Reader::number_attribute(const std::string& group, const char* name) const {
    const Hdf5Handle id(H5Aopen_by_name(image_.get(), group.c_str(), name, H5P_DEFAULT, H5P_DEFAULT),
                        H5Aclose);
    if (!id.valid()) fail(group, std::string("the attribute ") + name + " is missing");
    const Hdf5Handle type(H5Aget_type(id.get()), H5Tclose);
    const Hdf5Handle space(H5Aget_space(id.get()), H5Sclose);
    std::int64_t value = 0;
    if (H5Tget_class(type.get()) != H5T_INTEGER || H5Sget_simple_extent_npoints(space.get()) != 1 ||
        H5Aread(id.get(), H5T_NATIVE_INT64, &value) < 0)
        fail(group, std::string("the attribute ") + name + " is not a whole number");
    return value;
}

}  // namespace halfstep
