// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/state_dict.h"

#include "core/model_files/file_contents.h"
#include "core/model_files/pytorch/tensor_call.h"
#include "core/model_files/pytorch/tensor_walk.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace halfstep {
namespace {

// Keys under which checkpoints keep the state dict, the most telling first.
constexpr auto model_keys = std::to_array<std::string_view>(
    {"state_dict", "model_state_dict", "model_state", "model_dict", "params_ema", "params", "model", "module",
     "net", "network", "weights", "net_state_dict", "generator_ema"});
// Of these keys it is certain whatever stands beside them.
constexpr std::size_t certain_keys = 4;

// Parts of keys under which something else stands.
constexpr auto optimizer_words = std::to_array<std::string_view>({"optim", "adam_state"});
constexpr auto other_words = std::to_array<std::string_view>({"sched", "scaler", "rng", "random_state"});

bool holds_any(std::string_view text, std::span<const std::string_view> words) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// An entry of the dict that a checkpoint is, which holds tensors.
struct Part {
    std::string key;
    PickleRef value = 0;
    std::size_t entry = 0;  // its number
    bool tensor = false;    // the value itself is one
    bool other = false;     // random states and the like
    std::vector<NamedTensor> tensors;
};

std::string counted(std::size_t count) {
    return count == 1 ? "1 tensor" : fmt::format("{} tensors", count);
}

class StateDictFinder {
  public:
    StateDictFinder(const PickleTree& tree, const PickleFailure& fail, const JobContext& job)
        : tree_(tree), walk_(tree, fail, job) {}

    StateDict find() {
        const PickleRef root = tree_.root();
        if (is_dict(tree_, root) && !dict_items(tree_, root).empty() && !is_optimizer(root)) {
            read_parts(root);
            choose();
        } else {
            TensorWalk::Found found = walk_.find(root, {});
            result_.tensors = std::move(found.tensors);
            result_.optimizer = std::move(found.optimizer);
            name_class(root);
        }
        for (NamedTensor& tensor : result_.tensors)
            if (tensor.name.empty()) tensor.name = "tensor";
        strip("module.");
        strip("_orig_mod.");
        strip("module.");
        return std::move(result_);
    }

  private:
    bool is_optimizer(PickleRef root) const {
        return dict_value(tree_, root, "param_groups") != PickleTree::none &&
               dict_value(tree_, root, "state") != PickleTree::none;
    }

    // Known keys go first, so that what two keys share is found under the telling one.
    void read_parts(PickleRef root) {
        const std::span<const PickleRef> items = dict_items(tree_, root);
        const auto rank = [&](std::size_t entry) {
            const PickleRef key = items[2 * entry];
            if (!tree_.is(key, PickleKind::text)) return model_keys.size();
            return static_cast<std::size_t>(std::find(model_keys.begin(), model_keys.end(), tree_.text(key)) -
                                            model_keys.begin());
        };
        std::vector<std::size_t> known;
        for (std::size_t entry = 0; entry < items.size() / 2; ++entry)
            if (rank(entry) < model_keys.size()) known.push_back(entry);
        std::stable_sort(known.begin(), known.end(),
                         [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
        for (const std::size_t entry : known)
            read_part(items[2 * entry], items[2 * entry + 1], entry);
        for (std::size_t entry = 0; entry < items.size() / 2; ++entry)
            if (rank(entry) == model_keys.size()) read_part(items[2 * entry], items[2 * entry + 1], entry);
        std::sort(parts_.begin(), parts_.end(),
                  [](const Part& a, const Part& b) { return a.entry < b.entry; });
    }

    void read_part(PickleRef key, PickleRef value, std::size_t entry) {
        Part part{walk_.key_text(key, entry), value, entry, tensor_call(tree_, value).has_value(), false, {}};
        TensorWalk::Found found = walk_.find(value, part.key);
        if (found.tensors.empty() && found.optimizer.empty()) return describe(part);
        const bool optimizer = !part.tensor && holds_any(part.key, optimizer_words);
        part.other = !part.tensor && holds_any(part.key, other_words);
        auto& rest = optimizer ? result_.optimizer : part.tensors;
        std::move(found.tensors.begin(), found.tensors.end(), std::back_inserter(rest));
        std::move(found.optimizer.begin(), found.optimizer.end(), std::back_inserter(result_.optimizer));
        if (!part.tensors.empty()) parts_.push_back(std::move(part));
    }

    // Small values beside the tensors are worth showing: epoch, step, version.
    void describe(const Part& part) {
        if (result_.properties.size() >= most_properties || part.key.size() > longest_property) return;
        std::string value;
        if (const auto number = tree_.integer(part.value))
            value = fmt::format("{}", *number);
        else if (tree_.is(part.value, PickleKind::real))
            value = fmt::format("{}", tree_.real(part.value));
        else if (tree_.is(part.value, PickleKind::text) && tree_.text(part.value).size() <= longest_property)
            value = tree_.text(part.value);
        if (!value.empty() && is_utf8(value))
            result_.properties.emplace_back(quotable(part.key), std::move(value));
    }

    const Part* chosen() const {
        std::size_t all = 0;
        std::size_t holding = 0;
        bool loose = false;
        const Part* only = nullptr;
        for (const Part& part : parts_) {
            if (part.other) continue;
            all += part.tensors.size();
            loose = loose || part.tensor;
            ++holding;
            only = &part;
        }
        for (std::size_t rank = 0; rank < model_keys.size(); ++rank)
            for (const Part& part : parts_)
                if (part.key == model_keys[rank] && !part.tensor &&
                    (rank < certain_keys || (!loose && 2 * part.tensors.size() >= all)))
                    return &part;
        return holding == 1 && !loose ? only : nullptr;
    }

    void choose() {
        const Part* model = chosen();
        if (model != nullptr) name_class(model->value);
        std::string left_out;
        for (Part& part : parts_) {
            if (model != nullptr ? &part == model : !part.other) {
                take(part, model != nullptr);
                continue;
            }
            constexpr std::size_t enough = 200;  // for one line
            if (left_out.size() < enough)
                left_out += fmt::format("{}'{}' ({})", left_out.empty() ? "" : ", ", quotable(part.key),
                                        counted(part.tensors.size()));
        }
        if (model != nullptr && !left_out.empty())
            add_note(fmt::format("the model is what stands under '{}'; left out: {}", quotable(model->key),
                                 quotable(left_out)));
        else if (!left_out.empty())
            add_note(fmt::format("left out: {}", quotable(left_out)));
    }

    void take(Part& part, bool without_key) {
        for (NamedTensor& tensor : part.tensors) {
            if (without_key) tensor.name.erase(0, part.key.size() + (part.key.empty() ? 0 : 1));
            result_.tensors.push_back(std::move(tensor));
        }
    }

    void name_class(PickleRef value) {
        if (is_dict(tree_, value)) return;
        const std::string_view name = class_of(tree_, value);
        result_.architecture = quotable(name.substr(name.rfind('.') + 1));
    }

    void add_note(std::string message) { result_.issues.push_back({Severity::note, {}, std::move(message)}); }

    // Takes off what every name begins with because the module was wrapped when it was saved.
    void strip(std::string_view prefix) {
        const auto has_it = [&](const NamedTensor& tensor) {
            return tensor.name.starts_with(prefix) && tensor.name.size() > prefix.size();
        };
        if (result_.tensors.empty() || !std::all_of(result_.tensors.begin(), result_.tensors.end(), has_it))
            return;
        for (NamedTensor& tensor : result_.tensors)
            tensor.name.erase(0, prefix.size());
        add_note(fmt::format("all names in the file begin with '{}': shown without it", prefix));
    }

    const PickleTree& tree_;
    TensorWalk walk_;
    std::vector<Part> parts_;
    StateDict result_;
};

}  // namespace

StateDict find_state_dict(const PickleTree& tree, const PickleFailure& fail, const JobContext& job) {
    return StateDictFinder(tree, fail, job).find();
}

}  // namespace halfstep
