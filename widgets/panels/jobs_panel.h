// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <cstdint>
#include <memory>
#include <optional>

namespace halfstep {

enum class JobState : std::uint8_t { waiting, running, cancelling, finished, cancelled, failed };

struct JobRow {
    std::uint64_t id = 0;
    QString title;  // "Measure 291 layers"
    JobState state = JobState::running;
    std::optional<double> progress;  // 0 to 1; none where it is not known
    QString message;                 // what went wrong, or the result in a few words
};

// Background work: what runs, how far it is, and how it ended. Finished jobs stay a short while, failed ones
// until they are dismissed.
class JobsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit JobsPanel(QWidget* parent = nullptr);
    ~JobsPanel() override;

    void setJob(const JobRow& job);  // adds it, or updates the one with the same id
    void removeJob(std::uint64_t id);
    void clearEnded();
    int runningCount() const;  // waiting and running ones
    // Milliseconds after which finished and cancelled jobs leave the list; 0: they stay.
    void setLinger(int milliseconds);

  signals:
    void cancelRequested(quint64 id);
    void runningCountChanged(int count);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    class JobWidget;
    struct Parts;
    void press(quint64 id);
    void updateCounts();
    void retranslate();
    void color();

    std::unique_ptr<Parts> parts_;
};

}  // namespace halfstep
