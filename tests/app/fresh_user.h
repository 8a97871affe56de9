// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/settings/language.h"
#include "app/window/main_window.h"
#include "tests/support/temporary_folder.h"

#include <QString>

#include <memory>
#include <string_view>

namespace halfstep::testing {

// Somebody who starts the program for the first time, in English and in light colours: settings and data are
// in a folder that goes away with the test, which holds the test's own files too.
class FreshUser {
  public:
    FreshUser();  // when there is a QApplication

    const TemporaryFolder& folder() const { return folder_; }
    QString file(std::string_view name) const;  // in the folder

    Language& language() { return *language_; }

    // Of 1280x800. Null where it does not appear.
    std::unique_ptr<MainWindow> shown_window();

  private:
    TemporaryFolder folder_;
    std::unique_ptr<Language> language_;
};

}  // namespace halfstep::testing
