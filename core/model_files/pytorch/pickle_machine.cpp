// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/pickle_machine.h"

#include "core/base/error.h"
#include "core/model_files/pytorch/pickle_names.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <span>
#include <unordered_map>
#include <utility>

namespace halfstep {
namespace {

constexpr std::size_t most_values = 5'000'000;
constexpr std::uint64_t longest_kept_text = 65'536;
constexpr std::size_t longest_name = 1024;  // of a module, class or function
constexpr std::uint8_t lowest_protocol = 2;
constexpr std::uint8_t highest_protocol = 5;
constexpr int stop_opcode = '.';

class PickleMachine {
  public:
    PickleMachine(ByteReader& bytes, const JobContext& job) : bytes_(bytes), job_(job) {}

    PickleTree run() {
        at_ = bytes_.position();
        if (bytes_.remaining() < 2 || bytes_.read<std::uint8_t>() != 0x80)
            bytes_.fail("no pickle of protocol 2 to 5 begins here", at_);
        proto();
        for (std::uint64_t count = 0;; ++count) {
            if (count % 4096 == 0) job_.throw_if_stopped();
            at_ = bytes_.position();
            const auto opcode = bytes_.read<std::uint8_t>();
            if (opcode == stop_opcode) break;
            step(opcode);
            if (tree_.size() > most_values)
                fail(fmt::format("this pickle holds more than {} values, no model needs that many",
                                 most_values));
        }
        tree_.set_root(pop());
        if (!stack_.empty() || !marks_.empty()) fail("this pickle ends with values left over");
        return std::move(tree_);
    }

  private:
    [[noreturn]] void fail(const std::string& problem) const { bytes_.fail(problem, at_); }

    void step(std::uint8_t opcode) {
        if (!constant(opcode) && !text_or_bytes(opcode) && !stack_and_memo(opcode) && !container(opcode) &&
            !symbolic(opcode))
            fail(fmt::format("byte 0x{:02x} is not an opcode that pickles of models have", opcode));
    }

    bool constant(std::uint8_t opcode) {
        switch (opcode) {
            case 'N':
                return push(PickleTree::none);
            case 0x88:
                return push(tree_.boolean(true));
            case 0x89:
                return push(tree_.boolean(false));
            case 'J':
                return push(tree_.add_integer(bytes_.read<std::int32_t>()));
            case 'K':
                return push(tree_.add_integer(bytes_.read<std::uint8_t>()));
            case 'M':
                return push(tree_.add_integer(bytes_.read<std::uint16_t>()));
            case 0x8a:
                return long_integer(bytes_.read<std::uint8_t>());
            case 0x8b:
                return long_integer(bytes_.read<std::uint32_t>());
            case 'G':  // the one number that is big-endian
                return push(
                    tree_.add_real(std::bit_cast<double>(__builtin_bswap64(bytes_.read<std::uint64_t>()))));
            default:
                return false;
        }
    }

    bool text_or_bytes(std::uint8_t opcode) {
        switch (opcode) {
            case 'X':
                return text(bytes_.read<std::uint32_t>());
            case 0x8c:
                return text(bytes_.read<std::uint8_t>());
            case 0x8d:
                return text(bytes_.read<std::uint64_t>());
            case 'U':  // texts of Python 2
                return text(bytes_.read<std::uint8_t>());
            case 'T':
                return text(bytes_.read<std::uint32_t>());
            case 'C':
                return raw_bytes(bytes_.read<std::uint8_t>());
            case 'B':
                return raw_bytes(bytes_.read<std::uint32_t>());
            case 0x8e:
            case 0x96:
                return raw_bytes(bytes_.read<std::uint64_t>());
            default:
                return false;
        }
    }

    bool stack_and_memo(std::uint8_t opcode) {
        switch (opcode) {
            case 0x80:
                return proto();
            case 0x95:  // FRAME: how much to read ahead
                bytes_.require(bytes_.read<std::uint64_t>());
                return true;
            case '(':
                marks_.push_back(stack_.size());
                return true;
            case '0':
                pop();
                return true;
            case '1':
                take_to_mark();
                return true;
            case '2':
                return push(top());
            case 'q':
                return memorize(bytes_.read<std::uint8_t>());
            case 'r':
                return memorize(bytes_.read<std::uint32_t>());
            case 0x94:
                return memorize(memo_count_);
            case 'p':
                return memorize(decimal_line());
            case 'h':
                return push(memorized(bytes_.read<std::uint8_t>()));
            case 'j':
                return push(memorized(bytes_.read<std::uint32_t>()));
            case 'g':
                return push(memorized(decimal_line()));
            default:
                return false;
        }
    }

    bool container(std::uint8_t opcode) {
        switch (opcode) {
            case ')':
                return push(tree_.empty_tuple());
            case 't':
                return push_container(PickleKind::tuple, take_to_mark());
            case 0x85:
                return push_container(PickleKind::tuple, take(1));
            case 0x86:
                return push_container(PickleKind::tuple, take(2));
            case 0x87:
                return push_container(PickleKind::tuple, take(3));
            case ']':
                return push_container(PickleKind::list, {});
            case 'l':
                return push_container(PickleKind::list, take_to_mark());
            case '}':
                return push_container(PickleKind::dict, {});
            case 'd':
                return push_container(PickleKind::dict, pairs(take_to_mark()));
            case 0x8f:
                return push_container(PickleKind::set, {});
            case 0x91:
                return push_container(PickleKind::set, take_to_mark());
            case 'a':
                return extend(take(1));
            case 'e':
            case 0x90:
                return extend(take_to_mark());
            case 's':
                return set_items(take(2));
            case 'u':
                return set_items(pairs(take_to_mark()));
            default:
                return false;
        }
    }

    bool symbolic(std::uint8_t opcode) {
        switch (opcode) {
            case 'c': {
                std::string module = line();
                return global(module, line());
            }
            case 0x93: {
                const std::span<const PickleRef> parts = take(2);
                if (!tree_.is(parts[0], PickleKind::text) || !tree_.is(parts[1], PickleKind::text))
                    fail("a name in this pickle is not a text");
                return global(std::string(tree_.text(parts[0])), std::string(tree_.text(parts[1])));
            }
            case 'R':
            case 0x81: {
                const std::span<const PickleRef> parts = take(2);
                return call(parts[0], parts[1]);
            }
            case 0x92: {  // NEWOBJ_EX: with keyword arguments
                const std::span<const PickleRef> parts = take(3);
                const bool made = call(parts[0], parts[1]);
                tree_.change_object(top()).items = parts[2];
                return made;
            }
            case 'b':
                return build();
            case 'Q': {
                const PickleRef id = pop();
                return push(tree_.add_object(PickleKind::persistent, {.args = id, .position = at_}));
            }
            case 'P': {
                const PickleRef id = tree_.add_text(line());
                return push(tree_.add_object(PickleKind::persistent, {.args = id, .position = at_}));
            }
            default:
                return false;
        }
    }

    bool proto() {
        const auto protocol = bytes_.read<std::uint8_t>();
        if (protocol < lowest_protocol || protocol > highest_protocol)
            fail(fmt::format("this pickle is of protocol {}, 2 to 5 are read", protocol));
        return true;
    }

    bool push(PickleRef value) {
        stack_.push_back(value);
        return true;
    }

    bool push_container(PickleKind kind, std::span<const PickleRef> items) {
        return push(tree_.add_container(kind, items));
    }

    // Values below the last mark are out of reach.
    std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }

    PickleRef top() const {
        if (available() == 0) fail("this pickle uses a value that it did not make");
        return stack_.back();
    }

    PickleRef pop() {
        const PickleRef value = top();
        stack_.pop_back();
        return value;
    }

    // Values taken off the stack; valid until the next are.
    std::span<const PickleRef> take(std::size_t count) {
        if (available() < count) fail("this pickle uses a value that it did not make");
        taken_.assign(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
        stack_.resize(stack_.size() - count);
        return taken_;
    }

    std::span<const PickleRef> take_to_mark() {
        if (marks_.empty()) fail("this pickle uses a mark that it did not make");
        const std::size_t mark = marks_.back();
        marks_.pop_back();
        return take(stack_.size() - mark);
    }

    std::span<const PickleRef> pairs(std::span<const PickleRef> values) const {
        if (values.size() % 2 != 0) fail("a key in this pickle has no value");
        return values;
    }

    bool long_integer(std::uint64_t size) {
        if (size > sizeof(std::int64_t)) {
            bytes_.skip(size);
            return push(tree_.add(PickleKind::large_integer));
        }
        std::uint64_t value = 0;
        std::uint8_t last = 0;
        for (std::uint64_t index = 0; index < size; ++index) {
            last = bytes_.read<std::uint8_t>();
            value |= std::uint64_t{last} << (8 * index);
        }
        if (last >= 0x80 && size < sizeof value) value |= ~0ULL << (8 * size);
        return push(tree_.add_integer(static_cast<std::int64_t>(value)));
    }

    // Texts too long to name anything are passed over.
    bool text(std::uint64_t length) {
        if (length <= longest_kept_text) return push(tree_.add_text(bytes_.text(length)));
        bytes_.skip(length);
        return push(tree_.add(PickleKind::text));
    }

    bool raw_bytes(std::uint64_t length) {
        const std::uint64_t position = bytes_.position();
        bytes_.skip(length);
        return push(tree_.add_bytes({position, length}));
    }

    std::string line() {
        std::string result;
        for (char next = bytes_.read<char>(); next != '\n'; next = bytes_.read<char>()) {
            if (result.size() == longest_name) fail("a name in this pickle is too long");
            result += next;
        }
        return result;
    }

    std::uint32_t decimal_line() {
        const std::string digits = line();
        std::uint32_t number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc() || end != digits.data() + digits.size())
            fail("a number in this pickle is not one");
        return number;
    }

    bool memorize(std::uint32_t number) {
        const PickleRef value = top();
        ++memo_count_;
        if (number > memo_.size() || far_memo_.contains(number))
            far_memo_[number] = value;
        else if (number == memo_.size())
            memo_.push_back(value);
        else
            memo_[number] = value;
        return true;
    }

    PickleRef memorized(std::uint32_t number) const {
        if (const auto found = far_memo_.find(number); found != far_memo_.end()) return found->second;
        if (number >= memo_.size())
            fail(fmt::format("this pickle refers to its value {}, which it did not make", number));
        return memo_[number];
    }

    bool global(const std::string& module, const std::string& name) {
        if (name.empty() || module.size() > longest_name || name.size() > longest_name)
            fail("this is not the name of a class or function");
        std::string whole = fmt::format("{}.{}", module, name);
        if (names_code_to_run(module, name))
            throw Error(fmt::format("this file wants to run code: {}", quotable(whole)),
                        {bytes_.file().path().string(), {}, at_},
                        "Do not trust it. Halfstep runs nothing of a file, other programs may");
        const auto found = globals_.find(whole);
        if (found != globals_.end()) return push(found->second);
        const PickleRef value = tree_.add_global(whole);
        globals_.emplace(std::move(whole), value);
        return push(value);
    }

    bool call(PickleRef callable, PickleRef args) {
        const PickleKind kind = tree_.kind(callable);
        if (kind != PickleKind::global && kind != PickleKind::object && kind != PickleKind::persistent)
            fail("this pickle calls something that is neither a class nor a function");
        if (!tree_.is(args, PickleKind::tuple)) fail("the arguments of a call are not a tuple");
        return push(
            tree_.add_object(PickleKind::object, {.callable = callable, .args = args, .position = at_}));
    }

    bool build() {
        const PickleRef state = pop();
        const PickleRef built = top();
        if (!tree_.is(built, PickleKind::object))
            fail("this pickle gives a state to something that has none");
        tree_.change_object(built).state = state;
        return true;
    }

    bool extend(std::span<const PickleRef> values) {
        PickleRef onto = top();
        if (tree_.is(onto, PickleKind::object)) onto = part(onto, &PickleObject::elements, PickleKind::list);
        if (!tree_.is(onto, PickleKind::list) && !tree_.is(onto, PickleKind::set))
            fail("this pickle appends to something that is not a list");
        tree_.append(onto, values);
        return true;
    }

    bool set_items(std::span<const PickleRef> values) {
        PickleRef onto = top();
        if (tree_.is(onto, PickleKind::object)) onto = part(onto, &PickleObject::items, PickleKind::dict);
        if (!tree_.is(onto, PickleKind::dict))
            fail("this pickle puts items into something that is not a dict");
        tree_.append(onto, values);
        return true;
    }

    // The container in which an object keeps what it is given.
    PickleRef part(PickleRef object, PickleRef PickleObject::*which, PickleKind kind) {
        if (tree_.object(object).*which == PickleTree::none) {
            const PickleRef made = tree_.add_container(kind, {});
            tree_.change_object(object).*which = made;
        }
        return tree_.object(object).*which;
    }

    ByteReader& bytes_;
    const JobContext& job_;
    PickleTree tree_;
    std::vector<PickleRef> stack_;
    std::vector<PickleRef> taken_;
    std::vector<std::size_t> marks_;
    std::vector<PickleRef> memo_;
    std::unordered_map<std::uint32_t, PickleRef> far_memo_;  // numbers that leave gaps
    std::uint32_t memo_count_ = 0;
    std::unordered_map<std::string, PickleRef> globals_;
    std::uint64_t at_ = 0;  // of the opcode
};

}  // namespace

PickleTree read_pickle(ByteReader& bytes, const JobContext& job) {
    return PickleMachine(bytes, job).run();
}

}  // namespace halfstep
