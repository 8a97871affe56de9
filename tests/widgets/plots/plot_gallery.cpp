// SPDX-License-Identifier: GPL-3.0-or-later
// plot_gallery FOLDER [NAME]: a PNG of every plot, or of those whose name contains NAME.
#include "tests/widgets/plots/sample_data.h"
#include "widgets/plots/channel_plot.h"
#include "widgets/plots/error_plot.h"
#include "widgets/style/theme.h"

#include <QApplication>
#include <QTextStream>

#include <cmath>
#include <functional>
#include <memory>
#include <vector>

using namespace halfstep;

namespace {

struct Picture {
    const char* name;
    std::function<std::unique_ptr<PlotView>()> make;
};

std::vector<Picture> pictures() {
    static const std::vector<float> values = sample::weights(400000);
    const auto histogram = [](std::size_t bins, const GridOverlay& overlay, bool log_count) {
        return [=] {
            auto plot = std::make_unique<HistogramPlot>();
            plot->setSubject(QStringLiteral("model.layers.3.mlp.down_proj.weight · int4:g64"));
            plot->setHistogram(sample::histogramOf(values, bins), sample::statisticsOf(values));
            plot->setOverlay(overlay);
            plot->setLogCount(log_count);
            return plot;
        };
    };
    const auto error = [](int bits, double clip) {
        return [=] {
            auto plot = std::make_unique<ErrorPlot>();
            plot->setSubject(QStringLiteral("model.layers.3.mlp.down_proj.weight · int4"));
            plot->setProfile(sample::errorProfile(values, bits, clip, 256));
            return plot;
        };
    };
    const auto channels = [](std::size_t count, ChannelPlot::Order order) {
        return [=] {
            auto plot = std::make_unique<ChannelPlot>();
            plot->setSubject(QStringLiteral("model.layers.3.mlp.down_proj.weight · int4"));
            plot->setProfile(sample::channelProfile(count, 512, 128));
            plot->setOrder(order);
            plot->setSelectedChannel(count / 3);
            return plot;
        };
    };
    const auto sensitivity = [](int blocks) {
        return [=] {
            auto plot = std::make_unique<SensitivityPlot>();
            plot->setData(sample::sensitivity(blocks));
            plot->setSelectedTensor(QStringLiteral("model.layers.1.mlp.up_proj.weight"));
            return plot;
        };
    };
    const auto compare = [](std::size_t count, std::optional<std::size_t> selected) {
        return [=] {
            auto plot = std::make_unique<ComparePlot>();
            plot->setSubject(QStringLiteral("model.layers.3.mlp.down_proj.weight"));
            plot->setSchemes(sample::comparedSchemes(count));
            plot->setSelected(selected);
            return plot;
        };
    };
    return {
        {"channels_256", channels(256, ChannelPlot::Order::index)},
        {"channels_sorted", channels(256, ChannelPlot::Order::range)},
        {"channels_100k", channels(100000, ChannelPlot::Order::index)},
        {"channels_one", channels(1, ChannelPlot::Order::index)},
        {"sensitivity_2", sensitivity(2)},
        {"sensitivity_32", sensitivity(32)},
        {"compare_3", compare(3, std::nullopt)},
        {"compare_9", compare(9, std::size_t{7})},
        {"histogram_empty", [] { return std::make_unique<HistogramPlot>(); }},
        {"histogram_int4", histogram(512, sample::uniformGrid(4, 0.09), false)},
        {"histogram_int4_log", histogram(512, sample::uniformGrid(4, 0.09), true)},
        {"histogram_int6", histogram(512, sample::uniformGrid(6, 0.12), true)},
        {"histogram_int8", histogram(2048, sample::uniformGrid(8, 0.2), true)},
        {"histogram_asym", histogram(512, sample::asymmetricGrid(4, -0.07, 0.16), true)},
        {"error_int4", error(4, 0.09)},
        {"error_int4_clipped", error(4, 0.05)},
    };
}

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    if (argc < 2) return 2;
    for (const bool dark : {false, true}) {
        applyTheme(application, dark ? ThemeMode::dark : ThemeMode::light);
        for (const Picture& picture : pictures()) {
            if (argc > 2 && !QLatin1String(picture.name).contains(QLatin1String(argv[2]))) continue;
            for (const QSize size : {QSize(760, 520), QSize(1700, 1180)}) {
                const std::unique_ptr<PlotView> plot = picture.make();
                plot->resize(size);
                plot->show();
                for (int i = 0; i < 3; ++i)
                    QApplication::processEvents();
                const QString path = QStringLiteral("%1/%2_%3_%4.png")
                                         .arg(QLatin1String(argv[1]), QLatin1String(picture.name),
                                              dark ? QStringLiteral("dark") : QStringLiteral("light"))
                                         .arg(size.width());
                if (!plot->grab().save(path)) return 1;
            }
        }
    }
    return 0;
}
