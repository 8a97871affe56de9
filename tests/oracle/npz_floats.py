#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrays of an .npz file as files of float32.

    npz_floats.py NPZ FOLDER

Writes FOLDER/NAME.f32 for every array of the file.
"""

import os
import sys

import numpy as np

with np.load(sys.argv[1]) as arrays:
    for name in arrays.files:
        arrays[name].astype("<f4").tofile(os.path.join(sys.argv[2], name + ".f32"))
