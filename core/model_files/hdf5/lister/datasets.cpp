// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/lister/datasets.h"

#include "core/model_files/hdf5/lister/handle.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace halfstep::lister {
namespace {

using listing_wire::Layout;
using listing_wire::Record;
using listing_wire::TypeKind;

// H5Dget_chunk_info counts from behind the user block until HDF5 1.14.4, unlike H5Dget_offset
// (github.com/HDFGroup/hdf5, issue 3003).
std::uint64_t bytes_before_chunks(hid_t dataset) {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    H5get_libversion(&major, &minor, &release);
    if (std::tuple(major, minor, release) >= std::tuple(1U, 14U, 4U)) return 0;
    const Handle file(H5Iget_file_id(dataset), H5Fclose);
    const Handle creation(H5Fget_create_plist(file.get()), H5Pclose);
    hsize_t bytes = 0;
    return H5Pget_userblock(creation.get(), &bytes) < 0 ? 0 : bytes;
}

class DatasetDescriber {
  public:
    DatasetDescriber(hid_t dataset, const std::string& path, AnswerWriter& answer)
        : dataset_(dataset),
          path_(path),
          answer_(answer),
          type_(H5Dget_type(dataset), H5Tclose),
          creation_(H5Dget_create_plist(dataset), H5Pclose),
          before_chunks_(bytes_before_chunks(dataset)) {}

    void put(haddr_t object) {
        if (!type_.valid() || !creation_.valid()) refuse("cannot be read", damaged);
        check_layout();  // first: the extents of a virtual dataset are in other files
        answer_.put(Record::dataset);
        answer_.put_text(path_);
        answer_.put(std::uint64_t{object});
        put_type();
        put_space();
        put_storage();
    }

  private:
    [[noreturn]] void refuse(const std::string& problem, std::string advice = {}) const {
        throw Refusal(path_, problem, std::move(advice));
    }

    void check_layout() const {
        constexpr const char* other_files = "Save the model again, as one file";
        const H5D_layout_t layout = H5Pget_layout(creation_.get());
        if (layout == H5D_VIRTUAL)
            refuse("is a virtual dataset: its numbers are in other files, which are not opened", other_files);
        if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED)
            refuse("has an unknown layout", damaged);
        if (H5Pget_external_count(creation_.get()) != 0)
            refuse("has external storage: its numbers are in another file, which is not opened", other_files);
    }

    void put_type() const {
        const H5T_class_t kind = H5Tget_class(type_.get());
        answer_.put(kind_of(kind));
        answer_.put(static_cast<std::uint32_t>(H5Tget_size(type_.get())));
        answer_.put(static_cast<std::uint8_t>(is_big_endian(kind)));
        answer_.put(static_cast<std::uint8_t>(kind == H5T_INTEGER && H5Tget_sign(type_.get()) == H5T_SGN_2));
        std::array<std::size_t, 5> fields{};
        std::size_t bias = 0;
        if (kind == H5T_FLOAT) {
            H5Tget_fields(type_.get(), &fields[0], &fields[1], &fields[2], &fields[3], &fields[4]);
            bias = H5Tget_ebias(type_.get());
        }
        for (const std::size_t field : fields)
            answer_.put(static_cast<std::uint32_t>(field));
        answer_.put(static_cast<std::uint32_t>(bias));
    }

    TypeKind kind_of(H5T_class_t kind) const {
        const std::size_t size = H5Tget_size(type_.get());
        switch (kind) {
            case H5T_INTEGER:
                return H5Tget_precision(type_.get()) == 8 * size ? TypeKind::integer : TypeKind::other;
            case H5T_FLOAT:
                return TypeKind::floating;
            case H5T_ENUM:  // h5py's bool: FALSE and TRUE in a byte
                return size == 1 && H5Tget_nmembers(type_.get()) == 2 ? TypeKind::boolean : TypeKind::other;
            case H5T_OPAQUE:
                return TypeKind::opaque;
            case H5T_STRING:
                return H5Tis_variable_str(type_.get()) > 0 ? TypeKind::free_text : TypeKind::text;
            case H5T_COMPOUND:
                return TypeKind::compound;
            default:
                return TypeKind::other;
        }
    }

    bool is_big_endian(H5T_class_t kind) const {
        if (kind != H5T_INTEGER && kind != H5T_FLOAT) return false;
        const H5T_order_t order = H5Tget_order(type_.get());
        if (order != H5T_ORDER_LE && order != H5T_ORDER_BE && order != H5T_ORDER_NONE)
            refuse("has an unusual order of bytes", "Save the model again with a current h5py");
        return order == H5T_ORDER_BE;
    }

    void put_space() {
        const Handle space(H5Dget_space(dataset_), H5Sclose);
        const int rank = H5Sget_simple_extent_ndims(space.get());
        if (rank < 0 || rank > static_cast<int>(listing_wire::highest_rank))
            refuse("its shape cannot be read", damaged);
        std::array<hsize_t, listing_wire::highest_rank> extents{};
        H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
        rank_ = static_cast<std::size_t>(rank);
        const bool empty = H5Sget_simple_extent_type(space.get()) == H5S_NULL;
        if (empty) rank_ = 1;  // h5py's Empty: no shape, no element
        answer_.put(static_cast<std::uint8_t>(rank_));
        for (std::size_t axis = 0; axis < rank_; ++axis)
            answer_.put(std::uint64_t{empty ? 0 : extents[axis]});
    }

    void put_storage() {
        const H5D_layout_t layout = H5Pget_layout(creation_.get());
        if (layout == H5D_CHUNKED) return put_chunks();
        if (layout == H5D_COMPACT) return put_compact();
        const haddr_t offset = H5Dget_offset(dataset_);
        if (offset == HADDR_UNDEF) {
            answer_.put(Layout::never_written);
            return put_fill_value();
        }
        answer_.put(Layout::contiguous);
        answer_.put(std::uint64_t{offset});
        answer_.put(std::uint64_t{H5Dget_storage_size(dataset_)});
    }

    void put_fill_value() const {
        std::vector<std::byte> fill(H5Tget_size(type_.get()));
        if (fill.size() > listing_wire::largest_element) fill.resize(listing_wire::largest_element);
        const H5T_class_t kind = H5Tget_class(type_.get());
        const bool plain = kind == H5T_INTEGER || kind == H5T_FLOAT;
        H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
        if (plain && H5Pfill_value_defined(creation_.get(), &defined) >= 0 &&
            defined == H5D_FILL_VALUE_USER_DEFINED &&
            H5Pget_fill_value(creation_.get(), type_.get(), fill.data()) < 0)
            refuse("its fill value cannot be read", damaged);
        answer_.put_bytes(fill);
    }

    void put_compact() const {
        const hsize_t size = H5Dget_storage_size(dataset_);
        if (size > 65'536) refuse("holds more than a header can", damaged);
        const H5T_class_t kind = H5Tget_class(type_.get());
        const bool fixed_text = kind == H5T_STRING && H5Tis_variable_str(type_.get()) == 0;
        std::vector<std::byte> bytes;
        if (kind == H5T_INTEGER || kind == H5T_FLOAT || kind == H5T_ENUM || kind == H5T_OPAQUE ||
            fixed_text) {
            const Handle space(H5Dget_space(dataset_), H5Sclose);
            const hssize_t elements = H5Sget_simple_extent_npoints(space.get());
            const std::size_t wanted = static_cast<std::size_t>(elements) * H5Tget_size(type_.get());
            if (elements < 0 || elements > 65'536 || wanted > size)
                refuse("its shape does not fit its bytes", damaged);
            bytes.resize(std::max<std::size_t>(wanted, 1));
            if (H5Dread(dataset_, type_.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
                refuse("cannot be read", damaged);
            bytes.resize(wanted);
        }
        answer_.put(Layout::compact);
        answer_.put(std::uint64_t{bytes.size()});
        answer_.put_bytes(bytes);
    }

    void put_chunks() const {
        std::array<hsize_t, listing_wire::highest_rank> extents{};
        if (H5Pget_chunk(creation_.get(), static_cast<int>(rank_), extents.data()) != static_cast<int>(rank_))
            refuse("its chunks do not fit its shape", damaged);
        answer_.put(Layout::chunked);
        put_fill_value();
        for (std::size_t axis = 0; axis < rank_; ++axis)
            answer_.put(std::uint64_t{extents[axis]});
        put_filters();
        const Handle space(H5Dget_space(dataset_), H5Sclose);
        hsize_t chunks = 0;
        if (H5Dget_num_chunks(dataset_, space.get(), &chunks) < 0)
            refuse("its chunks cannot be counted", damaged);
        if (chunks > listing_wire::most_chunks)
            refuse("is cut into " + std::to_string(chunks) + " chunks, too many to be read",
                   "Save it in fewer chunks (h5repack)");
        answer_.put(std::uint64_t{chunks});
        for (hsize_t index = 0; index < chunks; ++index)
            put_chunk(space.get(), index);
    }

    void put_filters() const {
        const int filters = H5Pget_nfilters(creation_.get());
        if (filters < 0 || static_cast<unsigned>(filters) > listing_wire::most_filters)
            refuse("its filters cannot be read", damaged);
        answer_.put(static_cast<std::uint8_t>(filters));
        for (int index = 0; index < filters; ++index) {
            unsigned flags = 0;
            std::array<unsigned, 8> parameters{};
            std::size_t count = parameters.size();
            std::array<char, 64> name{};
            const H5Z_filter_t filter =
                H5Pget_filter2(creation_.get(), static_cast<unsigned>(index), &flags, &count,
                               parameters.data(), name.size() - 1, name.data(), nullptr);
            const bool known = filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE ||
                               filter == H5Z_FILTER_FLETCHER32;
            if (!known)
                refuse("is packed with filter " + std::to_string(filter) +
                           (name[0] == 0 ? "" : " (" + std::string(name.data()) + ")") +
                           ", and only HDF5's own deflate, shuffle and fletcher32 are unpacked",
                       "Save it with gzip or without compression");
            answer_.put(static_cast<std::uint32_t>(filter));
            answer_.put(std::uint32_t{count > 0 ? parameters[0] : 0});
        }
    }

    void put_chunk(hid_t space, hsize_t index) const {
        std::array<hsize_t, listing_wire::highest_rank> first{};
        unsigned left_out = 0;
        haddr_t offset = HADDR_UNDEF;
        hsize_t bytes = 0;
        if (H5Dget_chunk_info(dataset_, space, index, first.data(), &left_out, &offset, &bytes) < 0)
            refuse("its chunks cannot be found", damaged);
        for (std::size_t axis = 0; axis < rank_; ++axis)
            answer_.put(std::uint64_t{first[axis]});
        answer_.put(std::uint32_t{left_out});
        answer_.put(offset == HADDR_UNDEF ? offset : std::uint64_t{offset} + before_chunks_);
        answer_.put(std::uint64_t{bytes});
    }

    hid_t dataset_;
    const std::string& path_;
    AnswerWriter& answer_;
    Handle type_;
    Handle creation_;
    std::uint64_t before_chunks_;
    std::size_t rank_ = 0;
};

}  // namespace

void put_dataset(hid_t dataset, const std::string& path, haddr_t object, AnswerWriter& answer) {
    DatasetDescriber(dataset, path, answer).put(object);
}

}  // namespace halfstep::lister
