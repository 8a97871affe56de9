// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quantize/measure.h"
#include "core/tensor/float_conversion.h"

#include <QTemporaryDir>
#include <QTest>

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

using namespace halfstep;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

// A bf16 tensor of channels x inputs in a file that takes little room on disk: holes read as 0, and every
// `period` bytes lies a piece of gaussian weights.
std::shared_ptr<const Model> large_model(const std::filesystem::path& path, std::uint64_t channels,
                                         std::uint64_t inputs, std::uint64_t period) {
    constexpr std::size_t piece = std::size_t{1} << 19U;
    const std::uint64_t bytes = channels * inputs * 2;
    std::string header = fmt::format(R"({{"w":{{"dtype":"BF16","shape":[{},{}],"data_offsets":[0,{}]}}}})",
                                     channels, inputs, bytes);
    header.append((8 - header.size() % 8) % 8, ' ');
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0, 0.02F);
    std::vector<std::uint16_t> weights(piece);
    for (std::uint16_t& weight : weights)
        weight = f32_to_bf16(normal(random));
    std::ofstream file(path, std::ios::binary);
    const std::uint64_t length = header.size();
    file.write(reinterpret_cast<const char*>(&length), sizeof(length));
    file << header;
    for (std::uint64_t at = 0; at + piece * 2 <= bytes; at += period) {
        file.seekp(static_cast<std::streamoff>(8 + length + at));
        file.write(reinterpret_cast<const char*>(weights.data()), piece * 2);
    }
    file.close();
    std::filesystem::resize_file(path, 8 + length + bytes);
    return open_model(path);
}

double milliseconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// How long measuring goes on after a stop was asked for; negative where it was done before.
double cancel_latency(const Model& model, const Scheme& scheme, std::chrono::milliseconds after) {
    std::stop_source source;
    std::atomic<std::chrono::steady_clock::time_point> asked{};
    std::jthread stopper([&] {
        std::this_thread::sleep_for(after);
        asked = std::chrono::steady_clock::now();
        source.request_stop();
    });
    JobContext job;
    job.stop = source.get_token();
    try {
        measure_tensor(model, model.tensors().front(), {&scheme, 1}, job);
    } catch (const Cancelled&) {
        return milliseconds_since(asked);
    }
    return -1;
}

long peak_resident_mib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

}  // namespace

class TestMeasureLarge : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { QVERIFY(folder_.isValid()); }

    // First, so that the peak is this one's.
    void a_gibibyte_takes_less_than_400_mib_of_memory() {
        const std::uint64_t channels = sanitized ? 2048 : 65536;
        const std::shared_ptr<const Model> model =
            large_model(path("gibibyte.safetensors"), channels, 8192, std::uint64_t{64} << 20U);
        std::vector<Scheme> schemes;
        for (const char* notation : {"int8", "int4:g64", "int8:tensor", "int4:tensor:mse", "fp16", "q8_0"})
            schemes.push_back(parse_scheme(notation));
        const TensorMeasurement measured = measure_tensor(*model, model->tensors().front(), schemes);
        for (const Measurement& result : measured.results) {
            QCOMPARE(result.sums.count, channels * 8192);
            QVERIFY(result.sums.error_squared > 0);
        }
        qInfo("peak resident memory: %ld MiB", peak_resident_mib());
        if (sanitized) QSKIP("a sanitizer's memory is its own");
        QVERIFY(peak_resident_mib() < 400);
    }

    void a_stop_is_felt_within_100_ms_data() {
        QTest::addColumn<QString>("notation");
        QTest::addColumn<int>("inputs");
        for (const char* notation :
             {"int8", "int4:mse", "int4:asym:g128:mse", "int4:tensor:mse", "int3:asym:tensor:mse", "int4:kl",
              "int4:tensor:kl", "int8:pct99.9", "int8:tensor:pct99.9", "kmeans4", "kmeans8:tensor",
              "log4:g32:mse", "int4:tensor:gamma", "q4_0"})
            QTest::newRow(notation) << notation << 4096;
        for (const char* notation :
             {"int8:mse", "int8:asym:mse", "kmeans8", "int4:pct99", "int4:kl", "log8:mse"})
            QTest::newRow(fmt::format("{}, rows of a million", notation).c_str()) << notation << 1000000;
    }

    void a_stop_is_felt_within_100_ms() {
        QFETCH(QString, notation);
        QFETCH(int, inputs);
        const Scheme scheme = parse_scheme(notation.toStdString());
        const auto width = static_cast<std::uint64_t>(inputs);
        const std::shared_ptr<const Model> model = large_model(
            path("dense.safetensors"), (std::uint64_t{1} << 24U) / width, width, std::uint64_t{1} << 20U);
        std::vector<double> latencies;
        for (const int after : {10, 35, 80, 150, 300}) {
            const double latency = cancel_latency(*model, scheme, std::chrono::milliseconds(after));
            if (latency >= 0) latencies.push_back(latency);
        }
        if (latencies.empty()) QSKIP("done before it could be stopped");
        std::sort(latencies.begin(), latencies.end());
        const double median = latencies[latencies.size() / 2];
        qInfo("median %.1f ms, longest %.1f ms of %zu", median, latencies.back(), latencies.size());
        if (sanitized) QSKIP("too slow to be timed");
        // The longest may be due to whatever else the machine is doing.
        QVERIFY(median < 100);
    }

  private:
    std::filesystem::path path(const char* name) const { return folder_.filePath(name).toStdString(); }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestMeasureLarge)
#include "test_measure_large.moc"
