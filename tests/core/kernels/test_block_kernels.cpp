// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/ggml/fast_quantizer.h"
#include "core/ggml/plain_quantizer.h"
#include "core/kernels/kernel_table.h"

#include <QTest>

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <random>
#include <vector>

using namespace halfstep;

namespace {

using enum DType;

constexpr std::array types = {q4_0, q4_1, q5_0, q5_1,   q8_0,   q2_K,  q3_K,
                              q4_K, q5_K, q6_K, iq4_nl, iq4_xs, mxfp4, nvfp4};

// Weights as blocks do not like them, and as they are.
class OddWeights {
  public:
    explicit OddWeights(unsigned seed) : random_(seed) {}

    static constexpr int kinds = 23;

    std::vector<float> row(std::size_t n, int kind) {
        std::vector<float> x(n);
        const float offset = gauss();
        for (std::size_t i = 0; i < n; ++i)
            x[i] = value(kind, i, offset);
        return x;
    }

    std::vector<float> importance(std::size_t n) {
        std::vector<float> weights(n);
        for (float& weight : weights)
            weight = uniform() < 0.1F ? 0.0F : std::exp(2 * gauss());
        return weights;
    }

    float gauss() { return normal_(random_); }
    float uniform() { return uniform_(random_); }

  private:
    float value(int kind, std::size_t i, float offset) {
        switch (kind) {
            case 0:
                return 0.02F * gauss();
            case 1:
                return uniform() - 0.5F;
            case 2:
                return std::fabs(gauss());
            case 3:
                return -std::fabs(gauss());
            case 4:
                return gauss() + 10 * offset;
            case 5:
                return uniform() < 0.9F ? 0.0F : gauss();
            case 6:
                return gauss() * (uniform() < 0.02F ? 50.0F : 1.0F);
            case 7:
                return std::round(3 * gauss());  // codes that are hit exactly, and ties
            case 8:
                return (std::round(31 * uniform()) - 15.5F) / 2;
            case 9:
                return i / 32 % 3 == 0 ? 0.0F : gauss();
            case 10:
                return offset;
            case 11:
                return std::ldexp(1.0F, static_cast<int>(3 * gauss()));
            case 12:
                return gauss() * std::pow(10.0F, -static_cast<float>(i / 16 % 9));  // scales that become 0
            case 13:
                return 1000 * offset + 1e-3F * gauss();
            case 14:
                return uniform() < 0.5F ? -0.0F : 0.0F;
            case 15:
                return uniform() < 0.3F ? 0.0F : uniform() < 0.5F ? -0.0F : std::fabs(gauss());
            case 16:
                return 1e-30F * gauss();
            case 17:
                return 1e-13F * gauss();
            case 18:
                return 1e6F * gauss();
            case 19:
                return 1e30F * gauss();
            case 20:  // just below powers of two, where logarithms are rounded up to them
                return 1 - std::ldexp(uniform(), -15 - static_cast<int>(i / 32 % 10));
            case 21:  // halfway between two values of E2M1, and beside that
                return middle(offset) * (1 + std::ldexp(std::round(3 * uniform()) - 1, -23));
            default:  // one large weight among tiny ones
                return i % 64 == 5 ? 1000 * offset : 1e-6F * gauss();
        }
    }

    float middle(float factor) {
        constexpr std::array middles = {0.25F, 0.75F, 1.25F, 1.75F, 2.5F, 3.5F, 5.0F, 6.0F, 7.0F};
        const float value = middles[static_cast<std::size_t>(8.99F * uniform())];
        return std::ldexp(uniform() < 0.5F ? -value : value, static_cast<int>(4 * factor));
    }

    std::mt19937 random_;
    std::normal_distribution<float> normal_;
    std::uniform_real_distribution<float> uniform_{0.0F, 1.0F};
};

void compare(const kernels::KernelTable& table, DType type, const std::vector<float>& row,
             const std::vector<float>& importance) {
    std::vector<std::byte> expected(ggml_bytes(type, row.size()));
    std::vector<std::byte> actual(expected.size(), std::byte{0xaa});
    const BlockOutcome plain = plain_quantize_ggml_row(type, row, importance, expected);
    const auto fast = fast_quantize_ggml_row(kernels::block_kernels(table), type, row, importance, actual);
    QVERIFY(fast.has_value());
    QVERIFY(std::memcmp(expected.data(), actual.data(), expected.size()) == 0);
    QCOMPARE(fast->clipped, plain.clipped);
    QCOMPARE(fast->scale_overflow, plain.scale_overflow);
}

}  // namespace

// Every instruction set writes the bytes of the plain quantizers, which are held against ggml's own.
class TestBlockKernels : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { QVERIFY(!kernels::available_kernel_tables().empty()); }

    void same_bytes_data() {
        QTest::addColumn<int>("table");
        QTest::addColumn<int>("kind");
        const auto tables = kernels::available_kernel_tables();
        for (std::size_t i = 0; i < tables.size(); ++i)
            for (int kind = 0; kind < OddWeights::kinds; ++kind)
                QTest::addRow("%s, kind %d", tables[i]->name, kind) << static_cast<int>(i) << kind;
    }
    void same_bytes() {
        QFETCH(const int, table);
        QFETCH(const int, kind);
        const kernels::KernelTable& kernels =
            *kernels::available_kernel_tables()[static_cast<std::size_t>(table)];
        OddWeights weights(static_cast<unsigned>(kind));
        // More and fewer superblocks than a vector has lanes.
        for (const std::size_t superblocks : {3U, 19U}) {
            const std::vector<float> row = weights.row(256 * superblocks, kind);
            const std::vector<float> importance = weights.importance(row.size());
            for (const DType type : types) {
                compare(kernels, type, row, {});
                compare(kernels, type, row, importance);
            }
        }
    }

    // A block among others that the kernels leave to the plain rule.
    void odd_blocks_among_others() {
        OddWeights weights(99);
        std::vector<float> row;
        for (int i = 0; i < 40; ++i) {
            const std::vector<float> part = weights.row(256, i % 3 == 0 ? 13 : 0);
            row.insert(row.end(), part.begin(), part.end());
        }
        for (const kernels::KernelTable* table : kernels::available_kernel_tables())
            for (const DType type : types)
                compare(*table, type, row, {});
    }

    // The same group everywhere: what one of them wants done again and again, all of them want at once.
    void equal_groups() {
        OddWeights weights(5);
        for (int round = 0; round < 60; ++round) {
            const std::vector<float> group = weights.row(16, round % 3);
            std::vector<float> row(256 * 9);
            for (std::size_t i = 0; i < row.size(); ++i)
                row[i] = group[i % group.size()];
            for (const kernels::KernelTable* table : kernels::available_kernel_tables())
                for (const DType type : {q2_K, q3_K, q4_K, q6_K})
                    compare(*table, type, row, {});
        }
    }

    // One importance that drowns the others leaves a scale whose reciprocal is infinite; times a zero that is
    // no number, which ggml takes for the largest.
    void scale_without_reciprocal() {
        constexpr float a = 1.09205e-05F;
        std::vector<float> row(256);
        std::vector<float> importance(256);
        for (std::size_t block = 0; block < row.size(); block += 32) {
            for (const std::size_t i : {0U, 1U, 2U, 27U, 28U, 29U, 30U, 31U})
                row[block + i] = a;
            row[block + 3] = 1.98074e-41F;
            for (const std::size_t i :
                 {1U, 2U, 3U, 4U, 6U, 8U, 9U, 10U, 19U, 20U, 21U, 22U, 23U, 24U, 26U, 27U, 28U, 29U})
                importance[block + i] = a;
            importance[block + 5] = 1.58986e+38F;
            importance[block + 7] = 1.02573e-08F;
            importance[block + 11] = 1.98074e-41F;
            importance[block + 25] = 6.6389e-07F;
        }
        for (const kernels::KernelTable* table : kernels::available_kernel_tables())
            for (const DType type : types)
                compare(*table, type, row, importance);
    }

    // Several rows with the importance of one: what the rows give one by one.
    void rows_together() {
        OddWeights weights(7);
        constexpr std::size_t columns = 768;
        constexpr std::size_t rows = 9;
        std::vector<float> all;
        for (std::size_t row = 0; row < rows; ++row) {
            const std::vector<float> one = weights.row(columns, static_cast<int>(row == 4 ? 13 : row));
            all.insert(all.end(), one.begin(), one.end());
        }
        const std::vector<float> importance = weights.importance(columns);
        for (const DType type : types) {
            const std::size_t bytes = ggml_bytes(type, columns);
            std::vector<std::byte> expected(rows * bytes);
            for (std::size_t row = 0; row < rows; ++row)
                plain_quantize_ggml_row(type, std::span(all).subspan(row * columns, columns), importance,
                                        std::span(expected).subspan(row * bytes, bytes));
            std::vector<std::byte> together(rows * bytes);
            plain_quantize_ggml_row(type, all, importance, together);
            QVERIFY(together == expected);
            for (const kernels::KernelTable* table : kernels::available_kernel_tables()) {
                std::vector<std::byte> fast(rows * bytes);
                QVERIFY(fast_quantize_ggml_row(kernels::block_kernels(*table), type, all, importance, fast));
                QVERIFY2(fast == expected, traits(type).name.data());
            }
        }
        std::vector<std::byte> blocks(ggml_bytes(q4_K, columns));
        QVERIFY_EXCEPTION_THROWN(
            quantize_ggml_row(q4_K, std::span(all).first(columns), std::span(importance).first(512), blocks),
            Error);
    }

    void no_kernel() {
        std::vector<float> row(256);
        std::vector<std::byte> blocks(ggml_bytes(tq1_0, row.size()));
        QVERIFY(!fast_quantize_ggml_row(tq1_0, row, {}, blocks).has_value());
        const BlockOutcome none = *fast_quantize_ggml_row(q4_K, {}, {}, {});
        QCOMPARE(none.clipped, std::uint64_t{0});
    }
};

QTEST_APPLESS_MAIN(TestBlockKernels)
#include "test_block_kernels.moc"
