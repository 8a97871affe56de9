// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor_info.h"

#include <QTest>

using namespace halfstep;

class TestTensorInfo : public QObject {
    Q_OBJECT
  private slots:
    // Bits a weight as ggml's documentation gives them.
    void block_types_have_the_published_size_data() {
        QTest::addColumn<int>("dtype");
        QTest::addColumn<double>("bits");
        QTest::newRow("f32") << static_cast<int>(DType::f32) << 32.0;
        QTest::newRow("bf16") << static_cast<int>(DType::bf16) << 16.0;
        QTest::newRow("q4_0") << static_cast<int>(DType::q4_0) << 4.5;
        QTest::newRow("q5_1") << static_cast<int>(DType::q5_1) << 6.0;
        QTest::newRow("q8_0") << static_cast<int>(DType::q8_0) << 8.5;
        QTest::newRow("q2_K") << static_cast<int>(DType::q2_K) << 2.625;
        QTest::newRow("q3_K") << static_cast<int>(DType::q3_K) << 3.4375;
        QTest::newRow("q6_K") << static_cast<int>(DType::q6_K) << 6.5625;
        QTest::newRow("iq2_xxs") << static_cast<int>(DType::iq2_xxs) << 2.0625;
        QTest::newRow("iq4_xs") << static_cast<int>(DType::iq4_xs) << 4.25;
        QTest::newRow("iq1_m") << static_cast<int>(DType::iq1_m) << 1.75;
        QTest::newRow("tq1_0") << static_cast<int>(DType::tq1_0) << 1.6875;
        QTest::newRow("nvfp4") << static_cast<int>(DType::nvfp4) << 4.5;
        QTest::newRow("q1_0") << static_cast<int>(DType::q1_0) << 1.125;
    }

    void block_types_have_the_published_size() {
        QFETCH(int, dtype);
        QFETCH(double, bits);
        const DTypeTraits& type = traits(static_cast<DType>(dtype));
        QCOMPARE(QString::fromUtf8(type.name.data(), static_cast<qsizetype>(type.name.size())),
                 QString(QTest::currentDataTag()));
        QCOMPARE(type.block_bits / static_cast<double>(type.block_elements), bits);
    }

    void a_tensor_is_seen_as_rows_of_what_is_summed_data() {
        QTest::addColumn<std::vector<std::int64_t>>("shape");
        QTest::addColumn<int>("channel_axis");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("inputs");
        using Shape = std::vector<std::int64_t>;
        QTest::newRow("scalar") << Shape{} << -1 << 1 << 1;
        QTest::newRow("vector") << Shape{7} << -1 << 1 << 7;
        QTest::newRow("matrix") << Shape{3, 5} << 0 << 3 << 5;
        QTest::newRow("convolution") << Shape{4, 3, 2, 2} << 0 << 4 << 12;
        QTest::newRow("experts") << Shape{2, 3, 5} << 1 << 6 << 5;
        QTest::newRow("empty") << Shape{0, 5} << 0 << 0 << 5;
    }

    void a_tensor_is_seen_as_rows_of_what_is_summed() {
        QFETCH(std::vector<std::int64_t>, shape);
        QFETCH(int, channel_axis);
        QFETCH(int, channels);
        QFETCH(int, inputs);
        TensorInfo tensor;
        tensor.shape = shape;
        tensor.elements = 1;
        for (const std::int64_t extent : shape)
            tensor.elements *= static_cast<std::uint64_t>(extent);
        if (channel_axis >= 0) {
            tensor.channel_axis = channel_axis;
            tensor.input_axis = channel_axis + 1;
        }
        const MatrixShape matrix = matrix_shape(tensor);
        QCOMPARE(matrix.channels, static_cast<std::uint64_t>(channels));
        QCOMPARE(matrix.inputs, static_cast<std::uint64_t>(inputs));
    }

    // By hand: element [1][2][1] of inputs 2 x heads 3 x size 2 is number 11; it is input 1 of output 2·2
    // + 1. Element [0][1][1][2] of kernel 1 x 2, 2 channels with 3 products each, is number 11, too: input 1
    // of output 5.
    void several_axes_number_outputs_together() {
        TensorInfo attention;
        attention.shape = {2, 3, 2};
        attention.elements = 12;
        attention.channel_axis = 1;
        attention.channel_axes = 2;
        attention.input_axis = 0;
        TensorInfo depthwise;
        depthwise.shape = {1, 2, 2, 3};
        depthwise.elements = 12;
        depthwise.channel_axis = 2;
        depthwise.channel_axes = 2;
        depthwise.input_axis = 0;
        for (const TensorInfo& tensor : {attention, depthwise}) {
            const MatrixLayout layout = matrix_layout(tensor);
            QCOMPARE(layout.rows(), 6U);
            QCOMPARE(layout.inputs(), 2U);
            const MatrixPlace place = matrix_place(layout, 11);
            QCOMPARE(place.row, 5U);
            QCOMPARE(place.input, 1U);
            QCOMPARE(file_index(layout, place), 11U);
            QCOMPARE(matrix_place(layout, 4).row, 4U);
            QCOMPARE(matrix_place(layout, 4).input, 0U);
        }
    }
};

QTEST_GUILESS_MAIN(TestTensorInfo)
#include "test_tensor_info.moc"
