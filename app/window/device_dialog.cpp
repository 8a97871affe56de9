// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/device_dialog.h"

#include "core/base/error.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <nlohmann/json.hpp>

#include <algorithm>

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

// By way of the file's own form, whose reader checks every line.
std::vector<Device> DeviceDialog::devicesShown() const {
    nlohmann::ordered_json devices = nlohmann::ordered_json::array();
    for (int row = 0; row < table_->rowCount(); ++row) {
        const auto text = [&](int column) { return table_->item(row, column)->text().trimmed(); };
        nlohmann::ordered_json computes = nlohmann::ordered_json::array();
        for (const QString& word : text(computes_column).split(QLatin1Char(' '), Qt::SkipEmptyParts))
            computes.push_back(word.toStdString());
        devices.push_back({{"name", text(name_column).toStdString()},
                           {"memory_gb", QLocale().toDouble(text(memory_column))},
                           {"bandwidth_gb_s", QLocale().toDouble(text(bandwidth_column))},
                           {"computes", std::move(computes)}});
    }
    return devices_from_json(
        nlohmann::ordered_json{{"halfstep_devices", 1}, {"devices", std::move(devices)}}.dump(), {});
}

std::vector<Device> DeviceDialog::ownDevices() const {
    std::vector<Device> own = devicesShown();
    std::erase_if(own, [](const Device& device) {
        return std::ranges::find(known_devices(), device) != known_devices().end();
    });
    return own;
}

void DeviceDialog::accept() {
    try {
        ownDevices();
        QDialog::accept();
    } catch (const Error& error) {
        problem_->setText(QString::fromUtf8(error.what()));
        problem_->show();
    }
}

}  // namespace halfstep
