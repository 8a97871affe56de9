// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace halfstep {

// What a lesson shows in a plot, as data: axes, what is drawn between them, and what can be dragged. Colours
// are places in the theme's series; `muted` and `plain` stand for its text colours, `good` and `bad` for
// its verdicts.
namespace scene_color {
inline constexpr int muted = -1;
inline constexpr int plain = -2;
inline constexpr int good = -3;
inline constexpr int bad = -4;
inline constexpr int accent = -5;
}  // namespace scene_color

struct SceneSeries {
    enum class Kind {
        line,
        steps,   // from the middle between two x to the next middle
        points,  // discs
        bars,    // of `width`, from 0 (or the lower end of a log axis)
        stems,   // a thin line from 0 with a disc on top
        band     // between y and y2
    };
    Kind kind = Kind::line;
    QString name;  // in the legend; not listed where empty
    int color = 0;
    std::vector<double> x;
    std::vector<double> y;
    std::vector<double> y2;
    double width = 0;
    bool dashed = false;
    bool strong = false;  // the one that counts: a heavier line, larger discs
};

// A line across the whole pane.
struct SceneMark {
    bool vertical = true;
    double at = 0;
    QString label;
    int color = scene_color::muted;
    bool dashed = true;
};

// The levels of a grid: hair lines through the pane, short ticks where there are too many.
struct SceneLevels {
    std::vector<double> at;
    int color = 1;
};

struct SceneText {
    double x = 0;
    double y = 0;
    QString text;
    int color = scene_color::plain;
};

// Values of a surface on a regular lattice, row by row from the lower end of y, as colours from light to
// strong.
struct SceneSurface {
    int columns = 0;
    int rows = 0;
    std::vector<double> values;
    bool log = false;
};

struct SceneHandle {
    enum class Along { x, y, both };
    QString id;
    QString name;  // for those who do not see it
    Along along = Along::x;
    double x = 0;
    double y = 0;
    double low = 0;  // limits of the coordinate that moves; of both, where both do
    double high = 1;
    double step = 0.01;  // of an arrow key; ten times as far with Shift
    QString label;
    int color = scene_color::accent;
    bool line = true;  // with a line across the pane
};

struct SceneAxis {
    QString label;
    double low = 0;
    double high = 1;
    bool log = false;
    QStringList names;  // of 0, 1, 2 … in place of numbers
    bool shown = true;
    bool whole = false;  // ticks at whole numbers only
};

struct ScenePane {
    QString title;
    SceneAxis x;
    SceneAxis y;
    std::vector<SceneSeries> series;
    std::vector<SceneMark> marks;
    std::vector<SceneLevels> levels;
    std::vector<SceneText> texts;
    std::vector<SceneSurface> surfaces;  // fill the pane, below everything else
    std::vector<SceneHandle> handles;
    bool square = false;  // a unit is as long across as upward: the shorter range is widened
    double stretch = 1;   // its share of the height
    bool beside = false;  // in the same row as the pane before it
};

struct Scene {
    QString title;
    std::vector<ScenePane> panes;
};

}  // namespace halfstep
