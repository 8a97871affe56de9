// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/small_models.h"

#include "core/base/error.h"
#include "core/model_files/model.h"
#include "tests/fuzz/use_model.h"
#include "tests/support/byte_string.h"
#include "tests/support/llama2c_builder.h"
#include "tests/support/npy_builder.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/pickle_builder.h"
#include "tests/support/zip_builder.h"

#include <QtGlobal>

#include <algorithm>
#include <string_view>

namespace halfstep::testing {
namespace {

std::string small_gguf() {
    return ByteString()
        .raw("GGUF")
        .u32(3)
        .u64(3)
        .u64(4)
        .text("general.architecture")
        .u32(8)
        .text("llama")
        .text("general.alignment")
        .u32(4)
        .u32(32)
        .text("tokens")
        .u32(9)
        .u32(8)
        .u64(2)
        .text("a")
        .text("b")
        .text("scores")
        .u32(9)
        .u32(6)
        .u64(2)
        .u64(0)
        .text("token_embd.weight")
        .u32(2)
        .u64(4)
        .u64(2)
        .u32(0)
        .u64(0)
        .text("blk.0.ffn_up.weight")
        .u32(2)
        .u64(32)
        .u64(1)
        .u32(2)
        .u64(32)
        .text("blk.0.attn_norm.weight")
        .u32(1)
        .u64(5)
        .u32(1)
        .u64(64)
        .pad_to(32)
        .zeros(96)
        .bytes();
}

std::string small_onnx() {
    const Proto branch = Proto().bytes(1, constant_node("k", f32_tensor("", {2}, {1, 2}))).bytes(2, "branch");
    const Proto graph =
        Proto()
            .bytes(1, node_proto("Transpose", {"w"}, {"t"}).bytes(5, ints_attribute("perm", {1, 0})))
            .bytes(1, node_proto("MatMul", {"x", "t"}, {"p"}))
            .bytes(1, node_proto("If", {"c"}, {"y"}).bytes(5, graph_attribute("then_branch", branch)))
            .bytes(2, "main")
            .bytes(5, f32_tensor("w", {2, 2}, {1, 2, 3, 4}))
            .bytes(5, tensor_proto("h", 10, {3}).bytes(5, Proto().number(0x3c00).number(1).number(0x8000)))
            .bytes(5, tensor_proto("e", 1, {2})
                          .bytes(13, Proto().bytes(1, "location").bytes(2, "shard.safetensors"))
                          .bytes(13, Proto().bytes(1, "offset").bytes(2, "8"))
                          .varint(14, 1));
    const Proto function =
        Proto().bytes(1, "F").bytes(4, "a").bytes(7, node_proto("F", {"a"}, {"b"})).bytes(10, "d");
    return Proto().raw(onnx_file(graph)).bytes(25, function).text();
}

std::string small_pickle() {
    return Pickle().dict("layer.weight").tensor().end();
}

std::string small_npy() {
    return npy_file(">f4", "(2, 3)", std::string(24, '\x3f'), true);
}

std::string small_npz() {
    return ZipBuilder{{{"a.weight.npy", npy_file("<f4", "(2, 3)", std::string(24, '\x3f'), true)},
                       {"b.npy", npy_file("<f2", "(5,)", std::string(10, '\x3c'), false), 8},
                       {"c.npy", npy_file("<U1", "()", std::string(4, 'x'), false)}}}
        .bytes();
}

}  // namespace

std::string small_safetensors() {
    std::string header =
        "{'__metadata__':{'format':'pt'},'a.weight':{'dtype':'F32','shape':[2,2],"
        "'data_offsets':[0,16]},'b':{'dtype':'BF16','shape':[3],'data_offsets':[16,22]},"
        "'c':{'dtype':'I8','shape':[],'data_offsets':[22,23]}}  ";
    std::replace(header.begin(), header.end(), '\'', '"');
    return testing::safetensors_file(header, 23);
}

std::string small_index() {
    std::string text =
        "{'metadata':{'total_size':39},'weight_map':{'a.weight':'shard.safetensors',"
        "'b':'shard.safetensors','c':'shard.safetensors'}}";
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

std::vector<SmallModel> small_models() {
    std::vector<SmallModel> models{{"model.safetensors", small_safetensors()},
                                   {"model.gguf", small_gguf()},
                                   {"model.onnx", small_onnx()},
                                   {"model.npy", small_npy()},
                                   {"model.npz", small_npz()},
                                   {"model.pt", checkpoint_zip(small_pickle()).bytes()},
                                   {"legacy.pt", legacy_checkpoint(small_pickle())}};
    for (const std::int32_t version : {0, 1, 2}) {
        // Only version 0 has a vocabulary below 0.
        Llama2cBuilder file{
            .version = version, .shape = {4, 2, 1, 2, 1, version == 0 ? -2 : 2, 1}, .shared = 0};
        models.push_back({"version " + std::to_string(version) + ".bin", file.bytes()});
    }
    return models;
}

bool opens(const std::filesystem::path& path) {
    try {
        fuzz::use_tensors(*open_model(path));
        return true;
    } catch (const Error& error) {
        const std::string_view message = error.what();
        if (!message.starts_with(path.parent_path().string()))
            qFatal("an error does not name its file: %s", error.what());
        if (message.find('\n') != std::string_view::npos || message.size() > 1500)
            qFatal("an error is not one line: %s", error.what());
        return false;
    }
}

}  // namespace halfstep::testing
