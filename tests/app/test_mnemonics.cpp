// SPDX-License-Identifier: GPL-3.0-or-later
// Alt and a letter mean one thing wherever the user is: what can be seen at the same time, menus first, has
// letters of its own. Where two share one, Qt runs neither and the menu cannot be opened.
#include "app/lessons/learn_view.h"
#include "app/settings/language.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "core/schemes/scheme.h"
#include "tests/app/fresh_user.h"
#include "widgets/editors/scheme_editor.h"

#include <QAbstractButton>
#include <QDockWidget>
#include <QKeySequence>
#include <QLabel>
#include <QMenuBar>
#include <QTest>

#include <map>
#include <memory>

using namespace halfstep;

namespace {

using Mnemonics = std::map<QString, QStringList>;  // of each key, the texts

void add(Mnemonics& keys, const QString& text) {
    const QString key = QKeySequence::mnemonic(text).toString();
    if (!key.isEmpty()) keys[key] << text;
}

Mnemonics mnemonicsOf(const QMainWindow& window) {
    Mnemonics keys;
    for (const QAction* menu : window.menuBar()->actions())
        add(keys, menu->text());
    for (const QLabel* label : window.findChildren<QLabel*>())
        if (label->isVisible() && label->buddy() != nullptr) add(keys, label->text());
    for (const QAbstractButton* button : window.findChildren<QAbstractButton*>())
        if (button->isVisible()) add(keys, button->text());
    return keys;
}

// Each with where it was seen first.
using Conflicts = std::map<QString, QString>;

void lookFor(Conflicts& conflicts, const QMainWindow& window, const QString& where) {
    for (const auto& [key, texts] : mnemonicsOf(window))
        if (texts.size() > 1) conflicts.emplace(key + ": " + texts.join(" | "), where);
}

}  // namespace

class TestMnemonics : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        if (FileController::samplePath().isEmpty()) QSKIP("the sample is missing");
    }

    void every_letter_once_data() {
        QTest::addColumn<QString>("language");
        for (const QString& code : Language::available())
            QTest::newRow(qPrintable(code)) << code;
    }
    void every_letter_once() {
        QFETCH(QString, language);
        user_.language().use(language);
        const std::unique_ptr<MainWindow> shown = user_.shown_window();
        QVERIFY(shown);
        MainWindow& window = *shown;
        Conflicts conflicts;
        lookFor(conflicts, window, "start page");
        QVERIFY(mnemonicsOf(window).size() > 6);

        window.files().openSample();
        QTRY_VERIFY_WITH_TIMEOUT(window.document().isOpen(), 20'000);
        auto* inspector = window.findChild<QDockWidget*>("inspector");
        inspector->show();
        inspector->raise();
        for (std::size_t view = 0; view < window.views().size(); ++view) {
            window.showView(static_cast<int>(view));
            window.findChild<QDockWidget*>("scheme")->show();
            QTRY_VERIFY_WITH_TIMEOUT(window.isSettled(), 60'000);
            for (const char* notation : {"int8", "int4:asym:g128:mse", "int8:pct99.9", "int8:clip0.1", "log4",
                                         "fp8_e4m3", "q4_K", "nf4", "kmeans4:tensor", "keep"}) {
                window.editor().setScheme(parse_scheme(notation));
                QCoreApplication::processEvents();
                lookFor(conflicts, window, QString("view %1, %2").arg(view).arg(notation));
            }
            QVERIFY(mnemonicsOf(window).size() > 8);
        }
        LearnView& lessons = window.learnView();
        for (int lesson = 0; lesson < static_cast<int>(lessons.library().lessons.size()); ++lesson) {
            lessons.showLesson(lesson);
            QCoreApplication::processEvents();
            lookFor(conflicts, window, QString("lesson %1").arg(lesson));
        }
        lessons.showClaims();
        lookFor(conflicts, window, "claims");
        for (const auto& [conflict, where] : conflicts)
            qInfo().noquote() << where + ": " + conflict;
        QCOMPARE(conflicts.size(), 0U);
    }

  private:
    testing::FreshUser user_;
};

QTEST_MAIN(TestMnemonics)
#include "test_mnemonics.moc"
