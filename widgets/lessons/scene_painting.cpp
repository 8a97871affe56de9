// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/lessons/scene_painting.h"

#include "widgets/style/color_maps.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr double grip_radius = 7;
constexpr double level_spacing = 3;  // pixels: closer levels are no lines any more
constexpr int far = 16000;           // pixels; QPainter takes no more

const QCPAxis* across(const QCPAxisRect* rect) {
    return const_cast<QCPAxisRect*>(rect)->axis(QCPAxis::atBottom);
}

const QCPAxis* upward(const QCPAxisRect* rect) {
    return const_cast<QCPAxisRect*>(rect)->axis(QCPAxis::atLeft);
}

double pixelAlong(const QCPAxis* axis, double value) {
    const double shown =
        axis->scaleType() == QCPAxis::stLogarithmic ? std::max(value, axis->range().lower * 1e-3) : value;
    return std::clamp(axis->coordToPixel(shown), -1.0 * far, 1.0 * far);
}

double baseline(const QCPAxisRect* rect) {
    return upward(rect)->scaleType() == QCPAxis::stLogarithmic ? rect->bottom() + 1.0
                                                               : pixelAlong(upward(rect), 0);
}

QPolygonF pixelsOf(const QCPAxisRect* rect, const std::vector<double>& x, const std::vector<double>& y) {
    QPolygonF points;
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i)
        if (std::isfinite(y[i])) points << scenePixel(rect, x[i], y[i]);
    return points;
}

QPolygonF stepped(const QPolygonF& points) {
    QPolygonF steps;
    for (qsizetype i = 0; i < points.size(); ++i) {
        const double left = i == 0 ? points[i].x() : (points[i - 1].x() + points[i].x()) / 2;
        const double right = i + 1 == points.size() ? points[i].x() : (points[i + 1].x() + points[i].x()) / 2;
        steps << QPointF(left, points[i].y()) << QPointF(right, points[i].y());
    }
    return steps;
}

void paintBars(QCPPainter* painter, const QCPAxisRect* rect, const SceneSeries& series, const QColor& color) {
    QColor fill = color;
    fill.setAlphaF(series.strong ? 0.9F : 0.55F);
    painter->setPen(Qt::NoPen);
    painter->setBrush(fill);
    const double floor = baseline(rect);
    painter->setAntialiasing(false);
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (!(std::isfinite(series.y[i])) || series.y[i] == 0) continue;
        const double left = pixelAlong(across(rect), series.x[i] - series.width / 2);
        const double right = pixelAlong(across(rect), series.x[i] + series.width / 2);
        const double top = pixelAlong(upward(rect), series.y[i]);
        const double gap = right - left > 6 ? 1 : 0;
        painter->drawRect(
            QRectF(QPointF(left + gap, top), QPointF(std::max(right - gap, left + 1), floor)).normalized());
    }
    painter->setAntialiasing(true);
}

void paintBand(QCPPainter* painter, const QCPAxisRect* rect, const SceneSeries& series, const QColor& color) {
    QPolygonF outline = pixelsOf(rect, series.x, series.y);
    const QPolygonF back = pixelsOf(rect, series.x, series.y2);
    for (qsizetype i = back.size(); i-- > 0;)
        outline << back[i];
    QColor fill = color;
    fill.setAlphaF(0.22F);
    painter->setPen(Qt::NoPen);
    painter->setBrush(fill);
    painter->drawPolygon(outline);
}

void paintDiscs(QCPPainter* painter, const QPolygonF& points, const QColor& color, double radius,
                const Theme& theme) {
    painter->setPen(QPen(theme.surface, 1));
    painter->setBrush(color);
    for (const QPointF& point : points)
        painter->drawEllipse(point, radius, radius);
}

void paintOne(QCPPainter* painter, const QCPAxisRect* rect, const SceneSeries& series, const Theme& theme) {
    const QColor color = sceneColor(theme, series.color);
    const double width = series.strong ? 2.6 : 1.6;
    QPen pen(color, width, series.dashed ? Qt::DashLine : Qt::SolidLine);
    pen.setJoinStyle(Qt::RoundJoin);
    switch (series.kind) {
        case SceneSeries::Kind::bars:
            return paintBars(painter, rect, series, color);
        case SceneSeries::Kind::band:
            return paintBand(painter, rect, series, color);
        case SceneSeries::Kind::points:
            return paintDiscs(painter, pixelsOf(rect, series.x, series.y), color, series.strong ? 5 : 3.2,
                              theme);
        case SceneSeries::Kind::stems: {
            const QPolygonF tops = pixelsOf(rect, series.x, series.y);
            painter->setPen(pen);
            for (const QPointF& top : tops)
                painter->drawLine(QPointF(top.x(), baseline(rect)), top);
            return paintDiscs(painter, tops, color, series.strong ? 5 : 3.6, theme);
        }
        case SceneSeries::Kind::line:
        case SceneSeries::Kind::steps: {
            const QPolygonF points = pixelsOf(rect, series.x, series.y);
            painter->setBrush(Qt::NoBrush);
            painter->setPen(pen);
            painter->drawPolyline(series.kind == SceneSeries::Kind::steps ? stepped(points) : points);
            return;
        }
    }
}

void paintSurface(QCPPainter* painter, const QRectF& place, const SceneSurface& surface, const Theme& theme) {
    if (surface.columns <= 0 || surface.rows <= 0) return;
    const auto scaled = [&surface](double value) { return surface.log ? std::log(value) : value; };
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    for (const double value : surface.values) {
        if (!std::isfinite(scaled(value))) continue;
        low = std::min(low, scaled(value));
        high = std::max(high, scaled(value));
    }
    QImage image(surface.columns, surface.rows, QImage::Format_RGB32);
    for (int row = 0; row < surface.rows; ++row) {
        for (int column = 0; column < surface.columns; ++column) {
            const double value = scaled(
                surface.values[static_cast<std::size_t>(row) * static_cast<std::size_t>(surface.columns) +
                               static_cast<std::size_t>(column)]);
            const double share = high > low ? std::clamp((value - low) / (high - low), 0.0, 1.0) : 0.0;
            image.setPixelColor(column, surface.rows - 1 - row,
                                std::isnan(value) ? theme.surface : sequentialColor(share, theme.dark));
        }
    }
    painter->setRenderHint(QPainter::SmoothPixmapTransform);  // between the points of the lattice
    painter->drawImage(place, image);
}

void paintLevels(QCPPainter* painter, const QRect& place, const QCPAxisRect* rect, const SceneLevels& levels,
                 const Theme& theme) {
    if (levels.at.empty()) return;
    QColor color = sceneColor(theme, levels.color);
    const double spread =
        std::abs(pixelAlong(across(rect), levels.at.back()) - pixelAlong(across(rect), levels.at.front()));
    const bool dense = spread / static_cast<double>(levels.at.size()) < level_spacing;
    color.setAlphaF(dense ? 0.5F : 0.75F);
    painter->setPen(QPen(color, 1));
    for (const double level : levels.at) {
        const double x = pixelAlong(across(rect), level);
        painter->drawLine(QPointF(x, dense ? place.bottom() - 14 : place.top()), QPointF(x, place.bottom()));
    }
}

// Where a label of this text stands. Labels beside a line change sides where there is no room; centred ones
// are moved as far as they must.
QRectF labelBox(const QPointF& at, Qt::Alignment side, const QString& text, const QRect& within) {
    QRectF box(QPointF(), QSizeF(QFontMetrics(smallFont()).size(0, text)) + QSizeF(8, 2));
    box.moveCenter(at);
    if (side.testFlag(Qt::AlignLeft)) box.moveLeft(at.x() + 3);
    if (side.testFlag(Qt::AlignRight)) box.moveRight(at.x() - 3);
    if (side.testFlag(Qt::AlignTop)) box.moveTop(at.y());
    if (side.testFlag(Qt::AlignBottom)) box.moveBottom(at.y() - 1);
    if (box.right() > within.right())
        box.moveRight(side.testFlag(Qt::AlignLeft) ? std::min(at.x() - 3, 1.0 * within.right())
                                                   : within.right());
    if (box.left() < within.left())
        box.moveLeft(side.testFlag(Qt::AlignRight) ? std::max(at.x() + 3, 1.0 * within.left())
                                                   : within.left());
    return box;
}

void paintLabel(QCPPainter* painter, const QRectF& box, const QString& text, const QColor& color,
                const Theme& theme) {
    QColor ground = theme.surface;
    ground.setAlphaF(0.86F);
    painter->setFont(smallFont());
    painter->setPen(Qt::NoPen);
    painter->setBrush(ground);
    painter->drawRoundedRect(box, 3, 3);
    painter->setPen(color);
    painter->drawText(box, Qt::AlignCenter, text);
}

void paintLabel(QCPPainter* painter, const QPointF& at, Qt::Alignment side, const QString& text,
                const QColor& color, const QRect& within, const Theme& theme) {
    if (text.isEmpty()) return;
    paintLabel(painter, labelBox(at, side, text, within), text, color, theme);
}

void paintMarkLine(QCPPainter* painter, const QRect& place, const QCPAxisRect* rect, const SceneMark& mark,
                   const Theme& theme) {
    painter->setPen(QPen(sceneColor(theme, mark.color), 1.3, mark.dashed ? Qt::DashLine : Qt::SolidLine));
    const double at = pixelAlong(mark.vertical ? across(rect) : upward(rect), mark.at);
    if (mark.vertical)
        painter->drawLine(QPointF(at, place.top()), QPointF(at, place.bottom()));
    else
        painter->drawLine(QPointF(place.left(), at), QPointF(place.right(), at));
}

// Labels of vertical lines stand one below the other, so that close lines keep theirs apart.
void paintMarkLabel(QCPPainter* painter, const QRect& place, const QCPAxisRect* rect, const SceneMark& mark,
                    const Theme& theme, int& row) {
    const QColor color = sceneColor(theme, mark.color);
    const double at = pixelAlong(mark.vertical ? across(rect) : upward(rect), mark.at);
    const int height = QFontMetrics(smallFont()).height() + 2;
    if (mark.vertical)
        paintLabel(painter, {at, place.top() + 18.0 + height * row++}, Qt::AlignLeft | Qt::AlignTop,
                   mark.label, color, place, theme);
    else
        paintLabel(painter, {place.left() + 4.0, at}, Qt::AlignLeft | Qt::AlignBottom, mark.label, color,
                   place, theme);
}

void paintMarks(QCPPainter* painter, const QCPAxisRect* rect, const ScenePane& pane, const Theme& theme) {
    const auto shown = [rect](const SceneMark& mark) {
        return (mark.vertical ? across(rect) : upward(rect))->range().contains(mark.at);
    };
    for (const SceneMark& mark : pane.marks)
        if (shown(mark)) paintMarkLine(painter, rect->rect(), rect, mark, theme);
    int row = 0;
    for (const SceneMark& mark : pane.marks)
        if (shown(mark) && !mark.label.isEmpty())
            paintMarkLabel(painter, rect->rect(), rect, mark, theme, row);
}

void paintHandleLine(QCPPainter* painter, const QCPAxisRect* rect, const SceneHandle& handle,
                     const Theme& theme) {
    const QPointF grip = handlePixel(rect, handle);
    painter->setPen(QPen(sceneColor(theme, handle.color), 1.6));
    if (handle.along == SceneHandle::Along::x)
        painter->drawLine(QPointF(grip.x(), rect->top()), QPointF(grip.x(), rect->bottom()));
    if (handle.along == SceneHandle::Along::y)
        painter->drawLine(QPointF(rect->left(), grip.y()), QPointF(rect->right(), grip.y()));
}

void paintGrip(QCPPainter* painter, const QCPAxisRect* rect, const SceneHandle& handle, const Theme& theme,
               bool marked) {
    const QColor color = sceneColor(theme, handle.color);
    const QPointF grip = handlePixel(rect, handle);
    if (marked) {
        QColor halo = color;
        halo.setAlphaF(0.25F);
        painter->setPen(Qt::NoPen);
        painter->setBrush(halo);
        painter->drawEllipse(grip, grip_radius + 5, grip_radius + 5);
    }
    painter->setPen(QPen(theme.surface, 1.5));
    painter->setBrush(color);
    painter->drawEllipse(grip, grip_radius, grip_radius);
}

// Above the grip, or beside it where a line goes through it.
QRectF handleLabelBox(const QCPAxisRect* rect, const SceneHandle& handle) {
    const QPointF grip = handlePixel(rect, handle);
    const double aside = grip_radius + 3;
    if (handle.along != SceneHandle::Along::x || !handle.line)
        return labelBox(grip - QPointF(0, aside), Qt::AlignBottom, handle.label, rect->rect());
    const bool leftwards = grip.x() > rect->center().x();
    return labelBox(grip + QPointF(leftwards ? -aside : aside, 0), leftwards ? Qt::AlignRight : Qt::AlignLeft,
                    handle.label, rect->rect());
}

}  // namespace

QColor sceneColor(const Theme& theme, int color) {
    switch (color) {
        case scene_color::muted:
            return theme.mutedText;
        case scene_color::plain:
            return theme.text;
        case scene_color::good:
            return theme.good;
        case scene_color::bad:
            return theme.bad;
        case scene_color::accent:
            return theme.accent;
        default:
            return theme.seriesColor(color);
    }
}

QPointF scenePixel(const QCPAxisRect* rect, double x, double y) {
    return {pixelAlong(across(rect), x), pixelAlong(upward(rect), y)};
}

QPointF handlePixel(const QCPAxisRect* rect, const SceneHandle& handle) {
    const QPointF at = scenePixel(rect, handle.x, handle.y);
    switch (handle.along) {
        case SceneHandle::Along::x:
            return handle.line ? QPointF(at.x(), rect->top() + grip_radius) : at;
        case SceneHandle::Along::y:
            return handle.line ? QPointF(rect->right() - grip_radius, at.y()) : at;
        case SceneHandle::Along::both:
            break;
    }
    return at;
}

void paintBehind(QCPPainter* painter, QCPAxisRect* rect, const ScenePane& pane, const Theme& theme) {
    const QRect place = rect->rect();
    for (const SceneSurface& surface : pane.surfaces)
        paintSurface(
            painter,
            QRectF(scenePixel(rect, pane.x.low, pane.y.high), scenePixel(rect, pane.x.high, pane.y.low)),
            surface, theme);
    for (const SceneLevels& levels : pane.levels)
        paintLevels(painter, place, rect, levels, theme);
}

void paintSeries(QCPPainter* painter, QCPAxisRect* rect, const ScenePane& pane, const Theme& theme) {
    for (const SceneSeries& series : pane.series)
        paintOne(painter, rect, series, theme);
    for (const SceneHandle& handle : pane.handles)
        if (handle.line) paintHandleLine(painter, rect, handle, theme);
    paintMarks(painter, rect, pane, theme);
    for (const SceneText& text : pane.texts)
        paintLabel(painter, scenePixel(rect, text.x, text.y), Qt::AlignCenter, text.text,
                   sceneColor(theme, text.color), rect->rect(), theme);
}

void paintHandles(QCPPainter* painter, QCPAxisRect* rect, const ScenePane& pane, const Theme& theme,
                  const QString& active, const QString& hot) {
    std::vector<const SceneHandle*> order;
    for (const SceneHandle& handle : pane.handles) {
        paintGrip(painter, rect, handle, theme, handle.id == hot || handle.id == active);
        order.push_back(&handle);
    }
    // Where labels would cover each other, that of the handle at hand is shown.
    std::ranges::stable_sort(order, {}, [&](const SceneHandle* handle) {
        return handle->id == active ? 0 : handle->id == hot ? 1 : 2;
    });
    std::vector<QRectF> taken;
    for (const SceneHandle* handle : order) {
        if (handle->label.isEmpty()) continue;
        const QRectF box = handleLabelBox(rect, *handle);
        if (std::ranges::any_of(taken, [&box](const QRectF& other) { return other.intersects(box); }))
            continue;
        paintLabel(painter, box, handle->label, sceneColor(theme, handle->color), theme);
        taken.push_back(box);
    }
}

int paintHead(QCPPainter* painter, const QRect& place, const ScenePane& pane, const Theme& theme) {
    const QFontMetrics metrics(smallFont());
    constexpr int swatch = 14;
    constexpr int gap = 12;
    const int line = metrics.height() + 3;
    int x = place.left() + 4;
    int y = place.top();
    if (painter != nullptr) painter->setFont(smallFont());
    if (!pane.title.isEmpty()) {
        const int width = metrics.horizontalAdvance(pane.title);
        if (painter != nullptr) {
            painter->setPen(theme.text);
            painter->drawText(QRect(x, y, place.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                              metrics.elidedText(pane.title, Qt::ElideRight, place.width() - 8));
        }
        x += width + 2 * gap;
    }
    for (const SceneSeries& series : pane.series) {
        if (series.name.isEmpty()) continue;
        const int width = swatch + 5 + metrics.horizontalAdvance(series.name);
        if (x + width > place.right() && x > place.left() + 4) {
            x = place.left() + 4;
            y += line;
        }
        if (painter != nullptr) {
            const QColor color = sceneColor(theme, series.color);
            const QRectF sample(x, y + line / 2.0 - 4, swatch, 8);
            if (series.kind == SceneSeries::Kind::bars || series.kind == SceneSeries::Kind::band) {
                painter->fillRect(sample, color);
            } else if (series.kind == SceneSeries::Kind::points || series.kind == SceneSeries::Kind::stems) {
                painter->setPen(Qt::NoPen);
                painter->setBrush(color);
                painter->drawEllipse(sample.center(), 4, 4);
            } else {
                painter->setPen(
                    QPen(color, series.strong ? 2.6 : 1.8, series.dashed ? Qt::DashLine : Qt::SolidLine));
                painter->drawLine(QPointF(sample.left(), sample.center().y()),
                                  QPointF(sample.right(), sample.center().y()));
            }
            painter->setPen(theme.mutedText);
            painter->drawText(QRect(x + swatch + 5, y, place.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                              series.name);
        }
        x += width + gap;
    }
    const bool any = !pane.title.isEmpty() ||
                     std::ranges::any_of(pane.series, [](const SceneSeries& s) { return !s.name.isEmpty(); });
    return any ? y - place.top() + line : 0;
}

}  // namespace halfstep
