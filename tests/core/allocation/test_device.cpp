// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/device.h"
#include "core/base/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <cmath>
#include <filesystem>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

Device device(double bandwidth, std::vector<Device::Compute> computes) {
    return {"toy", 1'000'000, bandwidth, std::move(computes)};
}

TensorInfo with_role(TensorInfo tensor, Role role) {
    tensor.role = role;
    return tensor;
}

QString complaint(std::string_view text) {
    try {
        devices_from_json(text, "file");
    } catch (const Error& error) {
        return QString::fromStdString(error.place().tensor + "|" + error.problem());
    }
    return QStringLiteral("nothing");
}

}  // namespace

class TestDevice : public QObject {
    Q_OBJECT
  private slots:
    void the_bundled_table_reads_and_writes() {
        QVERIFY(known_devices().size() >= 20);
        QVERIFY(devices_from_json(devices_to_json(known_devices()), "again") == known_devices());
        const auto& first = known_devices().front();
        QCOMPARE(first.name, std::string("NVIDIA H200 SXM"));
        QVERIFY(first.memory == 141'000'000'000 && first.bandwidth == 4.8e12);
    }

    void bad_tables_are_refused() {
        const char* good =
            R"({"halfstep_devices":1,"devices":[{"name":"a","memory_gb":1,"bandwidth_gb_s":2,"computes":["4x16"]}]})";
        QCOMPARE(complaint(good), QString("nothing"));
        const auto with = [&](const QByteArray& part, const QByteArray& instead) {
            return complaint(QByteArray(good).replace(part, instead).toStdString());
        };
        QCOMPARE(with("}]}", "}"), QString("|is no table of devices"));
        QCOMPARE(with("s\":1", "s\":2"), QString("|is no table of devices"));
        QCOMPARE(with("\"a\"", "\"\""), QString("|a device has no name"));
        QCOMPARE(with("\"a\"", "7"), QString("|a device has no name"));
        QCOMPARE(with("gb\":1", "gb\":0"), QString("a|memory_gb is no number above 0"));
        QCOMPARE(with("gb\":1", "gb\":1e30"), QString("a|memory_gb is no number above 0"));
        QCOMPARE(with("2,", "-2,"), QString("a|bandwidth_gb_s is no number above 0"));
        QCOMPARE(with("[\"4x16\"]", "[]"), QString("a|computes is no list of widths"));
        QCOMPARE(with("4x16", "4"), QString("a|\"4\" is no pair of widths"));
        QCOMPARE(with("4x16", "0x16"), QString("a|\"0x16\" is no pair of widths"));
        QCOMPARE(with("4x16", "4x16x"), QString("a|\"4x16x\" is no pair of widths"));
        QCOMPARE(
            with("]}]", "]},{\"name\":\"a\",\"memory_gb\":1,\"bandwidth_gb_s\":2,\"computes\":[\"4x16\"]}]"),
            QString("a|the device stands twice"));
    }

    // Embeddings of 1,000 weights, a head of 1,000 and a matrix of 4,000, stored in 16, 16 and 4 bits (and 16
    // bits for groups of 50 in a row): 2,000 + 2,000 + 2,000 + 160 bytes, and 64 of a norm.
    void costs_worked_by_hand() {
        const Model model = described_model({with_role(described_matrix("e", 20, 50), Role::token_embedding),
                                             with_role(described_matrix("m", 80, 50), Role::ffn_up),
                                             described_vector("n", 16),
                                             with_role(described_matrix("o", 20, 50), Role::output_head)});
        Plan plan = uniform_plan(model, Scheme{});
        plan.entries[1].scheme = parse_scheme("int4:g50");
        const DeviceCost cost = device_cost(model, plan, device(4224e3, {{16, 16}, {8, 8}, {4, 8}}));
        QVERIFY(cost.bytes == 2000 + 2000 + 2000 + 160 + 64);
        QVERIFY(cost.fits && cost.memory_share == 6224e-6);
        QVERIFY(std::abs(*cost.tokens_per_second - 1000) <
                1e-9);  // without the embeddings: 4,224 bytes a token
        QVERIFY(std::abs(cost.compute_ratio - (2000 * 256 + 4000 * 32) / 6000.0 / 256) < 1e-12);
        // No product of 4-bit weights: the next wider one.
        QVERIFY(std::abs(device_cost(model, plan, device(1, {{8, 8}, {16, 16}})).compute_ratio -
                         (2000 * 256 + 4000 * 64) / 6000.0 / 256) < 1e-12);
        // Nothing as wide as 16 bits: the widest there is.
        QVERIFY(std::abs(device_cost(model, plan, device(1, {{4, 4}, {8, 8}})).compute_ratio -
                         (2000 * 64 + 4000 * 16) / 6000.0 / 256) < 1e-12);
        Device small = device(1, {{16, 16}});
        small.memory = 6223;
        QVERIFY(!device_cost(model, plan, small).fits);
    }

    void tied_embeddings_are_read_and_other_models_have_no_tokens() {
        const Model tied = described_model({with_role(described_matrix("e", 20, 50), Role::token_embedding)});
        const Plan plan = uniform_plan(tied, Scheme{});
        QVERIFY(std::abs(*device_cost(tied, plan, device(4000, {{16, 16}})).tokens_per_second - 2) < 1e-12);
        const Model picture = described_model({described_matrix("c", 20, 50)});
        QVERIFY(
            !device_cost(picture, uniform_plan(picture, Scheme{}), device(1, {{16, 16}})).tokens_per_second);
    }

    void estimates_have_two_digits() {
        QVERIFY(two_digits(695'917) == 700'000 && two_digits(44.6) == 45 && two_digits(3.2) == 3);
        QVERIFY(two_digits(123.4) == 120 && two_digits(0.2) == 0);
    }

    void block_types_count_by_their_codes() {
        const Model model = described_model({described_matrix("m", 4, 256)});
        const auto ratio = [&](const char* scheme) {
            return device_cost(model, uniform_plan(model, parse_scheme(scheme)),
                               device(1, {{2, 2}, {4, 4}, {6, 6}, {8, 8}, {16, 16}}))
                       .compute_ratio *
                   256;
        };
        QVERIFY(ratio("q4_K") == 16 && ratio("q6_K") == 36 && ratio("q8_0") == 64 && ratio("q2_K") == 4);
        QVERIFY(ratio("mxfp4") == 16 && ratio("fp8_e4m3") == 64 && ratio("fp16") == 256);
    }

    void products_are_wide_enough_for_weights_and_activations() {
        const Device one = device(1, {{16, 16}, {4, 16}, {8, 8}, {4, 4}});
        QVERIFY(device_product(one, 4, 4) == 16 && device_product(one, 4, 8) == 64);
        QVERIFY(device_product(one, 4, 16) == 64 && device_product(one, 8, 16) == 256);
        QVERIFY(device_product(one, 5, 5) == 64 && device_product(one, 2) == 16);
        QVERIFY(device_product(one, 32, 32) == 1024);  // nothing is as wide: in 4 passes of 16 x 16
        Device watch;
        watch.computes = {{8, 8}};
        QVERIFY(device_product(watch, 4, 16) == 128 && device_product(watch, 9, 9) == 256);
        QVERIFY(device_product(Device{}, 4, 4) == 0);
        QVERIFY(code_bits(parse_scheme("int4:g32"), 4.5) == 4 &&
                code_bits(parse_scheme("q6_K"), 6.5625) == 6);
        QVERIFY(code_bits(parse_scheme("fp16"), 16) == 16 && code_bits(parse_scheme("tq1_0"), 0.9) == 1);
    }

    void ones_own_devices_come_first() {
        const TemporaryFolder folder;
        qputenv("XDG_CONFIG_HOME", QByteArray::fromStdString(folder.path("new/config").string()));
        QVERIFY(own_devices().empty());
        QCOMPARE(all_devices().size(), known_devices().size());
        Device changed = known_devices()[2];
        changed.memory = 1;
        save_own_devices({{"mine", 5, 7, {{8, 8}}}, {changed.name, 2'000'000'000, 1e9, {{16, 16}}}});
        QVERIFY(std::filesystem::exists(folder.path("new/config/halfstep/devices.json")));
        const auto all = all_devices();
        QCOMPARE(all.size(), known_devices().size() + 1);
        QCOMPARE(all[0].name, std::string("mine"));
        QVERIFY(all[1].name == changed.name && all[1].memory == 2'000'000'000);
        QVERIFY_EXCEPTION_THROWN(save_own_devices({{"", 5, 7, {{8, 8}}}}), Error);
        QCOMPARE(own_devices().size(), 2U);  // what was there stays
    }
};

QTEST_APPLESS_MAIN(TestDevice)
#include "test_device.moc"
