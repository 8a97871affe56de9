// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <memory>
#include <vector>

namespace halfstep {

struct RecentFile {
    QString path;
    QString detail;  // "Llama, 1.1 billion weights, yesterday"; may be empty
    bool missing = false;
};

// What the window shows while no model is open.
class StartPage : public QWidget {
    Q_OBJECT
  public:
    explicit StartPage(QWidget* parent = nullptr);
    ~StartPage() override;

    void setRecentFiles(const std::vector<RecentFile>& files);  // latest first
    void setSampleAvailable(bool available, const QString& why_not = {});

  signals:
    void openRequested();                         // by a file dialog
    void openFileRequested(const QString& path);  // a recent file, or one that was dropped
    void sampleRequested();
    void learnRequested();
    void removeRecentRequested(const QString& path);
    void clearRecentRequested();

  protected:
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace halfstep
