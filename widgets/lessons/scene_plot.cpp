// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/lessons/scene_plot.h"

#include "widgets/lessons/scene_painting.h"
#include "widgets/plots/painted.h"
#include "widgets/plots/tickers.h"
#include "widgets/plots/zoom_axes.h"
#include "widgets/style/plot_style.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr double grab_radius = 14;  // pixels around a grip
constexpr double grab_line = 6;     // pixels beside its line
constexpr double far_steps = 10;
constexpr double hair = 0.001;

QCPAxis* bottom(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atBottom);
}

QCPAxis* left(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atLeft);
}

}  // namespace

ScenePlot::ScenePlot(QWidget* parent) : PlotView(parent) {
    plot()->setInteractions(QCP::iNone);
    connect(plot(), &QCustomPlot::afterLayout, this, &ScenePlot::fitTicks);
    clear();
}

void ScenePlot::setScene(Scene scene) {
    arranged_ = arranged_ && sameArrangement(scene);
    scene_ = std::move(scene);
    if (!find(active_)) active_ = places().empty() ? QString() : handle(places().front()).id;
    dataChanged();
}

bool ScenePlot::sameArrangement(const Scene& other) const {
    return std::ranges::equal(scene_.panes, other.panes, [](const ScenePane& a, const ScenePane& b) {
        return a.x.whole == b.x.whole && a.y.whole == b.y.whole && a.stretch == b.stretch &&
               a.beside == b.beside && a.x.log == b.x.log && a.y.log == b.y.log &&
               a.x.names.isEmpty() == b.x.names.isEmpty() && a.y.names.isEmpty() == b.y.names.isEmpty();
    });
}

void ScenePlot::buildPanes() {
    zoom().forget();
    qDeleteAll(painted_);  // they paint into the rects that go with the layout
    painted_.clear();
    plot()->plotLayout()->clear();
    delete margins_;
    rects_.clear();
    heads_.clear();
    QCPLayoutGrid* row = nullptr;
    for (std::size_t i = 0; i < scene_.panes.size(); ++i) {
        const ScenePane& pane = scene_.panes[i];
        if (row == nullptr || !pane.beside) {
            row = new QCPLayoutGrid;
            row->setColumnSpacing(14);
            const int number = plot()->plotLayout()->rowCount();
            plot()->plotLayout()->addElement(number, 0, row);
            plot()->plotLayout()->setRowStretchFactor(number, pane.stretch);
        }
        buildPane(row, row->columnCount(), i);
    }
    margins_ = new QCPMarginGroup(plot());
    for (std::size_t i = 0; i < rects_.size(); ++i)
        if (!scene_.panes[i].beside && (i + 1 == rects_.size() || !scene_.panes[i + 1].beside))
            rects_[i]->setMarginGroup(QCP::msLeft | QCP::msRight, margins_);
    arranged_ = true;
}

void ScenePlot::buildPane(QCPLayoutGrid* row, int column, std::size_t pane) {
    auto* inside = new QCPLayoutGrid;
    inside->setRowSpacing(0);
    auto* head = new PaintedElement(plot(), [this, pane](QCPPainter* painter, const QRect& place) {
        if (pane < scene_.panes.size()) paintHead(painter, place, scene_.panes[pane], theme());
    });
    QCPAxisRect* rect = newAxisRect();
    rect->setMinimumMargins(QMargins(8, 6, 14, 4));
    left(rect)->grid()->setVisible(true);
    const SceneAxis* scales[] = {&scene_.panes[pane].x, &scene_.panes[pane].y};
    QCPAxis* axes[] = {bottom(rect), left(rect)};
    for (int i = 0; i < 2; ++i) {
        axes[i]->setScaleType(scales[i]->log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        if (!scales[i]->names.isEmpty())
            axes[i]->setTicker(QSharedPointer<NameTicker>::create());
        else if (scales[i]->log)
            axes[i]->setTicker(QSharedPointer<LogValueTicker>::create());
        else if (scales[i]->whole)
            axes[i]->setTicker(QSharedPointer<CountTicker>::create());
        else
            axes[i]->setTicker(QSharedPointer<ValueTicker>::create());
    }
    inside->addElement(0, 0, head);
    inside->addElement(1, 0, rect);
    inside->setRowStretchFactor(0, hair);
    row->addElement(0, column, inside);
    const auto painted = [this, pane](auto paint) {
        return [this, pane, paint](QCPPainter* painter) {
            // A plot that is shown again may be painted before its new scene is arranged.
            if (!arranged_ || pane >= scene_.panes.size() || pane >= rects_.size()) return;
            paint(painter, rects_[pane], scene_.panes[pane], theme());
        };
    };
    painted_.push_back(new PaintedItem(rect, QStringLiteral("grid"), painted(paintBehind)));
    painted_.push_back(new PaintedItem(rect, QStringLiteral("main"), painted(paintSeries)));
    painted_.push_back(new PaintedItem(
        rect, QStringLiteral("axes"),
        painted([this](auto* painter, auto* in, const auto& of, const Theme& in_theme) {
            paintHandles(painter, in, of, in_theme, places().size() > 1 ? active_ : QString(), hot_);
        }),
        false));
    rects_.push_back(rect);
    heads_.push_back(head);
}

void ScenePlot::updateAxis(QCPAxis* axis, const SceneAxis& scale) {
    axis->setRange(scale.low, scale.high);
    axis->setLabel(scale.label);
    axis->setTicks(scale.shown);
    axis->setTickLabels(scale.shown);
    if (!scale.shown) axis->grid()->setVisible(false);
    if (!scale.names.isEmpty()) {
        auto names = axis->ticker().staticCast<NameTicker>();
        names->names = scale.names;
        names->font = smallFont();
    }
}

void ScenePlot::rebuild() {
    if (!arranged_) buildPanes();
    stylePlot(plot());
    for (std::size_t i = 0; i < rects_.size(); ++i) {
        styleAxisRect(rects_[i], theme());
        updateAxis(bottom(rects_[i]), scene_.panes[i].x);
        updateAxis(left(rects_[i]), scene_.panes[i].y);
    }
    plotResized();
    fitTicks();
}

// Heads take as many lines as their legends need at this width.
void ScenePlot::plotResized() {
    if (!arranged_ || rects_.size() != scene_.panes.size()) return;
    for (std::size_t i = 0; i < heads_.size(); ++i) {
        const int across =
            (i + 1 < heads_.size() && scene_.panes[i + 1].beside) || scene_.panes[i].beside ? 2 : 1;
        const QRect place(0, 0, plot()->width() / across - 10, 40);
        const int height = paintHead(nullptr, place, scene_.panes[i], theme());
        heads_[i]->setMinimumSize(0, height);
        heads_[i]->setMaximumSize(QWIDGETSIZE_MAX, height);
    }
}

// A unit of one axis as long as one of the other: the range that has room to spare is widened.
void ScenePlot::makeSquare(QCPAxisRect* rect, const ScenePane& pane) {
    const double across = (pane.x.high - pane.x.low) / std::max(1, rect->width());
    const double upward = (pane.y.high - pane.y.low) / std::max(1, rect->height());
    const double unit = std::max(across, upward);
    bottom(rect)->setRange((pane.x.low + pane.x.high) / 2, unit * rect->width(), Qt::AlignCenter);
    left(rect)->setRange((pane.y.low + pane.y.high) / 2, unit * rect->height(), Qt::AlignCenter);
}

void ScenePlot::fitTicks() {
    const QFontMetrics metrics(smallFont());
    for (std::size_t i = 0; i < rects_.size(); ++i) {
        QCPAxisRect* rect = rects_[i];
        if (scene_.panes[i].square) makeSquare(rect, scene_.panes[i]);
        const int wide = metrics.horizontalAdvance(QStringLiteral("−0.0000"));
        const auto fit = [&](QCPAxis* axis, const SceneAxis& scale, int length, int extent, int width) {
            if (scale.names.isEmpty())
                axis->ticker()->setTickCount(std::max(2, length / (2 * extent)));
            else
                axis->ticker().staticCast<NameTicker>()->fit(length, extent, width);
        };
        const QStringList& names = scene_.panes[i].x.names;
        const int count = std::max(1, static_cast<int>(names.size()));
        int extent = names.isEmpty() ? wide : 0;
        for (const QString& name : names)  // short ones may stand closer
            extent = std::max(extent, std::min(wide, metrics.horizontalAdvance(name) + 2));
        fit(bottom(rect), scene_.panes[i].x, rect->width(), extent, std::max(50, rect->width() / count));
        fit(left(rect), scene_.panes[i].y, rect->height(), metrics.height(),
            std::max(70, plot()->width() / 4));
    }
}

QPointF ScenePlot::pixelOf(std::size_t pane, double x, double y) const {
    return scenePixel(rects_.at(pane), x, y);
}

QPointF ScenePlot::handlePosition(const QString& id) const {
    const auto place = find(id);
    return place ? handlePixel(rects_[place->pane], handle(*place)) : QPointF(-1, -1);
}

std::vector<ScenePlot::Place> ScenePlot::places() const {
    std::vector<Place> all;
    for (std::size_t pane = 0; pane < scene_.panes.size(); ++pane)
        for (std::size_t i = 0; i < scene_.panes[pane].handles.size(); ++i)
            all.push_back({pane, i});
    return all;
}

std::optional<ScenePlot::Place> ScenePlot::find(const QString& id) const {
    for (const Place& place : places())
        if (handle(place).id == id) return place;
    return std::nullopt;
}

// The nearest grip; else the line of a handle that has one.
std::optional<ScenePlot::Place> ScenePlot::handleAt(const QPointF& point) const {
    std::optional<Place> nearest;
    double least = grab_radius;
    for (const Place& place : places()) {
        const QPointF offset = handlePixel(rects_[place.pane], handle(place)) - point;
        const double distance = std::hypot(offset.x(), offset.y());
        if (distance > least) continue;
        least = distance;
        nearest = place;
    }
    if (nearest) return nearest;
    for (const Place& place : places()) {
        if (!handle(place).line || !rects_[place.pane]->rect().contains(point.toPoint())) continue;
        const QPointF offset = handlePixel(rects_[place.pane], handle(place)) - point;
        const bool on_line = handle(place).along == SceneHandle::Along::x ? std::abs(offset.x()) <= grab_line
                             : handle(place).along == SceneHandle::Along::y
                                 ? std::abs(offset.y()) <= grab_line
                                 : false;
        if (on_line) return place;
    }
    return std::nullopt;
}

void ScenePlot::moveTo(const Place& place, QPointF to) {
    const SceneHandle& moved = handle(place);
    if (moved.along == SceneHandle::Along::x) to.setY(moved.y);
    if (moved.along == SceneHandle::Along::y) to.setX(moved.x);
    if (moved.along != SceneHandle::Along::y) to.setX(std::clamp(to.x(), moved.low, moved.high));
    if (moved.along != SceneHandle::Along::x) to.setY(std::clamp(to.y(), moved.low, moved.high));
    if (to != QPointF(moved.x, moved.y)) emit handleMoved(QString(moved.id), to);
}

bool ScenePlot::mousePressed(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !hasData()) return false;
    const auto place = handleAt(event->position());
    if (!place) return false;
    dragged_ = active_ = handle(*place).id;
    grab_offset_ = event->position() - scenePixel(rects_[place->pane], handle(*place).x, handle(*place).y);
    plot()->setFocus(Qt::MouseFocusReason);
    replotSoon();
    return true;
}

bool ScenePlot::mouseMoved(QMouseEvent* event) {
    if (!hasData()) return false;
    if (const auto place = find(dragged_)) {
        const QPointF at = event->position() - grab_offset_;
        QCPAxisRect* rect = rects_[place->pane];
        moveTo(*place, {bottom(rect)->pixelToCoord(at.x()), left(rect)->pixelToCoord(at.y())});
        return true;
    }
    const auto place = handleAt(event->position());
    const QString hot = place ? handle(*place).id : QString();
    if (hot != hot_) {
        hot_ = hot;
        replotSoon();
    }
    if (!place) {
        plot()->setCursor(Qt::ArrowCursor);
    } else {
        const SceneHandle::Along along = handle(*place).along;
        plot()->setCursor(along == SceneHandle::Along::x   ? Qt::SizeHorCursor
                          : along == SceneHandle::Along::y ? Qt::SizeVerCursor
                                                           : Qt::SizeAllCursor);
    }
    return true;
}

bool ScenePlot::mouseReleased(QMouseEvent*) {
    if (dragged_.isEmpty()) return false;
    emit handleReleased(std::exchange(dragged_, {}));
    return true;
}

void ScenePlot::mouseLeft() {
    PlotView::mouseLeft();
    if (hot_.isEmpty()) return;
    hot_.clear();
    replotSoon();
}

void ScenePlot::chooseNext(int direction) {
    const std::vector<Place> all = places();
    if (all.empty()) return;
    const auto now = std::ranges::find_if(all, [this](const Place& p) { return handle(p).id == active_; });
    const auto count = static_cast<int>(all.size());
    const int next = (static_cast<int>(now - all.begin()) + direction + count) % count;
    active_ = handle(all[static_cast<std::size_t>(next)]).id;
    plot()->setAccessibleDescription(summary());
    replotSoon();
}

bool ScenePlot::nudge(int key, bool far) {
    const auto place = find(active_);
    if (!place) return false;
    const SceneHandle& moved = handle(*place);
    const bool across = key == Qt::Key_Left || key == Qt::Key_Right;
    const bool possible =
        moved.along == SceneHandle::Along::both || across == (moved.along == SceneHandle::Along::x);
    if (!possible) return false;
    const double sign = key == Qt::Key_Left || key == Qt::Key_Down ? -1 : 1;
    const double step = sign * moved.step * (far ? far_steps : 1);
    moveTo(*place, {moved.x + (across ? step : 0), moved.y + (across ? 0 : step)});
    nudged_ = true;
    return true;
}

bool ScenePlot::keyPressed(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Space:
            chooseNext((event->modifiers() & Qt::ShiftModifier) != 0 ? -1 : 1);
            return true;
        case Qt::Key_Left:
        case Qt::Key_Right:
        case Qt::Key_Up:
        case Qt::Key_Down:
            if (event->modifiers() & (Qt::AltModifier | Qt::ControlModifier)) return false;
            if (nudge(event->key(), (event->modifiers() & Qt::ShiftModifier) != 0)) return true;
            if (places().size() < 2) return false;
            chooseNext(event->key() == Qt::Key_Left || event->key() == Qt::Key_Up ? -1 : 1);
            return true;
        default:
            return false;
    }
}

bool ScenePlot::keyReleased(QKeyEvent* event) {
    if (event->isAutoRepeat() || !std::exchange(nudged_, false)) return false;
    emit handleReleased(QString(active_));
    return true;
}

QString ScenePlot::summary() const {
    const auto place = find(active_);
    if (!place) return scene_.title;
    return QStringLiteral("%1 %2").arg(handle(*place).name, handle(*place).label);
}

PlotTable ScenePlot::table() const {
    PlotTable table;
    table.headers = {QStringLiteral("pane"), QStringLiteral("series"), QStringLiteral("x"),
                     QStringLiteral("y"), QStringLiteral("y2")};
    for (std::size_t i = 0; i < scene_.panes.size(); ++i) {
        const ScenePane& pane = scene_.panes[i];
        const QString name = pane.title.isEmpty() ? QString::number(i + 1) : pane.title;
        for (const SceneSeries& series : pane.series)
            for (std::size_t k = 0; k < std::min(series.x.size(), series.y.size()); ++k)
                table.rows.push_back({name, series.name, cell(series.x[k]), cell(series.y[k]),
                                      k < series.y2.size() ? cell(series.y2[k]) : QString()});
        for (const SceneLevels& levels : pane.levels)
            for (const double level : levels.at)
                table.rows.push_back({name, QStringLiteral("level"), cell(level), {}, {}});
    }
    return table;
}

}  // namespace halfstep
