// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/tickers.h"

#include "widgets/plots/number_text.h"
#include "widgets/style/number_text.h"

#include <cmath>

namespace halfstep {
namespace {

constexpr double most_decimals = 5e-5;
constexpr double most_digits = 5e4;

bool isShort(const QCPRange& range) {
    return range.lower > 0 && range.upper / range.lower <= 50;
}

QVector<double> oneTwoFive(const QCPRange& range) {
    QVector<double> ticks;
    const double first = std::floor(std::log10(range.lower));
    const double last = std::ceil(std::log10(range.upper));
    for (double exponent = first; exponent <= last; ++exponent) {
        for (const double factor : {1.0, 2.0, 5.0})
            ticks << factor * std::pow(10.0, exponent);
    }
    return ticks;
}

}  // namespace

QString ValueTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    return valueText(tick, 6);
}

double CountTicker::getTickStep(const QCPRange& range) {
    return std::max(1.0, std::floor(QCPAxisTicker::getTickStep(range)));
}

QString CountTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    return shortCountText(tick);
}

LogCountTicker::LogCountTicker() {
    setSubTickCount(8);
}

QString LogCountTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    return tick < 0.99 ? QString() : shortCountText(tick);
}

QVector<double> LogCountTicker::createTickVector(double step, const QCPRange& range) {
    return isShort(range) ? oneTwoFive(range) : QCPAxisTickerLog::createTickVector(step, range);
}

double IndexTicker::getTickStep(const QCPRange& range) {
    return std::max(1.0, QCPAxisTicker::getTickStep(range));
}

int IndexTicker::getSubTickCount(double) {
    return 0;
}

QString IndexTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    return tick < 0 ? QString() : countText(static_cast<std::uint64_t>(std::llround(tick)));
}

QString LogValueTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    const double exponent = std::log10(tick);
    if (std::abs(exponent - std::round(exponent)) > 1e-6 || !powers_) return valueText(tick, 6);
    return QStringLiteral("10") + superscriptText(static_cast<int>(std::lround(exponent)));
}

QVector<double> LogValueTicker::createTickVector(double step, const QCPRange& range) {
    powers_ = range.lower < most_decimals || range.upper > most_digits;
    return isShort(range) ? oneTwoFive(range) : QCPAxisTickerLog::createTickVector(step, range);
}

bool NameTicker::fit(int new_length, int new_extent, int new_width) {
    const bool changed = length != new_length || label_extent != new_extent || width != new_width;
    length = new_length;
    label_extent = new_extent;
    width = new_width;
    return changed;
}

double NameTicker::getTickStep(const QCPRange& range) {
    // Before the first layout the axis has no length yet.
    const double pixels_each = std::max(length, 1) / std::max(range.size(), 1e-9);
    return std::max(1.0, std::ceil(label_extent / pixels_each));
}

int NameTicker::getSubTickCount(double) {
    return 0;
}

QString NameTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    const auto index = static_cast<qsizetype>(std::llround(tick));
    if (index < 0 || index >= names.size()) return {};
    return QFontMetrics(font).elidedText(names.at(index), Qt::ElideMiddle, width);
}

QVector<double> NameTicker::createTickVector(double step, const QCPRange& range) {
    QVector<double> ticks;
    const auto stride = std::max<qsizetype>(1, static_cast<qsizetype>(step));
    const auto first = std::max<qsizetype>(0, static_cast<qsizetype>(std::floor(range.lower)));
    const auto last = std::min<qsizetype>(names.size() - 1, static_cast<qsizetype>(std::ceil(range.upper)));
    for (qsizetype i = (first + stride - 1) / stride * stride; i <= last; i += stride) {
        ticks << static_cast<double>(i);
    }
    return ticks;
}

}  // namespace halfstep
