// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/channel_profile.h"
#include "widgets/plots/plot_view.h"

#include <optional>
#include <vector>

class QComboBox;

namespace halfstep {

// The Channels view: the range and rms of every channel, its outliers, and a map of channels x inputs. Any
// number of channels: what shares a pixel is drawn as its envelope.
class ChannelPlot : public PlotView {
    Q_OBJECT
  public:
    enum class Order { index, range };
    enum class Quantity { abs_max, rms_error };

    explicit ChannelPlot(QWidget* parent = nullptr);

    void setProfile(const ChannelProfile& profile);
    void setOrder(Order order);
    void setQuantity(Quantity quantity);
    void setSelectedChannel(std::optional<std::size_t> channel);
    std::optional<std::size_t> selectedChannel() const { return selected_; }

    QString title() const override;
    QString fileStem() const override { return QStringLiteral("channels"); }
    PlotTable table() const override;

  signals:
    void channelSelected(std::size_t channel);

  protected:
    void rebuild() override;
    QString emptySentence() const override;
    QString summary() const override;
    bool mousePressed(QMouseEvent* event) override;
    bool mouseMoved(QMouseEvent* event) override;
    bool mouseReleased(QMouseEvent* event) override;

  private:
    void buildPanes();
    void retranslate();
    void sortChannels();
    void rebuildMap();
    void drawRanges(QCPPainter* painter) const;
    void drawOutliers(QCPPainter* painter) const;
    void drawSelection(QCPPainter* painter, const QCPAxisRect* rect) const;
    bool mapFollowsOrder() const;  // the map's columns can be put into the order of the channels
    std::optional<std::size_t> positionAt(const QPointF& point) const;
    QStringList describe(std::size_t channel) const;

    ChannelProfile profile_;
    std::vector<std::size_t> order_;     // channel at each position
    std::vector<std::size_t> position_;  // position of each channel
    std::optional<std::size_t> selected_;
    Order sort_ = Order::index;
    Quantity quantity_ = Quantity::abs_max;
    QPoint pressed_at_;
    QCPAxisRect* ranges_ = nullptr;
    QCPAxisRect* outliers_ = nullptr;
    QCPAxisRect* map_rect_ = nullptr;
    QCPColorMap* map_ = nullptr;
    QCPColorScale* scale_ = nullptr;
    QCPLegend* legend_ = nullptr;
    QComboBox* order_box_ = nullptr;
    QComboBox* quantity_box_ = nullptr;
};

}  // namespace halfstep
