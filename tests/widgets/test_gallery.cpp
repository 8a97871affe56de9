// SPDX-License-Identifier: GPL-3.0-or-later
// Draws every widget that is not a plot, light and dark, into $HALFSTEP_GALLERY (else a temporary folder) to
// be looked at, and checks that each draws something in both themes and draws it differently.
#include "tests/widgets/widget_samples.h"
#include "widgets/panels/budget_strip.h"
#include "widgets/panels/issues_panel.h"
#include "widgets/panels/jobs_panel.h"
#include "widgets/panels/start_page.h"
#include "widgets/style/icons.h"
#include "widgets/style/theme.h"
#include "widgets/tables/layer_table_view.h"

#include <QApplication>
#include <QDir>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <memory>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

std::unique_ptr<QWidget> layerTable() {
    auto view = std::make_unique<LayerTableView>();
    view->setRows(sampleLayers(4));
    view->selectLayers({12, 13});
    return view;
}

std::unique_ptr<QWidget> filteredTable() {
    auto view = std::make_unique<LayerTableView>();
    view->setRows(sampleLayers(12));
    view->setFilter(QStringLiteral("role:ffn sqnr<28 bits<"));
    view->table()->sortByColumn(8, Qt::AscendingOrder);
    return view;
}

std::unique_ptr<SchemeEditor> editor(std::vector<SchemeTarget> targets) {
    auto made = std::make_unique<SchemeEditor>();
    made->setTargets(std::move(targets));
    return made;
}

std::unique_ptr<QWidget> integerEditor() {
    return editor(
        {sampleTarget("model.layers.3.mlp.down_proj.weight", Role::ffn_down, "int4:g128:mse", 4096, 14336)});
}

std::unique_ptr<QWidget> clipEditor() {
    return editor({sampleTarget("a", Role::ffn_down, "int4:asym:tensor:clip-0.08..0.12:gamma", 4096, 14336)});
}

std::unique_ptr<QWidget> blockScaledEditor() {
    return editor({sampleTarget("a", Role::ffn_down, "nvfp4", 4096, 14336)});
}

std::unique_ptr<QWidget> mixedEditor() {
    return editor({sampleTarget("a", Role::ffn_up, "q4_0", 4096, 100),
                   sampleTarget("b", Role::ffn_up, "int8", 4096, 64)});
}

std::unique_ptr<QWidget> brokenEditor() {
    auto made = editor({sampleTarget("a", Role::ffn_up, "kmeans4", 4096, 4096)});
    QTest::keyClicks(made->findChild<QLineEdit*>(QStringLiteral("scheme_notation")), QStringLiteral(":asym"));
    return made;
}

LiveNumbers liveNumbers(bool estimated) {
    LiveNumbers numbers;
    numbers.tensor = QStringLiteral("model.layers.3.mlp.down_proj.weight");
    numbers.facts.measurement = sampleMeasurement("int4:asym:tensor", 0.112, 0.00042);
    numbers.facts.clipping_share = 0.03;
    numbers.facts.sqnr_one_more_bit = 25.2;
    numbers.committed = sampleMeasurement("int8", 0.0062, 0);
    numbers.estimated = estimated;
    return numbers;
}

std::unique_ptr<QWidget> numbersPanel() {
    auto panel = std::make_unique<LiveNumbersPanel>();
    panel->setNumbers(liveNumbers(true));
    return panel;
}

std::unique_ptr<QWidget> emptyNumbersPanel() {
    return std::make_unique<LiveNumbersPanel>();
}

std::unique_ptr<QWidget> budget() {
    auto strip = std::make_unique<BudgetStrip>();
    strip->setNumbers({16'060'556'000, 4'912'300'000, 4.8912, 0.0613, 120, 226});
    strip->setUndo(true, QStringLiteral("apply int4:g128 to 32 layers"));
    return strip;
}

std::unique_ptr<QWidget> issues() {
    auto panel = std::make_unique<IssuesPanel>();
    panel->setIssues({
        {Severity::note, "", "The file has 12 bytes after the last tensor"},
        {Severity::warning, "model.layers.0.mlp.down_proj.weight",
         "16-bit scales underflowed; 32-bit ones were used"},
        {Severity::error, "lm_head.weight",
         "3 weights are not finite, the first at element 4711: the tensor cannot be exported"},
    });
    return panel;
}

std::unique_ptr<QWidget> noIssues() {
    return std::make_unique<IssuesPanel>();
}

std::unique_ptr<QWidget> jobs() {
    auto panel = std::make_unique<JobsPanel>();
    panel->setLinger(0);
    panel->setJob({1, QStringLiteral("Measure 226 layers"), JobState::running, 0.432, {}});
    panel->setJob({2, QStringLiteral("Open llama-3-8b.safetensors"), JobState::running, {}, {}});
    panel->setJob(
        {3, QStringLiteral("Statistics"), JobState::finished, 1.0, QStringLiteral("291 tensors in 2.1 s")});
    panel->setJob(
        {4, QStringLiteral("Export for llama.cpp"), JobState::failed, 0.1,
         QStringLiteral(
             "/media/stick/plan.txt: no space left on the device. Free 3.2 MB or choose another folder.")});
    panel->setJob({5, QStringLiteral("Sensitivity of 226 layers"), JobState::cancelling, 0.8, {}});
    return panel;
}

std::unique_ptr<QWidget> startPage() {
    auto page = std::make_unique<StartPage>();
    page->setRecentFiles({
        {QStringLiteral("/home/ada/models/Meta-Llama-3-8B/model.safetensors.index.json"),
         QStringLiteral("8.03 billion weights"), false},
        {QStringLiteral("/home/ada/models/tinyllama-1.1b-chat-v1.0.Q8_0.gguf"),
         QStringLiteral("1.10 billion weights"), false},
        {QStringLiteral("/media/stick/old-model.safetensors"), {}, true},
    });
    return page;
}

std::unique_ptr<QWidget> firstStartPage() {
    return std::make_unique<StartPage>();
}

std::unique_ptr<QWidget> icons() {
    auto board = std::make_unique<QWidget>();
    auto* grid = new QGridLayout(board.get());
    int place = 0;
    const QStringList files = QDir(QStringLiteral(":/icons")).entryList(QDir::Files, QDir::Name);
    for (const QString& file : files) {
        const QString name = file.chopped(4);
        if (name == QLatin1String("halfstep")) continue;
        auto* picture = new QLabel;
        picture->setPixmap(themedIcon(name).pixmap(24, 24));
        auto* large = new QLabel;
        large->setPixmap(themedIcon(name).pixmap(48, 48));
        grid->addWidget(picture, place / 6, place % 6 * 3);
        grid->addWidget(large, place / 6, place % 6 * 3 + 1);
        grid->addWidget(new QLabel(name), place / 6, place % 6 * 3 + 2);
        ++place;
    }
    int column = 0;
    for (const int size : {16, 24, 32, 64, 128, 256}) {
        auto* logo = new QLabel;
        logo->setPixmap(applicationIcon().pixmap(size, size));
        grid->addWidget(logo, 20, column, 1, 3);
        column += 3;
    }
    return board;
}

struct Exhibit {
    const char* name;
    QSize size;
    std::unique_ptr<QWidget> (*make)();
};

const Exhibit exhibits[] = {
    {"layer_table", {1180, 620}, layerTable},
    {"layer_table_narrow", {460, 420}, filteredTable},
    {"scheme_editor", {330, 640}, integerEditor},
    {"scheme_editor_clip", {330, 680}, clipEditor},
    {"scheme_editor_block_scaled", {330, 640}, blockScaledEditor},
    {"scheme_editor_mixed", {330, 640}, mixedEditor},
    {"scheme_editor_broken", {330, 640}, brokenEditor},
    {"live_numbers", {330, 380}, numbersPanel},
    {"live_numbers_empty", {330, 320}, emptyNumbersPanel},
    {"budget_strip", {900, 54}, budget},
    {"issues", {700, 160}, issues},
    {"issues_none", {500, 120}, noIssues},
    {"jobs", {420, 300}, jobs},
    {"start_page", {1280, 760}, startPage},
    {"start_page_first", {900, 600}, firstStartPage},
    {"icons", {1200, 900}, icons},
};

}  // namespace

class TestGallery : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        const QString wanted = qEnvironmentVariable("HALFSTEP_GALLERY");
        folder_ = wanted.isEmpty() ? temporary_.path() : wanted;
        QVERIFY(QDir().mkpath(folder_));
    }

    void every_widget_draws_itself_in_both_themes_data() {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(std::size(exhibits)); ++i)
            QTest::newRow(exhibits[i].name) << i;
    }

    void every_widget_draws_itself_in_both_themes() {
        QFETCH(int, index);
        const Exhibit& exhibit = exhibits[index];
        applyTheme(*qApp, ThemeMode::light);
        const std::unique_ptr<QWidget> widget = exhibit.make();
        widget->resize(exhibit.size);
        widget->show();
        const QImage light = shoot(*widget, exhibit.name, "light");
        applyTheme(*qApp, ThemeMode::dark);  // the same widget follows
        const QImage dark = shoot(*widget, exhibit.name, "dark");
        QVERIFY(inkOf(light) > 20);
        QVERIFY(inkOf(dark) > 20);
        QVERIFY(light.pixelColor(1, 1).lightness() > dark.pixelColor(1, 1).lightness());
    }

  private:
    QImage shoot(QWidget& widget, const char* name, const char* theme) {
        QTest::qWait(20);  // restyling and the layouts that follow
        const QImage image = widget.grab().toImage();
        image.save(QStringLiteral("%1/%2_%3.png").arg(folder_, QLatin1String(name), QLatin1String(theme)));
        return image;
    }

    // Pixels that differ clearly from the corner.
    static qint64 inkOf(const QImage& image) {
        const int ground = image.pixelColor(1, 1).lightness();
        qint64 ink = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                if (std::abs(image.pixelColor(x, y).lightness() - ground) > 60) ++ink;
        return ink;
    }

    QTemporaryDir temporary_;
    QString folder_;
};

QTEST_MAIN(TestGallery)
#include "test_gallery.moc"
