// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/lister/walk.h"

#include "core/model_files/hdf5/lister/attributes.h"
#include "core/model_files/hdf5/lister/datasets.h"
#include "core/model_files/hdf5/lister/handle.h"

#include <exception>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace halfstep::lister {
namespace {

using listing_wire::Record;

constexpr std::size_t deepest_group = 64;
constexpr std::size_t longest_path = 4096;
constexpr std::size_t most_links = 1'000'000;

struct Link {
    std::string name;
    H5L_type_t type = H5L_TYPE_ERROR;
};

struct LinkVisit {
    std::vector<Link> links;
    std::size_t most = 0;
};

herr_t visit_link(hid_t, const char* name, const H5L_info_t* info, void* data) {
    auto& visit = *static_cast<LinkVisit*>(data);
    if (visit.links.size() == visit.most) return -1;
    visit.links.push_back({name, info->type});
    return 0;
}

class Walk {
  public:
    Walk(std::uint64_t file_bytes, AnswerWriter& answer) : file_bytes_(file_bytes), answer_(answer) {}

    void group(hid_t id, const std::string& path, std::size_t depth) {
        if (depth > deepest_group) throw Refusal(path, "its groups are nested too deeply", damaged);
        put_attributes(id, path, file_bytes_, answer_);
        for (const Link& link : links_of(id, path))
            follow(id, link, path + "/" + link.name, depth);
    }

    // The root group can be linked to again.
    void see(haddr_t object) { seen_.insert(object); }

  private:
    std::vector<Link> links_of(hid_t group, const std::string& path) {
        LinkVisit visit;
        visit.most = most_links - links_;
        hsize_t at = 0;
        if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &at, visit_link, &visit) < 0)
            throw Refusal(path,
                          visit.links.size() == visit.most ? "the file holds too many links"
                                                           : "its members cannot be read",
                          damaged);
        links_ += visit.links.size();
        return std::move(visit.links);
    }

    void follow(hid_t group, const Link& link, const std::string& path, std::size_t depth) {
        if (path.size() > longest_path) throw Refusal(path.substr(0, 80), "has too long a path", damaged);
        switch (link.type) {
            case H5L_TYPE_HARD:
                return object(group, link.name, path, depth);
            case H5L_TYPE_SOFT:
                return alias(group, link.name, path);
            case H5L_TYPE_EXTERNAL:
                refuse_external(group, link.name, path);
            default:
                throw Refusal(path, "is a link of a kind that is not HDF5's own, which is not followed",
                              "Save the model again, as one file");
        }
    }

    [[noreturn]] static void refuse_external(hid_t group, const std::string& name, const std::string& path) {
        std::vector<char> value(longest_path, 0);
        const char* file = nullptr;
        unsigned flags = 0;
        std::string target;
        if (H5Lget_val(group, name.c_str(), value.data(), value.size() - 1, H5P_DEFAULT) >= 0 &&
            H5Lunpack_elink_val(value.data(), value.size(), &flags, &file, nullptr) >= 0 && file != nullptr)
            target = std::string(" (") + file + ")";
        throw Refusal(path, "is a link to another file" + target + ", which is not opened",
                      "Save the model again, as one file");
    }

    void object(hid_t group, const std::string& name, const std::string& path, std::size_t depth) {
        const Handle id(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
        H5O_info_t info{};
        if (!id.valid() || H5Oget_info2(id.get(), &info, H5O_INFO_BASIC) < 0)
            throw Refusal(path, "cannot be opened", damaged);
        if (!seen_.insert(info.addr).second) return put_alias(path, info.addr);
        if (info.type == H5O_TYPE_GROUP) this->group(id.get(), path, depth + 1);
        if (info.type != H5O_TYPE_DATASET) return;
        put_dataset(id.get(), path, info.addr, answer_);
        put_attributes(id.get(), path, file_bytes_, answer_);
    }

    // Where a soft link leads nowhere, or out of the file, nothing is there.
    void alias(hid_t group, const std::string& name, const std::string& path) {
        H5O_info_t info{};
        if (H5Oget_info_by_name2(group, name.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0)
            put_alias(path, info.addr);
    }

    void put_alias(const std::string& path, haddr_t object) {
        answer_.put(Record::alias);
        answer_.put_text(path);
        answer_.put(std::uint64_t{object});
    }

    std::uint64_t file_bytes_;
    AnswerWriter& answer_;
    std::unordered_set<haddr_t> seen_;
    std::size_t links_ = 0;
};

}  // namespace

void put_objects(hid_t file, std::uint64_t file_bytes, AnswerWriter& answer) {
    const Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
    H5O_info_t info{};
    if (!root.valid() || H5Oget_info2(root.get(), &info, H5O_INFO_BASIC) < 0)
        throw Refusal({}, "is not a whole HDF5 file", damaged);
    Walk walk(file_bytes, answer);
    walk.see(info.addr);
    walk.group(root.get(), {}, 0);
    answer.put(Record::end);
}

}  // namespace halfstep::lister
