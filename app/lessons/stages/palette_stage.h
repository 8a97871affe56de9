// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"
#include "core/lessons/palette.h"

#include <QHash>
#include <QImage>

#include <optional>
#include <vector>

class QLabel;
class QPushButton;

namespace halfstep {

class PictureRow;

// A picture in a few colours: those of an even grid beside those that k-means finds.
class PaletteStage : public Stage {
    Q_OBJECT
  public:
    explicit PaletteStage(JobRunner& jobs);
    ~PaletteStage() override;

    void reset() override;
    bool isSettled() const override { return !working_; }
    void stop() override;

    void openPicture(const QString& path);  // takes its time; what went wrong is shown
    QString problem() const;
    const PictureRow& pictures() const { return *pictures_; }

  protected:
    void refresh() override;
    void handleMoved(const QString& id, const QPointF& to) override;

  private:
    struct Drawn {
        std::vector<Rgb> palette;
        QImage image;
        std::size_t used = 0;  // colours that some pixel has
        std::optional<double> psnr;
    };
    struct Both {
        Drawn grid;
        Drawn kmeans;
    };
    struct Curve {
        std::vector<double> colors;
        std::vector<double> grid;  // dB
        std::vector<double> kmeans;
        int equal = 0;  // colours of the smallest grid that is as good as 8 of k-means; 0: not known
    };

    QString curveLane() const;
    QString pictureLane() const;
    void setPicture(const QImage& image, const QString& name);
    void choosePicture();
    const Both& drawn();
    Drawn drawnWith(std::vector<Rgb> palette) const;
    void startCurve();
    double bytes(std::size_t colors, bool with_palette) const;
    void showPictures(const Both& both);
    Scene scene(const Both& both) const;
    ScenePane qualityPane(const Both& both) const;
    ScenePane colorsPane(const Both& both) const;
    void showFigures(const Both& both);
    int colors() const { return whole("colors"); }

    PictureRow* pictures_;
    QPushButton* own_;
    QLabel* problem_;
    QImage picture_;
    QString name_;
    std::vector<Rgb> pixels_;
    QHash<int, Both> drawn_;  // by the number of colours
    Curve curve_;
    bool working_ = false;
};

}  // namespace halfstep
