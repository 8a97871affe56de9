// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "tests/support/byte_string.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/pickle_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <random>

using namespace halfstep;
using testing::ByteString;
namespace fs = std::filesystem;

namespace {

// Changes a valid file as accidents and attackers do: bits, bytes, whole numbers of telling size, pieces cut
// out, doubled or swapped, an end that is missing. The seed is fixed, so that a finding can be repeated.
class Mutator {
  public:
    explicit Mutator(std::uint32_t seed) : random_(seed) {}

    std::string mutate(std::string bytes) {
        const std::uint32_t changes = 1 + below(4);
        for (std::uint32_t change = 0; change < changes && !bytes.empty(); ++change)
            mutate_once(bytes);
        return bytes;
    }

  private:
    std::uint32_t below(std::size_t limit) {
        return static_cast<std::uint32_t>(random_() % std::max<std::size_t>(limit, 1));
    }

    void mutate_once(std::string& bytes) {
        const std::size_t at = below(bytes.size());
        const std::size_t length = std::min<std::size_t>(1 + below(16), bytes.size() - at);
        switch (below(8)) {
            case 0:
                bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << below(8)));
                break;
            case 1:
                bytes[at] = static_cast<char>(below(256));
                break;
            case 2:
                put_number(bytes, at);
                break;
            case 3:
                bytes.erase(at, length);
                break;
            case 4:
                bytes.insert(at, bytes.substr(at, length));
                break;
            case 5:
                bytes.resize(at);
                break;
            case 6:
                std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                 bytes.begin() + static_cast<std::ptrdiff_t>(at + length),
                                 bytes.begin() + below(bytes.size() - length));
                break;
            default:
                insert_token(bytes, at);
                break;
        }
    }

    void put_number(std::string& bytes, std::size_t at) {
        constexpr std::array<std::uint64_t, 12> numbers = {0,           1,           2,          0x7f,
                                                           0xff,        0x7fffffff,  0xffffffff, 1ULL << 32U,
                                                           1ULL << 60U, 1ULL << 63U, ~0ULL,      ~0ULL - 7};
        const std::uint64_t number = numbers[below(numbers.size())];
        const std::size_t width = std::min<std::size_t>(std::size_t{1} << below(4), bytes.size() - at);
        bytes.replace(at, width, reinterpret_cast<const char*>(&number), width);
    }

    void insert_token(std::string& bytes, std::size_t at) {
        constexpr auto tokens = std::to_array<std::string_view>(
            {"{", "}", "[", "]", "\"", ",", ":", "\\u0000", "\\ud800", "null", "-1", "1e9",
             "18446744073709551615", "281474976710655", "__metadata__", "general.alignment", "../x",
             "\x2a\xff\xff\xff\xff\x0f"});
        bytes.insert(at, tokens[below(tokens.size())]);
    }

    std::mt19937 random_;
};

std::string small_safetensors() {
    std::string header =
        "{'__metadata__':{'format':'pt'},'a.weight':{'dtype':'F32','shape':[2,2],"
        "'data_offsets':[0,16]},'b':{'dtype':'BF16','shape':[3],'data_offsets':[16,22]},"
        "'c':{'dtype':'I8','shape':[],'data_offsets':[22,23]}}  ";
    std::replace(header.begin(), header.end(), '\'', '"');
    return testing::safetensors_file(header, 23);
}

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
    using namespace testing;
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

// A weight, a view of it, and the state of an optimizer.
std::string small_pickle() {
    testing::Pickle pickle;
    pickle.raw("}(").text("state_dict").raw("}(").text("w").tensor().text("v").rebuild().storage();
    pickle.view(1, {2, 2}, {1, 1}).raw("u").text("optimizer").raw("}").text("m").tensor().raw("su");
    return pickle.stop();
}

std::string small_index() {
    std::string text =
        "{'metadata':{'total_size':39},'weight_map':{'a.weight':'shard.safetensors',"
        "'b':'shard.safetensors','c':'shard.safetensors'}}";
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

// Opens the model and reads a little of every tensor. An Error is as good an answer as success.
bool opens(const fs::path& path) {
    try {
        const auto model = open_model(path);
        for (const TensorInfo& tensor : model->tensors()) {
            std::vector<float> values(static_cast<std::size_t>(std::min<std::uint64_t>(tensor.elements, 64)));
            if (tensor.measurable()) model->read_floats(tensor, tensor.elements - values.size(), values);
        }
        return true;
    } catch (const Error& error) {
        if (!std::string_view(error.what()).starts_with(path.parent_path().string()))
            qFatal("an error does not name its file: %s", error.what());
        return false;
    }
}

}  // namespace

class TestHostileFiles : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

  private slots:
    void mutated_files_open_or_fail_cleanly_data() {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, const std::string& bytes) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes);
        };
        row("model.safetensors", small_safetensors());
        row("model.gguf", small_gguf());
        row("model.safetensors.index.json", small_index());
        row("model.onnx", small_onnx());
        row("model.pt", testing::checkpoint_zip(small_pickle()).bytes());
        row("model.pth", testing::legacy_checkpoint(small_pickle()));
    }

    void mutated_files_open_or_fail_cleanly() {
        QFETCH(QByteArray, bytes);
        const std::string valid = bytes.toStdString();
        const char* name = QTest::currentDataTag();
        folder_.put("shard.safetensors", small_safetensors());
        QVERIFY(opens(folder_.put(name, valid)));
        Mutator mutator(20'240'607);
        int opened = 0;
        double slowest = 0;
        constexpr int rounds = 4000;
        for (int round = 0; round < rounds; ++round) {
            const fs::path path = folder_.put(name, mutator.mutate(valid));
            const std::clock_t start = std::clock();
            opened += opens(path) ? 1 : 0;
            slowest = std::max(slowest, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
        }
        qInfo("%d of %d still open, slowest %.3f s", opened, rounds, slowest);
        QVERIFY(slowest < 1);
        QVERIFY(opened < rounds / 2);  // the mutations do reach what matters
    }
};

QTEST_GUILESS_MAIN(TestHostileFiles)
#include "test_hostile_files.moc"
