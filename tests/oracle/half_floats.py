#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""float16 as NumPy converts it.

    half_floats.py widen < F16 > F32      every 16-bit pattern on standard input as float32
    half_floats.py narrow < F32 > F16     every float32 on standard input as float16, to nearest even
"""

import sys

import numpy as np

np.seterr(all="ignore")
data = sys.stdin.buffer.read()
if sys.argv[1] == "widen":
    result = np.frombuffer(data, "<f2").astype("<f4")
else:
    result = np.frombuffer(data, "<f4").astype("<f2")
sys.stdout.buffer.write(result.tobytes())
