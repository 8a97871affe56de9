// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/byte_string.h"
#include "tests/support/zip_builder.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// PyTorch checkpoints written down opcode by opcode, so that a test can get each of them wrong. Opcodes:
// Python's pickletools.py.
namespace halfstep::testing {

class Pickle {
  public:
    explicit Pickle(std::uint8_t protocol = 2) { raw("\x80").byte(protocol); }

    Pickle& raw(std::string_view opcodes) {
        bytes_.raw(opcodes);
        return *this;
    }
    Pickle& byte(std::uint8_t value) {
        bytes_.u8(value);
        return *this;
    }
    Pickle& text(std::string_view value) {
        bytes_.raw("X").u32(static_cast<std::uint32_t>(value.size())).raw(value);
        return *this;
    }
    Pickle& number(std::int64_t value) {
        bytes_.raw("\x8a\x08").value(value);
        return *this;
    }
    // (1, 2, 3)
    Pickle& numbers(const std::vector<std::int64_t>& values) {
        raw("(");
        for (const std::int64_t value : values)
            number(value);
        return raw("t");
    }
    Pickle& global(std::string_view module, std::string_view name) {
        bytes_.raw("c").raw(module).raw("\n").raw(name).raw("\n");
        return *this;
    }
    Pickle& memo(std::uint8_t number) { return raw("q").byte(number); }
    Pickle& get(std::uint8_t number) { return raw("h").byte(number); }
    Pickle& storage(std::string_view type = "Float", std::string_view key = "0", std::int64_t elements = 4) {
        return raw("(")
            .text("storage")
            .global("torch", std::string(type) + "Storage")
            .text(key)
            .text("cpu")
            .number(elements)
            .raw("tQ");
    }
    // What follows a storage: the rest of a call of _rebuild_tensor_v2.
    Pickle& view(std::int64_t offset, const std::vector<std::int64_t>& shape,
                 const std::vector<std::int64_t>& strides) {
        return number(offset)
            .numbers(shape)
            .numbers(strides)
            .raw("\x89")
            .global("collections", "OrderedDict")
            .raw(")RtR");
    }
    Pickle& rebuild(std::string_view function = "_rebuild_tensor_v2") {
        return global("torch._utils", function).raw("(");
    }
    // A tensor of the four floats of storage 0.
    Pickle& tensor() { return rebuild().storage().view(0, {2, 2}, {2, 1}); }
    // {'w': ...} around what is put between `dict` and `end`.
    Pickle& dict(std::string_view key = "w") { return raw("}").text(key); }
    std::string end() { return std::string(raw("s.").bytes_.bytes()); }
    std::string stop() { return std::string(raw(".").bytes_.bytes()); }

  private:
    ByteString bytes_;
};

// As torch.save writes it, with storage 0 of four floats unless others are given.
inline ZipBuilder checkpoint_zip(const std::string& pickle,
                                 const std::vector<std::pair<std::string, std::string>>& storages = {
                                     {"0", floats({1, 2, 3, 4})}}) {
    ZipBuilder zip{{{"m/data.pkl", pickle}}};
    for (const auto& [key, bytes] : storages)
        zip.parts.push_back({"m/data/" + key, bytes});
    zip.parts.push_back({"m/version", "3\n"});
    return zip;
}

inline std::string legacy_start() {
    return std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15) +
           Pickle().raw("M\xe9\x03").stop() + Pickle().raw("}").stop();
}

// As torch.save wrote it before version 1.6: storage 0 is of four floats.
inline std::string legacy_checkpoint(const std::string& pickle) {
    return legacy_start() + pickle + Pickle().raw("]").text("0").raw("a").stop() +
           ByteString().u64(4).raw(floats({1, 2, 3, 4})).bytes();
}

}  // namespace halfstep::testing
