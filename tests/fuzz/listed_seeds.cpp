// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/listed_seeds.h"

#include "core/model_files/hdf5/lister/answer_writer.h"
#include "core/store/workspace_layout.h"
#include "tests/fuzz/listed_file.h"

#include <zlib.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace halfstep::testing {
namespace {

using listing_wire::Layout;
using listing_wire::Record;
using listing_wire::TypeKind;
using Shape = std::vector<std::uint64_t>;

template <class Value>
std::string bytes_of(const std::vector<Value>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

std::string deflated(const std::string& bytes) {
    uLongf size = compressBound(bytes.size());
    std::string packed(size, '\0');
    compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
             bytes.size());
    packed.resize(size);
    return packed;
}

// A file and the lister's answer, side by side.
class ListedBuilder {
  public:
    ListedBuilder& number(std::string_view path, std::string_view name, std::int64_t value) {
        answer_.put(Record::number);
        answer_.put_text(path);
        answer_.put_text(name);
        answer_.put(value);
        return *this;
    }

    ListedBuilder& texts(std::string_view path, std::string_view name,
                         std::initializer_list<const char*> values) {
        answer_.put(Record::texts);
        answer_.put_text(path);
        answer_.put_text(name);
        answer_.put(static_cast<std::uint32_t>(values.size()));
        for (const char* value : values)
            answer_.put_text(value);
        return *this;
    }

    ListedBuilder& floats(std::string_view path, const Shape& shape, const std::vector<float>& values,
                          bool big_endian = false) {
        dataset(path, shape, [&] { floating(4, big_endian); });
        contiguous(bytes_of(values));
        return *this;
    }

    ListedBuilder& packed_floats(std::string_view path, const Shape& shape,
                                 const std::vector<float>& values) {
        dataset(path, shape, [&] { floating(4, false); });
        answer_.put(Layout::chunked);
        put_text_bytes(std::string(4, '\0'));
        for (const std::uint64_t extent : shape)
            answer_.put(extent);
        answer_.put(std::uint8_t{1});
        answer_.put(listing_wire::filter_deflate);
        answer_.put(std::uint32_t{6});
        answer_.put(std::uint64_t{1});
        for (std::size_t axis = 0; axis < shape.size(); ++axis)
            answer_.put(std::uint64_t{0});
        answer_.put(std::uint32_t{0});
        append(deflated(bytes_of(values)));
        return *this;
    }

    ListedBuilder& doubles(std::string_view path, const Shape& shape, const std::vector<double>& values) {
        dataset(path, shape, [&] { floating(8, false); });
        return compact(bytes_of(values));
    }

    ListedBuilder& integers(std::string_view path, const Shape& shape,
                            const std::vector<std::int64_t>& values) {
        dataset(path, shape, [&] { type(TypeKind::integer, 8, false, true); });
        return compact(bytes_of(values));
    }

    // Texts of one length.
    ListedBuilder& column(std::string_view path, const std::vector<std::string>& values) {
        std::string bytes;
        for (const std::string& value : values)
            bytes += value;
        dataset(path, {values.size()}, [&] {
            type(TypeKind::text, static_cast<std::uint32_t>(bytes.size() / values.size()), false, false);
        });
        return compact(bytes);
    }

    std::string bytes() {
        answer_.put(Record::end);
        return fuzz::listed_file_bytes(file_, std::as_bytes(std::span(answer_.answer())));
    }

  private:
    void put_text_bytes(const std::string& bytes) { answer_.put_bytes(std::as_bytes(std::span(bytes))); }

    template <class PutType>
    void dataset(std::string_view path, const Shape& shape, const PutType& put_type) {
        answer_.put(Record::dataset);
        answer_.put_text(path);
        answer_.put(objects_++);
        put_type();
        answer_.put(static_cast<std::uint8_t>(shape.size()));
        for (const std::uint64_t extent : shape)
            answer_.put(extent);
    }

    void type(TypeKind kind, std::uint32_t size, bool big_endian, bool is_signed,
              const std::vector<std::uint32_t>& fields = std::vector<std::uint32_t>(6)) {
        answer_.put(kind);
        answer_.put(size);
        answer_.put(static_cast<std::uint8_t>(big_endian));
        answer_.put(static_cast<std::uint8_t>(is_signed));
        for (const std::uint32_t field : fields)
            answer_.put(field);
    }

    // IEEE 754, of 4 or 8 bytes.
    void floating(std::uint32_t size, bool big_endian) {
        type(TypeKind::floating, size, big_endian, false,
             size == 4 ? std::vector<std::uint32_t>{31, 23, 8, 0, 23, 127}
                       : std::vector<std::uint32_t>{63, 52, 11, 0, 52, 1023});
    }

    ListedBuilder& compact(const std::string& bytes) {
        answer_.put(Layout::compact);
        answer_.put(std::uint64_t{bytes.size()});
        put_text_bytes(bytes);
        return *this;
    }

    void append(const std::string& bytes) {
        answer_.put(std::uint64_t{file_.size()});
        answer_.put(std::uint64_t{bytes.size()});
        file_ += bytes;
    }

    void contiguous(const std::string& bytes) {
        answer_.put(Layout::contiguous);
        append(bytes);
    }

    lister::AnswerWriter answer_;
    std::string file_;
    std::uint64_t objects_ = 1;
};

constexpr const char* dense_config =
    R"({"class_name":"Sequential","config":{"name":"s","layers":[{"class_name":"Dense","config":{"name":"dense","units":2}}]}})";

std::string keras_2() {
    return ListedBuilder()
        .texts("", "keras_version", {"2.4.0"})
        .texts("", "model_config", {dense_config})
        .texts("/model_weights", "layer_names", {"dense"})
        .texts("/model_weights/dense", "weight_names", {"dense/kernel:0", "dense/bias:0"})
        .floats("/model_weights/dense/dense/kernel:0", {3, 2}, {1, 2, 3, 4, 5, 6}, true)
        .floats("/model_weights/dense/dense/bias:0", {2}, {1, 2})
        .floats("/optimizer_weights/m:0", {2}, {1, 2})
        .bytes();
}

std::string keras_3() {
    return ListedBuilder()
        .packed_floats("/layers/conv2d/vars/0", {1, 1, 2, 3}, {1, 2, 3, 4, 5, 6})
        .floats("/layers/conv2d/vars/1", {3}, {1, 2, 3})
        .floats("/layers/gru/cell/vars/0", {2, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
        .bytes();
}

std::string other_weights() {
    return ListedBuilder()
        .texts("/a/w", "dtype", {"float32"})
        .floats("/a/w", {2, 2}, {1, 2, 3, 4})
        .doubles("/b", {2}, {1, 2})
        .integers("/c", {1}, {3})
        .bytes();
}

// One tensor, one scheme.
std::string workspace() {
    ListedBuilder file;
    file.number("", "halfstep_workspace", workspace_layout::version);
    for (const char* name : {"model_path", "fingerprint", "format", "architecture"})
        file.texts("", name, {"m"});
    for (const char* name : {"/tensors/name", "/tensors/dtype", "/tensors/role"})
        file.column(name, {"w"});
    file.integers("/tensors/shape", {1, 2}, {3, -1});
    for (const char* name : {"/tensors/elements", "/tensors/bytes", "/tensors/quantizable"})
        file.integers(name, {1}, {1});
    for (const auto& moment : workspace_layout::moments)
        file.doubles(moment.name, {1}, {0.5});
    for (const auto& count : workspace_layout::counts)
        file.doubles(count.name, {1}, {3});
    file.doubles("/statistics/first_non_finite", {1}, {0});
    file.column("/measurements/scheme", {"int8"});
    file.column("/measurements/refusal_reasons", {"x"});
    file.integers("/measurements/refusal", {1, 1}, {-1});
    for (const char* name : {"bits_per_weight", "bytes", "count", "clipped_count", "scale", "zero_point"})
        file.doubles(std::string("/measurements/") + name, {1, 1}, {2});
    for (const auto& sum : workspace_layout::sums)
        file.doubles(sum.name, {1, 1}, {1});
    for (const auto& sum : workspace_layout::weighted_sums)
        file.doubles(sum.name, {1, 1}, {1});
    file.texts("/plan", "model", {"m"}).texts("/plan", "fingerprint", {"0"});
    return file.column("/plan/tensor", {"w"})
        .column("/plan/scheme", {"int4"})
        .column("/plan/locked", {"w"})
        .bytes();
}

}  // namespace

std::vector<ListedSeed> listed_seeds() {
    return {{"keras_2.listed", keras_2()},
            {"keras_3.listed", keras_3()},
            {"other_weights.listed", other_weights()},
            {"workspace.listed", workspace()}};
}

}  // namespace halfstep::testing
