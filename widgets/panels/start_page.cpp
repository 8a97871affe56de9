// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/start_page.h"

#include "widgets/panels/recent_files_list.h"
#include "widgets/style/icons.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace halfstep {
namespace {

constexpr int column_width = 620;
constexpr int logo_size = 84;
constexpr int rows_without_scrolling = 5;

// The first local file or folder of what is dragged.
QString droppedPath(const QMimeData* data) {
    for (const QUrl& url : data->urls())
        if (url.isLocalFile()) return url.toLocalFile();
    return {};
}

// A dashed frame that lights up while something is dragged over the page.
class DropZone : public QWidget {
  public:
    using QWidget::QWidget;

    void setLit(bool lit) {
        lit_ = lit;
        update();
    }

  protected:
    void paintEvent(QPaintEvent* /*event*/) override {
        const Theme& theme = themeOf(this);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        QColor ground = lit_ ? theme.accent : theme.surface;
        if (lit_) ground.setAlphaF(0.14F);
        painter.setBrush(ground);
        painter.setPen(QPen(lit_ ? theme.accent : theme.axis, lit_ ? 2.0 : 1.4, Qt::DashLine, Qt::RoundCap));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1.5, 1.5, -1.5, -1.5), 12, 12);
    }

  private:
    bool lit_ = false;
};

QFont scaledFont(const QWidget* widget, double factor, QFont::Weight weight) {
    QFont font = widget->font();
    font.setPointSizeF(font.pointSizeF() * factor);
    font.setWeight(weight);
    return font;
}

}  // namespace

struct StartPage::Parts {
    StartPage* page;
    QLabel* logo;
    QLabel* title;
    QLabel* subtitle;
    DropZone* zone;
    QLabel* zone_icon;
    QLabel* zone_title;
    QLabel* zone_text;
    QPushButton* open;
    QPushButton* sample;
    QPushButton* learn;
    QWidget* recent;
    QLabel* recent_title;
    QToolButton* clear;
    RecentFilesList* files;
    std::vector<RecentFile> recent_files;
    QString no_sample;

    void build();
    QWidget* buildHead();
    QWidget* buildZone();
    QWidget* buildRecent();
    void retranslate();
    void color();
};

StartPage::StartPage(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
    setAcceptDrops(true);
    parts_->page = this;
    parts_->build();
    connect(parts_->open, &QPushButton::clicked, this, &StartPage::openRequested);
    connect(parts_->sample, &QPushButton::clicked, this, &StartPage::sampleRequested);
    connect(parts_->learn, &QPushButton::clicked, this, &StartPage::learnRequested);
    connect(parts_->clear, &QToolButton::clicked, this, &StartPage::clearRecentRequested);
    connect(parts_->files, &RecentFilesList::openRequested, this, &StartPage::openFileRequested);
    connect(parts_->files, &RecentFilesList::removeRequested, this, &StartPage::removeRecentRequested);
    parts_->retranslate();
    parts_->color();
    setRecentFiles({});
    new ThemeFollower(this, [this] { parts_->color(); });
}

StartPage::~StartPage() = default;

void StartPage::Parts::build() {
    auto* column = new QWidget;
    column->setMaximumWidth(column_width);
    auto* inside = new QVBoxLayout(column);
    inside->setContentsMargins(24, 24, 24, 24);
    inside->setSpacing(0);
    inside->addWidget(buildHead());
    inside->addSpacing(24);
    inside->addWidget(buildZone());
    inside->addSpacing(22);
    inside->addWidget(buildRecent());

    auto* content = new QWidget;
    auto* around = new QHBoxLayout(content);
    around->setContentsMargins(0, 0, 0, 0);
    around->addStretch(1);
    auto* middle = new QVBoxLayout;
    middle->addStretch(2);
    middle->addWidget(column);
    middle->addStretch(3);
    around->addLayout(middle, 1000);  // up to column_width; the sides get the rest
    around->addStretch(1);

    auto* scroll = new QScrollArea(page);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    QWidget::setTabOrder(sample, open);
    QWidget::setTabOrder(open, learn);
    QWidget::setTabOrder(learn, files);
    QWidget::setTabOrder(files, clear);
}

QWidget* StartPage::Parts::buildHead() {
    auto* head = new QWidget;
    logo = new QLabel(head);
    title = new QLabel(QStringLiteral("Halfstep"), head);
    subtitle = new QLabel(head);
    subtitle->setWordWrap(true);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addStretch(1);
    texts->addWidget(title);
    texts->addWidget(subtitle);
    texts->addStretch(1);
    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(20);
    layout->addWidget(logo, 0, Qt::AlignVCenter);
    layout->addLayout(texts, 1);
    return head;
}

QWidget* StartPage::Parts::buildZone() {
    zone = new DropZone;
    zone->setObjectName(QStringLiteral("drop_zone"));
    zone_icon = new QLabel(zone);
    zone_icon->setAlignment(Qt::AlignCenter);
    zone_title = new QLabel(zone);
    zone_title->setAlignment(Qt::AlignCenter);
    zone_text = new QLabel(zone);
    zone_text->setAlignment(Qt::AlignCenter);
    zone_text->setWordWrap(true);
    sample = new QPushButton(zone);
    sample->setObjectName(QStringLiteral("try_sample"));
    sample->setDefault(true);
    open = new QPushButton(zone);
    open->setObjectName(QStringLiteral("open_model"));
    learn = new QPushButton(zone);
    learn->setObjectName(QStringLiteral("learn"));
    for (QPushButton* button : {sample, open, learn}) {
        button->setMinimumHeight(34);
        button->setMinimumWidth(150);
        button->setIconSize(QSize(18, 18));
    }
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(12);
    buttons->addStretch(1);
    buttons->addWidget(sample);
    buttons->addWidget(open);
    buttons->addWidget(learn);
    buttons->addStretch(1);
    auto* layout = new QVBoxLayout(zone);
    layout->setContentsMargins(24, 22, 24, 24);
    layout->setSpacing(4);
    layout->addWidget(zone_icon);
    layout->addSpacing(4);
    layout->addWidget(zone_title);
    layout->addWidget(zone_text);
    layout->addSpacing(14);
    layout->addLayout(buttons);
    return zone;
}

QWidget* StartPage::Parts::buildRecent() {
    recent = new QWidget;
    recent_title = new QLabel(recent);
    clear = new QToolButton(recent);
    clear->setObjectName(QStringLiteral("clear_recent"));
    clear->setAutoRaise(true);
    clear->setFocusPolicy(Qt::StrongFocus);
    files = new RecentFilesList(recent);
    auto* top = new QHBoxLayout;
    top->addWidget(recent_title, 1);
    top->addWidget(clear);
    auto* layout = new QVBoxLayout(recent);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(files);
    return recent;
}

void StartPage::Parts::retranslate() {
    subtitle->setText(StartPage::tr("See what quantization does to every layer, and decide the bits."));
    zone_title->setText(StartPage::tr("Drop a model here"));
    zone_text->setText(StartPage::tr(
        "A safetensors, GGUF, ONNX, PyTorch, Keras or NumPy file,\nor a folder that holds a model"));
    open->setText(StartPage::tr("&Open…"));
    open->setToolTip(StartPage::tr("Choose a model file"));
    sample->setText(StartPage::tr("&Try the sample"));
    sample->setToolTip(no_sample.isEmpty()
                           ? StartPage::tr("Open the small language model that comes with Halfstep")
                           : no_sample);
    learn->setText(StartPage::tr("&Learn"));
    learn->setToolTip(StartPage::tr("What quantization does and why, discovered by dragging"));
    recent_title->setText(StartPage::tr("Recent"));
    clear->setText(StartPage::tr("Clear list"));
    clear->setAccessibleName(StartPage::tr("Clear the list of recent models"));
    files->setAccessibleName(StartPage::tr("Recent models"));
    files->setFiles(recent_files);
}

void StartPage::Parts::color() {
    const Theme& theme = themeOf(page);
    const qreal ratio = page->devicePixelRatioF();
    QPalette muted;
    muted.setColor(QPalette::WindowText, theme.mutedText);
    for (QLabel* label : {subtitle, zone_text, recent_title})
        label->setPalette(muted);
    QPalette quiet;
    quiet.setColor(QPalette::ButtonText, theme.mutedText);
    clear->setPalette(quiet);
    logo->setPixmap(tintedPixmap(QStringLiteral("halfstep"), theme.text, logo_size, ratio));
    zone_icon->setPixmap(tintedPixmap(QStringLiteral("drop"), theme.accent, 34, ratio));
    title->setFont(scaledFont(page, 2.3, QFont::DemiBold));
    subtitle->setFont(scaledFont(page, 1.1, QFont::Normal));
    zone_title->setFont(scaledFont(page, 1.4, QFont::DemiBold));
    recent_title->setFont(headingFont());

    QPalette primary;
    primary.setColor(QPalette::Active, QPalette::Button, theme.accent);
    primary.setColor(QPalette::Inactive, QPalette::Button, theme.accent);
    primary.setColor(QPalette::Active, QPalette::ButtonText, theme.accentText);
    primary.setColor(QPalette::Inactive, QPalette::ButtonText, theme.accentText);
    sample->setPalette(sample->isEnabled() ? primary : QPalette());
    sample->setIcon(sample->isEnabled()
                        ? QIcon(tintedPixmap(QStringLiteral("sample"), theme.accentText, 18, ratio))
                        : themedIcon(QStringLiteral("sample")));
    open->setIcon(themedIcon(QStringLiteral("open")));
    learn->setIcon(themedIcon(QStringLiteral("help")));
}

void StartPage::setRecentFiles(const std::vector<RecentFile>& files) {
    parts_->recent_files = files;
    parts_->files->setFiles(files);
    const int rows = std::min(static_cast<int>(files.size()), rows_without_scrolling);
    parts_->files->setFixedHeight(parts_->files->heightForRows(rows));
    parts_->recent->setVisible(!files.empty());
}

void StartPage::setSampleAvailable(bool available, const QString& why_not) {
    parts_->sample->setEnabled(available);
    parts_->no_sample = available ? QString() : why_not;
    parts_->retranslate();
    parts_->color();
}

void StartPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) parts_->retranslate();
}

void StartPage::dragEnterEvent(QDragEnterEvent* event) {
    if (droppedPath(event->mimeData()).isEmpty()) return;
    event->acceptProposedAction();
    parts_->zone->setLit(true);
}

void StartPage::dragLeaveEvent(QDragLeaveEvent* /*event*/) {
    parts_->zone->setLit(false);
}

void StartPage::dropEvent(QDropEvent* event) {
    parts_->zone->setLit(false);
    const QString path = droppedPath(event->mimeData());
    if (path.isEmpty()) return;
    event->acceptProposedAction();
    emit openFileRequested(path);
}

}  // namespace halfstep
