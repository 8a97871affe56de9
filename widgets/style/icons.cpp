// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/icons.h"

#include <QByteArray>
#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <algorithm>
#include <utility>

// The resources are compiled into a static library: without this call the linker would drop them. It has to
// stand outside of every namespace.
static void initializeIconResources() {
    Q_INIT_RESOURCE(halfstep);
}

namespace halfstep {
namespace {

QByteArray drawing(const QString& name) {
    static const bool initialized = (initializeIconResources(), true);
    Q_UNUSED(initialized);
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// `size` in device pixels.
QPixmap render(const QByteArray& svg, const QColor& color, QSize size) {
    const QString key = QStringLiteral("halfstep/%1/%2/%3x%4")
                            .arg(qHash(svg))
                            .arg(color.rgba())
                            .arg(size.width())
                            .arg(size.height());
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap)) return pixmap;

    QByteArray colored = svg;
    colored.replace("currentColor", color.name().toLatin1());
    QSvgRenderer renderer(colored);
    pixmap = QPixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    const int side = std::min(size.width(), size.height());
    QRectF target(0, 0, side, side);
    target.moveCenter(QRectF(QPointF(0, 0), size).center());
    painter.setOpacity(color.alphaF());
    renderer.render(&painter, target);
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

// Asks the palette for its colour at every painting, so that nothing has to be told about a change of theme.
class ThemedIconEngine : public QIconEngine {
  public:
    ThemedIconEngine(QString name, QByteArray svg) : name_(std::move(name)), svg_(std::move(svg)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        const qreal ratio = painter->device()->devicePixelRatioF();
        QPixmap pixmap = scaledPixmap(rect.size() * ratio, mode, state, ratio);
        painter->drawPixmap(rect, pixmap);
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return scaledPixmap(size, mode, state, 1.0);
    }
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State /*state*/, qreal ratio) override {
        QPixmap pixmap = render(svg_, colorFor(mode), size);
        pixmap.setDevicePixelRatio(ratio);
        return pixmap;
    }
    QString key() const override { return QStringLiteral("halfstep"); }
    QString iconName() override { return name_; }
    bool isNull() override { return svg_.isEmpty(); }
    QIconEngine* clone() const override { return new ThemedIconEngine(name_, svg_); }

  private:
    static QColor colorFor(QIcon::Mode mode) {
        const QPalette palette = QGuiApplication::palette();
        switch (mode) {
            case QIcon::Disabled:
                return palette.color(QPalette::Disabled, QPalette::ButtonText);
            case QIcon::Selected:
                return palette.color(QPalette::Active, QPalette::HighlightedText);
            case QIcon::Normal:
            case QIcon::Active:
                break;
        }
        return palette.color(QPalette::Active, QPalette::ButtonText);
    }

    QString name_;
    QByteArray svg_;
};

}  // namespace

QIcon themedIcon(const QString& name) {
    const QByteArray svg = drawing(name);
    return svg.isEmpty() ? QIcon() : QIcon(new ThemedIconEngine(name, svg));
}

QPixmap tintedPixmap(const QString& name, const QColor& color, int size, qreal device_pixel_ratio) {
    const QByteArray svg = drawing(name);
    if (svg.isEmpty()) return {};
    QPixmap pixmap = render(svg, color, QSize(size, size) * device_pixel_ratio);
    pixmap.setDevicePixelRatio(device_pixel_ratio);
    return pixmap;
}

QIcon applicationIcon() {
    const QByteArray svg = drawing(QStringLiteral("halfstep"));
    QIcon icon;
    for (const int size : {16, 24, 32, 48, 64, 128, 256})
        icon.addPixmap(render(svg, Qt::black, QSize(size, size)));
    return icon;
}

}  // namespace halfstep
