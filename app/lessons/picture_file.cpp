// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/picture_file.h"

#include "core/base/error.h"

#include <QImageReader>

namespace halfstep {
namespace {

constexpr int most_side = 224;  // pixels
constexpr qint64 most_pixels = 120'000'000;
constexpr int most_megabytes = 512;  // while it is decoded

[[noreturn]] void refuse(const QString& path, const QString& why) {
    throw Error(why.toStdString(), {.file = path.toStdString(), .tensor = {}, .byte_offset = {}},
                "Choose another picture");
}

}  // namespace

QImage loadSmallPicture(const QString& path) {
    QImageReader reader(path);
    reader.setAutoTransform(true);
    reader.setAllocationLimit(most_megabytes);
    reader.setDecideFormatFromContent(true);
    const QSize size = reader.size();
    if (size.isValid() && qint64{size.width()} * size.height() > most_pixels)
        refuse(path, QStringLiteral("the picture has more than %1 pixels").arg(most_pixels));
    if (size.isValid() && std::max(size.width(), size.height()) > most_side)
        reader.setScaledSize(size.scaled(most_side, most_side, Qt::KeepAspectRatio).expandedTo(QSize(1, 1)));
    QImage image = reader.read();
    if (image.isNull())
        refuse(path, QStringLiteral("not a picture that can be read here: ") + reader.errorString());
    if (std::max(image.width(), image.height()) > most_side)
        image = image.scaled(QSize(most_side, most_side), Qt::KeepAspectRatio, Qt::SmoothTransformation);
    QImage opaque(image.size(), QImage::Format_RGB32);
    opaque.fill(Qt::white);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor color = image.pixelColor(x, y);
            const auto over = [&color](int channel) {
                return (channel * color.alpha() + 255 * (255 - color.alpha()) + 127) / 255;
            };
            opaque.setPixelColor(x, y, QColor(over(color.red()), over(color.green()), over(color.blue())));
        }
    return opaque;
}

QStringList pictureFilePatterns() {
    QStringList patterns;
    for (const QByteArray& format : QImageReader::supportedImageFormats())
        patterns << QStringLiteral("*.") + QString::fromLatin1(format);
    return patterns;
}

}  // namespace halfstep
