// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/tables/layer_row.h"

#include <QString>
#include <QStringList>

#include <functional>
#include <vector>

namespace halfstep {

// What is typed in the filter line above the layer table. Words are separated by spaces and all have to
// match; a leading minus excludes. A plain word is looked for in name, role and scheme. Further words:
//   name: role: scheme: dtype: status:   text within that column, as in "role:ffn_down"
//   block bits size sqnr error sensitivity   followed by < <= > >= = or : and a number, as in "bits<5"; also
//   ranges "block:3-5"; sizes take kB, MB, GB, KiB, MiB, GiB; errors take %
// A word that is not finished yet ("bits<") matches everything and is named by problem().
class LayerFilter {
  public:
    explicit LayerFilter(const QString& text = {});

    bool matches(const LayerRow& row) const;
    bool isEmpty() const { return terms_.empty(); }
    QString problem() const { return problem_; }  // empty where every word was understood

  private:
    using Term = std::function<bool(const LayerRow&)>;
    void addWord(const QString& given);

    std::vector<Term> terms_;
    QString problem_;
};

}  // namespace halfstep
