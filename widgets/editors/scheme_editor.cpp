// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editors/scheme_editor.h"

#include "widgets/editors/scheme_form.h"
#include "widgets/editors/scheme_options.h"
#include "widgets/style/number_text.h"
#include "widgets/style/role_text.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QEvent>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSet>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace halfstep {
namespace {

constexpr std::array presets{"int8", "int8:asym", "int4:g128", "int4:asym:g64:mse",
                             "q4_0", "q8_0",      "bf16",      "keep"};
constexpr int preset_columns = 2;

// An editor's line in the notation. Escape takes back what was typed.
class NotationEdit : public QLineEdit {
  public:
    using QLineEdit::QLineEdit;
    std::function<void()> revert;

  protected:
    void keyPressEvent(QKeyEvent* event) override {
        if (event->key() == Qt::Key_Escape && revert) {
            revert();
            return;
        }
        QLineEdit::keyPressEvent(event);
    }
};

}  // namespace

// Itself the receiver of its connections: a child that still signals while the widget is taken apart finds
// none left.
struct SchemeEditor::Parts : QObject {
    SchemeEditor* editor;
    std::vector<SchemeTarget> targets;
    bool mixed = false;

    QLabel* title;
    QLabel* mixed_note;
    NotationEdit* notation;
    QLabel* message;
    QWidget* presets_box;
    std::array<QToolButton*, presets.size()> preset_buttons;
    SchemeForm* form;
    QPushButton* apply_selected;
    QPushButton* apply_role;
    QPushButton* apply_all;

    void build();
    void connectAll();
    QPushButton* button(const char* name);
    void show(const Scheme& scheme);
    void take(const Scheme& scheme);
    void readText(const QString& text);
    void refresh();
    void refreshMessage();
    void refreshButtons();
    void retranslate();
    QString refusal() const;
    QString cost() const;
    bool isValid() const;
};

SchemeEditor::SchemeEditor(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
    parts_->editor = this;
    parts_->build();
    parts_->connectAll();
    parts_->retranslate();
    parts_->show(parts_->form->scheme());
    new ThemeFollower(this, [this] { parts_->refresh(); });
}

SchemeEditor::~SchemeEditor() = default;

QPushButton* SchemeEditor::Parts::button(const char* name) {
    auto* made = new QPushButton(editor);
    made->setObjectName(QLatin1String(name));
    made->setAutoDefault(false);
    return made;
}

void SchemeEditor::Parts::build() {
    title = new QLabel(editor);
    title->setObjectName(QStringLiteral("scheme_title"));
    title->setWordWrap(true);
    mixed_note = new QLabel(editor);
    mixed_note->setObjectName(QStringLiteral("scheme_mixed"));
    mixed_note->setWordWrap(true);
    notation = new NotationEdit(editor);
    notation->setObjectName(QStringLiteral("scheme_notation"));
    message = new QLabel(editor);
    message->setObjectName(QStringLiteral("scheme_message"));
    message->setWordWrap(true);
    message->setTextFormat(Qt::PlainText);
    presets_box = new QWidget(editor);
    auto* grid = new QGridLayout(presets_box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(4);
    for (std::size_t i = 0; i < presets.size(); ++i) {
        auto* preset = new QToolButton(presets_box);
        preset->setObjectName(QStringLiteral("preset_") + QLatin1String(presets[i]));
        preset->setText(QLatin1String(presets[i]));
        preset->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        preset->setFocusPolicy(Qt::StrongFocus);
        preset->setCheckable(true);
        const int index = static_cast<int>(i);
        grid->addWidget(preset, index / preset_columns, index % preset_columns);
        preset_buttons[i] = preset;
    }
    form = new SchemeForm(editor);
    apply_selected = button("apply_selected");
    apply_role = button("apply_role");
    apply_all = button("apply_all");
    auto* wide = new QGridLayout;
    wide->setSpacing(6);
    wide->addWidget(apply_selected, 0, 0, 1, 2);
    wide->addWidget(apply_role, 1, 0);
    wide->addWidget(apply_all, 1, 1);

    auto* layout = new QVBoxLayout(editor);
    layout->setContentsMargins(10, 4, 10, 4);
    layout->setSpacing(6);
    layout->addWidget(title);
    layout->addWidget(mixed_note);
    layout->addWidget(notation);
    layout->addWidget(message);
    layout->addWidget(presets_box);
    layout->addSpacing(4);
    layout->addWidget(form);
    layout->addSpacing(4);
    layout->addLayout(wide);
    layout->addStretch(1);
}

void SchemeEditor::Parts::connectAll() {
    connect(form, &SchemeForm::edited, this, [this](const Scheme& scheme) { take(scheme); });
    connect(notation, &QLineEdit::textEdited, this, [this](const QString& text) { readText(text); });
    connect(notation, &QLineEdit::editingFinished, this, [this] {
        if (isValid()) notation->setText(QString::fromStdString(to_string(form->scheme())));
    });
    connect(notation, &QLineEdit::returnPressed, this, [this] {
        if (apply_selected->isEnabled()) apply_selected->click();
    });
    notation->revert = [this] { show(form->scheme()); };
    for (std::size_t i = 0; i < presets.size(); ++i)
        connect(preset_buttons[i], &QToolButton::clicked, this,
                [this, i] { take(parse_scheme(presets[i])); });
    const auto asks = [this](QPushButton* pressed, ApplyScope scope) {
        connect(pressed, &QPushButton::clicked, this,
                [this, scope] { emit editor->applyRequested(scope, form->scheme()); });
    };
    asks(apply_selected, ApplyScope::selected);
    asks(apply_role, ApplyScope::same_role);
    asks(apply_all, ApplyScope::all);
}

// Everything but a text that already says the same (the user may be typing in it).
void SchemeEditor::Parts::show(const Scheme& scheme) {
    form->setScheme(scheme);
    const auto typed = readNotation(notation->text()).scheme;
    if (!notation->hasFocus() || typed != scheme || !isValid())
        notation->setText(QString::fromStdString(to_string(scheme)));
    refresh();
}

void SchemeEditor::Parts::take(const Scheme& scheme) {
    mixed = false;
    form->setScheme(scheme);
    notation->setText(QString::fromStdString(to_string(scheme)));
    refresh();
    emit editor->schemeEdited(scheme);
}

void SchemeEditor::Parts::readText(const QString& text) {
    const auto scheme = readNotation(text).scheme;
    if (scheme && (mixed || *scheme != form->scheme())) {
        mixed = false;
        form->setScheme(*scheme);
        refresh();
        emit editor->schemeEdited(*scheme);
        return;
    }
    refresh();
}

bool SchemeEditor::Parts::isValid() const {
    return readNotation(notation->text()).scheme == form->scheme();
}

QString SchemeEditor::Parts::refusal() const {
    QString reason;
    int refused = 0;
    for (const SchemeTarget& target : targets) {
        const std::string why = why_not_applicable(form->scheme(), target.inputs);
        if (why.empty()) continue;
        if (refused++ == 0) reason = QString::fromStdString(why);
    }
    if (refused == 0) return {};
    if (targets.size() == 1)
        return SchemeEditor::tr("Not for this layer: %1.", "%1 is the reason").arg(reason);
    return SchemeEditor::tr("Not for %n of the selected layers: %1.", "%1 is the reason", refused)
        .arg(reason);
}

QString SchemeEditor::Parts::cost() const {
    std::uint64_t bits = 0;
    std::uint64_t elements = 0;
    for (const SchemeTarget& target : targets) {
        bits += stored_bits(form->scheme(), target.channels, target.inputs, target.source);
        elements += target.channels * target.inputs;
    }
    if (elements == 0) return {};
    return SchemeEditor::tr("%1 bits per weight, %2", "%2 is a size in bytes")
        .arg(bitsText(static_cast<double>(bits) / static_cast<double>(elements)), sizeText((bits + 7) / 8));
}

void SchemeEditor::Parts::refresh() {
    refreshMessage();
    refreshButtons();
    mixed_note->setVisible(mixed);
    const Theme& theme = themeOf(editor);
    QPalette muted;
    muted.setColor(QPalette::WindowText, theme.mutedText);
    mixed_note->setPalette(muted);
    title->setFont(headingFont());
    notation->setFont(monospaceFont());
}

void SchemeEditor::Parts::refreshMessage() {
    const Theme& theme = themeOf(editor);
    const ReadNotation read = readNotation(notation->text());
    const QString refused = read.scheme ? refusal() : QString();
    const QColor color = !read.scheme ? theme.bad : !refused.isEmpty() ? theme.warning : theme.mutedText;
    message->setText(!read.scheme ? read.problem : !refused.isEmpty() ? refused : cost());
    QPalette palette;
    palette.setColor(QPalette::WindowText, color);
    message->setPalette(palette);
    notation->setAccessibleDescription(message->text());
    notation->setToolTip(read.scheme ? SchemeEditor::tr("The scheme in its notation: FORMAT[:OPTION]…")
                                     : read.problem);
}

void SchemeEditor::Parts::refreshButtons() {
    const bool valid = isValid();
    const auto count = static_cast<int>(targets.size());
    for (std::size_t i = 0; i < presets.size(); ++i) {
        const bool chosen = !mixed && valid && form->scheme() == parse_scheme(presets[i]);
        preset_buttons[i]->setChecked(chosen);
        QFont font;  // a pressed button alone is hard to tell in the dark theme
        font.setBold(chosen);
        preset_buttons[i]->setFont(font);
    }
    title->setText(count == 0   ? SchemeEditor::tr("Nothing to quantize is selected")
                   : count == 1 ? SchemeEditor::tr("Scheme")
                                : SchemeEditor::tr("Scheme for %n layers", nullptr, count));
    mixed_note->setText(SchemeEditor::tr(
        "Mixed: these layers have different schemes. The first one's is shown; applying gives all of "
        "them the same."));
    apply_selected->setText(count <= 1 ? SchemeEditor::tr("&Apply to this layer")
                                       : SchemeEditor::tr("&Apply to %n selected layers", nullptr, count));
    QSet<QString> roles;
    for (const SchemeTarget& target : targets)
        roles.insert(roleText(target.role));
    apply_role->setToolTip(roles.size() == 1
                               ? SchemeEditor::tr("All layers with the role “%1”").arg(*roles.begin())
                               : SchemeEditor::tr("All layers that do what a selected one does"));
    apply_selected->setEnabled(valid && count > 0 && refusal().isEmpty());
    apply_role->setEnabled(valid && count > 0);
    apply_all->setEnabled(valid);
}

void SchemeEditor::Parts::retranslate() {
    notation->setPlaceholderText(QStringLiteral("int4:asym:g128:mse"));
    notation->setAccessibleName(SchemeEditor::tr("Scheme in its notation"));
    presets_box->setAccessibleName(SchemeEditor::tr("Presets"));
    const std::array<QString, presets.size()> meanings{
        SchemeEditor::tr("8-bit integers, a scale per channel: nearly no loss"),
        SchemeEditor::tr("8-bit integers with a zero-point"),
        SchemeEditor::tr("4-bit integers, a scale for each 128 weights"),
        SchemeEditor::tr("4-bit integers with zero-points, groups of 64, least squared error"),
        SchemeEditor::tr("llama.cpp's 4-bit blocks of 32 weights"),
        SchemeEditor::tr("llama.cpp's 8-bit blocks of 32 weights"),
        SchemeEditor::tr("16-bit brain floating point"),
        SchemeEditor::tr("Not quantized"),
    };
    for (std::size_t i = 0; i < presets.size(); ++i) {
        preset_buttons[i]->setToolTip(meanings[i]);
        preset_buttons[i]->setAccessibleName(
            SchemeEditor::tr("Preset %1", "%1 is a scheme").arg(QLatin1String(presets[i])));
    }
    apply_role->setText(SchemeEditor::tr("All of this &role"));
    apply_all->setText(SchemeEditor::tr("All &layers"));
    apply_all->setToolTip(SchemeEditor::tr("All layers that can be quantized"));
    refresh();
}

void SchemeEditor::setTargets(std::vector<SchemeTarget> targets) {
    const auto same_layers = [&] {
        return std::ranges::equal(targets, parts_->targets, {}, &SchemeTarget::name, &SchemeTarget::name);
    };
    const bool was_mixed = parts_->mixed;
    const bool was_same = same_layers();
    parts_->targets = std::move(targets);
    if (parts_->targets.empty()) {
        parts_->mixed = false;
        parts_->refresh();
        return;
    }
    const Scheme& first = parts_->targets.front().scheme;
    const bool differ = std::ranges::any_of(
        parts_->targets, [&](const SchemeTarget& target) { return target.scheme != first; });
    // The same layers again, while one scheme for all of them is being edited: the edit stays.
    parts_->mixed = differ && (!was_same || was_mixed);
    if (differ && was_same && !was_mixed) {
        parts_->refresh();
        return;
    }
    parts_->show(first);
}

const std::vector<SchemeTarget>& SchemeEditor::targets() const {
    return parts_->targets;
}

Scheme SchemeEditor::scheme() const {
    return parts_->form->scheme();
}

void SchemeEditor::setScheme(const Scheme& scheme) {
    parts_->mixed = false;
    parts_->show(scheme);
}

void SchemeEditor::setClipStart(float low, float high) {
    parts_->form->setClipStart(low, high);
}

bool SchemeEditor::isMixed() const {
    return parts_->mixed;
}

void SchemeEditor::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) parts_->retranslate();
}

}  // namespace halfstep
