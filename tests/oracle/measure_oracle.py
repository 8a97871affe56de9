#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What quantization schemes do to the tensors of a safetensors file, computed with NumPy.

    measure_oracle.py [--importance FILE.json] MODEL.safetensors SCHEME...

prints the JSON of `halfstep-cli measure --json`: for every floating-point tensor and scheme bits_per_weight,
bytes, mse, rel_error, sqnr_db, max_abs_error, cosine, clipped, and for one scale a tensor scale and zero_point.

With FILE.json, {"NAME": [importance of each input]}, results of these tensors have weighted_rel_error as well.

It is written from the definition of the schemes, not from the program, and takes the long way everywhere: the
program's results are held against it. Arithmetic is float32, each operation rounded, where the definition says
so; ranges of kind mse are searched exhaustively, so that tensors have to be small. Tensors of rank 2 and more
have their channels along the first axis.
"""

import json
import math
import re
import struct
import sys

import numpy as np

F32 = np.float32
np.seterr(all="ignore")


# Mantissa bits, exponent of the smallest normal number, largest value.
SMALL_FLOATS = {
    "fp4_e2m1": (1, 0, 6.0),
    "fp6_e2m3": (3, 0, 7.5),
    "fp6_e3m2": (2, -2, 28.0),
    "fp8_e4m3": (3, -6, 448.0),
    "fp8_e5m2": (2, -14, 57344.0),
}
# Element format, bits, exponent of its largest value, weights that share a scale. MXINT8 is integers of 8 bits,
# of which -128 is left out, times 2^-6.
SMALL_FLOATS["int8 element"] = (6, 0, 127 / 64)
BLOCK_SCALED = {
    "mxfp4": ("fp4_e2m1", 4, 2, 32),
    "mxfp6_e2m3": ("fp6_e2m3", 6, 2, 32),
    "mxfp6_e3m2": ("fp6_e3m2", 6, 4, 32),
    "mxfp8_e4m3": ("fp8_e4m3", 8, 8, 32),
    "mxfp8_e5m2": ("fp8_e5m2", 8, 15, 32),
    "mxint8": ("int8 element", 8, 0, 32),
    "nvfp4": ("fp4_e2m1", 4, 2, 16),
}
# bitsandbytes' table.
NF4 = np.array(
    [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635]
    + [-0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725]
    + [0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941]
    + [0.7229568362236023, 1.0],
    F32,
)


# --- the notation ---


class Scheme:
    def __init__(self, text):
        words = text.split(":")
        self.text = text
        self.format = words[0]
        match = re.fullmatch(r"(int|log|kmeans)(\d+)", self.format)
        self.family, self.bits = (match[1], int(match[2])) if match else (self.format, 0)
        if self.format in SMALL_FLOATS or self.format == "nf4":
            self.family, self.bits = "small", int(re.search(r"\d", self.format)[0])
        self.symmetry, self.granularity, self.group = "sym", "channel", 0
        if self.format in BLOCK_SCALED:
            self.family, self.granularity = "block", "group"
            self.element, self.bits, self.top_exponent, self.group = BLOCK_SCALED[self.format]
        if self.format == "nf4":
            self.granularity, self.group = "group", 64
        self.range, self.percentile, self.clip = "minmax", None, None
        self.storage, self.sqrt2, self.gamma = None, False, False
        for word in words[1:]:
            self.option(word)
        if self.storage is None:
            self.storage = "s16" if self.granularity == "group" and self.format != "nf4" else "s32"

    def option(self, word):
        if word in ("sym", "symfull", "asym"):
            self.symmetry = word
        elif word in ("tensor", "channel"):
            self.granularity, self.group = word, 0
        elif re.fullmatch(r"g\d+", word):
            self.granularity, self.group = "group", int(word[1:])
        elif word in ("minmax", "mse", "kl"):
            self.range = word
        elif word.startswith("pct"):
            self.range, self.percentile = "pct", float(word[3:])
        elif word.startswith("clip"):
            limits = [F32(limit) for limit in word[4:].split("..")]
            self.range, self.clip = "clip", (limits[0] if len(limits) == 2 else -limits[0], limits[-1])
        elif word in ("s16", "s32", "dq"):
            self.storage = word
        elif word == "sqrt2":
            self.sqrt2 = True
        elif word == "gamma":
            self.gamma = True
        elif word != "rtn":
            sys.exit(f"unknown option '{word}' in '{self.text}'")

    @property
    def codes(self):
        """Smallest and largest code of an integer scheme."""
        half = 1 << (self.bits - 1)
        return {"sym": (1 - half, half - 1), "symfull": (-half, half - 1), "asym": (0, 2 * half - 1)}[self.symmetry]

    @property
    def per_octave(self):
        return 2 if self.sqrt2 else 1


# --- reading ---


def bf16_to_f32(bits):
    return (bits.astype(np.uint32) << 16).view(F32)


def f32_to_bf16(values):
    bits = values.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def read_safetensors(path):
    """name -> (dtype, float32 array), in the order of the names' appearance in the data."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, end = entry["data_offsets"]
        raw = data[8 + length + first : 8 + length + end]
        kind = entry["dtype"]
        if kind not in ("F64", "F32", "F16", "BF16"):
            continue
        if kind == "BF16":
            values = bf16_to_f32(np.frombuffer(raw, "<u2"))
        else:
            values = np.frombuffer(raw, {"F64": "<f8", "F32": "<f4", "F16": "<f2"}[kind]).astype(F32)
        tensors[name] = (kind, values.reshape(entry["shape"]))
    return tensors


# --- ranges ---


def entropy_limit(x, bits):
    """ModelOpt's entropy calibration on 2,048 bins of |x|."""
    largest = float(np.abs(x).max())
    groups = 1 << (bits - 1)
    if groups >= 2048:
        return F32(largest)
    place = np.minimum(2047, (np.abs(x.astype(np.float64)) * 2048 / largest).astype(np.int64))
    bins = np.bincount(place, minlength=2048).astype(np.float64)
    bins[0] = bins[1]
    candidates = np.arange(max(128, groups), 2049)
    divergences = np.array([divergence(bins, kept, groups) for kept in candidates])
    best = candidates[np.flatnonzero(divergences <= divergences.min() + 1e-12)[-1]]
    return F32(largest * best / 2048)


def divergence(bins, kept, groups):
    p = bins[:kept].copy()
    p[-1] += bins[kept:].sum()
    group = np.arange(kept) * groups // kept
    filled = bins[:kept] > 0
    mass = np.bincount(group, bins[:kept], groups)
    members = np.bincount(group, filled, groups)
    q = np.where(filled, (mass / np.maximum(members, 1))[group], 0.0)
    if np.any((p > 0) & (q == 0)):
        return np.inf
    p, q = p / p.sum(), q / q.sum()
    used = p > 0
    return float(np.sum(p[used] * np.log(p[used] / q[used])))


def limits(scheme, x):
    low, high = x.min(), x.max()
    if scheme.range == "clip":
        return np.clip(low, *scheme.clip), np.clip(high, *scheme.clip)
    if scheme.range == "pct" and scheme.symmetry == "asym":
        tail = (100 - scheme.percentile) / 2
        return tuple(F32(limit) for limit in np.percentile(x.astype(np.float64), [tail, 100 - tail]))
    if scheme.range in ("pct", "kl") and np.any(x):
        if scheme.range == "pct":
            limit = F32(np.percentile(np.abs(x.astype(np.float64)), scheme.percentile))
        else:
            limit = entropy_limit(x, scheme.bits)
        return tuple(np.clip([low, high], -limit, limit))
    return low, high


def best_scale(x, negative_codes, positive_codes):
    """Error and scale of the optimum over every interval of scales in which no code changes."""
    magnitude = np.abs(x.astype(np.longdouble))
    most = np.where(x > 0, positive_codes, negative_codes)
    codes = np.arange(1, max(negative_codes, positive_codes, 1) + 1)
    used = (codes <= most[:, None]) & (magnitude > 0)[:, None]
    scales = (magnitude[:, None] / (codes - np.longdouble(0.5)))[used]
    squares = np.sum(magnitude**2)
    if scales.size == 0:
        return squares, 0.0
    order = np.argsort(-scales, kind="stable")
    scales = scales[order]
    products = np.cumsum(np.broadcast_to(magnitude[:, None], used.shape)[used][order])
    code_squares = np.cumsum(np.broadcast_to(2 * codes - 1, used.shape)[used][order].astype(np.longdouble))
    best = np.clip(products / code_squares, np.append(scales[1:], 0), scales)
    errors = squares - 2 * best * products + best**2 * code_squares
    place = np.argmin(errors)
    return errors[place], float(best[place])


def best_integer_grid(scheme, x):
    qmin, qmax = scheme.codes
    if scheme.symmetry != "asym":
        return best_scale(x, -qmin, qmax)[1], 0
    found = [(*best_scale(x, z, qmax - z), z) for z in range(qmax + 1)]
    _, scale, zero_point = min(found, key=lambda candidate: candidate[0])
    return scale, zero_point


# --- scaled formats: one unit shares one scale ---


class ScaleLost(Exception):
    """A 16-bit scale became 0 or infinite."""


class Refused(Exception):
    """The scheme cannot be applied to the tensor."""


def stored(scheme, scale):
    scale = F32(scale)
    if scheme.storage == "s16":
        rounded = F32(np.float16(scale))
        if scale != 0 and (rounded == 0 or np.isinf(rounded)):
            raise ScaleLost
        return rounded
    return scale


def usable(scale):
    """Integer codes need the reciprocal: a scale that has none in float32 is 0."""
    return F32(0) if np.isinf(F32(1) / F32(scale)) else F32(scale)


def integer_grid(scheme, x):
    if scheme.range == "mse":
        scale, zero_point = best_integer_grid(scheme, x)
        return stored(scheme, usable(scale)), zero_point
    low, high = limits(scheme, x)
    qmin, qmax = scheme.codes
    if scheme.symmetry == "sym":
        return stored(scheme, usable(max(abs(low), abs(high)) / F32(qmax))), 0
    if scheme.symmetry == "symfull":
        return stored(scheme, usable(max(high / F32(qmax), -low / F32(-qmin)))), 0
    low, high = min(low, F32(0)), max(high, F32(0))
    width = high - low
    scale = high / F32(qmax) - low / F32(qmax) if np.isinf(width) else width / F32(qmax)
    scale = stored(scheme, usable(scale))
    return scale, int(np.clip(np.rint(-low / scale), 0, qmax)) if scale > 0 else 0


def integer_unit(scheme, x):
    """Reconstruction, codes outside the range, scale, zero-point."""
    scale, zero_point = integer_grid(scheme, x)
    qmin, qmax = scheme.codes
    reciprocal = F32(1) / scale if scale > 0 else F32(0)
    before = np.rint(x * reciprocal).astype(np.float64) + zero_point
    steps = (np.clip(before, qmin, qmax) - zero_point).astype(F32)
    clipped = int(np.count_nonzero((before < qmin) | (before > qmax)))
    return steps, clipped, scale, zero_point


def log_steps(scheme, magnitude):
    return np.rint(scheme.per_octave * np.log2(np.asarray(magnitude, np.float64)))


def log_codes(scheme, scale, x):
    """How many steps below the largest level each value is (inf: code 0), and how many lie above it."""
    top = log_steps(scheme, scale)
    steps = np.where(x != 0, log_steps(scheme, np.abs(x)), -np.inf)
    below = np.maximum(top - steps, 0)
    below[below > (1 << (scheme.bits - 1)) - 2] = np.inf
    return below, int(np.count_nonzero(steps > top))


def log_values(scheme, scale, below, x):
    return np.copysign((np.float64(scale) * np.exp2(-below / scheme.per_octave)).astype(F32), x)


def log_level(scheme, step):
    return F32(np.exp2(min(step / scheme.per_octave, 127.5 if scheme.sqrt2 else 127.0)))


def log_grid(scheme, x):
    low, high = limits(scheme, x)
    limit = max(abs(low), abs(high))
    if limit == 0:
        return F32(0)
    step = log_steps(scheme, limit)
    if scheme.range == "mse":
        errors = []
        steps = log_steps(scheme, np.abs(x[x != 0]))
        candidates = np.arange(steps.max(), steps.min() - 1, -1)
        for candidate in candidates:
            level = log_level(scheme, candidate)
            quantized = log_values(scheme, level, log_codes(scheme, level, x)[0], x)
            errors.append(np.sum((x.astype(np.float64) - quantized) ** 2))
        step = candidates[int(np.argmin(errors))]
    return stored(scheme, log_level(scheme, step))


def small_float_unit(scheme, x):
    low, high = limits(scheme, x)
    largest = F32(1) if scheme.format == "nf4" else F32(SMALL_FLOATS[scheme.format][2])
    if scheme.range == "mse":
        scale = stored(scheme, usable(best_float_scale(scheme, x)))
    else:
        scale = stored(scheme, usable(max(abs(low), abs(high)) / largest))
    if scheme.format == "nf4":
        table = NF4.astype(np.float64)
        position = (x * (F32(1) / scale if scale != 0 else F32(0))).astype(np.float64)
        return NF4[np.searchsorted((table[1:] + table[:-1]) / 2, position, side="left")], 0, scale
    return *nearest_floats(scheme.format, scale, x), scale


def nearest_floats(name, scale, x):
    """Values of a small float format before they are scaled, and how many would be larger than its largest."""
    position = (x * (F32(1) / scale if scale != 0 else F32(0))).astype(np.float64)
    mantissa, lowest, largest = SMALL_FLOATS[name]
    exponent = np.frexp(np.clip(position, -1e30, 1e30))[1] - 1
    quantum = 2.0 ** (np.maximum(exponent, lowest) - mantissa)
    rounded = np.rint(position / quantum) * quantum
    clipped = int(np.count_nonzero(np.abs(rounded) > largest))
    return np.clip(rounded, -largest, largest).astype(F32), clipped


def float_magnitudes(name):
    mantissa, lowest, largest = SMALL_FLOATS[name]
    steps = 2**mantissa
    values = [m * 2.0 ** (lowest - mantissa) for m in range(steps)]
    while values[-1] < largest:
        octave = 2.0 ** (lowest + (len(values) - steps) // steps)
        values.append(octave * (1 + (len(values) % steps) / steps))
    return np.array(values, np.longdouble)


def best_float_scale(scheme, x):
    """The optimum over every interval of scales in which no value is rounded to another one."""
    magnitude = np.abs(x[x != 0].astype(np.longdouble))
    if magnitude.size == 0:
        return 0.0
    values = float_magnitudes(scheme.format)
    scales = (magnitude[:, None] / ((values[1:] + values[:-1]) / 2)).ravel()
    order = np.argsort(-scales, kind="stable")
    scales = scales[order]
    products = np.cumsum((magnitude[:, None] * (values[1:] - values[:-1])).ravel()[order])
    squares = np.cumsum(np.broadcast_to(values[1:] ** 2 - values[:-1] ** 2, (len(magnitude), len(values) - 1)).ravel()[order])
    best = np.clip(products / squares, np.append(scales[1:], 0), scales)
    errors = best**2 * squares - 2 * best * products
    # Beyond this every value that is not clipped is also one of half the scale.
    errors[best > 2 * magnitude.max() / values[-1]] = np.inf
    return float(best[np.argmin(errors)])


def block_unit(scheme, x):
    """Formats whose groups have scales of few bits."""
    largest = np.abs(x).max()
    if scheme.format == "nvfp4":
        whole = scheme.tensor_max / F32(448 * 6)
        full = F32(6) * whole
        if full == 0:
            scale = F32(0)
        else:
            wanted = np.clip(largest / full, F32(2.0**-9), F32(448)) if largest > 0 else F32(1)
            code = nearest_floats("fp8_e4m3", F32(1), np.array([wanted], F32))[0][0]
            scale = usable(code * whole)
    else:
        exponent = math.floor(math.log2(largest)) - scheme.top_exponent if largest > 0 else -127
        scale = F32(2.0 ** min(max(exponent, -127), 127))
    return *nearest_floats(scheme.element, scale, x), scale


# bitsandbytes' signed dynamic map.
def dynamic_map():
    values = [0.0, 1.0]
    for decade in range(7):
        edges = np.linspace(0.1, 1, 2**decade + 1)
        means = (edges[1:] + edges[:-1]) / 2 * 10.0 ** (decade - 6)
        values += [*means, *-means]
    return np.sort(np.array(values)).astype(F32)


def nested(scales):
    """What the scales of a tensor are read back as where they are nested (bitsandbytes' double quantization)."""
    table = dynamic_map()
    scales = np.array(scales, F32)
    mean = F32(np.sum(scales.astype(np.float64)) / len(scales))
    result = []
    for first in range(0, len(scales), 256):
        block = scales[first : first + 256] - mean
        largest = np.abs(block).max()
        position = block / largest if largest > 0 else block
        code = np.argmin(np.abs(position.astype(np.float64)[:, None] - table.astype(np.float64)), axis=1)
        result += list(table[code] * largest + mean)
    return result


def scaled_unit(scheme, x):
    """Reconstruction as a function of the stored scale, clipped weights, scale, zero-point."""
    if x.size == 0:
        return (lambda s: x), 0, F32(0), 0
    if scheme.family == "block":
        values, clipped, scale = block_unit(scheme, x)
        return (lambda s: s * values), clipped, scale, 0
    if scheme.family == "int":
        steps, clipped, scale, zero_point = integer_unit(scheme, x)
        value = lambda s: s * steps
    elif scheme.family == "small":
        values, clipped, scale = small_float_unit(scheme, x)
        zero_point = 0
        value = lambda s: s * values
    else:
        scale, zero_point = log_grid(scheme, x), 0
        if scale == 0:
            return (lambda s: np.zeros_like(x)), 0, scale, 0
        below, clipped = log_codes(scheme, scale, x)
        value = lambda s: log_values(scheme, s, below, x)
    quantized = value(scale)
    if scheme.gamma and np.any(quantized):
        gamma = math.sqrt(math.fsum(x.astype(np.float64) ** 2) / math.fsum(quantized.astype(np.float64) ** 2))
        scale = stored(scheme, F32(gamma * np.float64(scale)))
    return value, clipped, scale, zero_point


# --- codebooks ---


def kmeans_centres(x, levels):
    """The exact optimum by dynamic programming over all runs of distinct values."""
    value, count = np.unique(x.astype(np.longdouble), return_counts=True)
    n = len(value)
    if n <= levels:
        return value
    total = np.concatenate([[0], np.cumsum(value * count)])
    squares = np.concatenate([[0], np.cumsum(value**2 * count)])
    members = np.concatenate([[0], np.cumsum(count)]).astype(np.longdouble)
    start, end = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    with np.errstate(all="ignore"):
        cost = squares[end] - squares[start] - (total[end] - total[start]) ** 2 / (members[end] - members[start])
    cost = np.where(start < end, np.maximum(cost, 0), np.inf)
    least = np.concatenate([[0], np.full(n, np.inf)])
    origins = []
    for _ in range(levels):
        sums = least[:, None] + cost
        origins.append(np.argmin(sums, axis=0))
        least = np.min(sums, axis=0)
    bounds = [n]
    for origin in reversed(origins):
        bounds.append(int(origin[bounds[-1]]))
    bounds = bounds[::-1]
    return np.array([(total[b] - total[a]) / (members[b] - members[a]) for a, b in zip(bounds, bounds[1:])])


def codebook(centres):
    """Levels as stored: float16, or bfloat16 where float16 cannot hold the table."""
    narrow = centres.astype(F32).astype(np.float16).astype(F32)
    if np.any(np.isinf(narrow)) or (np.any(centres) and not np.any(narrow)):
        largest = bf16_to_f32(np.array([0x7F7F], np.uint16))[0]
        narrow = np.clip(bf16_to_f32(f32_to_bf16(centres.astype(F32))), -largest, largest)
    return np.unique(narrow)


def kmeans_unit(scheme, x):
    if x.size == 0:
        return x
    levels = codebook(kmeans_centres(x, 1 << scheme.bits)).astype(np.float64)
    middles = (levels[1:] + levels[:-1]) / 2
    return levels[np.searchsorted(middles, x.astype(np.float64), side="left")].astype(F32)


# --- formats without a scale of ours ---


def float_tensor(scheme, x):
    if scheme.format == "fp32":
        return x, 0
    if scheme.format == "fp16":
        rounded, largest = x.astype(np.float16).astype(F32), F32(65504)
    else:
        rounded = bf16_to_f32(f32_to_bf16(x))
        largest = bf16_to_f32(np.array([0x7F7F], np.uint16))[0]
    overflow = np.isinf(rounded)
    return np.where(overflow, np.copysign(largest, x), rounded), int(np.count_nonzero(overflow))


def half(values):
    return values.astype(np.float16).astype(F32)


def ggml_tensor(scheme, x):
    """ggml's reference quantizers without importance weights."""
    if x.shape[1] % 32:
        raise Refused
    x = x.reshape(-1, 32)
    top = {"q4_0": 15, "q4_1": 15, "q5_0": 31, "q5_1": 31, "q8_0": 127}[scheme.format]
    low = np.zeros((len(x), 1), F32)
    if scheme.format in ("q4_0", "q5_0"):
        centre = (top + 1) // 2
        largest = np.take_along_axis(x, np.argmax(np.abs(x), axis=1)[:, None], axis=1)
        scale = largest / F32(-centre)
    elif scheme.format == "q8_0":
        centre = 0
        scale = np.abs(x).max(axis=1, keepdims=True) / F32(127)
    else:
        centre = 0
        low = x.min(axis=1, keepdims=True)
        scale = (x.max(axis=1, keepdims=True) - low) / F32(top)
    reciprocal = np.where(scale != 0, F32(1) / scale, F32(0)).astype(F32)
    position = (x - low) * reciprocal
    if scheme.format == "q8_0":
        codes = np.trunc(position) + np.where(np.abs(position - np.trunc(position)) >= 0.5, np.sign(position), 0)
        before = codes
    else:
        offset = F32(0.5) + F32(centre)
        before = np.trunc(position + offset)
        codes = np.minimum(before, top)
    # Infinite reciprocals and NaN: the conversion to integer leaves 0.
    codes = np.where(np.isinf(reciprocal) | np.isnan(before), 0, codes)
    clipped = int(np.count_nonzero((before > codes) & ~np.isinf(reciprocal)))
    if np.any(np.isinf(half(scale))) or np.any(np.isinf(half(low))):
        raise Refused
    quantized = (codes - centre).astype(F32) * half(scale)
    if scheme.format in ("q4_1", "q5_1"):
        quantized = quantized + half(low)
    return quantized, clipped


# --- one tensor ---


def matrix(x):
    return x.reshape(x.shape[0], -1) if x.ndim >= 2 else x.reshape(1, -1)


def units(scheme, rows):
    """The flat index ranges that share a scale."""
    channels, inputs = rows.shape
    if rows.size == 0:
        return []
    if scheme.granularity == "tensor":
        return [slice(0, rows.size)]
    size = scheme.group or inputs
    return [
        slice(row * inputs + first, row * inputs + min(first + size, inputs))
        for row in range(channels)
        for first in range(0, inputs, size)
    ]


def stored_bits(scheme, rows, kind):
    channels, inputs = rows.shape
    if scheme.family in ("int", "log", "kmeans", "small", "block"):
        count = len(units(scheme, rows))
        if scheme.family == "kmeans":
            return rows.size * scheme.bits + count * 16 * 2**scheme.bits
        if scheme.family == "block":
            return rows.size * scheme.bits + count * 8 + (32 if scheme.format == "nvfp4" and count else 0)
        if scheme.storage == "dq":
            return rows.size * scheme.bits + count * 8 + (-(-count // 256) * 32 + 32 if count else 0)
        side = (16 if scheme.storage == "s16" else 32) + (scheme.bits if scheme.symmetry == "asym" else 0)
        return rows.size * scheme.bits + count * side
    if scheme.format == "keep":
        return rows.size * {"F64": 64, "F32": 32, "F16": 16, "BF16": 16}[kind]
    if scheme.format in ("fp16", "bf16", "fp32"):
        return rows.size * (32 if scheme.format == "fp32" else 16)
    return rows.size // 32 * {"q4_0": 18, "q4_1": 20, "q5_0": 22, "q5_1": 24, "q8_0": 34}[scheme.format] * 8


def quantize(scheme, rows):
    """Reconstruction (flat), clipped weights, scales, zero-points."""
    x = rows.reshape(-1)
    finite = np.isfinite(x)
    quantized = np.zeros_like(x)
    clipped, scales, zero_points = 0, [], []
    scheme.tensor_max = np.abs(x[finite]).max(initial=F32(0))
    reconstructions = []
    if scheme.family in ("int", "log", "kmeans", "small", "block"):
        for unit in units(scheme, rows):
            used = np.arange(unit.start, unit.stop)[finite[unit]]
            if scheme.family == "kmeans":
                quantized[used] = kmeans_unit(scheme, x[used])
                continue
            value, outside, scale, zero_point = scaled_unit(scheme, x[used])
            reconstructions.append((used, value))
            clipped += outside
            scales.append(scale)
            zero_points.append(zero_point)
        if scheme.storage == "dq" and scales:
            scales = nested(scales)
        for (used, value), scale in zip(reconstructions, scales):
            quantized[used] = value(scale)
    elif scheme.format == "keep":
        quantized = x.copy()
    elif scheme.format in ("fp16", "bf16", "fp32"):
        quantized[finite], clipped = float_tensor(scheme, x[finite])
    else:
        blocks, clipped = ggml_tensor(scheme, np.where(finite, x, F32(0)).reshape(rows.shape))
        quantized = blocks.reshape(-1)
    return quantized, clipped, scales, zero_points


def weighted_rel_error(rows, quantized, importance):
    x, q = rows.reshape(-1).astype(np.float64), quantized.astype(np.float64)
    weights = np.tile(np.array(importance, F32).astype(np.float64), rows.shape[0])
    finite = np.isfinite(x)
    x, q, weights = x[finite], q[finite], weights[finite]
    power = math.fsum(weights * x * x)
    return math.sqrt(math.fsum(weights * (x - q) ** 2) / power) if power else None


def measure(text, kind, tensor, importance):
    scheme = Scheme(text)
    rows = matrix(tensor)
    result = {"scheme": text}
    try:
        quantized, clipped, scales, zero_points = quantize(scheme, rows)
    except Refused:
        return {**result, "refused": True}
    except ScaleLost:
        scheme.storage = "s32"
        quantized, clipped, scales, zero_points = quantize(scheme, rows)
    finite = np.isfinite(rows.reshape(-1))
    x = rows.reshape(-1)[finite].astype(np.float64)
    q = quantized[finite].astype(np.float64)
    bits = stored_bits(scheme, rows, kind)
    error, power = math.fsum((x - q) ** 2), math.fsum(x * x)
    quantized_power, product = math.fsum(q * q), math.fsum(x * q)
    if importance is not None:
        result["weighted_rel_error"] = weighted_rel_error(rows, quantized, importance)
    result["bits_per_weight"] = bits / rows.size if rows.size else 0.0
    result["bytes"] = -(-bits // 8)
    result["mse"] = error / len(x) if len(x) else 0.0
    result["rel_error"] = math.sqrt(error / power) if power else None
    result["sqnr_db"] = 10 * math.log10(power / error) if power and error else None
    result["max_abs_error"] = float(np.max(np.abs(x - q), initial=0.0))
    norms = math.sqrt(power) * math.sqrt(quantized_power)
    result["cosine"] = product / norms if norms else None
    result["clipped"] = clipped / len(x) if len(x) else 0.0
    if scheme.granularity == "tensor" and scales:
        result["scale"] = float(scales[0])
        if scheme.symmetry == "asym":
            result["zero_point"] = zero_points[0]
    return result


def main():
    arguments = sys.argv[1:]
    importance = {}
    if arguments[:1] == ["--importance"] and len(arguments) > 1:
        with open(arguments[1], encoding="utf-8") as file:
            importance = json.load(file)
        arguments = arguments[2:]
    if len(arguments) < 2:
        sys.exit(__doc__)
    tensors = []
    for name, (kind, tensor) in read_safetensors(arguments[0]).items():
        results = [measure(text, kind, tensor, importance.get(name)) for text in arguments[1:]]
        tensors.append({"name": name, "elements": tensor.size, "results": results})
    print(json.dumps({"tensors": tensors}))


if __name__ == "__main__":
    main()
