// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/chunk_filters.h"

#include <QElapsedTimer>
#include <QTest>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

using namespace halfstep;

namespace {

std::vector<std::byte> bytes_of(const std::string& text) {
    std::vector<std::byte> bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

Hdf5Dataset shuffled(std::uint64_t chunk_bytes, std::uint32_t element_bytes) {
    Hdf5Dataset dataset;
    dataset.chunk_bytes = chunk_bytes;
    dataset.filters = {{listing_wire::filter_shuffle, element_bytes}};
    return dataset;
}

std::vector<std::byte> unpacked(const std::string& stored, const Hdf5Dataset& dataset) {
    return unpack_chunk(bytes_of(stored), dataset, {});
}

}  // namespace

class TestChunkFilters : public QObject {
    Q_OBJECT
  private slots:
    void elements_are_put_together_again() {
        QCOMPARE(unpacked("acebdf", shuffled(6, 2)), bytes_of("abcdef"));
        QCOMPARE(unpacked("adbecf", shuffled(6, 3)), bytes_of("abcdef"));
        QCOMPARE(unpacked("acbde", shuffled(5, 2)), bytes_of("abcde"));  // the last byte fills no element
        QCOMPARE(unpacked("abcdef", shuffled(6, 1)), bytes_of("abcdef"));
    }

    // The width of elements is whatever the file says.
    void elements_larger_than_the_chunk_take_no_time() {
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 100; ++i)
            for (const std::uint32_t width : {0U, 6U, 7U, 0xffff'ffffU})
                QCOMPARE(unpacked("abcdef", shuffled(6, width)), bytes_of("abcdef"));
        QVERIFY(timer.elapsed() < 1000);
    }

    void filters_that_are_left_out_are_not_undone() {
        Hdf5Chunk chunk;
        chunk.filters_left_out = 1;
        QCOMPARE(unpack_chunk(bytes_of("acebdf"), shuffled(6, 2), chunk), bytes_of("acebdf"));
    }

    void a_chunk_that_stays_too_short_is_refused() {
        QVERIFY_EXCEPTION_THROWN(unpacked("ab", shuffled(6, 2)), std::runtime_error);
    }
};

QTEST_APPLESS_MAIN(TestChunkFilters)
#include "test_chunk_filters.moc"
