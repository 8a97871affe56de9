# SPDX-License-Identifier: GPL-3.0-or-later
"""Paints harbour.png, the picture of the lesson about palettes: a lighthouse in the evening.

    python3 harbour.py [OUT]
"""
import os
import struct
import sys
import zlib

import numpy

WIDTH, HEIGHT, FINER = 192, 128, 3  # drawn at so many times the size, and averaged
HORIZON = 80


def blend(below, color, cover):
    return below + (numpy.asarray(color, float) - below) * cover[..., None]


def ramp(t, stops):
    """Colours at t between (place, colour) stops."""
    places = [place for place, _ in stops]
    return numpy.stack([numpy.interp(t, places, [color[c] for _, color in stops]) for c in range(3)], axis=-1)


def waves(x, y, terms):
    return sum(a * numpy.sin(x / w + y / v + p) for a, w, v, p in terms)


def between(value, low, high):
    return ((value >= low) & (value < high)).astype(float)


def paint():
    y, x = numpy.mgrid[0 : HEIGHT * FINER, 0 : WIDTH * FINER] / FINER + 0.5 / FINER
    sun_x, sun_y = 58.0, 68.0
    sky = ramp(y, [(0, (36, 52, 104)), (30, (92, 88, 142)), (56, (222, 132, 104)), (HORIZON, (252, 208, 128))])
    distance = numpy.hypot(x - sun_x, y - sun_y)
    picture = blend(sky, (255, 226, 150), 0.75 * numpy.exp(-distance / 20))
    clouds = waves(x, y, [(1, 23, 5, 0.3), (0.7, -15, 3.1, 1.9), (0.6, 41, 7, 4.0)])
    picture = blend(picture, (176, 96, 110), 0.6 * numpy.clip(clouds - 0.6, 0, 1) * numpy.exp(-(((y - 36) / 18) ** 2)))
    picture = blend(picture, (255, 240, 200), numpy.clip(9.5 - distance, 0, 1))

    sea = ramp(y, [(HORIZON, (206, 150, 120)), (92, (92, 104, 138)), (HEIGHT, (22, 44, 84))])
    glitter = waves(x, y * 9, [(1, 3.1, 2.3, 0), (1, 5.3, 1.7, 2), (0.8, 1.9, 3.7, 1)])
    path = numpy.exp(-(((x - sun_x) / (5 + (y - HORIZON) * 0.45)) ** 2))
    sea = blend(sea, (255, 206, 132), numpy.clip(glitter - 0.2, 0, 1) * path * 0.9)
    sea = blend(sea, (128, 148, 176), 0.25 * numpy.clip(glitter - 0.6, 0, 1))
    picture = numpy.where((y > HORIZON)[..., None], sea, picture)

    shore = 112 - 42 * numpy.exp(-(((x - 160) / 32) ** 2))
    shore += waves(x, y * 0, [(1.2, 6, 1, 0), (0.7, 2.7, 1, 1)])
    grass = ramp(y - shore, [(0, (98, 134, 74)), (14, (48, 88, 58)), (44, (20, 42, 38))])
    grass += 7 * waves(x * 5, y * 3, [(1, 3, 4, 0), (1, 2, 7, 3)])[..., None]
    land = (y > shore) * (y < 108 + waves(x, y * 0, [(1, 4.1, 1, 0)]))
    picture = blend(picture, (0, 0, 0), land)
    picture = picture + grass * land[..., None]

    middle, foot, top = 158.0, 74.0, 24.0
    half = 3.8 + (y - top) / (foot - top) * 3.2
    tower = between(y, top, foot) * (numpy.abs(x - middle) < half)
    red = (numpy.floor((y - top) / 10) % 2 == 0)[..., None]
    wall = numpy.where(red, (196, 52, 44), (238, 230, 214))
    shade = numpy.clip(1.05 - 0.55 * (x - middle + half) / (2 * half), 0.4, 1.05)[..., None]
    picture = numpy.where((tower > 0)[..., None], wall * shade, picture)
    lamp = between(y, 17, 24) * (numpy.abs(x - middle) < 3.2)
    picture = blend(picture, (255, 246, 190), lamp)
    roof = between(y, 11, 17) * (numpy.abs(x - middle) < (y - 11) * 0.8)
    picture = blend(picture, (150, 34, 36), roof)
    beam = between(x, 0, middle - 3) * (numpy.abs(y - 20.5) < 1 + (middle - x) * 0.06)
    picture = blend(picture, (255, 244, 200), 0.22 * beam * numpy.exp(-(middle - x) / 90))

    hull = between(y, 88, 93) * (numpy.abs(x - 30) < 9 - (y - 88) * 0.8)
    picture = blend(picture, (52, 34, 40), hull)
    sail = between(y, 64, 87) * (x > 30.5) * (x - 30.5 < (y - 64) * 0.42)
    picture = blend(picture, (246, 226, 204), sail)
    small = picture.reshape(HEIGHT, FINER, WIDTH, FINER, 3).mean(axis=(1, 3))
    return numpy.clip(numpy.rint(small), 0, 255).astype(numpy.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, pixels):
    height, width, _ = pixels.shape
    rows = numpy.concatenate([numpy.zeros((height, 1), numpy.uint8), pixels.reshape(height, width * 3)], axis=1)
    with open(f"{path}.part", "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.write(chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)))
        file.write(chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)))
        file.write(chunk(b"IEND", b""))
    os.replace(f"{path}.part", path)


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    write_png(sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "harbour.png"), paint())
