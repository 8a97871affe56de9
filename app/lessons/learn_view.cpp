// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/learn_view.h"

#include "app/lessons/claims_page.h"
#include "app/lessons/lesson_page.h"
#include "app/lessons/presentation.h"
#include "app/window/file_controller.h"
#include "widgets/style/icons.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QShortcut>
#include <QSignalBlocker>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace halfstep {
namespace {

constexpr int list_width = 216;
constexpr int least_with_list = 960;

}  // namespace

LearnView::LearnView(Document& document, Inspection& inspection, JobRunner& jobs, QWidget* parent)
    : View(parent),
      document_(document),
      inspection_(inspection),
      library_(LessonLibrary::load()),
      pages_(new QStackedLayout),
      page_(new LessonPage(jobs, progress_)),
      claims_(new ClaimsPage(jobs, FileController::samplePath())) {
    buildList();
    auto* column = new QVBoxLayout;
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(choice_);
    column->addLayout(pages_, 1);
    pages_->addWidget(page_);
    pages_->addWidget(claims_);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(side_);
    row->addLayout(column, 1);
    addShortcuts();
    fillList();

    connect(list_, &QListWidget::currentRowChanged, this, &LearnView::choose);
    connect(choice_, &QComboBox::activated, this, &LearnView::choose);
    connect(&progress_, &LearningProgress::changed, this, &LearnView::fillList);
    connect(page_, &LessonPage::nextRequested, this, [this] { showLesson(current_ + 1); });
    connect(page_, &LessonPage::previousRequested, this, [this] { showLesson(current_ - 1); });
    connect(page_, &LessonPage::presentRequested, this, &LearnView::present);
    connect(page_, &LessonPage::exportRequested, this, &LearnView::exportRequested);
    connect(&inspection_, &Inspection::loaded, this, &LearnView::offerLayer);
    connect(&inspection_, &Inspection::tensorChanged, this, &LearnView::offerLayer);
}

LearnView::~LearnView() {
    delete std::exchange(presentation_, nullptr);
    delete page_;  // while the progress, which it knows, is there
}

void LearnView::endPresentation() {
    if (presentation_ != nullptr) presentation_->close();
}

void LearnView::buildList() {
    side_ = new QWidget;
    side_->setFixedWidth(list_width);
    list_ = new QListWidget;
    list_->setObjectName(QStringLiteral("lessons"));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setWordWrap(true);
    list_->setSpacing(1);
    list_->setIconSize(QSize(16, 16));
    problems_ = new QLabel;
    problems_->setWordWrap(true);
    problems_->setMargin(8);
    problems_->setForegroundRole(QPalette::PlaceholderText);
    choice_ = new QComboBox;
    choice_->setObjectName(QStringLiteral("lesson_choice"));
    auto* column = new QVBoxLayout(side_);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(list_, 1);
    column->addWidget(problems_);
}

// Those that other parts of the window have their own use for count within the view only.
void LearnView::addShortcuts() {
    const auto on_key = [this](const QKeySequence& keys, Qt::ShortcutContext context, auto run) {
        auto* shortcut = new QShortcut(keys, this);
        shortcut->setContext(context);
        connect(shortcut, &QShortcut::activated, this, run);
    };
    on_key(Qt::ALT | Qt::Key_Left, Qt::WindowShortcut, [this] { showLesson(current_ - 1); });
    on_key(Qt::ALT | Qt::Key_Right, Qt::WindowShortcut, [this] { showLesson(current_ + 1); });
    on_key(Qt::Key_F5, Qt::WindowShortcut, [this] { present(); });
    on_key(Qt::Key_PageDown, Qt::WidgetWithChildrenShortcut, [this] { step(true); });
    on_key(Qt::Key_PageUp, Qt::WidgetWithChildrenShortcut, [this] { step(false); });
}

void LearnView::fillList() {
    const QSignalBlocker list_blocker(list_);
    const QSignalBlocker choice_blocker(choice_);
    const QString language = LessonPage::language();
    QPixmap blank(list_->iconSize().isValid() ? list_->iconSize() : QSize(16, 16));
    blank.fill(Qt::transparent);  // what is not done yet is indented like what is
    list_->clear();
    choice_->clear();
    for (const Lesson& lesson : library_.lessons) {
        const LessonTexts& texts = lesson.textsIn(language);
        const QString name = QStringLiteral("%1  %2").arg(lesson.number).arg(texts.title);
        const QIcon icon = progress_.isDone(lesson.id) ? themedIcon(QStringLiteral("check")) : QIcon(blank);
        auto* item = new QListWidgetItem(icon, name, list_);
        item->setToolTip(texts.summary);
        choice_->addItem(icon, name);
    }
    auto* claims = new QListWidgetItem(QIcon(blank), tr("The claims, measured"), list_);
    claims->setToolTip(tr("What textbooks and papers say, and what is true of it"));
    choice_->addItem(QIcon(blank), claims->text());
    list_->setAccessibleName(tr("Lessons"));
    choice_->setAccessibleName(tr("Lessons"));
    markChosen();
    problems_->setText(library_.problems.isEmpty() ? QString()
                                                   : tr("%n lesson file(s) could not be used.", nullptr,
                                                        static_cast<int>(library_.problems.size())));
    problems_->setToolTip(Qt::convertFromPlainText(library_.problems.join(u'\n')));
    problems_->setVisible(!library_.problems.isEmpty());
}

// The claims stand below the lessons.
void LearnView::choose(int row) {
    if (row == static_cast<int>(library_.lessons.size()))
        showClaims();
    else
        showLesson(row);
}

void LearnView::markChosen() {
    const QSignalBlocker list_blocker(list_);
    const QSignalBlocker choice_blocker(choice_);
    const int row = claims_shown_ ? static_cast<int>(library_.lessons.size()) : current_;
    list_->setCurrentRow(row);
    choice_->setCurrentIndex(row);
}

void LearnView::showLesson(int index) {
    if (index < 0 || index >= static_cast<int>(library_.lessons.size())) return;
    const bool keep = index == current_;
    current_ = index;
    claims_shown_ = false;
    if (presentation_ == nullptr) pages_->setCurrentWidget(page_);
    const Lesson& lesson = library_.lessons[static_cast<std::size_t>(index)];
    if (!keep) page_->setLesson(lesson);
    progress_.setLastLesson(lesson.id);
    page_->setNeighbours(index > 0, index + 1 < static_cast<int>(library_.lessons.size()));
    markChosen();
}

void LearnView::showClaims() {
    if (presentation_ != nullptr) return;
    claims_shown_ = true;
    pages_->setCurrentWidget(claims_);
    markChosen();
}

void LearnView::step(bool forward) {
    if (forward ? page_->nextStep() : page_->previousStep()) return;
    showLesson(current_ + (forward ? 1 : -1));
}

void LearnView::present() {
    if (presentation_ != nullptr || current_ < 0 || claims_shown_) return;
    presentation_ = new Presentation(*page_);
    connect(presentation_, &Presentation::nextRequested, this, [this] { step(true); });
    connect(presentation_, &Presentation::previousRequested, this, [this] { step(false); });
    connect(presentation_, &Presentation::ended, this, [this] {
        std::exchange(presentation_, nullptr)->deleteLater();
        pages_->insertWidget(0, page_);
        pages_->setCurrentWidget(page_);
        page_->setFocus();
    });
    if (const QScreen* where = screen()) presentation_->setGeometry(where->geometry());
    presentation_->showFullScreen();
}

PlotView* LearnView::plot() const {
    static ScenePlot* const none = nullptr;
    return page_->stage() == nullptr ? none : page_->stage()->plots().front();
}

bool LearnView::isSettled() const {
    return !claims_->isRunning() && (page_->stage() == nullptr || page_->stage()->isSettled());
}

// The first lesson, or the one that was read last, is built when somebody wants to see it.
void LearnView::setActive(bool active) {
    active_ = active;
    if (!active) return;
    if (current_ < 0) {
        const auto last = std::ranges::find(library_.lessons, progress_.lastLesson(), &Lesson::id);
        showLesson(last == library_.lessons.end() ? 0 : static_cast<int>(last - library_.lessons.begin()));
    }
    offerLayer();
}

void LearnView::offerLayer() {
    if (!active_) return;
    const TensorInfo* tensor = inspection_.info();
    const auto facts = inspection_.sharedFacts();
    if (tensor == nullptr || facts == nullptr) return page_->setOfferedLayer(nullptr);
    auto layer = std::make_shared<LessonTensor>();
    layer->name = QString::fromStdString(tensor->name);
    layer->model = document_.model();
    layer->index = static_cast<std::size_t>(inspection_.tensor());
    layer->facts = facts;
    layer->toy = false;
    page_->setOfferedLayer(layer);
}

void LearnView::arrange() {
    const bool room = width() >= least_with_list;
    side_->setVisible(room);
    choice_->setVisible(!room);
}

void LearnView::resizeEvent(QResizeEvent* event) {
    View::resizeEvent(event);
    arrange();
}

void LearnView::retranslate() {
    fillList();
}

}  // namespace halfstep
