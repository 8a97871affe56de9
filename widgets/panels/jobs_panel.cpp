// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/jobs_panel.h"

#include "widgets/style/elided_label.h"
#include "widgets/style/icons.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QScrollArea>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <map>

namespace halfstep {
namespace {

constexpr int progress_steps = 1000;

bool isRunning(JobState state) {
    return state == JobState::waiting || state == JobState::running || state == JobState::cancelling;
}

QString stateText(const JobRow& job) {
    switch (job.state) {
        case JobState::waiting:
            return JobsPanel::tr("Waiting", "state of a job");
        case JobState::running:
            if (!job.progress) return JobsPanel::tr("Running", "state of a job");
            return JobsPanel::tr("%1 %", "percent")
                .arg(QLocale().toString(std::floor(std::clamp(*job.progress, 0.0, 1.0) * 100), 'f', 0));
        case JobState::cancelling:
            return JobsPanel::tr("Cancelling…", "state of a job");
        case JobState::finished:
            return JobsPanel::tr("Done", "state of a job");
        case JobState::cancelled:
            return JobsPanel::tr("Cancelled", "state of a job");
        case JobState::failed:
            return JobsPanel::tr("Failed", "state of a job");
    }
    return {};
}

}  // namespace

// One job: title and state, a thin bar while it runs, its message when it ended, and one button.
class JobsPanel::JobWidget : public QWidget {
  public:
    JobWidget(quint64 id, JobsPanel* panel) : QWidget(panel) {
        setObjectName(QStringLiteral("job_%1").arg(id));
        title_ = new ElidedLabel(this, Qt::ElideRight);
        state_ = new QLabel(this);
        state_->setObjectName(QStringLiteral("job_state"));
        bar_ = new QProgressBar(this);
        bar_->setTextVisible(false);
        bar_->setFixedHeight(6);
        message_ = new QLabel(this);
        message_->setObjectName(QStringLiteral("job_message"));
        message_->setWordWrap(true);
        message_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        message_->setFocusPolicy(Qt::NoFocus);
        button_ = new QToolButton(this);
        button_->setObjectName(QStringLiteral("job_button"));
        button_->setAutoRaise(true);
        button_->setFocusPolicy(Qt::StrongFocus);

        auto* top = new QHBoxLayout;
        top->addWidget(title_, 1);
        top->addWidget(state_);
        auto* text = new QVBoxLayout;
        text->setSpacing(3);
        text->addLayout(top);
        text->addWidget(bar_);
        text->addWidget(message_);
        auto* layout = new QHBoxLayout(this);
        layout->setContentsMargins(8, 4, 4, 4);
        layout->addLayout(text, 1);
        layout->addWidget(button_, 0, Qt::AlignTop);
    }

    const JobRow& job() const { return job_; }
    QToolButton* button() const { return button_; }

    void setJob(const JobRow& job) {
        job_ = job;
        refresh();
    }

    void refresh() {
        const bool running = isRunning(job_.state);
        title_->setText(job_.title);
        state_->setText(stateText(job_));
        bar_->setVisible(running);
        bar_->setRange(0, job_.progress ? progress_steps : 0);
        if (job_.progress)
            bar_->setValue(static_cast<int>(std::clamp(*job_.progress, 0.0, 1.0) * progress_steps));
        bar_->setAccessibleName(job_.title);
        message_->setText(job_.message);
        message_->setVisible(!job_.message.isEmpty());
        const QString action = running ? JobsPanel::tr("Cancel “%1”").arg(job_.title)
                                       : JobsPanel::tr("Dismiss “%1”").arg(job_.title);
        button_->setIcon(themedIcon(running ? QStringLiteral("stop") : QStringLiteral("close")));
        button_->setToolTip(action);
        button_->setAccessibleName(action);
        button_->setEnabled(job_.state != JobState::cancelling);
        color();
    }

    void color() {
        const Theme& theme = themeOf(this);
        const bool failed = job_.state == JobState::failed;
        const QColor state = failed                             ? theme.bad
                             : job_.state == JobState::finished ? theme.good
                                                                : theme.mutedText;
        if (state != state_->palette().color(QPalette::WindowText)) setColor(state_, state);
        const QColor message = failed ? theme.text : theme.mutedText;
        if (message != message_->palette().color(QPalette::WindowText)) setColor(message_, message);
    }

  private:
    static void setColor(QLabel* label, const QColor& color) {
        QPalette palette;
        palette.setColor(QPalette::WindowText, color);
        label->setPalette(palette);
    }

    JobRow job_;
    ElidedLabel* title_;
    QLabel* state_;
    QProgressBar* bar_;
    QLabel* message_;
    QToolButton* button_;
};

struct JobsPanel::Parts {
    QLabel* empty;
    QVBoxLayout* list;
    std::map<quint64, JobWidget*> jobs;
    int linger_milliseconds = 4000;
    int running = 0;
};

JobsPanel::JobsPanel(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
    auto* content = new QWidget;
    content->setAutoFillBackground(false);
    parts_->list = new QVBoxLayout(content);
    parts_->list->setContentsMargins(4, 4, 4, 4);
    parts_->list->setSpacing(2);
    parts_->empty = new QLabel(content);
    parts_->empty->setObjectName(QStringLiteral("jobs_empty"));
    parts_->empty->setAlignment(Qt::AlignCenter);
    parts_->list->addWidget(parts_->empty);
    parts_->list->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    retranslate();
    new ThemeFollower(this, [this] { color(); });
}

JobsPanel::~JobsPanel() = default;

void JobsPanel::setJob(const JobRow& job) {
    JobWidget*& widget = parts_->jobs[job.id];
    if (widget == nullptr) {
        widget = new JobWidget(job.id, this);
        parts_->list->insertWidget(parts_->list->count() - 1, widget);
        connect(widget->button(), &QToolButton::clicked, this, [this, id = job.id] { press(id); });
        widget->setVisible(true);
    }
    const bool ends = !isRunning(job.state) && isRunning(widget->job().state);
    widget->setJob(job);
    if (ends && job.state != JobState::failed && parts_->linger_milliseconds > 0)
        QTimer::singleShot(parts_->linger_milliseconds, widget, [this, widget, id = job.id] {
            if (!isRunning(widget->job().state)) removeJob(id);
        });
    updateCounts();
}

void JobsPanel::press(quint64 id) {
    if (isRunning(parts_->jobs.at(id)->job().state)) {
        emit cancelRequested(id);
    } else {
        removeJob(id);
    }
}

void JobsPanel::removeJob(std::uint64_t id) {
    const auto found = parts_->jobs.find(id);
    if (found == parts_->jobs.end()) return;
    found->second->hide();
    found->second->deleteLater();
    parts_->jobs.erase(found);
    updateCounts();
}

void JobsPanel::clearEnded() {
    std::vector<quint64> ended;
    for (const auto& [id, widget] : parts_->jobs)
        if (!isRunning(widget->job().state)) ended.push_back(id);
    for (const quint64 id : ended)
        removeJob(id);
}

int JobsPanel::runningCount() const {
    return static_cast<int>(std::ranges::count_if(
        parts_->jobs, [](const auto& entry) { return isRunning(entry.second->job().state); }));
}

void JobsPanel::setLinger(int milliseconds) {
    parts_->linger_milliseconds = milliseconds;
}

void JobsPanel::updateCounts() {
    parts_->empty->setVisible(parts_->jobs.empty());
    const int running = runningCount();
    if (running == parts_->running) return;
    parts_->running = running;
    emit runningCountChanged(running);
}

void JobsPanel::retranslate() {
    parts_->empty->setText(tr("Nothing is running."));
    setAccessibleName(tr("Jobs"));
    for (const auto& [id, widget] : parts_->jobs)
        widget->refresh();
    color();
}

void JobsPanel::color() {
    QPalette muted;
    muted.setColor(QPalette::WindowText, themeOf(this).mutedText);
    parts_->empty->setPalette(muted);
    for (const auto& [id, widget] : parts_->jobs)
        widget->color();
}

void JobsPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
}

}  // namespace halfstep
