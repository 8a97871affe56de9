// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/channel_profile.h"
#include "widgets/plots/heat_map.h"
#include "widgets/plots/plot_view.h"

#include <optional>
#include <vector>

class QComboBox;

namespace halfstep {

class PaintedElement;

// The Channels view: the range and rms of every channel, its outliers, and a map of channels x inputs. Any
// number of channels: what shares a pixel is drawn as its envelope.
class ChannelPlot : public PlotView {
    Q_OBJECT
  public:
    enum class Order { index, range };
    enum class Quantity { abs_max, rms_error };

    explicit ChannelPlot(QWidget* parent = nullptr);

    // With the importance of every input, which stands beside the map; empty where it is not known.
    void setProfile(const ChannelProfile& profile, std::vector<double> importance = {});
    void setOrder(Order order);
    void setQuantity(Quantity quantity);
    void setSelectedChannel(std::optional<std::size_t> channel);
    std::optional<std::size_t> selectedChannel() const { return selected_; }

    QString title() const override;
    QString fileStem() const override { return QStringLiteral("channels"); }
    PlotTable table() const override;

  signals:
    void channelSelected(std::size_t channel);
    // A click on the map: the channels and inputs of one of its cells, as far as they are there.
    void cellSelected(std::uint64_t first_channel, std::uint64_t first_input, std::uint64_t channels,
                      std::uint64_t inputs);

  protected:
    void rebuild() override;
    QString emptySentence() const override;
    QString summary() const override;
    bool mousePressed(QMouseEvent* event) override;
    bool mouseMoved(QMouseEvent* event) override;
    bool mouseReleased(QMouseEvent* event) override;
    bool keyPressed(QKeyEvent* event) override;

  private:
    void buildPanes();
    void buildControls();
    void placeImportance();
    void retranslate();
    void sortChannels();
    void rebuildMap();
    void rebuildImportance();
    void drawRanges(QCPPainter* painter) const;
    void drawOutliers(QCPPainter* painter) const;
    void drawImportance(QCPPainter* painter) const;
    void drawSelection(QCPPainter* painter, const QCPAxisRect* rect) const;
    void drawLegend(QCPPainter* painter, const QRect& rect) const;
    bool mapFollowsOrder() const;  // each column of the map is one channel, so that it can be sorted as well
    std::optional<std::size_t> channelAt(const QPoint& point) const;
    QStringList describe(std::size_t index) const;
    std::optional<QPoint> cellAt(const QPoint& point) const;  // column and row of the map
    QStringList describeCell(const QPoint& point) const;
    QStringList describeImportance(const QPoint& point) const;
    void selectCell(const QPoint& point);

    ChannelProfile profile_;
    HeatMap map_;
    std::vector<double> importance_;  // of every input
    std::uint64_t outlier_count_ = 0;
    std::vector<std::size_t> order_;     // channel at each position
    std::vector<std::size_t> position_;  // position of each channel
    std::optional<std::size_t> selected_;
    Order sort_ = Order::index;
    Quantity quantity_ = Quantity::abs_max;
    QPoint pressed_at_;
    QCPAxisRect* ranges_ = nullptr;
    QCPAxisRect* outliers_ = nullptr;
    QCPAxisRect* map_rect_ = nullptr;
    QCPAxisRect* importance_rect_ = nullptr;  // beside the map, where an importance is known
    QSharedPointer<QCPAxisTickerLog> importance_ticker_;
    PaintedElement* legend_ = nullptr;
    QCPColorScale* scale_ = nullptr;
    QComboBox* order_box_ = nullptr;
    QComboBox* quantity_box_ = nullptr;
};

}  // namespace halfstep
