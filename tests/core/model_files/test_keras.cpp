// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "tests/support/oracle.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

using namespace halfstep;
namespace fs = std::filesystem;

namespace {

std::string contents_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool same_value(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

QString text(std::string_view view) {
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

// Opens a model and reads all its numbers.
void open_and_read(const fs::path& path) {
    const auto model = open_model(path);
    for (const TensorInfo& tensor : model->tensors()) {
        if (!tensor.measurable()) continue;
        std::vector<float> values(tensor.elements);
        model->read_floats(tensor, 0, values);
    }
}

// Tells whether a file was opened by anyone.
class OpenWatch {
  public:
    explicit OpenWatch(const fs::path& path) : inotify_(inotify_init1(IN_NONBLOCK)) {
        inotify_add_watch(inotify_, path.c_str(), IN_OPEN | IN_ACCESS | IN_MODIFY);
    }
    ~OpenWatch() { close(inotify_); }
    OpenWatch(const OpenWatch&) = delete;
    OpenWatch& operator=(const OpenWatch&) = delete;

    bool touched() const {
        std::array<char, 4096> events{};
        return read(inotify_, events.data(), events.size()) > 0;
    }

  private:
    int inotify_;
};

}  // namespace

class TestKeras : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;
    QJsonObject files_;

    fs::path file(const QString& name) const { return folder_.path(name.toStdString()); }

    void add_rows(const char* kind) {
        QTest::addColumn<QString>("name");
        for (const QString& name : files_[kind].toObject().keys())
            QTest::newRow(qPrintable(name)) << name;
    }

    QJsonArray expected(const char* kind, const QString& name) const {
        return files_[kind].toObject()[name].toArray();
    }

    static void compare_use(const TensorInfo& tensor, const QJsonObject& wanted) {
        if (!wanted.contains("role")) return;
        QCOMPARE(text(role_name(tensor.role)), wanted["role"].toString());
        const QJsonArray axes = wanted["axes"].toArray();
        QCOMPARE(tensor.quantizable, !axes.isEmpty() && tensor.elements > 0);
        if (axes.isEmpty()) return;
        QCOMPARE(tensor.channel_axis.value_or(-1), axes[0].toInt());
        QCOMPARE(tensor.input_axis.value_or(-1), axes[1].toInt());
        QCOMPARE(tensor.channel_axes, axes.size() > 2 ? axes[2].toInt() : 1);
    }

    static void compare_values(const Model& model, const TensorInfo& tensor, const QJsonArray& wanted) {
        QVERIFY(tensor.measurable());
        QCOMPARE(static_cast<qsizetype>(tensor.elements), wanted.size());
        std::vector<double> values(tensor.elements);
        model.read_doubles(tensor, 0, values);
        std::size_t differing = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            differing += same_value(values[i], wanted[static_cast<qsizetype>(i)].toDouble()) ? 0 : 1;
        QCOMPARE(differing, std::size_t{0});
        // Also from the middle on, and not a whole number of elements at a time.
        if (values.size() < 2) return;
        const std::size_t middle = values.size() / 2;
        std::vector<float> part(values.size() - middle);
        model.read_floats(tensor, middle, part);
        for (std::size_t i = 0; i < part.size(); ++i)
            QVERIFY(part[i] == static_cast<float>(values[middle + i]));
        const std::uint64_t first = tensor.bytes / 2 + 1;
        std::vector<std::byte> whole(tensor.bytes);
        std::vector<std::byte> odd(
            static_cast<std::size_t>(std::min<std::uint64_t>(tensor.bytes - first, 77)));
        model.read_bytes(tensor, 0, whole);
        model.read_bytes(tensor, first, odd);
        QVERIFY(std::equal(odd.begin(), odd.end(), whole.begin() + static_cast<std::ptrdiff_t>(first)));
    }

    void compare_error(const char* kind, const QString& name, const std::string& error) const {
        for (const QJsonValue part : expected(kind, name))
            QVERIFY2(text(error).contains(part.toString()),
                     qPrintable(text(error) + " does not say: " + part.toString()));
        QVERIFY2(text(error).contains(name.section('/', 0, 0)), error.c_str());
    }

  private slots:
    void initTestCase() {
        if (!testing::python_has("h5py")) QSKIP("no Python with h5py here");
        for (const char* script : {"keras_files.py", "keras_stores.py"}) {
            const QJsonObject written =
                testing::run_oracle(QString("tests/oracle/%1").arg(script), {text(folder_.path().string())});
            QVERIFY2(!written.contains("failed"), qPrintable(written["failed"].toString()));
            for (const char* kind : {"good", "bad", "issues", "unreadable"}) {
                QJsonObject all = files_[kind].toObject();
                const QJsonObject more = written[kind].toObject();
                for (const QString& name : more.keys())
                    all[name] = more[name];
                files_[kind] = all;
            }
        }
        QVERIFY(files_["good"].toObject().size() > 60);
        QVERIFY(files_["bad"].toObject().size() > 30);
    }

    void reads_what_h5py_wrote_data() { add_rows("good"); }
    void reads_what_h5py_wrote() {
        QFETCH(QString, name);
        const std::string error = testing::error_of([&] { open_model(file(name)); });
        QVERIFY2(error == "no error", error.c_str());
        const auto model = open_model(file(name));
        const QJsonArray wanted = expected("good", name);
        QStringList names;
        for (const TensorInfo& tensor : model->tensors())
            names << text(tensor.name);
        QStringList wanted_names;
        for (const QJsonValue tensor : wanted)
            wanted_names << tensor.toObject()["name"].toString();
        QCOMPARE(names, wanted_names);
        for (qsizetype index = 0; index < wanted.size(); ++index) {
            const QJsonObject entry = wanted[index].toObject();
            const TensorInfo& tensor = model->tensors()[static_cast<std::size_t>(index)];
            QCOMPARE(text(tensor.dtype_name), entry["dtype"].toString());
            QJsonArray shape;
            for (const std::int64_t extent : tensor.shape)
                shape.append(static_cast<qint64>(extent));
            QCOMPARE(shape, entry["shape"].toArray());
            compare_use(tensor, entry);
            if (entry["values"].isArray()) compare_values(*model, tensor, entry["values"].toArray());
        }
        QCOMPARE(text(model->format()), name == "plain.h5" ? "hdf5" : "keras");
    }

    void says_what_it_left_out_data() { add_rows("issues"); }
    void says_what_it_left_out() {
        QFETCH(QString, name);
        QStringList messages;
        const auto model = open_model(file(name));
        for (const Issue& issue : model->issues())
            messages << text(issue.message);
        for (const QJsonValue wanted : expected("issues", name))
            QVERIFY2(messages.join('\n').contains(wanted.toString()), qPrintable(messages.join('\n')));
    }

    void refuses_data() { add_rows("bad"); }
    void refuses() {
        QFETCH(QString, name);
        const auto start = std::chrono::steady_clock::now();
        compare_error("bad", name, testing::error_of([&] { open_and_read(file(name)); }));
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
    }

    void finds_damaged_chunks_when_reading_data() { add_rows("unreadable"); }
    void finds_damaged_chunks_when_reading() {
        QFETCH(QString, name);
        QCOMPARE(open_model(file(name))->tensors().size(), std::size_t{1});
        compare_error("unreadable", name, testing::error_of([&] { open_and_read(file(name)); }));
    }

    void opens_no_other_file_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"external_link.h5", "external_link_latest.h5", "soft_through_external.h5",
                                 "external_group.h5", "external_storage.h5", "virtual.h5"})
            QTest::newRow(name) << QString(name);
    }
    void opens_no_other_file() {
        QFETCH(QString, name);
        const OpenWatch watch(file("secret/secret.h5"));
        QVERIFY(testing::error_of([&] { open_and_read(file(name)); }) != "no error");
        QVERIFY(!watch.touched());
        open_and_read(file("secret/secret.h5"));
        QVERIFY(watch.touched());  // the watch sees what is opened
    }

    void shows_what_the_file_says_of_itself() {
        const auto model = open_model(file("stored.keras"));
        QCOMPARE(text(model->architecture()), "digits");
        const auto& properties = model->properties();
        QVERIFY(std::ranges::count(properties,
                                   std::pair<std::string, std::string>("keras_version", "3.3.3")) == 1);
        QCOMPARE(text(open_model(file("full.h5"))->architecture()), "Functional");
    }

    // Several threads read chunks through the one cache.
    void reads_chunks_from_several_threads() {
        const auto model = open_model(file("gzip.h5"));
        const TensorInfo& tensor = model->tensors().front();
        std::vector<float> wanted(tensor.elements);
        model->read_floats(tensor, 0, wanted);
        std::array<std::vector<float>, 4> found;
        {
            std::vector<std::jthread> threads;
            for (std::vector<float>& values : found)
                threads.emplace_back([&] {
                    values.resize(tensor.elements);
                    for (std::uint64_t at = 0; at < tensor.elements; at += 7)
                        model->read_floats(
                            tensor, at,
                            std::span(values).subspan(at, std::min<std::size_t>(7, tensor.elements - at)));
                });
        }
        for (const std::vector<float>& values : found)
            QVERIFY(values == wanted);
    }

    void says_that_the_lister_is_missing() {
        const char* known = std::getenv("HALFSTEP_HDF5_LISTER");
        const std::string before = known != nullptr ? known : "";
        setenv("HALFSTEP_HDF5_LISTER", "/nowhere/lister", 1);
        const std::string error = testing::error_of([&] { open_model(file("full.h5")); });
        // A program that is no lister ends without an answer.
        setenv("HALFSTEP_HDF5_LISTER", "/bin/true", 1);
        const std::string other = testing::error_of([&] { open_model(file("full.h5")); });
        if (known != nullptr)
            setenv("HALFSTEP_HDF5_LISTER", before.c_str(), 1);
        else
            unsetenv("HALFSTEP_HDF5_LISTER");
        QVERIFY2(error.find("halfstep-hdf5-lister, cannot be started") != std::string::npos, error.c_str());
        QVERIFY2(other.find("HDF5 itself breaks down on") != std::string::npos, other.c_str());
    }

    void stops_when_asked() {
        std::stop_source stop;
        stop.request_stop();
        JobContext job;
        job.stop = stop.get_token();
        QVERIFY_THROWS_EXCEPTION(Cancelled, open_model(file("many_layers.h5"), job));
    }

    // Every file that ends too early, and every one with a wrong bit in it: an Error or a model, never more.
    void survives_every_prefix() {
        const std::string whole = contents_of(file("small.h5"));
        std::size_t opened = 0;
        for (std::size_t length = 0; length < whole.size(); length += length < 2200 ? 13 : 97) {
            folder_.put("prefix.h5", whole.substr(0, length));
            opened +=
                testing::error_of([&] { open_and_read(folder_.path("prefix.h5")); }) == "no error" ? 1 : 0;
        }
        QCOMPARE(opened, std::size_t{0});
    }

    void survives_wrong_bits() {
        const std::string whole = contents_of(file("small.h5"));
        std::size_t refused = 0;
        for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 67) {
            std::string changed = whole;
            changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ static_cast<char>(1U << bit % 8));
            folder_.put("bit.h5", changed);
            refused +=
                testing::error_of([&] { open_and_read(folder_.path("bit.h5")); }) == "no error" ? 0 : 1;
        }
        QVERIFY(refused > 0);
    }
};

QTEST_GUILESS_MAIN(TestKeras)
#include "test_keras.moc"
