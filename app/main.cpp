// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/render/render_views.h"
#include "app/settings/language.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "core/base/error.h"
#include "core/kernels/kernel_table.h"
#include "widgets/style/icons.h"
#include "widgets/style/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace halfstep {
namespace {

constexpr int wrong_usage = 2;
constexpr QSize default_size(1280, 800);

struct Options {
    QString model;
    QString imatrix;
    QString render_folder;  // empty: open the window
    bool lessons = false;   // drawn in place of the views
    std::optional<QSize> size;
    std::optional<ThemeMode> theme;
    QString language;
};

int refuse(const QString& message) {
    std::fprintf(stderr, "%s\n", qUtf8Printable(message));
    return wrong_usage;
}

std::optional<QSize> sizeOf(const QString& text) {
    const QStringList parts = text.split('x');
    if (parts.size() != 2) return std::nullopt;
    const QSize size(parts[0].toInt(), parts[1].toInt());
    if (size.width() < 640 || size.height() < 480 || size.width() > 16384 || size.height() > 16384)
        return std::nullopt;
    return size;
}

std::optional<ThemeMode> themeNamed(const QString& text) {
    if (text == "light") return ThemeMode::light;
    if (text == "dark") return ThemeMode::dark;
    if (text == "system") return ThemeMode::system;
    return std::nullopt;
}

// 0 where the options make sense, else the exit code.
int readOptions(const QApplication& application, Options& options) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        "Shows what quantization does to every layer of a neural network.\n\n"
        "MODEL is a .safetensors, .gguf, .onnx, PyTorch, .keras, .h5, .npz or .npy file, a .bin of llama2.c, a "
        "shard index, or a folder that holds a model.");
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument("MODEL", "The model to open.", "[MODEL]");
    const QCommandLineOption render("render",
                                    "Draw every view of MODEL to PNG files in DIR; needs no display.", "DIR");
    const QCommandLineOption size("size", "Size of the window: 1280x800 unless given or left otherwise.",
                                  "WxH");
    const QCommandLineOption theme("theme", "light, dark or system.", "THEME");
    const QCommandLineOption language("language", "Language of the interface: en or de.", "CODE");
    const QCommandLineOption imatrix("imatrix",
                                     "Importance of the inputs (llama-imatrix) to load with MODEL.", "FILE");
    const QCommandLineOption lessons(
        "lessons",
        "With --render: draw the steps of every lesson instead, of MODEL's layer "
        "where one is given.");
    parser.addOptions({render, lessons, size, theme, language, imatrix});
    parser.process(application);

    if (parser.positionalArguments().size() > 1)
        return refuse("halfstep: only one MODEL can be opened at a time");
    options.model = parser.positionalArguments().value(0);
    options.render_folder = parser.value(render);
    options.imatrix = parser.value(imatrix);
    options.language = parser.value(language);
    options.lessons = parser.isSet(lessons);
    if (parser.isSet(render) && options.model.isEmpty() && !options.lessons)
        return refuse("halfstep: --render DIR needs a MODEL to draw, or --lessons");
    if (options.lessons && !parser.isSet(render))
        return refuse("halfstep: --lessons tells what --render DIR is to draw");
    if (parser.isSet(imatrix) && options.model.isEmpty())
        return refuse("halfstep: --imatrix FILE needs the MODEL that it was made for");
    if (parser.isSet(size)) {
        const auto wanted = sizeOf(parser.value(size));
        if (!wanted) return refuse("halfstep: --size wants WIDTHxHEIGHT, at least 640x480, as in 1280x800");
        options.size = wanted;
    }
    if (parser.isSet(theme)) {
        options.theme = themeNamed(parser.value(theme));
        if (!options.theme) return refuse("halfstep: --theme is light, dark or system");
    }
    if (parser.isSet(language) && !Language::available().contains(options.language))
        return refuse("halfstep: --language is one of " + Language::available().join(", "));
    return 0;
}

int run(QApplication& application, const Options& options) {
    // Pictures do not depend on what this user's window looked like last, and leave no trace in the settings.
    QTemporaryDir own_settings;
    if (!options.render_folder.isEmpty()) {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, own_settings.path());
    }
    const auto stored = static_cast<ThemeMode>(QSettings().value("theme", 0).toInt());
    applyTheme(application,
               options.theme.value_or(options.render_folder.isEmpty() ? stored : ThemeMode::light));
    QApplication::setWindowIcon(applicationIcon());

    Language language;
    if (!options.language.isEmpty()) language.use(options.language);
    MainWindow window(language);
    if (!options.render_folder.isEmpty())
        return render(window, {options.render_folder, options.model, options.imatrix, options.lessons,
                               options.size.value_or(default_size)});
    if (options.size) window.resize(*options.size);
    window.show();
    if (!options.model.isEmpty())
        QTimer::singleShot(0, &window, [&window, &options] { window.files().openModel(options.model); });
    if (!options.imatrix.isEmpty())
        QObject::connect(
            &window.files(), &FileController::opened, &window,
            [&window, &options] { window.files().loadImatrix(options.imatrix); }, Qt::SingleShotConnection);
    return QApplication::exec();
}

// Without a display, Qt would abort: pictures and texts need none, the window does.
bool hasDisplay() {
    return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
}

bool wantsNoDisplay(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
        for (const char* option : {"--render", "--help", "-h", "--version", "-v"})
            if (std::strncmp(argv[i], option, std::strlen(option)) == 0) return true;
    return false;
}

QtMessageHandler usual_messages = nullptr;

// What Qt says of a platform without windows is no news to someone who asked for one.
void leaveOutPlatform(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    if (!text.contains("propagateSizeHints") && !text.contains("XDG_RUNTIME_DIR"))
        usual_messages(type, context, text);
}

}  // namespace
}  // namespace halfstep

int main(int argc, char** argv) {
    using namespace halfstep;
    if (std::getenv("QT_QPA_PLATFORM") == nullptr && !hasDisplay()) {
        if (!wantsNoDisplay(argc, argv)) {
            std::fprintf(stderr,
                         "halfstep: there is no display to open a window on. Draw the views to files with "
                         "'halfstep --render DIR MODEL', or use halfstep-cli\n");
            return 1;
        }
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    if (wantsNoDisplay(argc, argv)) usual_messages = qInstallMessageHandler(leaveOutPlatform);
    QApplication application(argc, argv);
    QApplication::setOrganizationName("halfstep");
    QApplication::setApplicationName("halfstep");
    QApplication::setApplicationDisplayName("Halfstep");
    QApplication::setApplicationVersion(HALFSTEP_VERSION);
    try {
        kernels::kernel_table();  // refuses an instruction set that is unknown or not there before anything
                                  // is shown
        Options options;
        if (const int code = readOptions(application, options); code != 0) return code;
        return run(application, options);
    } catch (const Error& error) {
        return refuse(QString("halfstep: ") + QString::fromUtf8(error.what()));
    }
}
