// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/chunk_cache.h"
#include "core/model_files/input_file.h"
#include "core/model_files/numpy/fortran_order.h"
#include "core/model_files/strided_bytes.h"
#include "core/model_files/swapped_bytes.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

using namespace halfstep;

namespace {

// Bytes 0, 1, 2, ... as a file.
std::shared_ptr<const InputFile> counting_file(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::byte>(i * 131 >> 3U);
    return std::make_shared<const InputFile>("counting", std::move(bytes));
}

}  // namespace

// Bytes of a file that are handed out in another order than they lie in, whatever part is asked for.
class TestReorderedBytes : public QObject {
    Q_OBJECT

  private slots:
    // Every byte of a Fortran array, whatever part is asked for, against the rule written down plainly.
    void parts_of_fortran_order_data() {
        QTest::addColumn<QString>("shape");
        QTest::addColumn<int>("width");
        for (const char* shape : {"3 5", "2 3 4", "4 1 3", "1 6 7", "300 40", "40 300", "2000 3", "3 2000",
                                  "5000 4", "2 3 2 3 2", "1 1 9 5"})
            for (const int width : {1, 4, 8})
                QTest::newRow(qPrintable(QString("%1, %2 bytes").arg(shape).arg(width)))
                    << QString(shape) << width;
    }

    void parts_of_fortran_order() {
        QFETCH(QString, shape);
        QFETCH(int, width);
        std::vector<std::int64_t> extents;
        std::size_t elements = 1;
        for (const QString& extent : shape.split(' ')) {
            extents.push_back(extent.toInt());
            elements *= static_cast<std::size_t>(extents.back());
        }
        const auto wide = static_cast<std::size_t>(width);
        constexpr std::size_t offset = 5;
        const auto file = counting_file(offset + elements * wide);
        std::vector<std::byte> stored(elements * wide);
        file->read_at(offset, stored);
        std::vector<std::byte> expected;
        for (std::size_t element = 0; element < elements; ++element) {
            std::vector<std::size_t> index(extents.size());
            std::size_t left = element;
            for (std::size_t axis = extents.size(); axis-- > 0;
                 left /= static_cast<std::size_t>(extents[axis]))
                index[axis] = left % static_cast<std::size_t>(extents[axis]);
            std::size_t place = 0;
            for (std::size_t axis = extents.size(); axis-- > 0;)
                place = place * static_cast<std::size_t>(extents[axis]) + index[axis];
            expected.insert(expected.end(), stored.begin() + static_cast<std::ptrdiff_t>(place * wide),
                            stored.begin() + static_cast<std::ptrdiff_t>((place + 1) * wide));
        }
        const InputFile ordered(
            "f", from_fortran_order(file, offset, extents, wide, std::make_shared<ChunkCache>(1 << 20)));
        QCOMPARE(ordered.size(), static_cast<std::uint64_t>(expected.size()));
        const std::size_t size = expected.size();
        for (const std::size_t first : {std::size_t{0}, std::size_t{1}, size / 3, size / 2 + 1, size - 1})
            for (const std::size_t count : {std::size_t{1}, wide + 1, size / 7, size / 2, size}) {
                std::vector<std::byte> part(std::min(count, size - first));
                ordered.read_at(first, part);
                QVERIFY(std::equal(part.begin(), part.end(),
                                   expected.begin() + static_cast<std::ptrdiff_t>(first)));
            }
    }

    // An int32 at every place says where it is; the order of axes, steps and repeats are as wild as they can
    // be.
    void strided_bytes_come_in_order_data() {
        QTest::addColumn<QList<qulonglong>>("extents");
        QTest::addColumn<QList<qulonglong>>("strides");
        const auto row = [](const char* name, const QList<qulonglong>& extents,
                            const QList<qulonglong>& strides) { QTest::newRow(name) << extents << strides; };
        row("one element", {}, {});
        row("contiguous", {1000, 3000}, {3000, 1});
        row("transposed", {2000, 1500}, {1, 2000});
        row("every seventh", {400'000}, {7});
        row("far apart", {300}, {10'000});
        row("permuted", {30, 200, 500}, {200, 1, 6000});
        row("cut", {900, 1100}, {3000, 2});
        row("a row repeated", {1500, 2000}, {0, 1});
        row("a column repeated", {1500, 2000}, {1, 0});
        row("overlapping windows", {2000, 1000}, {3, 1});
        row("ones in between", {1, 1500, 1, 1000}, {7, 1, 9, 1500});
    }
    void strided_bytes_come_in_order() {
        QFETCH(QList<qulonglong>, extents);
        QFETCH(QList<qulonglong>, strides);
        std::vector<std::uint32_t> numbers(3'100'000);
        for (std::uint32_t index = 0; index < numbers.size(); ++index)
            numbers[index] = index;
        const auto raw = std::as_bytes(std::span(numbers));
        const auto file = std::make_shared<const InputFile>("numbers", std::vector(raw.begin(), raw.end()));
        std::vector<StridedBytes::Axis> axes;
        std::uint64_t elements = 1;
        for (qsizetype axis = 0; axis < extents.size(); ++axis) {
            axes.push_back({extents[axis], strides[axis] * 4});
            elements *= extents[axis];
        }
        const auto cache = std::make_shared<ChunkCache>(8 * 1024 * 1024);
        const StridedBytes source(file, 5 * 4, axes, 4, cache);
        QCOMPARE(source.size(), elements * 4);
        const auto expected = [&](std::uint64_t element) {
            std::uint64_t place = 5;
            for (qsizetype axis = extents.size(); axis-- > 0; element /= extents[axis])
                place += element % extents[axis] * strides[axis];
            return static_cast<std::uint32_t>(place);
        };
        std::uint64_t wrong = 0;
        std::vector<std::uint32_t> part(70'001);
        for (std::uint64_t first = 0; first < elements; first += part.size()) {
            part.resize(std::min<std::uint64_t>(part.size(), elements - first));
            source.read_at(first * 4, std::as_writable_bytes(std::span(part)), {});
            for (std::size_t index = 0; index < part.size(); ++index)
                wrong += part[index] == expected(first + index) ? 0 : 1;
        }
        QCOMPARE(wrong, std::uint64_t{0});
        std::array<std::byte, 3> odd{};
        source.read_at(elements * 4 - 3, odd, {});
        const std::uint32_t last = expected(elements - 1);
        QVERIFY(std::memcmp(odd.data(), reinterpret_cast<const char*>(&last) + 1, 3) == 0);
    }

    void swapped_bytes_may_be_read_from_anywhere() {
        std::vector<std::byte> raw(40'003);
        for (std::size_t index = 0; index < raw.size(); ++index)
            raw[index] = static_cast<std::byte>(index % 251);
        const auto file = std::make_shared<const InputFile>("numbers", std::vector(raw));
        for (const std::size_t width : {2, 4, 8}) {
            const SwappedBytes source(file, 3, 40'000, width);
            for (const std::size_t first : {0, 1, 7, 16'383, 16'384, 39'990}) {
                std::vector<std::byte> some(std::min<std::size_t>(20'000, 40'000 - first));
                source.read_at(first, some, {});
                for (std::size_t index = 0; index < some.size(); ++index) {
                    const std::size_t at = first + index;
                    QVERIFY(some[index] == raw[3 + at / width * width + (width - 1 - at % width)]);
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestReorderedBytes)
#include "test_reordered_bytes.moc"
