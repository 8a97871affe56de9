// SPDX-License-Identifier: GPL-3.0-or-later
// The window in another language: every text follows, and comes back; the translation files are complete.
#include "app/settings/language.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "core/allocation/device.h"
#include "core/base/error.h"
#include "core/exports/export_target.h"
#include "tests/app/fresh_user.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QFile>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QRegularExpression>
#include <QTabBar>
#include <QTest>
#include <QXmlStreamReader>

#include <algorithm>
#include <memory>

using namespace halfstep;

namespace {

QStringList textsOf(const QWidget& widget) {
    QStringList texts{widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()};
    if (const auto* label = qobject_cast<const QLabel*>(&widget)) texts << label->text();
    if (const auto* button = qobject_cast<const QAbstractButton*>(&widget)) texts << button->text();
    if (const auto* edit = qobject_cast<const QLineEdit*>(&widget)) texts << edit->placeholderText();
    if (const auto* menu = qobject_cast<const QMenu*>(&widget)) texts << menu->title();
    if (qobject_cast<const QDockWidget*>(&widget) != nullptr) texts << widget.windowTitle();
    if (const auto* tabs = qobject_cast<const QTabBar*>(&widget))
        for (int i = 0; i < tabs->count(); ++i)
            texts << tabs->tabText(i);
    if (const auto* box = qobject_cast<const QComboBox*>(&widget))
        for (int i = 0; i < box->count(); ++i)
            texts << box->itemText(i) << box->itemData(i, Qt::ToolTipRole).toString();
    if (const auto* header = qobject_cast<const QHeaderView*>(&widget); header != nullptr && header->model())
        for (int i = 0; i < header->count(); ++i)
            for (const int role : {Qt::DisplayRole, Qt::ToolTipRole})
                texts << header->model()->headerData(i, header->orientation(), role).toString();
    if (const auto* view = qobject_cast<const QAbstractItemView*>(&widget);
        view != nullptr && view->model() != nullptr && view->objectName() == "layer_table")
        for (int row = 0; row < view->model()->rowCount(); ++row)
            for (int column = 0; column < view->model()->columnCount(); ++column)
                for (const int role : {Qt::DisplayRole, Qt::ToolTipRole})
                    texts << view->model()->index(row, column).data(role).toString();
    return texts;
}

QStringList allTexts(const QWidget& window) {
    QStringList texts;
    // Buttons that Qt makes and names by itself, once.
    static const QRegularExpression parts_of_qt("^(qt_dockwidget_.*|Scroll(Left|Right)Button)$");
    for (const QWidget* widget : window.findChildren<QWidget*>())
        if (!parts_of_qt.match(widget->objectName()).hasMatch()) texts << textsOf(*widget);
    for (const QAction* action : window.findChildren<QAction*>())
        texts << action->text() << action->toolTip();
    texts.removeAll(QString());
    return texts;
}

bool isNameOfTarget(const QString& text) {
    return std::ranges::any_of(export_targets(),
                               [&](const auto& target) { return text.toStdString() == target->name(); });
}

bool isNameOfDevice(const QString& text) {
    return std::ranges::find(known_devices(), text.toStdString(), &Device::name) != known_devices().end();
}

// What may read the same in both languages.
bool isNeutral(const QString& text) {
    static const QSet<QString> same{"Name",
                                    "Block",
                                    "Status",
                                    "Bits",
                                    "SQNR",
                                    "Tensor",
                                    "English",
                                    "Deutsch",
                                    "Halfstep",
                                    "Attention Q",
                                    "Attention K",
                                    "Attention V",
                                    "Norm",
                                    "Bias",
                                    "Plan",
                                    "Format",
                                    "Budget",
                                    "scheme",
                                    "NaN",
                                    "normal",  // of numbers: neither subnormal nor special
                                    "int4:asym:g128:mse"};
    static const QRegularExpression format("^(BF|FP)[0-9]+( E[0-9]M[0-9])?$");
    QString plain = text;
    plain.remove(QLatin1Char('&'));
    if (same.contains(plain) || format.match(plain).hasMatch() || QFileInfo::exists(text) ||
        isNameOfTarget(text) || isNameOfDevice(text))
        return true;
    static const QRegularExpression letters("[A-Za-z]{2}");
    static const QRegularExpression units("\\b(dB|kB|MB|GB)\\b");
    if (!letters.match(plain.remove(units)).hasMatch()) return true;  // figures and signs
    for (const QString& word : text.split(QRegularExpression("\\s+|·"), Qt::SkipEmptyParts)) {
        try {
            parse_scheme(word.toStdString());
        } catch (const Error&) {
            return false;
        }
    }
    return true;
}

// A source text and its translations, or what is wrong with the entry.
struct Entry {
    QString source;
    QStringList translations;
    bool unfinished = false;
    bool numerus = false;
};

std::vector<Entry> entriesOf(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    QXmlStreamReader xml(&file);
    std::vector<Entry> entries;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) continue;
        if (xml.name() == u"message") {
            entries.emplace_back();
            entries.back().numerus = xml.attributes().value("numerus") == u"yes";
        } else if (xml.name() == u"source") {
            entries.back().source = xml.readElementText();
        } else if (xml.name() == u"numerusform") {
            entries.back().translations << xml.readElementText();
        } else if (xml.name() == u"translation") {
            entries.back().unfinished = xml.attributes().hasAttribute("type");
            if (!entries.back().numerus) entries.back().translations << xml.readElementText();
        }
    }
    return entries;
}

// The places for values of a sentence of the engine, {} or {2:.3f}, each with its number. Whether a number is
// written as in the language (L), and whether its zeros at the end are left out (g), is the translator's
// choice.
QStringList formatPlacesIn(const QString& text) {
    static const QRegularExpression place("\\{([0-9]*)(?::([^}]*))?\\}");
    QStringList found;
    int next = 0;
    for (auto match = place.globalMatch(text); match.hasNext();) {
        const auto one = match.next();
        const QString number = one.captured(1).isEmpty() ? QString::number(next++) : one.captured(1);
        found << number + ":" + one.captured(2).remove('L').remove('g');
    }
    return found;
}

QStringList placeholdersIn(const QString& text) {
    static const QRegularExpression form("%(?:L?[0-9]{1,2}|n)");
    QStringList found;
    for (auto match = form.globalMatch(text); match.hasNext();)
        found << match.next().captured();
    found << formatPlacesIn(text);
    found.sort();
    return found;
}

}  // namespace

class TestLanguage : public QObject {
    Q_OBJECT
  private slots:
    void every_text_is_translated_data() {
        QTest::addColumn<QString>("language");
        for (const QString& code : Language::available())
            QTest::newRow(qPrintable(code)) << code;
    }
    void every_text_is_translated() {
        QFETCH(QString, language);
        const auto entries = entriesOf(QString(HALFSTEP_TRANSLATIONS "/halfstep_%1.ts").arg(language));
        QVERIFY(!entries.empty());
        for (const Entry& entry : entries) {
            QVERIFY2(!entry.unfinished, qPrintable(entry.source));
            QCOMPARE(entry.translations.size(), entry.numerus ? 2 : 1);
            for (const QString& translation : entry.translations) {
                QVERIFY2(!translation.isEmpty(), qPrintable(entry.source));
                QVERIFY2(placeholdersIn(translation) == placeholdersIn(entry.source),
                         qPrintable(translation));
                QCOMPARE(translation.startsWith(u' '), entry.source.startsWith(u' '));
                QCOMPARE(translation.endsWith(u"…"), entry.source.endsWith(u"…"));
            }
        }
    }

    void the_whole_window_follows_and_comes_back() {
        if (FileController::samplePath().isEmpty()) QSKIP("the bundled sample is not there");
        Language language;
        language.use("en");
        MainWindow window(language);
        window.resize(1280, 800);
        window.show();
        window.files().openSample();
        QTRY_VERIFY_WITH_TIMEOUT(window.document().isOpen(), 10'000);
        for (std::size_t i = 0; i < window.views().size(); ++i) {
            window.showView(static_cast<int>(i));
            QTRY_VERIFY_WITH_TIMEOUT(window.isSettled(), 60'000);
        }
        // Titles of jobs are history: they stay in the language they were written in, and leave soon.
        QTRY_VERIFY_WITH_TIMEOUT(window.findChildren<QLabel*>("job_state").isEmpty(), 20'000);

        const QStringList english = allTexts(window);
        QVERIFY(english.size() > 500);
        language.use("de");
        QCoreApplication::processEvents();
        const QStringList german = allTexts(window);
        const QSet<QString> before(english.begin(), english.end());
        QStringList untranslated;
        for (const QString& text : german)
            if (before.contains(text) && !isNeutral(text) && !isNameOfModel(window, text))
                untranslated << text;
        untranslated.removeDuplicates();
        QVERIFY2(untranslated.isEmpty(), qPrintable(untranslated.join("\n")));
        QCOMPARE(window.locale().decimalPoint(), QString(","));

        language.use("en");
        QCoreApplication::processEvents();
        QCOMPARE(allTexts(window), english);
        QCOMPARE(window.locale().decimalPoint(), QString("."));
    }

    void plural_forms() {
        Language language;
        language.use("en");
        const auto tensors = [](int count) {
            return QCoreApplication::translate("halfstep::LayerTableView", "%n tensor(s)", nullptr, count);
        };
        QCOMPARE(tensors(1), QString("1 tensor"));
        QCOMPARE(tensors(39), QString("39 tensors"));
        language.use("de");
        QCOMPARE(tensors(1), QString("1 Tensor"));
        QCOMPARE(tensors(39), QString("39 Tensoren"));
    }

    void no_letter_opens_two_entries_of_a_menu() {
        Language language;
        MainWindow window(language);
        for (const QString& code : Language::available()) {
            language.use(code);
            QCoreApplication::processEvents();
            for (const QMenu* menu : window.findChildren<QMenu*>()) {
                QSet<QString> seen;
                for (const QAction* action : menu->actions()) {
                    const qsizetype mark = action->text().indexOf(u'&');
                    if (mark < 0) continue;
                    const QString letter = action->text().mid(mark + 1, 1).toLower();
                    QVERIFY2(!seen.contains(letter), qPrintable(code + ": " + action->text()));
                    seen.insert(letter);
                }
            }
        }
    }

  private:
    static bool isNameOfModel(MainWindow& window, const QString& text) {
        for (int i = 0; i < window.document().tensorCount(); ++i)
            if (text == QString::fromStdString(window.document().tensor(i).name)) return true;
        return false;
    }

    testing::FreshUser user_;
};

QTEST_MAIN(TestLanguage)
#include "test_language.moc"
