// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/row_reader.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

using namespace halfstep;

// Rows of tensors whose inputs stand before their channels, against where each element lies by the shape
// alone.
class TestRowReader : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

    // A tensor of the numbers 0, 1, 2, … (modulo 2,048, which f16 holds exactly).
    std::shared_ptr<const Model> counting(const std::vector<std::int64_t>& shape, bool half) const {
        const std::int64_t elements =
            std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
        std::vector<float> values(static_cast<std::size_t>(elements));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i % 2048);
        testing::SafetensorsBuilder file;
        if (half)
            file.add_f16("w", shape, values);
        else
            file.add_f32("w", shape, values);
        file.write(folder_.path("w.safetensors"));
        return open_model(folder_.path("w.safetensors"));
    }

    // Channel after channel, the other axes in their order.
    static std::vector<float> by_channels(const TensorInfo& tensor) {
        const auto axis = static_cast<std::size_t>(*tensor.channel_axis);
        std::size_t inner = 1;
        for (std::size_t after = axis + 1; after < tensor.shape.size(); ++after)
            inner *= static_cast<std::size_t>(tensor.shape[after]);
        const auto channels = static_cast<std::size_t>(tensor.shape[axis]);
        std::vector<float> rows;
        for (std::size_t channel = 0; channel < channels; ++channel)
            for (std::size_t outer = 0; outer < tensor.elements / channels / inner; ++outer)
                for (std::size_t i = 0; i < inner; ++i)
                    rows.push_back(static_cast<float>(((outer * channels + channel) * inner + i) % 2048));
        return rows;
    }

  private slots:
    void rows_are_gathered_data() {
        QTest::addColumn<QList<int>>("shape");
        QTest::addColumn<int>("channel_axis");
        QTest::newRow("contiguous") << QList<int>{5, 7} << 0;
        QTest::newRow("columns") << QList<int>{7, 5} << 1;
        QTest::newRow("many columns") << QList<int>{90, 40'000} << 1;  // too far apart to be read along
        QTest::newRow("kernel, inputs, outputs") << QList<int>{3, 3, 4, 6} << 3;
        QTest::newRow("inputs, outputs, kernel") << QList<int>{4, 6, 3, 3} << 1;
        QTest::newRow("inputs, many outputs, kernel") << QList<int>{4, 9000, 3, 3} << 1;
        QTest::newRow("one channel") << QList<int>{6, 1} << 1;
    }
    void rows_are_gathered() {
        QFETCH(QList<int>, shape);
        QFETCH(int, channel_axis);
        const auto model = counting({shape.begin(), shape.end()}, false);
        TensorInfo tensor = model->tensors()[0];
        tensor.channel_axis = channel_axis;
        tensor.input_axis = channel_axis == 0 ? 1 : 0;
        const std::vector<float> expected = by_channels(tensor);
        RowReader reader;
        const std::uint64_t size = expected.size();
        QVERIFY(reading_block_elements(tensor) % 65'536 == 0);
        for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{1}, size / 3, size - 1})
            for (const std::uint64_t count : {std::uint64_t{1}, size / 5, size}) {
                std::vector<float> part(static_cast<std::size_t>(std::min(count, size - first)));
                reader.read_floats(*model, tensor, first, part);
                QVERIFY(std::equal(part.begin(), part.end(),
                                   expected.begin() + static_cast<std::ptrdiff_t>(first)));
            }
    }

    // 1 is 0x3c00 in f16, 2 is 0x4000, 3 is 0x4200.
    void patterns_are_gathered() {
        const auto model = counting({2, 2}, true);
        TensorInfo tensor = model->tensors()[0];
        tensor.channel_axis = 1;
        tensor.input_axis = 0;
        std::vector<std::uint16_t> patterns(4);
        RowReader().read_patterns(*model, tensor, 0, patterns);
        QVERIFY((patterns == std::vector<std::uint16_t>{0, 0x4000, 0x3c00, 0x4200}));
    }
};

QTEST_GUILESS_MAIN(TestRowReader)
#include "test_row_reader.moc"
