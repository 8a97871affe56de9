// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <qcustomplot.h>

namespace halfstep {

// Tick labels that people read: 0.02 rather than 2e-02, − rather than -.
class ValueTicker : public QCPAxisTicker {
  protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
};

// Counts: 1, 10, 100, 1k, 10k, 1M; only whole numbers.
class CountTicker : public QCPAxisTicker {
  protected:
    double getTickStep(const QCPRange& range) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
};

// 1-2-5 steps where less than two decades are shown.
class LogCountTicker : public QCPAxisTickerLog {
  public:
    LogCountTicker();

  protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
    QVector<double> createTickVector(double step, const QCPRange& range) override;
};

// Whole numbers in full: 12,288.
class IndexTicker : public QCPAxisTicker {
  protected:
    double getTickStep(const QCPRange& range) override;
    int getSubTickCount(double step) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
};

// Plain numbers near 1, else powers of ten as 10⁻³, the same way along the whole axis; 1-2-5 steps between
// them where less than two decades are shown.
class LogValueTicker : public QCPAxisTickerLog {
  protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
    QVector<double> createTickVector(double step, const QCPRange& range) override;

  private:
    bool powers_ = false;
};

// One name for each whole number from 0. Shows as many as have space (`length` pixels for the range), elided
// in the middle to `width` pixels, because tensor names differ at both ends.
class NameTicker : public QCPAxisTicker {
  public:
    QStringList names;
    QFont font;
    int width = 160;
    int length = 400;       // of the axis, in pixels
    int label_extent = 16;  // of one label along the axis, in pixels

    bool fit(int new_length, int new_extent, int new_width);  // whether that changes anything

  protected:
    double getTickStep(const QCPRange& range) override;
    int getSubTickCount(double step) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
    QVector<double> createTickVector(double step, const QCPRange& range) override;
};

}  // namespace halfstep
