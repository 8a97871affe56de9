// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/render/render_views.h"

#include "app/lessons/claims_page.h"
#include "app/lessons/learn_view.h"
#include "app/lessons/lesson_page.h"
#include "app/views/view.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QPixmap>
#include <QTextStream>
#include <QThread>

#include <span>
#include <string>

namespace halfstep {
namespace {

constexpr int quiet_rounds = 6;  // so many looks in a row have to find everything settled
constexpr int look_interval_ms = 20;

void waitUntilSettled(const MainWindow& window) {
    for (int quiet = 0; quiet < quiet_rounds; ++quiet) {
        QCoreApplication::processEvents(QEventLoop::AllEvents, look_interval_ms);
        QThread::msleep(look_interval_ms);
        if (!window.isSettled()) quiet = 0;
    }
}

void store(const QPixmap& picture, const QString& path) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    picture.save(&buffer, "PNG");
    AtomicFile file(QFile::encodeName(path).toStdString());
    file.write(std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
    file.commit();
}

void drawViews(MainWindow& window, const QDir& folder, QTextStream& out) {
    for (std::size_t i = 0; i < window.views().size(); ++i) {
        window.showView(static_cast<int>(i));
        waitUntilSettled(window);
        const QString name =
            QStringLiteral("%1-%2.png").arg(i + 1, 2, 10, QChar('0')).arg(window.views()[i]->fileStem());
        store(window.grab(), folder.filePath(name));
        out << folder.filePath(name) << '\n';
    }
}

void drawLessons(MainWindow& window, const QDir& folder, QTextStream& out) {
    window.learn();
    LearnView& learn = window.learnView();
    for (std::size_t i = 0; i < learn.library().lessons.size(); ++i) {
        learn.showLesson(static_cast<int>(i));
        learn.page().useLayer(window.document().isOpen());
        const Lesson& lesson = learn.library().lessons[i];
        for (int step = 0; step < 3; ++step) {
            learn.page().setStep(static_cast<LessonStep>(step));
            waitUntilSettled(window);
            const QString name = QStringLiteral("lesson-%1-%2-%3.png")
                                     .arg(lesson.number, 2, 10, QChar('0'))
                                     .arg(lesson.id)
                                     .arg(step + 1);
            store(window.grab(), folder.filePath(name));
            out << folder.filePath(name) << '\n';
        }
    }
    learn.showClaims();
    learn.claims().measure();
    waitUntilSettled(window);
    const QString path = folder.filePath(QStringLiteral("lesson-claims.png"));
    store(window.grab(), path);
    out << path << '\n';
}

// Empty, or what went wrong.
QString openFiles(MainWindow& window, const RenderRequest& request) {
    QString failure;
    QObject::connect(&window.files(), &FileController::failed, &window,
                     [&failure](const QString& message) { failure = message; });
    if (!request.model.isEmpty()) {
        window.files().openModel(request.model);
        waitUntilSettled(window);
    }
    if (failure.isEmpty() && !request.imatrix.isEmpty()) {
        window.files().loadImatrix(request.imatrix);
        waitUntilSettled(window);
    }
    QObject::disconnect(&window.files(), &FileController::failed, &window, nullptr);
    return failure;
}

}  // namespace

int render(MainWindow& window, const RenderRequest& request) {
    QTextStream out(stdout);
    QTextStream err(stderr);
    if (!QDir().mkpath(request.folder)) {
        err << QStringLiteral("%1: the folder cannot be made. Choose one that you may write to\n")
                   .arg(request.folder);
        return 1;
    }
    window.resize(request.size);
    window.show();
    if (const QString failure = openFiles(window, request); !failure.isEmpty()) {
        err << failure << '\n';
        return 1;
    }
    try {
        if (request.lessons)
            drawLessons(window, QDir(request.folder), out);
        else
            drawViews(window, QDir(request.folder), out);
    } catch (const Error& error) {
        err << QString::fromUtf8(error.what()) << '\n';
        return 1;
    }
    return 0;
}

}  // namespace halfstep
