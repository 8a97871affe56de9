// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/at_once.h"
#include "tests/support/checkpoint_use.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <ctime>
#include <string>

namespace halfstep::testing {

// In an archive of PyTorch, at once, with an Error that says so.
inline void check_pickle_is_refused(const std::string& pickle, const std::string& words) {
    const std::clock_t start = std::clock();
    const std::string error = error_of([&] { use(zipped(pickle)); });
    QVERIFY2(error.find(words) != std::string::npos, error.c_str());
    QVERIFY2(error.starts_with("/models/model.pt/m/data.pkl: "), error.c_str());
    QVERIFY(seconds_since(start) < at_once);
}

}  // namespace halfstep::testing
