// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/schemes/scheme.h"

#include <QTest>

#include <set>
#include <string>
#include <vector>

using namespace halfstep;

namespace {

// Every recipe that the notation can say for one format, with a few sizes and limits for the open numbers.
std::vector<Scheme> all_combinations(const Scheme& format) {
    std::vector<Scheme> all = {format};
    const auto extend = [&all](std::vector<Scheme> (*variants)(const Scheme&)) {
        std::vector<Scheme> extended;
        for (const Scheme& scheme : all)
            for (const Scheme& variant : variants(scheme))
                extended.push_back(variant);
        all = extended;
    };
    const bool scaled = has_ranges(format);
    if (!scaled && format.family != Family::kmeans) return all;
    extend([](const Scheme& scheme) {
        std::vector<Scheme> variants(5, scheme);
        variants[0].granularity = Granularity::tensor;
        variants[0].group_size = 0;
        for (const std::size_t group : {std::size_t{2}, std::size_t{3}, std::size_t{4}}) {
            variants[group].granularity = Granularity::group;
            variants[group].group_size = group == 2 ? 1 : group == 3 ? 128 : 65536;
        }
        for (Scheme& variant : variants)
            variant.scale_storage = default_scale_storage(variant);
        return variants;
    });
    if (!scaled) return all;
    if (format.family == Family::integer)
        extend([](const Scheme& scheme) {
            std::vector<Scheme> variants(3, scheme);
            variants[1].symmetry = Symmetry::symfull;
            variants[2].symmetry = Symmetry::asym;
            return variants;
        });
    extend([](const Scheme& scheme) {
        std::vector<Scheme> variants(scheme.symmetry == Symmetry::asym ? 9 : 7, scheme);
        variants[1].range = Range::mse;
        variants[2].range = Range::kl;
        for (std::size_t i = 3; i < 5; ++i)
            variants[i].range = Range::percentile;
        variants[3].percentile = 99.9;
        variants[4].percentile = 1.0 / 3.0;
        for (std::size_t i = 5; i < variants.size(); ++i)
            variants[i].range = Range::clip;
        variants[5].clip_high = 0.1F;
        variants[6].clip_high = 1e-30F;
        variants[5].clip_low = -0.1F;
        variants[6].clip_low = -1e-30F;
        if (variants.size() > 7) {
            variants[7].clip_low = -0.5F;
            variants[7].clip_high = 1.0F / 3.0F;
            variants[8].clip_high = 2.0F;
        }
        if (scheme.family == Family::small_float) variants.erase(variants.begin() + 2);
        if (scheme.float_format == FloatFormat::nf4) variants.erase(variants.begin() + 1);
        return variants;
    });
    extend([](const Scheme& scheme) {
        std::vector<Scheme> variants(2, scheme);
        variants[0].scale_storage = ScaleStorage::s16;
        variants[1].scale_storage = ScaleStorage::s32;
        return variants;
    });
    if (format.family == Family::logarithmic)
        extend([](const Scheme& scheme) {
            std::vector<Scheme> variants(2, scheme);
            variants[1].half_octave = true;
            return variants;
        });
    extend([](const Scheme& scheme) {
        std::vector<Scheme> variants(2, scheme);
        variants[1].gamma = true;
        const bool nested = scheme.group_size >= 32 && scheme.symmetry != Symmetry::asym &&
                            scheme.family != Family::logarithmic && scheme.scale_storage == ScaleStorage::s16;
        if (nested) {
            variants.push_back(scheme);
            variants.back().scale_storage = ScaleStorage::dq;
        }
        return variants;
    });
    return all;
}

Scheme parsed(const char* text) {
    return parse_scheme(text);
}

}  // namespace

class TestScheme : public QObject {
    Q_OBJECT
  private slots:
    void notation_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("canonical");  // empty where it is refused
        QTest::addColumn<QString>("reason");     // part of the message
        const auto valid = [](const char* text, const char* canonical) {
            QTest::newRow(text) << text << canonical << "";
        };
        const auto invalid = [](const char* text, const char* reason) {
            QTest::newRow(text[0] == '\0' ? "(empty)" : text) << text << "" << reason;
        };

        valid("int4", "int4");
        valid("int4:sym:channel:minmax:rtn:s32", "int4");
        valid("int4:sym:g128:mse", "int4:g128:mse");
        valid("int8:asym:channel", "int8:asym");
        valid("int16:tensor:s16", "int16:tensor:s16");
        valid("int4:g64:s16", "int4:g64");
        valid("int4:s32:g64", "int4:g64:s32");
        valid("int3:gamma:kl:s16:tensor:symfull", "int3:symfull:tensor:kl:s16:gamma");
        valid("int8:pct99.9", "int8:pct99.9");
        valid("int8:pct99.90", "int8:pct99.9");
        valid("int8:pct100", "int8:pct100");
        valid("int8:clip0.10", "int8:clip0.1");
        valid("int8:clip-0.5..0.5", "int8:clip0.5");
        valid("int8:clip-0.5..0.75:asym", "int8:asym:clip-0.5..0.75");
        valid("int8:asym:clip0..2", "int8:asym:clip0..2");
        valid("int8:asym:clip-0..2", "int8:asym:clip0..2");
        valid("int8:asym:clip-2..0", "int8:asym:clip-2..0");
        valid("int8:g1", "int8:g1");
        valid("int8:g065536", "int8:g65536");
        valid("log2", "log2");
        valid("log4:gamma:sqrt2:g32", "log4:g32:sqrt2:gamma");
        valid("log8:clip1", "log8:clip1");
        valid("kmeans4:rtn:g64", "kmeans4:g64");
        valid("kmeans8:channel", "kmeans8");
        valid("fp16", "fp16");
        valid("fp8_e4m3:channel", "fp8_e4m3");
        valid("fp8_e5m2:g128:s16", "fp8_e5m2:g128");
        valid("fp6_e2m3:tensor:pct99.9", "fp6_e2m3:tensor:pct99.9");
        valid("fp4_e2m1:gamma:g16", "fp4_e2m1:g16:gamma");
        valid("nf4:g64:s32", "nf4");
        valid("nf4:channel", "nf4:channel");
        valid("nf4:g128", "nf4:g128");
        valid("nf4:s16", "nf4:s16");
        valid("nf4:dq", "nf4:dq");
        valid("nf4:dq:g64", "nf4:dq");
        valid("nf4:dq:g128", "nf4:g128:dq");
        valid("int4:dq:g64", "int4:g64:dq");
        valid("int3:symfull:g32:mse:dq", "int3:symfull:g32:mse:dq");
        valid("fp4_e2m1:g64:dq", "fp4_e2m1:g64:dq");
        valid("fp8_e4m3:mse", "fp8_e4m3:mse");
        valid("fp4_e2m1:mse:g32", "fp4_e2m1:g32:mse");
        valid("mxfp4", "mxfp4");
        valid("mxfp6_e2m3:minmax", "mxfp6_e2m3");
        valid("mxfp6_e3m2:rtn", "mxfp6_e3m2");
        valid("mxfp8_e4m3", "mxfp8_e4m3");
        valid("mxfp8_e5m2", "mxfp8_e5m2");
        valid("mxint8", "mxint8");
        valid("nvfp4", "nvfp4");
        valid("bf16", "bf16");
        valid("fp32", "fp32");
        valid("q8_0", "q8_0");
        valid("q4_K", "q4_K");
        valid("iq4_xs", "iq4_xs");
        valid("tq1_0", "tq1_0");
        valid("keep", "keep");

        invalid("", "it is empty");
        invalid("int4:", "an empty word");
        invalid(":int4", "an empty word");
        invalid("int4::g64", "an empty word");
        invalid("int4 ", "unknown format 'int4 '");
        invalid("INT4", "Nearest words: int4");
        invalid("itn8", "Nearest words: int8");
        invalid("q40", "Nearest words: q4_0");
        invalid("int", "unknown format 'int'");
        invalid("int1", "int formats go from int2 to int16");
        invalid("int17", "int formats go from int2 to int16");
        invalid("int04", "int formats go from int2 to int16");
        invalid("int99999999999999999999", "int formats go from int2 to int16");
        invalid("log9", "log formats go from log2 to log8");
        invalid("kmeans1", "kmeans formats go from kmeans2 to kmeans8");
        invalid("sym:int4", "unknown format 'sym'");
        invalid("mxfp5", "Nearest words: mxfp4");
        invalid("mxfp4:g32", "mxfp4 always has groups of 32 weights");
        invalid("nvfp4:channel", "nvfp4 always has groups of 16 weights");
        invalid("mxfp4:mse", "its scales are: powers of two (E8M0)");
        invalid("nvfp4:pct99", "FP8 (E4M3), and one in float32 for the tensor");
        invalid("mxint8:clip1", "the format itself says");
        invalid("mxfp8_e4m3:kl", "the format itself says");
        invalid("mxfp4:s16", "mxfp4 has scales of its own");
        invalid("nvfp4:dq", "nvfp4 has scales of its own");
        invalid("mxfp6_e2m3:gamma", "mxfp6_e2m3 has scales of its own");
        invalid("mxint8:asym", "only int formats have a choice of symmetry");
        invalid("int4:mxfp4", "'mxfp4' is a second format");
        invalid("fp8_e4m3:kl", "the entropy calibration counts evenly spaced codes");
        invalid("nf4:kl", "the entropy calibration counts evenly spaced codes");
        invalid("nf4:mse", "NF4's levels");
        invalid("fp8_e4m3:asym", "only int formats have a choice of symmetry");
        invalid("q4_k", "Nearest words: q4_K");
        invalid("iq2_xs", "iq2_xs blocks can be read but not written");
        invalid("q8_1", "q8_1 blocks can be read but not written");
        invalid("int4:dq", "name groups, as in g64");
        invalid("int4:tensor:dq", "name groups, as in g64");
        invalid("int4:g31:dq", "groups of 32 weights and more");
        invalid("int4:asym:g64:dq", "no zero-points");
        invalid("int4:dq:g64:gamma", "gamma would change the scales");
        invalid("log4:g64:dq", "powers of two");
        invalid("kmeans4:g64:dq", "a kmeans codebook has no scale");
        invalid("fp16:dq", "fp16 has no scale");
        invalid("nf4:dq:s16", "'dq' and 's16' are two scale storages");
        invalid("int4:assym", "Nearest words: asym");
        invalid("int4:MSE", "Nearest words: mse");
        invalid("int4:int8", "'int8' is a second format");
        invalid("int4:nf4", "'nf4' is a second format");
        invalid("int4:sym:asym", "'sym' and 'asym' are two symmetries");
        invalid("int4:g64:tensor", "'g64' and 'tensor' are two granularities");
        invalid("int4:mse:kl", "'mse' and 'kl' are two ranges");
        invalid("int4:s16:s32", "'s16' and 's32' are two scale storages");
        invalid("int4:gamma:gamma", "'gamma' stands in it twice");
        invalid("int4:rtn:rtn", "'rtn' stands in it twice");
        invalid("int4:sqrt2", "'sqrt2' cannot be combined with int4");
        invalid("int4:g0", "a group has from 1 to 65536 weights");
        invalid("int4:g65537", "a group has from 1 to 65536 weights");
        invalid("int4:g-1", "a group has from 1 to 65536 weights");
        invalid("int4:g64k", "a group has from 1 to 65536 weights");
        invalid("int4:g", "unknown option 'g'");
        invalid("int4:pct", "unknown option 'pct'");
        invalid("int4:pct0", "a percentile is above 0 and at most 100");
        invalid("int4:pct100.1", "a percentile is above 0 and at most 100");
        invalid("int4:pct-5", "a percentile is above 0 and at most 100");
        invalid("int4:pct99.9%", "a percentile is above 0 and at most 100");
        invalid("int4:clip", "unknown option 'clip'");
        invalid("int4:clip0", "the limit has to be above 0");
        invalid("int4:clip-1", "the limit has to be above 0");
        invalid("int4:clip1e99", "finite numbers");
        invalid("int4:clip1..", "finite numbers");
        invalid("int4:clip-1..2", "two different limits need asym");
        invalid("int4:asym:clip1..2", "the limits have to hold 0");
        invalid("int4:asym:clip2..-1", "the limits have to hold 0");
        invalid("int4:asym:clip0..0", "the limits have to hold 0");
        invalid("log4:asym", "only int formats have a choice of symmetry");
        invalid("log4:sym", "only int formats have a choice of symmetry");
        invalid("kmeans4:minmax", "a kmeans codebook is fitted to all weights");
        invalid("kmeans4:sym", "only int formats have a choice of symmetry");
        invalid("kmeans4:s16", "a kmeans codebook has no scale");
        invalid("kmeans4:gamma", "a kmeans codebook has no scale");
        invalid("fp16:g64", "fp16 has no scale");
        invalid("bf16:gamma", "bf16 has no scale");
        invalid("fp32:mse", "only formats with a scale have a range");
        invalid("q4_0:g32", "q4_0 always has blocks of 32 weights");
        invalid("q6_K:g16", "q6_K always has blocks of 256 weights");
        invalid("q8_0:s16", "q8_0 has its scales inside its blocks");
        invalid("keep:channel", "keep has no scale");
        invalid("keep:rtn", "keep has no choice of rounding method");
    }
    void notation() {
        QFETCH(QString, text);
        QFETCH(QString, canonical);
        QFETCH(QString, reason);
        try {
            QCOMPARE(QString::fromStdString(to_string(parse_scheme(text.toStdString()))), canonical);
        } catch (const Error& error) {
            const QString message = error.what();
            QVERIFY2(canonical.isEmpty(), error.what());
            QVERIFY2(message.contains(reason), error.what());
            QVERIFY2(message.contains("'" + text + "'"), error.what());
        }
    }

    void printed_schemes_parse_to_themselves() {
        std::set<std::string> notations;
        std::size_t combinations = 0;
        for (const Scheme& format : all_formats())
            for (const Scheme& scheme : all_combinations(format)) {
                const std::string text = to_string(scheme);
                QVERIFY2(parse_scheme(text) == scheme, text.c_str());
                notations.insert(text);
                ++combinations;
            }
        // int: 15 widths x 5 granularities x (7 + 7 + 9) ranges x 2 storages x gamma or not;
        // log: 7 x 5 x 7 x 2 x 2 x 2; small floats: (5 x 6 + 5) ranges x 5 x 2 x 2; kmeans: 7 x 5; three
        // floats, seven block-scaled formats, 16 blocks, keep. Nested scales: two of the groups (all three
        // of nf4's, whose own is one more), not asym and not log.
        const std::size_t nested = 15 * 2 * 14 + 5 * 6 * 2 + 5 * 3;
        QCOMPARE(combinations,
                 std::size_t{15 * 5 * 23 * 4 + 7 * 5 * 7 * 8 + 35 * 5 * 4 + 7 * 5 + 27} + nested);
        QCOMPARE(notations.size(), combinations);
    }

    void options_may_stand_in_any_order() {
        QCOMPARE(parsed("int4:mse:g32:asym:gamma"), parsed("int4:gamma:asym:mse:g32"));
    }

    void stored_bits_data() {
        QTest::addColumn<QString>("notation");
        QTest::addColumn<quint64>("channels");
        QTest::addColumn<quint64>("inputs");
        QTest::addColumn<quint64>("bits");
        const auto row = [](const char* notation, quint64 channels, quint64 inputs, quint64 bits) {
            QTest::addRow("%s %llux%llu", notation, channels, inputs)
                << notation << channels << inputs << bits;
        };
        row("int4:tensor", 3, 100, 300 * 4 + 32);
        row("int4", 3, 100, 300 * 4 + 3 * 32);
        row("int4:s16", 3, 100, 300 * 4 + 3 * 16);
        row("int4:asym", 3, 100, 300 * 4 + 3 * (32 + 4));
        row("int4:g64", 3, 100, 300 * 4 + 3 * 2 * 16);  // ceil(100/64) = 2 groups a row
        row("int3:g64:asym", 3, 128, 384 * 3 + 3 * 2 * (16 + 3));
        row("int8:g64:s32", 2, 5, 10 * 8 + 2 * 32);
        row("log4:sqrt2:gamma", 3, 100, 300 * 4 + 3 * 32);
        row("kmeans3:tensor", 3, 100, 300 * 3 + 8 * 16);
        row("kmeans3", 3, 100, 300 * 3 + 3 * 8 * 16);
        row("kmeans3:g50", 3, 100, 300 * 3 + 6 * 8 * 16);
        row("fp16", 3, 100, 4800);
        row("fp8_e4m3", 3, 100, 3 * 100 * 8 + 3 * 32);
        row("fp6_e3m2:g32", 3, 100, 3 * 100 * 6 + 3 * 4 * 16);
        row("fp4_e2m1:tensor", 3, 100, 3 * 100 * 4 + 32);
        row("nf4", 3, 100, 3 * 100 * 4 + 3 * 2 * 32);
        row("nf4:dq", 3, 100, 3 * 100 * 4 + 3 * 2 * 8 + 32 + 32);
        row("nf4:dq", 257, 64, 257 * 64 * 4 + 257 * 8 + 2 * 32 + 32);  // two blocks of scales
        row("int4:g32:dq", 0, 0, 0);
        row("mxfp4", 3, 100, 3 * 100 * 4 + 3 * 4 * 8);
        row("mxfp6_e3m2", 2, 64, 2 * 64 * 6 + 2 * 2 * 8);
        row("mxint8", 1, 32, 32 * 8 + 8);
        row("nvfp4", 3, 100, 3 * 100 * 4 + 3 * 7 * 8 + 32);
        row("nvfp4", 0, 0, 0);
        row("bf16", 3, 100, 4800);
        row("fp32", 3, 100, 9600);
        row("q4_0", 3, 64, 3 * 2 * 18 * 8);
        row("q4_1", 1, 32, 20 * 8);
        row("q5_0", 1, 32, 22 * 8);
        row("q5_1", 1, 32, 24 * 8);
        row("q8_0", 1, 32, 34 * 8);
        row("q2_K", 1, 512, 2 * 84 * 8);
        row("q3_K", 1, 256, 110 * 8);
        row("q4_K", 2, 256, 2 * 144 * 8);
        row("q5_K", 1, 256, 176 * 8);
        row("q6_K", 1, 256, 210 * 8);
        row("iq4_nl", 1, 32, 18 * 8);
        row("iq4_xs", 1, 256, 136 * 8);
        row("tq1_0", 1, 256, 54 * 8);
        row("tq2_0", 1, 256, 66 * 8);
        row("q1_0", 1, 128, 18 * 8);
        row("q2_0", 1, 64, 18 * 8);
        row("keep", 3, 100, 4800);  // stored as bf16
        row("int4:tensor", 0, 0, 0);
    }
    void stored_bits() {
        QFETCH(QString, notation);
        QFETCH(quint64, channels);
        QFETCH(quint64, inputs);
        QFETCH(quint64, bits);
        QCOMPARE(quint64{halfstep::stored_bits(parse_scheme(notation.toStdString()), channels, inputs,
                                               DType::bf16)},
                 bits);
    }

    void blocks_need_whole_rows() {
        QVERIFY(why_not_applicable(parsed("q4_0"), 64).empty());
        QVERIFY(!why_not_applicable(parsed("q4_0"), 65).empty());
        QVERIFY(!why_not_applicable(parsed("q8_0"), 1).empty());
        QVERIFY(why_not_applicable(parsed("q1_0"), 128).empty());
        QVERIFY(!why_not_applicable(parsed("q1_0"), 64).empty());
        QVERIFY(why_not_applicable(parsed("q4_K"), 512).empty());
        QCOMPARE(
            why_not_applicable(parsed("q4_K"), 128),
            std::string(
                "q4_K stores blocks of 256 weights, which do not cross rows, and a row has 128 weights"));
        QVERIFY(why_not_applicable(parsed("int4:g64"), 65).empty());
        QVERIFY(why_not_applicable(parsed("keep"), 1).empty());
    }

    void levels_are_counted() {
        QCOMPARE(level_count(parsed("int4")), 15U);
        QCOMPARE(level_count(parsed("int4:symfull")), 16U);
        QCOMPARE(level_count(parsed("int4:asym")), 16U);
        QCOMPARE(level_count(parsed("int16:asym")), 65536U);
        QCOMPARE(level_count(parsed("log2")), 3U);
        QCOMPARE(level_count(parsed("log4")), 15U);
        QCOMPARE(level_count(parsed("kmeans3")), 8U);
        QCOMPARE(level_count(parsed("q4_1")), 16U);
        QCOMPARE(level_count(parsed("q8_0")), 255U);
        QCOMPARE(level_count(parsed("q2_K")), 4U);
        QCOMPARE(level_count(parsed("q6_K")), 64U);
        QCOMPARE(level_count(parsed("iq4_xs")), 16U);
        QCOMPARE(level_count(parsed("tq2_0")), 3U);
        QCOMPARE(level_count(parsed("q1_0")), 2U);
        QCOMPARE(level_count(parsed("fp16")), 0U);
        QCOMPARE(level_count(parsed("fp8_e4m3")), 253U);
        QCOMPARE(level_count(parsed("fp8_e5m2")), 247U);
        QCOMPARE(level_count(parsed("fp6_e2m3")), 63U);
        QCOMPARE(level_count(parsed("fp4_e2m1")), 15U);
        QCOMPARE(level_count(parsed("nf4")), 16U);
        QCOMPARE(level_count(parsed("mxfp4")), 15U);
        QCOMPARE(level_count(parsed("mxfp8_e4m3")), 253U);
        QCOMPARE(level_count(parsed("mxint8")), 255U);
        QCOMPARE(level_count(parsed("keep")), 0U);
    }
};

QTEST_GUILESS_MAIN(TestScheme)
#include "test_scheme.moc"
