// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_runner.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

using namespace halfstep;

namespace {

// What a program writes to a terminal so wide; nothing where it failed.
QByteArray on_terminal(const std::vector<std::string>& command, unsigned short columns) {
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
    if (child == 0) {
        execv(arguments[0], arguments.data());
        _exit(127);
    }
    if (child < 0) return {};
    QByteArray text;
    std::array<char, 4096> part{};
    for (ssize_t count = 0; (count = read(terminal, part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<qsizetype>(count));
    close(terminal);
    int status = -1;
    waitpid(child, &status, 0);
    return status == 0 ? text.replace("\r\n", "\n") : QByteArray();
}

}  // namespace

class TestCliTables : public QObject {
    Q_OBJECT

    testing::TemporaryFolder folder_;
    std::string path_ = folder_.path("model.safetensors").string();
    const std::string norm_ = "model.layers.0.post_attention_layernorm.weight";

  private slots:
    void initTestCase() {
        const std::vector<float> values = {1, 2, 3, 4};
        testing::SafetensorsBuilder()
            .add_f32(norm_, {4}, values)
            .add_f32("model.layers.0." + std::string(300, 'x'), {4}, values)
            .write(path_);
    }

    void pipes_get_whole_names() {
        const testing::CliRun run = testing::run_cli({"inspect", QString::fromStdString(path_)});
        QCOMPARE(run.code, 0);
        QVERIFY2(run.out.contains("\n" + QByteArray::fromStdString(norm_) + "  "), run.out.constData());
    }

    void no_line_is_wider_than_the_terminal_data() {
        QTest::addColumn<int>("columns");
        QTest::addColumn<QByteArray>("norm");
        QTest::newRow("100 columns") << 100 << QByteArray("…0.post_attention_layernorm.weight");
        QTest::newRow("200 columns") << 200 << QByteArray::fromStdString(norm_);
    }
    void no_line_is_wider_than_the_terminal() {
        QFETCH(int, columns);
        QFETCH(QByteArray, norm);
        const QByteArray text = on_terminal({testing::cli_program().toStdString(), "inspect", path_},
                                            static_cast<unsigned short>(columns));
        QVERIFY2(text.contains(norm + " "), text.constData());
        for (const QByteArray& line : text.split('\n'))
            QVERIFY2(QString::fromUtf8(line).size() <= columns, line.constData());
        QCOMPARE(text.count("layernorm"), 1);
    }
};

QTEST_APPLESS_MAIN(TestCliTables)
#include "test_cli_tables.moc"
