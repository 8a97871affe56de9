// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "tests/widgets/widget_samples.h"
#include "widgets/editors/scheme_editor.h"
#include "widgets/editors/scheme_options.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSet>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

template <class Widget>
Widget* part(SchemeEditor& editor, const char* name) {
    auto* found = editor.findChild<Widget*>(QLatin1String(name));
    Q_ASSERT(found != nullptr);
    return found;
}

// As a user picks an item with the keyboard.
void pick(SchemeEditor& editor, const char* name, int index) {
    auto* box = part<QComboBox>(editor, name);
    const int steps = index - box->currentIndex();
    for (int i = 0; i < std::abs(steps); ++i)
        QTest::keyClick(box, steps > 0 ? Qt::Key_Down : Qt::Key_Up);
}

void retype(SchemeEditor& editor, const char* text) {
    auto* notation = part<QLineEdit>(editor, "scheme_notation");
    notation->setFocus();
    notation->selectAll();
    QTest::keyClicks(notation, QLatin1String(text));
}

QString notation(SchemeEditor& editor) {
    return part<QLineEdit>(editor, "scheme_notation")->text();
}

QString message(SchemeEditor& editor) {
    return part<QLabel>(editor, "scheme_message")->text();
}

SchemeTarget layer(const char* scheme) {
    return sampleTarget("layer", Role::ffn_down, scheme, 4096, 1024);
}

}  // namespace

class TestSchemeEditor : public QObject {
    Q_OBJECT
  private slots:
    void every_impossible_wish_becomes_a_possible_scheme() {
        // All formats with all options wanted at once: what comes out reads back as itself.
        for (const Scheme& format : all_formats()) {
            for (const auto range : {Range::minmax, Range::percentile, Range::mse, Range::kl, Range::clip}) {
                for (const auto symmetry : {Symmetry::sym, Symmetry::symfull, Symmetry::asym}) {
                    Scheme wanted = format;
                    wanted.symmetry = symmetry;
                    wanted.granularity = Granularity::group;
                    wanted.group_size = 64;
                    wanted.range = range;
                    wanted.percentile = 99;
                    wanted.clip_low = -0.5F;
                    wanted.clip_high = 0.25F;
                    wanted.scale_storage = ScaleStorage::s16;
                    wanted.half_octave = true;
                    wanted.gamma = true;
                    const Scheme possible = possibleScheme(wanted);
                    QCOMPARE(parse_scheme(to_string(possible)), possible);
                    QCOMPARE(format_name(possible), format_name(format));
                }
            }
        }
    }

    void limits_become_symmetric_with_the_scheme() {
        const Scheme asym = parse_scheme("int4:asym:tensor:clip-0.5..0.25");
        QCOMPARE(to_string(withSymmetry(asym, Symmetry::sym)), std::string("int4:tensor:clip0.5"));
        QCOMPARE(to_string(withGranularity(parse_scheme("int4"), Granularity::group, 0)),
                 std::string("int4:g128"));
        QCOMPARE(to_string(withGranularity(parse_scheme("int4:s16"), Granularity::group, 32)),
                 std::string("int4:g32"));
        QCOMPARE(to_string(withFamily(parse_scheme("int16:asym:g64"), Family::logarithmic)),
                 std::string("log8:g64"));
    }

    void controls_write_the_notation() {
        SchemeEditor editor;
        editor.setTargets({layer("int8")});
        editor.show();
        QSignalSpy edited(&editor, &SchemeEditor::schemeEdited);
        QTest::keyClick(part<QSpinBox>(editor, "scheme_bits"), Qt::Key_Down);
        QCOMPARE(notation(editor), QStringLiteral("int7"));
        part<QSlider>(editor, "scheme_bits_slider")->setValue(4);
        QCOMPARE(notation(editor), QStringLiteral("int4"));
        pick(editor, "scheme_symmetry", 2);
        QCOMPARE(notation(editor), QStringLiteral("int4:asym"));
        pick(editor, "scheme_granularity", 2);
        QCOMPARE(notation(editor), QStringLiteral("int4:asym:g128"));
        part<QComboBox>(editor, "scheme_group_size")->setFocus();
        part<QComboBox>(editor, "scheme_group_size")->lineEdit()->selectAll();
        QTest::keyClicks(part<QComboBox>(editor, "scheme_group_size")->lineEdit(), QStringLiteral("48"));
        QCOMPARE(notation(editor), QStringLiteral("int4:asym:g48"));
        pick(editor, "scheme_range", 2);
        QCOMPARE(notation(editor), QStringLiteral("int4:asym:g48:mse"));
        pick(editor, "scheme_scale_storage", 0);
        QCOMPARE(notation(editor), QStringLiteral("int4:asym:g48:mse:s32"));
        QTest::keyClick(part<QCheckBox>(editor, "scheme_gamma"), Qt::Key_Space);
        QCOMPARE(notation(editor), QStringLiteral("int4:asym:g48:mse:s32:gamma"));
        QCOMPARE(to_string(edited.last().first().value<Scheme>()), notation(editor).toStdString());
        QCOMPARE(editor.scheme(), parse_scheme("int4:asym:g48:mse:s32:gamma"));
    }

    void notation_sets_the_controls() {
        SchemeEditor editor;
        editor.setTargets({layer("int8")});
        editor.show();
        QVERIFY(QTest::qWaitForWindowActive(&editor));
        QSignalSpy edited(&editor, &SchemeEditor::schemeEdited);
        retype(editor, "log5:g64:pct99.5:sqrt2");
        QCOMPARE(part<QComboBox>(editor, "scheme_family")->currentText(), QStringLiteral("Logarithmic"));
        QCOMPARE(part<QSpinBox>(editor, "scheme_bits")->value(), 5);
        QCOMPARE(part<QComboBox>(editor, "scheme_group_size")->currentText(), QStringLiteral("64"));
        QCOMPARE(part<QDoubleSpinBox>(editor, "scheme_percentile")->value(), 99.5);
        QVERIFY(part<QCheckBox>(editor, "scheme_half_octave")->isChecked());
        QCOMPARE(edited.last().first().value<Scheme>(), parse_scheme("log5:g64:pct99.5:sqrt2"));
        retype(editor, "q8_0");
        QCOMPARE(part<QComboBox>(editor, "scheme_format")->currentText(), QStringLiteral("q8_0"));
        // Another order of the words is put in order when the line is left.
        retype(editor, "int4:mse:g64");
        QCOMPARE(notation(editor), QStringLiteral("int4:mse:g64"));
        QTest::keyClick(part<QLineEdit>(editor, "scheme_notation"), Qt::Key_Tab);
        QCOMPARE(notation(editor), QStringLiteral("int4:g64:mse"));
    }

    void nested_scales_are_offered_where_they_are_possible() {
        SchemeEditor editor;
        editor.show();
        const auto* storage = part<QComboBox>(editor, "scheme_scale_storage");
        const auto offered = [&](const char* scheme) {
            editor.setTargets({layer(scheme)});
            return storage->model()->flags(storage->model()->index(2, 0)).testFlag(Qt::ItemIsEnabled);
        };
        for (const char* scheme : {"nf4", "int4:g64", "fp4_e2m1:g32:mse", "nf4:dq"})
            QVERIFY2(offered(scheme), scheme);
        for (const char* scheme : {"int4", "int4:asym:g64", "log4:g64", "nf4:g16", "nf4:gamma"})
            QVERIFY2(!offered(scheme), scheme);
        editor.setTargets({layer("nf4")});
        pick(editor, "scheme_scale_storage", 2);
        QCOMPARE(notation(editor), QStringLiteral("nf4:dq"));
        // What nested scales do not go with leads back to the usual storage.
        pick(editor, "scheme_granularity", 1);
        QCOMPARE(notation(editor), QStringLiteral("nf4:channel"));
    }

    void a_wrong_notation_is_named_at_once_and_changes_nothing() {
        SchemeEditor editor;
        editor.setTargets({layer("kmeans4")});
        editor.show();
        QVERIFY(part<QPushButton>(editor, "apply_selected")->isEnabled());
        QSignalSpy edited(&editor, &SchemeEditor::schemeEdited);
        QTest::keyClicks(part<QLineEdit>(editor, "scheme_notation"), QStringLiteral(":asym"));
        QCOMPARE(edited.size(), 0);
        QVERIFY2(message(editor).contains(QStringLiteral("symmetry")), qPrintable(message(editor)));
        QVERIFY(!message(editor).contains(QStringLiteral("scheme 'kmeans4")));  // it stands right above
        QVERIFY(!part<QPushButton>(editor, "apply_selected")->isEnabled());
        QCOMPARE(editor.scheme(), parse_scheme("kmeans4"));
        QTest::keyClick(part<QLineEdit>(editor, "scheme_notation"), Qt::Key_Escape);
        QCOMPARE(notation(editor), QStringLiteral("kmeans4"));
        QVERIFY(part<QPushButton>(editor, "apply_selected")->isEnabled());
    }

    void what_a_format_lacks_is_disabled_with_a_reason_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QStringList>("disabled");
        const QStringList scaled{"scheme_range", "scheme_scale_storage", "scheme_gamma"};
        QTest::newRow("int") << "int4" << QStringList{};
        QTest::newRow("log") << "log4" << QStringList{"scheme_symmetry"};
        QTest::newRow("kmeans") << "kmeans4" << (scaled + QStringList{"scheme_symmetry"});
        for (const char* scheme : {"fp16", "q4_0", "mxfp4", "nvfp4", "keep"})
            QTest::newRow(scheme) << scheme
                                  << (scaled + QStringList{"scheme_symmetry", "scheme_granularity"});
    }

    void what_a_format_lacks_is_disabled_with_a_reason() {
        QFETCH(QString, scheme);
        QFETCH(QStringList, disabled);
        SchemeEditor editor;
        editor.setTargets({layer(scheme.toLatin1().constData())});
        for (const char* name : {"scheme_symmetry", "scheme_granularity", "scheme_range",
                                 "scheme_scale_storage", "scheme_gamma"}) {
            auto* control = part<QWidget>(editor, name);
            QVERIFY2(control->isEnabled() != disabled.contains(QLatin1String(name)), name);
            if (!control->isEnabled()) QVERIFY2(control->toolTip().endsWith(QLatin1Char('.')), name);
        }
    }

    void steps_of_an_octave_are_offered_to_logarithmic_formats_only() {
        SchemeEditor editor;
        for (const char* scheme : {"int4", "log4", "kmeans4", "q4_0"}) {
            editor.setTargets({layer(scheme)});
            QCOMPARE(part<QWidget>(editor, "scheme_half_octave")->isVisibleTo(&editor),
                     QByteArray(scheme) == "log4");
        }
    }

    void a_family_that_is_chosen_again_is_as_it_was() {
        SchemeEditor editor;
        editor.setTargets({layer("int4:asym:g64:mse")});
        pick(editor, "scheme_family", 7);
        QCOMPARE(notation(editor), QStringLiteral("keep"));
        pick(editor, "scheme_family", 0);
        QCOMPARE(notation(editor), QStringLiteral("int4:asym:g64:mse"));
    }

    void a_manual_clip_starts_at_the_given_limits() {
        SchemeEditor editor;
        editor.setTargets({layer("int4:asym:tensor")});
        editor.setClipStart(-0.5F, 0.25F);
        pick(editor, "scheme_range", 4);
        QCOMPARE(notation(editor), QStringLiteral("int4:asym:tensor:clip-0.5..0.25"));
        auto* high = part<QDoubleSpinBox>(editor, "scheme_clip_high");
        high->setValue(0.125);
        QCOMPARE(notation(editor), QStringLiteral("int4:asym:tensor:clip-0.5..0.125"));
        pick(editor, "scheme_symmetry", 0);
        QCOMPARE(notation(editor), QStringLiteral("int4:tensor:clip0.5"));
        QVERIFY(part<QDoubleSpinBox>(editor, "scheme_clip_low")->isHidden());
    }

    void a_dragged_limit_is_kept_exactly() {
        SchemeEditor editor;
        editor.setTargets({layer("int4:tensor")});
        Scheme dragged = parse_scheme("int4:tensor:clip0.5");
        dragged.clip_high = 0.123456789F;  // more digits than the control shows
        dragged.clip_low = -dragged.clip_high;
        QSignalSpy edited(&editor, &SchemeEditor::schemeEdited);
        editor.setScheme(dragged);
        QCOMPARE(edited.size(), 0);
        QCOMPARE(editor.scheme(), dragged);
        QTest::keyClick(part<QSpinBox>(editor, "scheme_bits"), Qt::Key_Up);
        QCOMPARE(editor.scheme().clip_high, dragged.clip_high);
    }

    void bits_per_weight_follow() {
        SchemeEditor editor;
        // 4 bits + a 16-bit scale for each 128 weights; 4096 · 1024 weights.
        editor.setTargets({layer("int4:g128")});
        QCOMPARE(message(editor), QStringLiteral("4.125 bits per weight, 2.16 MB"));
        QTest::mouseClick(part<QToolButton>(editor, "preset_q8_0"), Qt::LeftButton);
        // 34 bytes for each block of 32.
        QCOMPARE(message(editor), QStringLiteral("8.5 bits per weight, 4.46 MB"));
        QVERIFY(part<QToolButton>(editor, "preset_q8_0")->isChecked());
        QVERIFY(!part<QToolButton>(editor, "preset_int8")->isChecked());
    }

    void all_presets_are_schemes() {
        SchemeEditor editor;
        QSignalSpy edited(&editor, &SchemeEditor::schemeEdited);
        const auto buttons = editor.findChildren<QToolButton*>();
        int presets = 0;
        for (QToolButton* button : buttons) {
            if (!button->objectName().startsWith(QStringLiteral("preset_"))) continue;
            ++presets;
            button->click();
            QCOMPARE(notation(editor), button->text());
            QVERIFY(!button->toolTip().isEmpty());
        }
        QCOMPARE(presets, 8);
        QCOMPARE(edited.size(), 8);
    }

    void a_scheme_that_does_not_fit_the_layer_is_refused() {
        SchemeEditor editor;
        editor.setTargets({sampleTarget("odd", Role::dense, "int8", 10, 100)});
        QTest::mouseClick(part<QToolButton>(editor, "preset_q4_0"), Qt::LeftButton);
        QVERIFY2(message(editor).contains(QStringLiteral("100")), qPrintable(message(editor)));
        QVERIFY(!part<QPushButton>(editor, "apply_selected")->isEnabled());
    }

    void different_schemes_are_said_to_be_mixed_until_edited() {
        SchemeEditor editor;
        editor.show();
        editor.setTargets({layer("int8"), layer("int4")});
        QVERIFY(editor.isMixed());
        QVERIFY(part<QLabel>(editor, "scheme_mixed")->isVisible());
        QSignalSpy edited(&editor, &SchemeEditor::schemeEdited);
        // The scheme that the first one has already is a change for the others.
        QTest::mouseClick(part<QToolButton>(editor, "preset_int8"), Qt::LeftButton);
        QCOMPARE(edited.size(), 1);
        QVERIFY(!editor.isMixed());
        QVERIFY(!part<QLabel>(editor, "scheme_mixed")->isVisible());
        editor.setTargets({layer("int8"), layer("int8")});
        QVERIFY(!editor.isMixed());
    }

    void buttons_ask_to_apply() {
        SchemeEditor editor;
        QVERIFY(!part<QPushButton>(editor, "apply_selected")->isEnabled());
        editor.setTargets({layer("int8"), layer("int8"), layer("int8")});
        QVERIFY(part<QPushButton>(editor, "apply_selected")->text().contains(QLatin1Char('3')));
        QSignalSpy applied(&editor, &SchemeEditor::applyRequested);
        retype(editor, "int4:g64");
        for (const auto& [name, scope] :
             {std::pair{"apply_selected", ApplyScope::selected},
              std::pair{"apply_role", ApplyScope::same_role}, std::pair{"apply_all", ApplyScope::all}}) {
            QTest::mouseClick(part<QPushButton>(editor, name), Qt::LeftButton);
            QCOMPARE(applied.last().at(0).value<ApplyScope>(), scope);
            QCOMPARE(applied.last().at(1).value<Scheme>(), parse_scheme("int4:g64"));
        }
        QTest::keyClick(part<QLineEdit>(editor, "scheme_notation"), Qt::Key_Return);
        QCOMPARE(applied.size(), 4);
    }

    void tab_reaches_every_control_and_all_have_names() {
        SchemeEditor editor;
        editor.setTargets({layer("int4:asym:g64:clip-1..1")});
        editor.show();
        QVERIFY(QTest::qWaitForWindowActive(&editor));
        part<QLineEdit>(editor, "scheme_notation")->setFocus();
        QSet<QString> reached;
        for (int i = 0; i < 60; ++i) {
            QWidget* focused = QApplication::focusWidget();
            QVERIFY(focused != nullptr);
            if (auto* box = qobject_cast<QComboBox*>(focused->parentWidget())) focused = box;
            if (auto* spin = qobject_cast<QAbstractSpinBox*>(focused->parentWidget())) focused = spin;
            reached << focused->objectName();
            const bool named =
                !focused->accessibleName().isEmpty() || qobject_cast<QAbstractButton*>(focused) != nullptr;
            QVERIFY2(named, qPrintable(focused->objectName()));
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        for (const char* name :
             {"scheme_notation", "preset_int8", "scheme_family", "scheme_bits_slider", "scheme_bits",
              "scheme_symmetry", "scheme_granularity", "scheme_group_size", "scheme_range", "scheme_clip_low",
              "scheme_clip_high", "scheme_scale_storage", "scheme_gamma", "apply_selected", "apply_role",
              "apply_all"})
            QVERIFY2(reached.contains(QLatin1String(name)), name);
    }
};

QTEST_MAIN(TestSchemeEditor)
#include "test_scheme_editor.moc"
