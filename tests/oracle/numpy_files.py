#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of NumPy, written by NumPy.

    numpy_files.py FOLDER

Writes stored.npz and deflated.npz, with an array of every type in both byte orders, both orders of the axes and
several shapes, and v1.npy, v2.npy and v3.npy, one for each version of the format.
"""

import os
import sys
import warnings

import numpy as np

TYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]
SHAPES = [(), (1,), (0,), (0, 3), (7,), (3, 5), (2, 3, 4), (4, 1, 3), (2, 2, 2, 2, 3), (70, 90)]
LARGE = [(300, 500), (5000, 40), (3, 20000), (20000, 3), (40, 30, 50), (1, 1000, 2), (9, 1, 4000)]


def values(random, dtype, shape):
    bits = random.integers(0, 256, (*shape, np.dtype(dtype).itemsize), np.uint8)
    if dtype == "b1":
        return (bits[..., 0] & 1).astype(bool)
    return bits.view("<" + dtype)[..., 0]  # NaN, infinity and subnormal numbers among them


def arrays():
    random = np.random.default_rng(20260607)
    for dtype in TYPES:
        for shape in SHAPES + (LARGE if dtype == "f4" else []):
            for order in "<>":
                for axes in "CF":
                    array = np.asarray(values(random, dtype, shape).astype(order + dtype), order=axes)
                    name = f"{dtype} {'big' if order == '>' else 'little'} {axes} {'x'.join(map(str, shape))}"
                    yield name, array


def main():
    folder = sys.argv[1]
    everything = dict(arrays())
    np.savez(os.path.join(folder, "stored.npz"), **everything)
    np.savez_compressed(os.path.join(folder, "deflated.npz"), **everything)
    warnings.simplefilter("ignore")  # NumPy warns that version 3 is for NumPy 1.17 and later
    for version in (1, 2, 3):
        with open(os.path.join(folder, f"v{version}.npy"), "wb") as file:
            np.lib.format.write_array(file, np.asfortranarray(everything["f4 little C 70x90"]), (version, 0))
    print("{}")


if __name__ == "__main__":
    main()
