// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// A value of a pickle, by number.
using PickleRef = std::uint32_t;

enum class PickleKind : std::uint8_t {
    none,
    boolean,
    integer,
    large_integer,  // of more than 64 bits: its value is not kept
    real,
    text,
    bytes,  // only where they are
    tuple,
    list,
    dict,
    set,
    global,      // the name of a class or function, "module.name": never looked up
    object,      // what a class or function would have made of some arguments: never called
    persistent,  // something outside the pickle, named by `args`
};

// How an object or persistent value would have been made. Parts that are not there refer to None.
struct PickleObject {
    PickleRef callable = 0;
    PickleRef args = 0;
    PickleRef state = 0;         // what BUILD gave it
    PickleRef items = 0;         // a dict: what SETITEM(S) gave it
    PickleRef elements = 0;      // a list: what APPEND(S) or ADDITEMS gave it
    std::uint64_t position = 0;  // in the file, of the opcode
};

// Where bytes lie that a pickle holds.
struct PickleBytes {
    std::uint64_t position = 0;  // in the file
    std::uint64_t length = 0;
};

// What a pickle describes, as plain data. Values may be shared, and contain each other in circles.
class PickleTree {
  public:
    static constexpr PickleRef none = 0;

    PickleTree();

    std::size_t size() const { return values_.size(); }
    PickleRef root() const { return root_; }
    PickleKind kind(PickleRef value) const { return values_[value].kind; }
    bool is(PickleRef value, PickleKind kind) const { return values_[value].kind == kind; }

    std::optional<std::int64_t> integer(PickleRef value) const;  // also of True and False
    double real(PickleRef value) const;                          // of a real
    std::string_view text(PickleRef value) const;                // of a text or global; else empty
    std::optional<PickleBytes> bytes(PickleRef value) const;     // of bytes
    // Of a tuple, list or set; of a dict: key, value, key, value, ...; of anything else none.
    std::span<const PickleRef> items(PickleRef value) const;
    const PickleObject& object(PickleRef value) const;  // of an object or persistent

    // All objects and persistent values, and the globals, in the order of the file.
    const std::vector<PickleObject>& objects() const { return objects_; }
    const std::vector<PickleRef>& globals() const { return globals_; }

    PickleRef add(PickleKind kind, std::uint64_t payload = 0, std::uint32_t length = 0);
    PickleRef add_integer(std::int64_t value) {
        return add(PickleKind::integer, static_cast<std::uint64_t>(value));
    }
    PickleRef add_real(double value);
    PickleRef add_text(std::string_view text);
    PickleRef add_global(std::string_view name);
    PickleRef add_bytes(const PickleBytes& bytes);
    PickleRef add_container(PickleKind kind, std::span<const PickleRef> items);
    PickleRef add_object(PickleKind kind, const PickleObject& object);
    PickleRef boolean(bool value) const { return value ? 2 : 1; }
    PickleRef empty_tuple() const { return 3; }

    void append(PickleRef container, std::span<const PickleRef> items);
    PickleObject& change_object(PickleRef value) { return objects_[values_[value].payload]; }
    // From now on `value` is what `other` is, wherever it stands.
    void become(PickleRef value, PickleRef other) { values_[value] = values_[other]; }
    void set_root(PickleRef value) { root_ = value; }

  private:
    struct Value {
        PickleKind kind;
        std::uint32_t length;
        std::uint64_t payload;  // the number itself, or where the rest is: in texts_, containers_, objects_
    };

    std::vector<Value> values_;
    std::vector<std::vector<PickleRef>> containers_;
    std::vector<PickleObject> objects_;
    std::vector<PickleBytes> bytes_;
    std::vector<PickleRef> globals_;
    std::string texts_;
    PickleRef root_ = none;
};

}  // namespace halfstep
