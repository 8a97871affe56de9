// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QString>
#include <QWidget>

class QLabel;

namespace halfstep {

// A number that a lesson shows, and that its texts may refer to by its id.
struct LessonFigure {
    QString id;
    QString label;     // "rounding error"; figures without are for the texts only
    QString text;      // "31.4 dB"
    double value = 0;  // the same for comparisons; NaN where there is none
};

// The numbers of a lesson, side by side: a quiet label above a large figure.
class FigureStrip : public QWidget {
    Q_OBJECT
  public:
    explicit FigureStrip(QWidget* parent = nullptr);

    void setFigures(const QList<LessonFigure>& figures);
    QString textOf(const QString& id) const;  // as shown; empty where it is not

  protected:
    void changeEvent(QEvent* event) override;

  private:
    struct Field {
        QString id;
        QWidget* box;
        QLabel* label;
        QLabel* value;
    };
    void build(const QList<LessonFigure>& shown);
    void restyle();

    QList<Field> fields_;
};

}  // namespace halfstep
