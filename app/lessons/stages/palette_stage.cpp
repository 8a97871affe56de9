// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/palette_stage.h"

#include "app/lessons/picture_file.h"
#include "app/lessons/stage_scenes.h"
#include "widgets/lessons/parameter_controls.h"
#include "widgets/lessons/picture_row.h"
#include "widgets/style/number_text.h"
#include "widgets/style/theme.h"

#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr int most_colors = 64;
constexpr int asked_colors = 8;
constexpr int lattice = 48;  // cells of the plane of two colours

std::vector<Rgb> pixelsOf(const QImage& image) {
    std::vector<Rgb> pixels;
    pixels.reserve(static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(image.height()));
    for (int y = 0; y < image.height(); ++y) {
        const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
        for (int x = 0; x < image.width(); ++x)
            pixels.push_back({static_cast<std::uint8_t>(qRed(line[x])),
                              static_cast<std::uint8_t>(qGreen(line[x])),
                              static_cast<std::uint8_t>(qBlue(line[x]))});
    }
    return pixels;
}

std::optional<double> psnrOf(const std::vector<Rgb>& pixels, const std::vector<Rgb>& palette,
                             const JobContext& job) {
    return psnr_db(palette_error(pixels, palette, nearest_colors(pixels, palette, job)), pixels.size());
}

QList<QColor> swatches(const std::vector<Rgb>& palette) {
    QList<QColor> colors;
    for (const Rgb& color : palette)
        colors << QColor(color.red, color.green, color.blue);
    std::ranges::stable_sort(colors, {}, [](const QColor& color) { return color.lightnessF(); });
    return colors;
}

}  // namespace

PaletteStage::PaletteStage(JobRunner& jobs)
    : Stage(jobs), pictures_(new PictureRow(this)), own_(new QPushButton(this)), problem_(new QLabel(this)) {
    parameters().add(NumberParameter{"colors", tr("&Colours"), 2, most_colors, 1, asked_colors, 0});
    own_->setText(withoutMnemonic(tr("&My picture…")));
    own_->setToolTip(tr("Takes a picture of yours; it is made small first"));
    connect(own_, &QPushButton::clicked, this, &PaletteStage::choosePicture);
    parameters().addWidget(own_);
    problem_->setWordWrap(true);
    problem_->hide();
    content()->insertWidget(1, problem_);
    content()->insertWidget(2, pictures_);
    setPicture(QImage(QStringLiteral(":/lessons/harbour.png")), tr("Evening at the harbour"));
}

PaletteStage::~PaletteStage() {
    PaletteStage::stop();
}

// Of this stage alone: the next one is built before it is gone.
QString PaletteStage::curveLane() const {
    return QStringLiteral("lesson-palette-%1").arg(reinterpret_cast<quintptr>(this));
}

QString PaletteStage::pictureLane() const {
    return QStringLiteral("lesson-picture-%1").arg(reinterpret_cast<quintptr>(this));
}

void PaletteStage::stop() {
    jobs().cancelLane(pictureLane());
    jobs().cancelLane(curveLane());
    working_ = false;
}

void PaletteStage::reset() {
    problem_->hide();
    setPicture(QImage(QStringLiteral(":/lessons/harbour.png")), tr("Evening at the harbour"));
    Stage::reset();
}

QString PaletteStage::problem() const {
    return problem_->isHidden() ? QString() : problem_->text();
}

void PaletteStage::choosePicture() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Choose a picture"), {},
                                     tr("Pictures (%1)").arg(pictureFilePatterns().join(u' ')) +
                                         QStringLiteral(";;") + tr("All files (*)"));
    if (!path.isEmpty()) openPicture(path);
}

void PaletteStage::openPicture(const QString& path) {
    working_ = true;
    problem_->hide();
    jobs().start<QImage>(
        {pictureLane(), {}}, [path](const JobContext&) { return loadSmallPicture(path); },
        [this, path](const QImage& image) {
            setPicture(image, QFileInfo(path).fileName());
            refresh();
        },
        [this](const QString& message) {
            working_ = jobs().isRunning(curveLane());
            problem_->setText(message);
            problem_->show();
        });
}

void PaletteStage::setPicture(const QImage& image, const QString& name) {
    picture_ = image.convertToFormat(QImage::Format_RGB32);
    name_ = name;
    pixels_ = pixelsOf(picture_);
    drawn_.clear();
    curve_ = {};
    startCurve();
}

// Signal to noise over all numbers of colours, which takes longer than a hand waits.
void PaletteStage::startCurve() {
    working_ = true;
    jobs().start<Curve>(
        {curveLane(), {}},
        [pixels = pixels_](const JobContext& job) {
            Curve curve;
            const auto decibel = [](std::optional<double> psnr) { return psnr.value_or(NAN); };
            for (const std::size_t count : {2U, 3U, 4U, 6U, 8U, 12U, 16U, 24U, 32U, 48U, 64U}) {
                curve.colors.push_back(static_cast<double>(count));
                curve.grid.push_back(decibel(psnrOf(pixels, grid_palette(count), job)));
                curve.kmeans.push_back(decibel(psnrOf(pixels, kmeans_palette(pixels, count, {}, job), job)));
            }
            const double wanted =
                psnrOf(pixels, kmeans_palette(pixels, asked_colors, {}, job), job).value_or(HUGE_VAL);
            for (std::size_t count = 8; count <= 1024 && curve.equal == 0; count += count / 8)
                if (psnrOf(pixels, grid_palette(count), job).value_or(HUGE_VAL) >= wanted)
                    curve.equal = static_cast<int>(grid_palette(count).size());
            return curve;
        },
        [this](Curve curve) {
            curve_ = std::move(curve);
            working_ = false;
            if (isStarted()) refresh();
        });
}

void PaletteStage::handleMoved(const QString&, const QPointF& to) {
    parameters().setNumber(QStringLiteral("colors"), std::round(to.x()));
}

PaletteStage::Drawn PaletteStage::drawnWith(std::vector<Rgb> palette) const {
    Drawn result;
    const std::vector<std::uint16_t> nearest = nearest_colors(pixels_, palette);
    result.image = QImage(picture_.size(), QImage::Format_RGB32);
    std::vector<bool> used(palette.size());
    std::size_t next = 0;
    for (int y = 0; y < picture_.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(result.image.scanLine(y));
        for (int x = 0; x < picture_.width(); ++x) {
            const std::uint16_t place = nearest[next++];
            used[place] = true;
            line[x] = qRgb(palette[place].red, palette[place].green, palette[place].blue);
        }
    }
    result.used = static_cast<std::size_t>(std::ranges::count(used, true));
    result.psnr = psnr_db(palette_error(pixels_, palette, nearest), pixels_.size());
    result.palette = std::move(palette);
    return result;
}

const PaletteStage::Both& PaletteStage::drawn() {
    const auto known = drawn_.find(colors());
    if (known != drawn_.end()) return *known;
    const auto count = static_cast<std::size_t>(colors());
    return *drawn_.insert(colors(),
                          Both{drawnWith(grid_palette(count)), drawnWith(kmeans_palette(pixels_, count))});
}

double PaletteStage::bytes(std::size_t colors, bool with_palette) const {
    const double codes = static_cast<double>(pixels_.size()) * palette_code_bits(colors);
    return std::ceil((codes + (with_palette ? 24.0 * static_cast<double>(colors) : 0)) / 8);
}

void PaletteStage::showPictures(const Both& both) {
    const auto said = [this](const Drawn& drawn, bool with_palette) {
        return tr("%1 · %2").arg(
            decibelText(drawn.psnr),
            sizeText(static_cast<std::uint64_t>(bytes(drawn.palette.size(), with_palette))));
    };
    pictures_->setPictures(
        {{name_, tr("24 bits a pixel · %1").arg(sizeText(pixels_.size() * 3)), picture_, {}},
         {tr("Even grid, %1 colours").arg(both.grid.palette.size()), said(both.grid, false), both.grid.image,
          swatches(both.grid.palette)},
         {tr("k-means, %1 colours").arg(both.kmeans.palette.size()), said(both.kmeans, true),
          both.kmeans.image, swatches(both.kmeans.palette)}});
}

ScenePane PaletteStage::qualityPane(const Both& both) const {
    ScenePane pane;
    pane.x = {tr("colours"), 1.8, most_colors * 1.12, true, {}, true};
    const double now = colors();
    double low = std::min(both.grid.psnr.value_or(5), both.kmeans.psnr.value_or(5));
    double high = std::max(both.grid.psnr.value_or(40), both.kmeans.psnr.value_or(40));
    for (const auto* series : {&curve_.grid, &curve_.kmeans})
        for (const double value : *series)
            if (std::isfinite(value)) {
                low = std::min(low, value);
                high = std::max(high, value);
            }
    pane.y = {tr("signal to noise, dB"), std::floor(low - 2), std::ceil(high + 3), false, {}, true};
    pane.series.push_back(lineSeries(tr("even grid"), 3, curve_.colors, curve_.grid));
    pane.series.push_back(lineSeries(tr("k-means"), 1, curve_.colors, curve_.kmeans, true));
    pane.series.push_back(pointSeries({}, 3, {now}, {both.grid.psnr.value_or(NAN)}));
    pane.series.push_back(pointSeries({}, 1, {now}, {both.kmeans.psnr.value_or(NAN)}));
    pane.handles.push_back({"colors", tr("Number of colours"), SceneHandle::Along::x, now, 0, 2, most_colors,
                            1, QString::number(colors())});
    return pane;
}

// The pixels' red and blue, and where the two palettes have their colours.
ScenePane PaletteStage::colorsPane(const Both& both) const {
    ScenePane pane;
    pane.beside = true;
    pane.x = {tr("red"), -8, 263, false, {}, true};
    pane.y = {tr("blue"), -8, 263, false, {}, true};
    SceneSurface pixels{lattice, lattice, std::vector<double>(lattice * lattice, NAN), true};
    const auto cell = [](int value) { return static_cast<std::size_t>((value + 8) * lattice / 272); };
    for (const Rgb& pixel : pixels_) {
        double& count = pixels.values[cell(pixel.blue) * lattice + cell(pixel.red)];
        count = std::isnan(count) ? 1 : count + 1;
    }
    pane.surfaces.push_back(std::move(pixels));
    const auto points = [&pane](const QString& name, int color, const std::vector<Rgb>& palette) {
        SceneSeries series = pointSeries(name, color, {}, {});
        for (const Rgb& one : palette) {
            series.x.push_back(one.red);
            series.y.push_back(one.blue);
        }
        series.strong = palette.size() <= 16;
        pane.series.push_back(std::move(series));
    };
    points(tr("even grid"), 3, both.grid.palette);
    points(tr("k-means"), 1, both.kmeans.palette);
    return pane;
}

Scene PaletteStage::scene(const Both& both) const {
    Scene scene;
    scene.title = tr("%1 · %2 pixels").arg(name_, integerText(pixels_.size()));
    scene.panes = {qualityPane(both), colorsPane(both)};
    return scene;
}

void PaletteStage::showFigures(const Both& both) {
    const int bits = palette_code_bits(both.kmeans.palette.size());
    const double stored = bytes(both.kmeans.palette.size(), true);
    const double gain = both.kmeans.psnr.value_or(NAN) - both.grid.psnr.value_or(NAN);
    const auto size = [](double count) { return sizeText(static_cast<std::uint64_t>(count)); };
    const auto pixels = static_cast<double>(std::max<std::size_t>(1, pixels_.size()));
    setFigures({decibelFigure("grid", tr("even grid"), both.grid.psnr),
                decibelFigure("kmeans", tr("k-means"), both.kmeans.psnr),
                decibelFigure("gain", tr("k-means gains"), gain),
                textFigure("bits", tr("bits a pixel"), bitsText(8 * stored / pixels), 8 * stored / pixels),
                textFigure("size", tr("size, palette included"), size(stored), stored),
                textFigure("whole", {}, size(3 * pixels), 3 * pixels),
                textFigure("palette_size", {}, size(3.0 * static_cast<double>(both.kmeans.palette.size())),
                           3.0 * static_cast<double>(both.kmeans.palette.size())),
                textFigure("used", {}, QString::number(both.grid.used), static_cast<double>(both.grid.used)),
                textFigure("colors", {}, QString::number(both.kmeans.palette.size()),
                           static_cast<double>(both.kmeans.palette.size())),
                textFigure("grid_colors", {}, QString::number(both.grid.palette.size()),
                           static_cast<double>(both.grid.palette.size())),
                textFigure("equal", {}, curve_.equal > 0 ? QString::number(curve_.equal) : noValueText(),
                           curve_.equal > 0 ? static_cast<double>(curve_.equal) : NAN)},
               tr("%1 pixels · %2 bits + %3 colours · 24 bits = %4")
                   .arg(integerText(pixels_.size()))
                   .arg(bits)
                   .arg(both.kmeans.palette.size())
                   .arg(size(stored)));
}

void PaletteStage::refresh() {
    if (pixels_.empty()) return setFigures({});
    const Both& both = drawn();
    showPictures(both);
    drawScene(scene(both));
    showFigures(both);
}

}  // namespace halfstep
