// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/file_in_memory.h"
#include "tests/fuzz/small_models.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <random>

using namespace halfstep;
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
        for (const testing::SmallModel& model : testing::small_models())
            row(model.file.c_str(), model.bytes);
        row("model.safetensors.index.json", testing::small_index());
    }

    void mutated_files_open_or_fail_cleanly() {
        QFETCH(QByteArray, bytes);
        const std::string valid = bytes.toStdString();
        const char* name = QTest::currentDataTag();
        folder_.put("shard.safetensors", testing::small_safetensors());
        testing::FileInMemory file(folder_.path(name));
        QVERIFY(testing::opens(file.put(valid)));
        Mutator mutator(20'240'607);
        int opened = 0;
        double slowest = 0;
        constexpr int rounds = 4000;
        for (int round = 0; round < rounds; ++round) {
            const fs::path& path = file.put(mutator.mutate(valid));
            const std::clock_t start = std::clock();
            opened += testing::opens(path) ? 1 : 0;
            slowest = std::max(slowest, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
        }
        qInfo("%d of %d still open, slowest %.3f s", opened, rounds, slowest);
        QVERIFY(slowest < 1);
        QVERIFY(opened < rounds / 2);  // the mutations do reach what matters
    }
};

QTEST_GUILESS_MAIN(TestHostileFiles)
#include "test_hostile_files.moc"
