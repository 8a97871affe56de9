// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/device_dialog.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace halfstep {
namespace {

enum Column { name_column, memory_column, bandwidth_column, computes_column, column_count };
constexpr double gigabyte = 1e9;

QString computesText(const Device& device) {
    QStringList words;
    for (const Device::Compute& compute : device.computes)
        words << QStringLiteral("%1x%2").arg(compute.weight_bits).arg(compute.activation_bits);
    return words.join(QLatin1Char(' '));
}

// Above 0, as the user writes numbers.
std::optional<double> number(const QString& text) {
    bool read = false;
    const double value = QLocale().toDouble(text, &read);
    return read && value > 0 && value <= 1e9 ? std::optional(value) : std::nullopt;
}

std::optional<std::vector<Device::Compute>> computes(const QString& text) {
    std::vector<Device::Compute> all;
    for (const QString& word : text.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const auto compute = parse_compute(word.toStdString());
        if (!compute) return std::nullopt;
        all.push_back(*compute);
    }
    return all.empty() ? std::nullopt : std::optional(std::move(all));
}

}  // namespace

DeviceDialog::DeviceDialog(const std::vector<Device>& devices, QWidget* parent)
    : QDialog(parent),
      table_(new QTableWidget(0, column_count)),
      problem_(new QLabel),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Devices"));
    resize(720, 520);
    table_->setHorizontalHeaderLabels(
        {tr("Name"), tr("Memory in GB"), tr("Bandwidth in GB/s"), tr("Computes (weight x activation bits)")});
    table_->horizontalHeader()->setSectionResizeMode(name_column, QHeaderView::Stretch);
    for (int column = memory_column; column < column_count; ++column)
        table_->horizontalHeader()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    table_->verticalHeader()->hide();
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    for (const Device& device : devices)
        addRow(device);

    auto* add = buttons_->addButton(tr("&Add"), QDialogButtonBox::ActionRole);
    auto* remove = buttons_->addButton(tr("&Remove"), QDialogButtonBox::ActionRole);
    connect(add, &QPushButton::clicked, this, [this] {
        addRow({tr("New device").toStdString(), 8'000'000'000, 50e9, {{16, 16}}});
        table_->setCurrentCell(table_->rowCount() - 1, name_column);
        table_->editItem(table_->currentItem());
    });
    connect(remove, &QPushButton::clicked, this, [this] {
        if (table_->currentRow() >= 0) table_->removeRow(table_->currentRow());
    });
    connect(buttons_, &QDialogButtonBox::accepted, this, &DeviceDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &DeviceDialog::reject);
    problem_->setWordWrap(true);
    problem_->hide();
    auto* column = new QVBoxLayout(this);
    column->addWidget(table_, 1);
    column->addWidget(problem_);
    column->addWidget(buttons_);
}

void DeviceDialog::addRow(const Device& device) {
    const int row = table_->rowCount();
    table_->insertRow(row);
    const auto number = [](double value) {
        QLocale locale;
        locale.setNumberOptions(QLocale::OmitGroupSeparator);
        return locale.toString(value, 'g', 6);
    };
    const auto set = [&](int column, const QString& text) {
        auto* item = new QTableWidgetItem(text);
        if (column == memory_column || column == bandwidth_column)
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        table_->setItem(row, column, item);
    };
    set(name_column, QString::fromStdString(device.name));
    set(memory_column, number(static_cast<double>(device.memory) / gigabyte));
    set(bandwidth_column, number(device.bandwidth / gigabyte));
    set(computes_column, computesText(device));
}

QString DeviceDialog::textAt(int row, int column) const {
    return table_->item(row, column)->text().trimmed();
}

// Said in the words of the table's columns.
QString DeviceDialog::problemAt(int row, int column) const {
    const QString name = textAt(row, name_column);
    const QString text = textAt(row, column);
    switch (column) {
        case name_column: {
            if (name.isEmpty()) return tr("A device needs a name.");
            for (int other = 0; other < row; ++other)
                if (textAt(other, name_column) == name) return tr("Two devices have the name %1.").arg(name);
            return {};
        }
        case memory_column:
            return number(text)
                       ? QString()
                       : tr("The memory of %1 has to be a number of GB above 0, not \"%2\".").arg(name, text);
        case bandwidth_column:
            return number(text) ? QString()
                                : tr("The bandwidth of %1 has to be a number of GB/s above 0, not \"%2\".")
                                      .arg(name, text);
        default:
            return computes(text) ? QString()
                                  : tr("What %1 computes has to be weight x activation bits like 16x16 8x8, "
                                       "not \"%2\".")
                                        .arg(name, text);
    }
}

bool DeviceDialog::makesSense(int row) const {
    for (int column = 0; column < column_count; ++column)
        if (!problemAt(row, column).isEmpty()) return false;
    return true;
}

Device DeviceDialog::deviceAt(int row) const {
    return {textAt(row, name_column).toStdString(),
            static_cast<std::uint64_t>(std::llround(*number(textAt(row, memory_column)) * gigabyte)),
            *number(textAt(row, bandwidth_column)) * gigabyte, *computes(textAt(row, computes_column))};
}

std::vector<Device> DeviceDialog::ownDevices() const {
    std::vector<Device> own;
    for (int row = 0; row < table_->rowCount(); ++row)
        if (makesSense(row)) own.push_back(deviceAt(row));
    std::erase_if(own, [](const Device& device) {
        return std::ranges::find(known_devices(), device) != known_devices().end();
    });
    return own;
}

QString DeviceDialog::problem() const {
    return problem_->text();
}

void DeviceDialog::accept() {
    for (int row = 0; row < table_->rowCount(); ++row)
        for (int column = 0; column < column_count; ++column)
            if (const QString problem = problemAt(row, column); !problem.isEmpty()) {
                problem_->setText(problem);
                problem_->show();
                table_->setCurrentCell(row, column);
                return;
            }
    QDialog::accept();
}

}  // namespace halfstep
