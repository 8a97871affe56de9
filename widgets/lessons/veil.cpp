// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/lessons/veil.h"

#include "widgets/style/theme.h"

#include <QPainter>

namespace halfstep {

class VeiledArea::Veil : public QWidget {
  public:
    explicit Veil(VeiledArea* area) : QWidget(area), area_(area) { setFocusPolicy(Qt::NoFocus); }
    void setSentence(const QString& sentence) {
        sentence_ = sentence;
        setAccessibleName(sentence);
        update();
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        const Theme& theme = themeOf(this);
        QPainter painter(this);
        QColor ground = theme.window;
        ground.setAlphaF(0.94F);  // what is there can be guessed at, but not read
        painter.fillRect(rect(), ground);
        painter.setFont(headingFont());
        const QRect bounds = painter.boundingRect(rect().adjusted(40, 0, -40, 0),
                                                  Qt::AlignCenter | Qt::TextWordWrap, sentence_);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(theme.border, 1));
        painter.setBrush(theme.surface);
        painter.drawRoundedRect(bounds.adjusted(-18, -12, 18, 12), 8, 8);
        painter.setPen(theme.text);
        painter.drawText(bounds, Qt::AlignCenter | Qt::TextWordWrap, sentence_);
    }
    void mousePressEvent(QMouseEvent*) override { emit area_->veilClicked(); }

  private:
    VeiledArea* area_;
    QString sentence_;
};

VeiledArea::VeiledArea(QWidget* parent) : QWidget(parent), veil_(new Veil(this)) {
    veil_->hide();
}

void VeiledArea::setContent(QWidget* content) {
    delete content_;
    content_ = content;
    if (content_ == nullptr) return;
    content_->setParent(this);
    content_->setGeometry(rect());
    content_->setEnabled(!isVeiled());
    content_->show();
    veil_->raise();
    updateGeometry();
}

void VeiledArea::setVeil(bool drawn, const QString& sentence) {
    veil_->setSentence(sentence);
    veil_->setVisible(drawn);
    veil_->raise();
    if (content_ != nullptr) content_->setEnabled(!drawn);
}

bool VeiledArea::isVeiled() const {
    return veil_->isVisibleTo(this);
}

QSize VeiledArea::minimumSizeHint() const {
    return content_ == nullptr ? QSize(200, 150) : content_->minimumSizeHint();
}

void VeiledArea::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    veil_->setGeometry(rect());
    if (content_ != nullptr) content_->setGeometry(rect());
}

}  // namespace halfstep
