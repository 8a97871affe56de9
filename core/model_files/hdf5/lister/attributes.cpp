// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/lister/attributes.h"

#include "core/model_files/hdf5/lister/handle.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

namespace halfstep::lister {
namespace {

using listing_wire::Record;

struct Attribute {
    const std::string& path;
    std::string name;
    Handle id;
    Handle type;
    Handle space;
    std::uint64_t elements = 0;
};

struct Visit {
    const std::string& path;
    std::uint64_t file_bytes;
    AnswerWriter& answer;
    std::exception_ptr failure;
};

[[noreturn]] void refuse(const Attribute& attribute, const std::string& problem) {
    throw Refusal(attribute.path, "its attribute " + attribute.name + " " + problem, damaged);
}

void put_head(const Attribute& attribute, Record record, AnswerWriter& answer) {
    answer.put(record);
    answer.put_text(attribute.path);
    answer.put_text(attribute.name);
}

void put_fixed_texts(const Attribute& attribute, AnswerWriter& answer) {
    const std::size_t length = H5Tget_size(attribute.type.get());
    std::vector<char> fields(length * attribute.elements);
    if (H5Aread(attribute.id.get(), attribute.type.get(), fields.data()) < 0)
        refuse(attribute, "cannot be read");
    for (std::uint64_t i = 0; i < attribute.elements; ++i) {
        const char* begin = fields.data() + i * length;
        answer.put_text({begin, strnlen(begin, length)});
    }
}

void put_variable_texts(const Attribute& attribute, AnswerWriter& answer) {
    std::vector<char*> texts(attribute.elements, nullptr);
    if (H5Aread(attribute.id.get(), attribute.type.get(), texts.data()) < 0)
        refuse(attribute, "cannot be read");
    for (const char* text : texts)
        answer.put_text(text == nullptr ? std::string_view() : std::string_view(text));
    H5Dvlen_reclaim(attribute.type.get(), attribute.space.get(), H5P_DEFAULT, texts.data());
}

void put_texts(const Attribute& attribute, AnswerWriter& answer) {
    put_head(attribute, Record::texts, answer);
    answer.put(static_cast<std::uint32_t>(attribute.elements));
    if (attribute.elements == 0) return;
    if (H5Tis_variable_str(attribute.type.get()) > 0)
        put_variable_texts(attribute, answer);
    else
        put_fixed_texts(attribute, answer);
}

void put_number(const Attribute& attribute, AnswerWriter& answer) {
    std::int64_t value = 0;
    if (H5Aread(attribute.id.get(), H5T_NATIVE_INT64, &value) < 0) refuse(attribute, "cannot be read");
    put_head(attribute, Record::number, answer);
    answer.put(value);
}

void check_size(const Attribute& attribute, std::uint64_t file_bytes) {
    const std::uint64_t size = std::max<std::uint64_t>(H5Tget_size(attribute.type.get()), 1);
    if (attribute.elements > file_bytes / size || attribute.elements > UINT32_MAX)
        refuse(attribute, "claims to be longer than the file");
}

void put_attribute(hid_t object, const char* name, const Visit& visit) {
    Handle id(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
    Handle type(H5Aget_type(id.get()), H5Tclose);
    Handle space(H5Aget_space(id.get()), H5Sclose);
    Attribute attribute{visit.path, name, std::move(id), std::move(type), std::move(space)};
    const hssize_t elements = H5Sget_simple_extent_npoints(attribute.space.get());
    if (!attribute.type.valid() || elements < 0) refuse(attribute, "cannot be read");
    if (H5Sget_simple_extent_type(attribute.space.get()) == H5S_NULL) return;
    attribute.elements = static_cast<std::uint64_t>(elements);
    const H5T_class_t kind = H5Tget_class(attribute.type.get());
    if (kind == H5T_STRING) {
        check_size(attribute, visit.file_bytes);
        put_texts(attribute, visit.answer);
    }
    if (kind == H5T_INTEGER && elements == 1) put_number(attribute, visit.answer);
}

// No exception may pass through HDF5.
herr_t visit_attribute(hid_t object, const char* name, const H5A_info_t*, void* data) {
    auto& visit = *static_cast<Visit*>(data);
    try {
        put_attribute(object, name, visit);
        return 0;
    } catch (...) {
        visit.failure = std::current_exception();
        return -1;
    }
}

}  // namespace

void put_attributes(hid_t object, const std::string& path, std::uint64_t file_bytes, AnswerWriter& answer) {
    Visit visit{path, file_bytes, answer, nullptr};
    hsize_t at = 0;
    const herr_t result = H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, &at, visit_attribute, &visit);
    if (visit.failure) std::rethrow_exception(visit.failure);
    if (result < 0) throw Refusal(path, "its attributes cannot be read", damaged);
}

}  // namespace halfstep::lister
