// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/channel_profile.h"
#include "core/analysis/statistics.h"
#include "core/model_files/model.h"
#include "core/model_files/tensor_matching.h"
#include "core/quantize/measure.h"
#include "core/schemes/scheme.h"
#include "tests/support/model_facts.h"
#include "tests/support/test_data.h"

#include <QTest>

#include <fmt/format.h>

#include <string>
#include <tuple>
#include <vector>

using namespace halfstep;
using testing::values_of;

namespace {

// Every granularity, range and kind of grid.
std::vector<Scheme> schemes() {
    std::vector<Scheme> all;
    for (const char* notation : {"int8:tensor:mse",
                                 "int8:asym:tensor",
                                 "int4:channel",
                                 "int4:asym:channel",
                                 "int4:channel:mse",
                                 "int5:symfull:channel:pct99",
                                 "int6:channel:kl",
                                 "int4:asym:g32",
                                 "int3:g16:gamma",
                                 "int8:g8:s32",
                                 "nf4:g64:dq",
                                 "nf4:channel",
                                 "log4:channel",
                                 "log4:g32",
                                 "kmeans4:tensor",
                                 "fp8_e4m3:channel",
                                 "fp16",
                                 "mxfp4",
                                 "nvfp4",
                                 "q8_0",
                                 "q4_K",
                                 "keep"})
        all.push_back(parse_scheme(notation));
    return all;
}

auto figures(const Measurement& measured) {
    const ErrorSums& sums = measured.sums;
    return std::tuple(measured.refused, measured.bits_per_weight, measured.bytes, sums.count, sums.clipped,
                      sums.error_squared, sums.value_squared, sums.product, sums.quantized_squared,
                      sums.max_abs_error, measured.scale, measured.zero_point);
}

auto figures(const TensorStatistics& found) {
    return std::tuple(found.count, found.min, found.max, found.mean, found.std, found.abs_max, found.kurtosis,
                      found.zeros);
}

auto figures(const ChannelProfile::Channel& channel) {
    return std::tuple(channel.min, channel.max, channel.rms, channel.value_squared, channel.error_squared,
                      channel.outliers);
}

// A tensor of one file and the same of another; what differs between them is said in a few words.
class Twins {
  public:
    Twins(const Model& model, const TensorInfo& tensor, const Model& other_model, const TensorInfo& other)
        : model_(model), tensor_(tensor), other_model_(other_model), other_(other) {}

    std::string difference() const {
        if (tensor_.shape != other_.shape) return "the shape";
        if (values_of(model_, tensor_.name) != values_of(other_model_, other_.name)) return "the values";
        if (tensor_.role != other_.role || tensor_.quantizable != other_.quantizable) return "the role";
        if (tensor_.channel_axis != other_.channel_axis || tensor_.input_axis != other_.input_axis)
            return "the axes";
        if (figures(compute_statistics(model_, tensor_)) != figures(compute_statistics(other_model_, other_)))
            return "the statistics";
        std::string found = different_measurement();
        return found.empty() && tensor_.quantizable ? different_channel() : found;
    }

  private:
    std::string different_measurement() const {
        const std::vector<Scheme> all = schemes();
        const TensorMeasurement ours = measure_tensor(model_, tensor_, all);
        const TensorMeasurement theirs = measure_tensor(other_model_, other_, all);
        for (std::size_t i = 0; i < all.size(); ++i)
            if (figures(ours.results[i]) != figures(theirs.results[i])) return to_string(all[i]);
        return {};
    }

    std::string different_channel() const {
        for (const char* notation : {"int4:channel", "int4:asym:g32"}) {
            const Scheme scheme = parse_scheme(notation);
            const ChannelProfile ours = compute_channel_profile(model_, tensor_, scheme, 64, 64);
            const ChannelProfile theirs = compute_channel_profile(other_model_, other_, scheme, 64, 64);
            if (ours.channels.size() != theirs.channels.size()) return "the number of channels";
            for (std::size_t channel = 0; channel < ours.channels.size(); ++channel)
                if (figures(ours.channels[channel]) != figures(theirs.channels[channel]))
                    return fmt::format("{} of channel {}", notation, channel);
            if (ours.map.abs_max != theirs.map.abs_max || ours.map.rms_error != theirs.map.rms_error)
                return fmt::format("{} of the map of channels and inputs", notation);
        }
        return {};
    }

    const Model& model_;
    const TensorInfo& tensor_;
    const Model& other_model_;
    const TensorInfo& other_;
};

}  // namespace

// A network is what it is whatever file it lies in: the same values, uses and measurements.
class TestSameNetwork : public QObject {
    Q_OBJECT

  private slots:
    void in_two_formats_data() {
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        QTest::addColumn<int>("common");
        QTest::addColumn<int>("weights");  // of them, the quantizable ones
        const QString stories = "stories260k/stories260K.bin";
        // torch.load counts 209 floating-point tensors, 52 of them with four axes.
        QTest::newRow("face detector, PyTorch and ONNX") << "face-rfb320/version-RFB-320.pth"
                                                         << "face-rfb320/version-RFB-320.onnx" << 209 << 52;
        // Five blocks of seven matrices and the embedding; eleven norms.
        QTest::newRow("stories, llama2.c and safetensors")
            << stories << "stories260k/derived/stories260K.safetensors" << 47 << 36;
        QTest::newRow("stories, llama2.c and GGUF") << stories << "stories260k-gguf/tinyllm.gguf" << 47 << 36;
    }

    void in_two_formats() {
        QFETCH(QString, first);
        QFETCH(QString, second);
        QFETCH(int, common);
        QFETCH(int, weights);
        const auto models = testing::models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        const auto model = open_model(*models / first.toStdString());
        const auto other = open_model(*models / second.toStdString());
        int compared = 0;
        int quantizable = 0;
        for (const TensorMatch& pair : match_tensors(*model, *other).both) {
            if (!pair.first->measurable()) continue;
            QVERIFY2(pair.problem.empty() && pair.rows.head_rows == 0, pair.problem.c_str());
            const std::string difference = Twins(*model, *pair.first, *other, *pair.second).difference();
            QVERIFY2(difference.empty(), fmt::format("{}: {}", pair.first->name, difference).c_str());
            ++compared;
            quantizable += pair.first->quantizable ? 1 : 0;
        }
        QCOMPARE(compared, common);
        QCOMPARE(quantizable, weights);
    }
};

QTEST_GUILESS_MAIN(TestSameNetwork)
#include "test_same_network.moc"
