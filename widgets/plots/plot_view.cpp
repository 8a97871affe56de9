// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_view.h"

#include "widgets/plots/painted.h"
#include "widgets/plots/zoom_axes.h"
#include "widgets/style/elided_label.h"
#include "widgets/style/plot_style.h"
#include "widgets/style/theme_follower.h"

#include <QBuffer>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QPdfWriter>
#include <QStackedLayout>
#include <QSvgGenerator>
#include <QTimer>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr double key_zoom = 0.7;
constexpr double key_pan = 0.1;
constexpr int title_height = 26;  // of exported pictures
constexpr double png_scale = 2;

}  // namespace

QString fileSuffix(PlotFormat format) {
    switch (format) {
        case PlotFormat::svg:
            return QStringLiteral("svg");
        case PlotFormat::png:
            return QStringLiteral("png");
        case PlotFormat::pdf:
            return QStringLiteral("pdf");
        case PlotFormat::csv:
            return QStringLiteral("csv");
    }
    return {};
}

PlotView::PlotView(QWidget* parent)
    : QWidget(parent),
      plot_(new QCustomPlot(this)),
      heading_(new ElidedLabel(this)),
      sentence_(new QLabel(this)),
      controls_(new QHBoxLayout),
      stack_(new QStackedLayout),
      read_out_(new ReadOut(plot_)),
      zoom_(new ZoomAxes(this)) {
    plot_->plotLayout()->clear();
    plot_->plotLayout()->setRowSpacing(8);
    plot_->plotLayout()->setColumnSpacing(10);
    plot_->setAutoAddPlottableToLegend(false);
    plot_->setNoAntialiasingOnDrag(false);
    plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->setMouseTracking(true);
    plot_->setContextMenuPolicy(Qt::CustomContextMenu);
    plot_->installEventFilter(this);
    connect(plot_, &QWidget::customContextMenuRequested, this, &PlotView::showMenu);

    heading_->setTextFormat(Qt::PlainText);
    heading_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    sentence_->setAlignment(Qt::AlignCenter);
    sentence_->setWordWrap(true);
    sentence_->setMargin(24);
    sentence_->setForegroundRole(QPalette::PlaceholderText);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);

    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 4, 6, 0);
    bar->setSpacing(10);
    bar->addWidget(heading_, 1);
    controls_->setSpacing(6);
    bar->addLayout(controls_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2, 2, 2, 2);
    column->setSpacing(2);
    column->addLayout(bar);
    column->addLayout(stack_, 1);
    stack_->addWidget(sentence_);
    stack_->addWidget(plot_);
    new ThemeFollower(this, [this] {
        if (ready_) restyle();
    });
    setFocusProxy(plot_);
}

PlotView::~PlotView() = default;

void PlotView::setSubject(const QString& subject, const QStringList& details) {
    subject_ = subject;
    details_ = details;
    updateHeading();
}

void PlotView::clear(const QString& sentence) {
    has_data_ = false;
    clear_sentence_ = sentence;
    read_out_->hide();
    restyle();
}

QString PlotView::shownSentence() const {
    return has_data_ ? QString() : sentence_->text();
}

void PlotView::dataChanged() {
    has_data_ = true;
    clear_sentence_.clear();
    restyle();
}

const Theme& PlotView::theme() const {
    return themeOf(this);
}

void PlotView::updateHeading() {
    QStringList shorter;
    for (qsizetype i = 0; has_data_ && i <= details_.size() && !subject_.isEmpty(); ++i)
        shorter << (QStringList{subject_} + details_.mid(i)).join(QStringLiteral(" · "));
    heading_->setText(shorter.isEmpty() ? title() : title() + QStringLiteral("   ·   ") + shorter.front());
    heading_->setShorterTexts(shorter);
}

void PlotView::restyle() {
    ready_ = true;
    heading_->setFont(headingFont());
    updateHeading();
    setAccessibleName(title());
    plot_->setAccessibleName(title());
    sentence_->setText(clear_sentence_.isEmpty() ? emptySentence() : clear_sentence_);
    stack_->setCurrentWidget(has_data_ ? static_cast<QWidget*>(plot_) : sentence_);
    for (int i = 0; i < controls_->count(); ++i) {
        if (QWidget* widget = controls_->itemAt(i)->widget()) widget->setVisible(has_data_);
    }
    if (!has_data_) return;
    rebuild();
    plot_->setAccessibleDescription(summary());
    replotSoon();
}

void PlotView::replotSoon() {
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::replotOverlay() {
    if (overlay_replot_pending_) return;
    overlay_replot_pending_ = true;
    QTimer::singleShot(0, this, [this] {
        overlay_replot_pending_ = false;
        plot_->layer(QStringLiteral("overlay"))->replot();
    });
}

QCPTextElement* PlotView::newPaneTitle() {
    auto* text = new QCPTextElement(plot());
    text->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
    text->setMargins(QMargins(4, 3, 2, 1));
    return text;
}

QCPAxisRect* PlotView::newAxisRect() {
    auto* rect = new QCPAxisRect(plot_);
    for (QCPAxis* axis : rect->axes()) {
        axis->setLayer(QStringLiteral("axes"));
        axis->grid()->setLayer(QStringLiteral("grid"));
    }
    rect->axis(QCPAxis::atBottom)->grid()->setVisible(false);
    rect->setRangeDragAxes(rect->axis(QCPAxis::atBottom), nullptr);
    rect->setRangeZoomAxes(rect->axis(QCPAxis::atBottom), nullptr);
    return rect;
}

QCPLayer* PlotView::addBufferedLayer(const QString& name, const QString& above) {
    plot_->addLayer(name, plot_->layer(above), QCustomPlot::limAbove);
    plot_->layer(name)->setMode(QCPLayer::lmBuffered);
    return plot_->layer(name);
}

QString PlotView::readOutText() const {
    return read_out_->lines().join(u'\n');
}

void PlotView::resetZoom() {
    zoom_->reset();
    replotSoon();
}

void PlotView::zoomBy(double factor) {
    zoom_->zoomBy(factor);
    replotSoon();
}

void PlotView::panBy(double share) {
    zoom_->panBy(share);
    replotSoon();
}

void PlotView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (!ready_) return;  // the derived plot is not constructed yet
    if (event->type() == QEvent::LanguageChange) restyle();
}

void PlotView::paintEvent(QPaintEvent*) {
    if (!ring_) return;
    QPainter painter(this);
    painter.setPen(QPen(theme().accent, 1));
    painter.drawRect(plot_->geometry().adjusted(-1, -1, 0, 0));
}

bool PlotView::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_) return QWidget::eventFilter(watched, event);
    switch (event->type()) {
        case QEvent::Resize:
            plotResized();
            break;
        case QEvent::MouseButtonPress:
            return mousePressed(static_cast<QMouseEvent*>(event));
        case QEvent::MouseMove:
            return mouseMoved(static_cast<QMouseEvent*>(event));
        case QEvent::MouseButtonRelease:
            return mouseReleased(static_cast<QMouseEvent*>(event));
        case QEvent::MouseButtonDblClick:
            resetZoom();
            return true;
        case QEvent::Leave:
            mouseLeft();
            break;
        case QEvent::KeyPress:
            return keyPressed(static_cast<QKeyEvent*>(event));
        case QEvent::KeyRelease:
            return keyReleased(static_cast<QKeyEvent*>(event));
        case QEvent::FocusIn:
        case QEvent::FocusOut: {
            const Qt::FocusReason reason = static_cast<QFocusEvent*>(event)->reason();
            ring_ = event->type() == QEvent::FocusIn &&
                    (reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason ||
                     reason == Qt::ShortcutFocusReason);
            update();
            break;
        }
        default:
            break;
    }
    return false;
}

void PlotView::addToMenu(QMenu&, const QPoint&) {}

bool PlotView::mousePressed(QMouseEvent*) {
    return false;
}

bool PlotView::mouseMoved(QMouseEvent*) {
    return false;
}

bool PlotView::mouseReleased(QMouseEvent*) {
    return false;
}

void PlotView::mouseLeft() {
    if (!read_out_->visible()) return;
    read_out_->hide();
    replotOverlay();
}

bool PlotView::keyPressed(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            zoomBy(key_zoom);
            return true;
        case Qt::Key_Minus:
            zoomBy(1 / key_zoom);
            return true;
        case Qt::Key_Home:
        case Qt::Key_0:
            resetZoom();
            return true;
        case Qt::Key_Left:
            panBy(-key_pan);
            return true;
        case Qt::Key_Right:
            panBy(key_pan);
            return true;
        default:
            return false;
    }
}

bool PlotView::keyReleased(QKeyEvent*) {
    return false;
}

void PlotView::showMenu(const QPoint& position) {
    QMenu menu(this);
    addToMenu(menu, position);
    if (!menu.isEmpty()) menu.addSeparator();
    menu.addAction(tr("Show &everything"), this, &PlotView::resetZoom);
    menu.addSeparator();
    menu.addAction(tr("Copy &picture"), this,
                   [this] { QGuiApplication::clipboard()->setImage(renderImage(exportSize(), png_scale)); });
    menu.addAction(tr("Copy &figures"), this,
                   [this] { QGuiApplication::clipboard()->setText(QString::fromUtf8(toCsv(table()))); });
    menu.addSeparator();
    const auto add_export = [&](const QString& text, PlotFormat format) {
        menu.addAction(text, this, [this, format] { emit exportRequested(format); });
    };
    add_export(tr("Export as &SVG…"), PlotFormat::svg);
    add_export(tr("Export as P&NG…"), PlotFormat::png);
    add_export(tr("Export as P&DF…"), PlotFormat::pdf);
    add_export(tr("Export figures as &CSV…"), PlotFormat::csv);
    menu.exec(plot_->mapToGlobal(position));
}

QByteArray PlotView::exportAs(PlotFormat format) const {
    if (!has_data_) return {};
    switch (format) {
        case PlotFormat::svg:
            return svg();
        case PlotFormat::png:
            return png();
        case PlotFormat::pdf:
            return pdf();
        case PlotFormat::csv:
            return toCsv(table());
    }
    return {};
}

void PlotView::paintTo(QCPPainter* painter, const QSize& size) const {
    painter->fillRect(QRect(QPoint(), size), theme().surface);
    painter->setFont(headingFont());
    painter->setPen(theme().text);
    const QRect heading(10, 0, size.width() - 20, title_height);
    painter->drawText(heading, Qt::AlignLeft | Qt::AlignVCenter,
                      painter->fontMetrics().elidedText(heading_->text(), Qt::ElideMiddle, heading.width()));
    painter->translate(0, title_height);
    const bool hovering = read_out_->visible();
    read_out_->setVisible(false);
    plot_->toPainter(painter, size.width(), size.height() - title_height);
    read_out_->setVisible(hovering);
}

QSize PlotView::exportSize() const {
    return plot_->size().expandedTo(minimumSizeHint()) + QSize(0, title_height);
}

QByteArray PlotView::svg() const {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const QSize size = exportSize();
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(96);
    generator.setSize(size);
    generator.setViewBox(QRect(QPoint(), size));
    generator.setTitle(heading_->text().toHtmlEscaped());  // it is written as it is
    generator.setDescription(summary().toHtmlEscaped());
    QCPPainter painter(&generator);
    painter.setMode(QCPPainter::pmVectorized);
    paintTo(&painter, size);
    painter.end();
    return bytes;
}

QByteArray PlotView::pdf() const {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const QSize size = exportSize();
    QPdfWriter writer(&buffer);
    writer.setResolution(96);
    writer.setPageSize(QPageSize(QSizeF(size) * 72.0 / 96.0, QPageSize::Point));
    writer.setPageMargins(QMarginsF());
    writer.setTitle(heading_->text());
    writer.setCreator(QStringLiteral("Halfstep"));
    QCPPainter painter(&writer);
    painter.setMode(QCPPainter::pmVectorized);
    paintTo(&painter, size);
    painter.end();
    return bytes;
}

QByteArray PlotView::png() const {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    renderImage(exportSize(), png_scale).save(&buffer, "PNG");
    return bytes;
}

QImage PlotView::renderImage(const QSize& size, double device_pixel_ratio) const {
    QImage image(size * device_pixel_ratio, QImage::Format_RGB32);
    image.setDevicePixelRatio(device_pixel_ratio);
    QCPPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::TextAntialiasing);
    paintTo(&painter, size);
    painter.end();
    return image;
}

}  // namespace halfstep
