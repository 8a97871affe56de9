// SPDX-License-Identifier: GPL-3.0-or-later
// The parts around the views: there with a model only, and the next time where the user left them.
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "tests/app/fresh_user.h"

#include <QAction>
#include <QDockWidget>
#include <QSettings>
#include <QTest>

#include <memory>

using namespace halfstep;

namespace {

QStringList shownDocks(const MainWindow& window) {
    QStringList names;
    for (const QDockWidget* dock : window.findChildren<QDockWidget*>())
        if (!dock->isHidden()) names << dock->objectName();
    names.sort();
    return names;
}

QDockWidget* dockOf(const MainWindow& window, const char* name) {
    return window.findChild<QDockWidget*>(QString::fromLatin1(name));
}

}  // namespace

class TestDockLayout : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        if (FileController::samplePath().isEmpty()) QSKIP("the sample is missing");
    }

    void init() { QSettings().clear(); }

    void the_start_page_stands_alone_the_second_time_too() {
        leaveWithASample([](MainWindow& window) {
            dockOf(window, "inspector")->show();
            dockOf(window, "issues")->show();
            window.resizeDocks({dockOf(window, "layers")}, {277}, Qt::Horizontal);
        });
        const std::unique_ptr<MainWindow> window = newWindow();
        QCOMPARE(shownDocks(*window), QStringList());
        const auto offered = [&window](const char* name) {
            return dockOf(*window, name)->toggleViewAction()->isEnabled();
        };
        QVERIFY(!offered("layers") && !offered("inspector") && offered("jobs"));
        openSample(*window);
        QVERIFY(offered("layers") && offered("inspector"));
        QCOMPARE(shownDocks(*window), (QStringList{"inspector", "issues", "layers", "scheme"}));
        QCOMPARE(dockOf(*window, "layers")->width(), 277);
    }

    void what_was_closed_stays_closed() {
        leaveWithASample([](MainWindow& window) {
            dockOf(window, "inspector")->show();
            dockOf(window, "inspector")->hide();
        });
        const std::unique_ptr<MainWindow> window = newWindow();
        openSample(*window);
        QCOMPARE(shownDocks(*window), (QStringList{"layers", "scheme"}));
    }

    // Without a model there is nothing of the docks to be kept.
    void a_start_without_a_model_keeps_the_former_layout() {
        leaveWithASample([](MainWindow& window) {
            window.resizeDocks({dockOf(window, "layers")}, {291}, Qt::Horizontal);
        });
        newWindow()->close();
        const std::unique_ptr<MainWindow> window = newWindow();
        openSample(*window);
        QCOMPARE(dockOf(*window, "layers")->width(), 291);
    }

    // A lesson takes the place of the scheme for as long as it is shown.
    void a_model_closed_in_a_lesson_leaves_the_next_one_its_scheme() {
        const std::unique_ptr<MainWindow> window = newWindow();
        openSample(*window);
        window->learn();
        QCOMPARE(shownDocks(*window), QStringList{"layers"});
        window->files().closeModel();
        QTRY_VERIFY(!window->document().isOpen());
        QCOMPARE(shownDocks(*window), QStringList());
        openSample(*window);
        window->showView(0);
        QCOMPARE(shownDocks(*window), (QStringList{"layers", "scheme"}));
    }

    void a_reset_gives_back_what_the_window_began_with() {
        const std::unique_ptr<MainWindow> window = newWindow();
        openSample(*window);
        const int width = dockOf(*window, "layers")->width();
        window->resizeDocks({dockOf(*window, "layers")}, {width - 60}, Qt::Horizontal);
        dockOf(*window, "inspector")->show();
        dockOf(*window, "scheme")->hide();
        QCoreApplication::processEvents();
        window->resetLayout();
        QCoreApplication::processEvents();
        QCOMPARE(shownDocks(*window), (QStringList{"layers", "scheme"}));
        QTRY_COMPARE(dockOf(*window, "layers")->width(), width);
    }

  private:
    std::unique_ptr<MainWindow> newWindow() {
        std::unique_ptr<MainWindow> window = user_.shown_window();
        if (!window) qFatal("no window");
        return window;
    }

    static void openSample(MainWindow& window) {
        window.files().openSample();
        QTRY_VERIFY_WITH_TIMEOUT(window.document().isOpen(), 20'000);
        QCoreApplication::processEvents();
        QTRY_VERIFY_WITH_TIMEOUT(window.isSettled(), 60'000);
    }

    template <class Arrange>
    void leaveWithASample(Arrange arrange) {
        const std::unique_ptr<MainWindow> window = newWindow();
        openSample(*window);
        arrange(*window);
        QCoreApplication::processEvents();
        QVERIFY(window->close());
    }

    testing::FreshUser user_;
};

QTEST_MAIN(TestDockLayout)
#include "test_dock_layout.moc"
