// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"
#include "core/tensor/tensor_info.h"
#include "widgets/editors/apply_scope.h"

#include <QString>
#include <QWidget>

#include <cstdint>
#include <memory>
#include <vector>

namespace halfstep {

// A tensor whose scheme is edited.
struct SchemeTarget {
    QString name;
    Role role = Role::other;
    Scheme scheme;
    std::uint64_t channels = 0;
    std::uint64_t inputs = 0;
    DType source = DType::unknown;
};

// Edits one scheme, by its parts or by its notation, for one or several tensors.
class SchemeEditor : public QWidget {
    Q_OBJECT
  public:
    explicit SchemeEditor(QWidget* parent = nullptr);
    ~SchemeEditor() override;

    // What is selected. The editor shows the first one's scheme, and says so where the others differ.
    void setTargets(std::vector<SchemeTarget> targets);
    const std::vector<SchemeTarget>& targets() const;

    Scheme scheme() const;
    void setScheme(const Scheme& scheme);  // shows it (a dragged clip limit, an undo); emits nothing
    // Limits that a manual clip starts from: the smallest and greatest weight, or what the plot shows.
    void setClipStart(float low, float high);
    bool isMixed() const;  // the targets' schemes differ and nothing was edited yet

  signals:
    void schemeEdited(const halfstep::Scheme& scheme);  // with every valid change by the user
    void applyRequested(halfstep::ApplyScope scope, const halfstep::Scheme& scheme);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    struct Parts;  // the child widgets
    std::unique_ptr<Parts> parts_;
};

}  // namespace halfstep
