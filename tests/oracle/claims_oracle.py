#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of `halfstep-cli claims`, computed with NumPy.

    claims_oracle.py MODEL.safetensors

prints {CLAIM: {FIGURE: value}} for the figures that can be worked out another way. Toy weights are drawn anew
with Python's own quantiles of the normal distribution, the model is read by its own code, and everything is
quantized here, from the definitions of the schemes: float32 arithmetic, each operation rounded. Scales of least
squared error are searched for with prefix sums over the sorted weights.
"""

import json
import math
import statistics
import struct
import sys

import numpy as np

F32 = np.float32
U64 = np.uint64
TOY = ["gaussian", "laplace", "student", "uniform", "half_normal", "relu"]
# bitsandbytes' table.
NF4 = np.array(
    [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635]
    + [-0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725]
    + [0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941]
    + [0.7229568362236023, 1.0]
)
FP4 = np.array([-6, -4, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 6], float)


# --- weights ---


def mixed(z):
    z = (z ^ (z >> U64(30))) * U64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U64(27))) * U64(0x94D049BB133111EB)
    return z ^ (z >> U64(31))


def draws(seed, count, number):
    """Draw `number` of each of `count` values, in (0, 1)."""
    place = np.arange(count, dtype=U64) * U64(4) + U64(1 + number)
    with np.errstate(over="ignore"):
        bits = mixed(mixed(np.array([seed], U64)) + place * U64(0x9E3779B97F4A7C15))
    return ((bits >> U64(11)).astype(float) + 0.5) * 2.0**-53


def toy(name, count, seed):
    quantile = statistics.NormalDist().inv_cdf
    u = draws(seed, count, 0)
    if name == "uniform":
        return ((2 * u - 1) * math.sqrt(3)).astype(F32)
    if name == "laplace":
        return (np.where(u < 0.5, 1, -1) * np.log(2 * np.minimum(u, 1 - u)) / math.sqrt(2)).astype(F32)
    normal = np.array([quantile(p) for p in u])
    if name == "student":
        chi = -2 * (np.log(draws(seed, count, 1)) + np.log(draws(seed, count, 2)))
        return (normal / np.sqrt(chi / 4) / math.sqrt(2)).astype(F32)
    return (np.maximum(normal, 0) if name == "relu" else normal).astype(F32)


def toy_matrix(name):
    return toy(name, 512 * 512, 1 + TOY.index(name)).reshape(512, 512)


def read_model(path):
    """The matrices of a bfloat16 model, in the order of its data, and how many weights are no matrices."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    matrices, others = [], 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, end = entry["data_offsets"]
        assert entry["dtype"] == "BF16", name
        raw = np.frombuffer(data[8 + length + first : 8 + length + end], "<u2")
        values = (raw.astype(np.uint32) << 16).view(F32).reshape(entry["shape"])
        if values.ndim == 2:
            matrices.append(values)
        else:
            others += values.size
    return matrices, others


# --- quantizers: one scale for each row of x ---


def half(scale):
    return scale.astype(np.float16).astype(F32)


def groups(x, size):
    return x.reshape(-1, size)


def symmetric(x, bits, limit=None, stored=lambda scale: scale, full=False):
    """x̂ and the scales, by minimum and maximum."""
    qmax = F32(2 ** (bits - 1) - 1)
    if full:
        scale = np.maximum(x.max(1, keepdims=True) / qmax, -x.min(1, keepdims=True) / (qmax + F32(1)))
    else:
        scale = (np.abs(x).max(1, keepdims=True) if limit is None else limit) / qmax
    scale = stored(scale)
    codes = np.clip(np.rint(x * (F32(1) / scale)), -qmax - (1 if full else 0), qmax)
    return codes * scale, scale, codes


def asymmetric(x, bits, widen=1):
    low = np.minimum(x.min(1, keepdims=True), F32(0)) * F32(widen)
    high = np.maximum(x.max(1, keepdims=True), F32(0)) * F32(widen)
    top = F32(2**bits - 1)
    scale = (high - low) / top
    zero = np.clip(np.rint(-low / scale), 0, top)
    codes = np.clip(np.rint(x * (F32(1) / scale)) + zero, 0, top)
    return (codes - zero) * scale, scale


def table(x, levels):
    """Nearest of a table of levels whose largest is the largest weight; s = max|x|/largest."""
    scale = np.abs(x).max(1, keepdims=True) / F32(levels[-1])
    position = (x * (F32(1) / scale)).astype(float)
    middles = (levels[1:] + levels[:-1]) / 2
    return levels[np.searchsorted(middles, position)].astype(F32) * scale


def squared(x, y):
    return float(np.sum((x.astype(float) - y.astype(float)) ** 2))


def flat(x):
    return x.reshape(1, -1)


def total(matrices, error):
    return sum(error(x) for x in matrices)


# --- scales of least squared error ---


class Sorted:
    def __init__(self, x):
        values = np.sort(x.reshape(-1).astype(float))
        self.values = values
        self.sums = np.concatenate([[0], np.cumsum(values)])
        self.squares = float(np.sum(values**2))
        self.largest = float(np.abs(values).max())

    def error(self, scale, low, high):
        """Σ(x − x̂)² with codes low..high."""
        codes = np.arange(low, high + 1)
        cuts = np.searchsorted(self.values, (codes[1:] - 0.5) * scale)
        places = np.concatenate([[0], cuts, [len(self.values)]])
        levels = codes * scale
        counts = np.diff(places)
        sums = np.diff(self.sums[places])
        return self.squares - 2 * float(levels @ sums) + float(levels**2 @ counts)

    def least(self, low, high):
        """The least error over all scales: a scan, and finer ones around its best places."""
        step = 1.02
        largest = 2.2 * self.largest / max(-low, high)
        scales = largest * step ** -np.arange(240.0)
        errors = np.array([self.error(s, low, high) for s in scales])
        best = math.inf
        for place in np.argsort(errors)[:4]:
            centre, width = scales[place], step
            for _ in range(6):
                around = centre * width ** np.linspace(-1, 1, 25)
                found = [self.error(s, low, high) for s in around]
                centre, width = around[int(np.argmin(found))], width ** (1 / 8)
                best = min(best, min(found))
        return best

    def least_asymmetric(self, bits):
        top = 2**bits - 1
        middle = round(top * -self.values[0] / (self.values[-1] - self.values[0]))
        zeros = range(top + 1) if bits <= 4 else range(middle - 12, middle + 13)
        # Zero points are tried coarsely first.
        scales = (self.values[-1] - self.values[0]) / top * 1.05 ** -np.arange(-8.0, 50)
        rough = {z: min(self.error(s, -z, top - z) for s in scales) for z in zeros}
        return min(self.least(-z, top - z) for z in sorted(rough, key=rough.get)[:3])


# --- claims ---


def rounding_error(weights):
    figures = {}
    for bits in range(2, 9):
        worst = 0.0
        for name in ("gaussian", "laplace", "uniform", "sample"):
            for x in weights[name]:
                y, scale, _ = symmetric(flat(x), bits)
                worst = max(worst, float(np.abs(flat(x).astype(float) - y).max()) / (float(scale) / 2))
        figures[f"largest error in half steps, int{bits}"] = worst
    x = flat(weights["gaussian"][0])
    limit = F32(np.percentile(np.abs(x).astype(float), 99))
    y, scale, _ = symmetric(x, 4, limit)
    steps = np.abs(x.astype(float) - y) / (float(scale) / 2)
    clipped = np.abs(np.rint(x * (F32(1) / scale))) > 7
    figures["largest error in half steps, int4:tensor:pct99, inside the range"] = float(steps[~clipped].max())
    figures["largest error in half steps, int4:tensor:pct99, beyond the range"] = float(steps[clipped].max())
    return figures


def optimal_scale(weights):
    figures = {}
    for name in ("gaussian", "uniform", "sample"):
        for bits in (2, 3, 4, 8):
            least = total(weights[name], lambda x: Sorted(x).least_asymmetric(bits))
            for title, widen in (("claimed", 2), ("min-max", 1)):
                error = total(weights[name], lambda x: squared(flat(x), asymmetric(flat(x), bits, widen)[0]))
                figures[f"{title} scale: squared error over the least, {bits} bits, {name}"] = error / least
    return figures


def powers_of_two(x, levels):
    """Rounded in the logarithm, one largest power a row; below the last of `levels` powers 0."""
    exponent = np.rint(np.log2(np.abs(x).astype(float)))
    top = np.rint(np.log2(np.abs(x).max(1, keepdims=True).astype(float)))
    exponent = np.minimum(exponent, top)
    lost = np.log2(np.abs(x).astype(float)) < top - levels + 0.5
    return np.where(lost, 0, np.sign(x) * 2.0**exponent)


def log_error(weights):
    octave = (1 + np.arange(65536) / 65536).astype(F32)
    relative = powers_of_two(flat(octave), 127) / octave - 1
    figures = {
        "largest relative error downwards, one octave": float(-relative.min()),
        "largest relative error upwards, one octave": float(relative.max()),
    }
    for name in ("gaussian", "sample"):
        worst, beyond, lost, count = 0.0, 0, 0, 0
        for x in weights[name]:
            used = x[x != 0].astype(float)
            relative = np.abs(powers_of_two(flat(used), 127)[0] / used - 1)
            worst = max(worst, float(relative.max()))
            beyond += int(np.count_nonzero(relative > 1 - 1 / math.sqrt(2)))
            with np.errstate(divide="ignore"):
                lost += int(np.count_nonzero((powers_of_two(x, 7) == 0) & (x != 0)))
            count += used.size
        figures[f"largest relative error, {name}"] = worst
        figures[f"share of weights above 0.293, {name}"] = beyond / count
        figures[f"share of weights that become 0, log4:channel, {name}"] = lost / count
    return figures


def layer_inputs(width):
    normal = toy("gaussian", 64 * width, 71).reshape(64, width)
    follows = normal.copy()
    for i in range(1, width):
        follows[:, i] = (0.95 * follows[:, i - 1].astype(float) + math.sqrt(1 - 0.95**2) * normal[:, i]).astype(F32)
    return {"independent": normal, "correlated": follows, "positive": np.maximum(normal, 0)}


def second_moment(weights):
    figures = {}
    inputs = layer_inputs(512)
    for name in ("gaussian", "laplace", "sample"):
        x = next(x for x in weights[name] if x.shape[1] == max(w.shape[1] for w in weights[name]))
        power = np.sum(x.astype(float) ** 2, 1, keepdims=True)
        for bits in (2, 3, 4):
            y, scale, codes = symmetric(x, bits)
            gamma = np.sqrt(power / np.sum(y.astype(float) ** 2, 1, keepdims=True))
            rescaled = codes * (gamma * scale).astype(F32)
            where = f"int{bits}, {name}"
            moment = [float(np.sum(v.astype(float) ** 2) / np.sum(power)) for v in (y, rescaled)]
            figures[f"second moment over the weights' own, {where}"] = moment[0]
            figures[f"the same with γ, {where}"] = moment[1]
            figures[f"squared weight error with γ over without, {where}"] = squared(x, rescaled) / squared(x, y)
            for kind, vectors in inputs.items():
                moved = [vectors.astype(float) @ (x.astype(float) - v).T for v in (rescaled, y)]
                ratio = float(np.sum(moved[0] ** 2) / np.sum(moved[1] ** 2))
                figures[f"squared output error with γ over without, {kind} inputs, {where}"] = ratio
    return figures


STORAGE = {
    "one scale a tensor": (0, 32, False),
    "one a channel": (1, 32, False),
    "one a group of 128": (128, 16, False),
    "one a group of 64": (64, 16, False),
    "one a group of 32": (32, 16, False),
    "one a group of 32, asymmetric": (32, 16, True),
}


def stored(x, bits, size, scale_bits, zero_points):
    units = {0: 1, 1: x.shape[0]}.get(size) or x.shape[0] * -(-x.shape[1] // size)
    return x.size * bits + units * (scale_bits + (bits if zero_points else 0))


def size(weights, others):
    figures = {}
    for name in ("gaussian", "sample"):
        kept = others if name == "sample" else 0
        count = sum(x.size for x in weights[name]) + kept
        for bits in (8, 4):
            for storage, layout in STORAGE.items():
                used = sum(stored(x, bits, *layout) for x in weights[name]) + 16 * kept
                where = f"int{bits}, {storage}, {name}"
                figures[f"times smaller than float32, {where}"] = 32 * count / used
                if name == "sample":
                    figures[f"times smaller than its file, {where}"] = 16 * count / used
    return figures


def scheme_cost(x, scheme):
    """Bytes and squared relative error of one matrix."""
    power = float(np.sum(x.astype(float) ** 2))
    if scheme in ("fp32", "bf16"):
        return x.size * (4 if scheme == "fp32" else 2), 0.0
    if scheme == "int8":
        return math.ceil(stored(x, 8, 1, 32, False) / 8), squared(x, symmetric(x, 8)[0]) / power
    bits, group = int(scheme[3]), int(scheme.split(":g")[1])
    x = groups(x, group)
    used = x.size * bits + x.shape[0] * 16
    return math.ceil(used / 8), squared(x, symmetric(x, bits, stored=half)[0]) / power


def best_of_two(matrices, few, many, budget):
    """Exact: of the matrices of one size, those that lose least change first; every count of each size is tried."""
    sizes = {}
    for x in matrices:
        few_cost, many_cost = scheme_cost(x, few), scheme_cost(x, many)
        sizes.setdefault((few_cost[0], many_cost[0], x.size), []).append((few_cost[1] - many_cost[1], many_cost[1]))
    states = [(0, 0.0, 0)]  # bytes, loss, weights in `few`
    for (few_bytes, many_bytes, elements), losses in sizes.items():
        losses.sort()
        base = sum(loss for _, loss in losses)
        options = [
            (k * few_bytes + (len(losses) - k) * many_bytes, base + sum(more for more, _ in losses[:k]), k * elements)
            for k in range(len(losses) + 1)
        ]
        states = [(a + b, c + d, e + f) for a, c, e in states for b, d, f in options]
    return min((state for state in states if state[0] <= budget), key=lambda state: state[1])


def size_reduction(weights, others):
    matrices = weights["sample"]
    elements = sum(x.size for x in matrices)
    count = elements + others
    figures = {}
    for scheme in ("int8", "int4:g64"):
        used = sum(scheme_cost(x, scheme)[0] for x in matrices) + 2 * others
        for start, bits in (("float32", 32), ("16 bits", 16)):
            figures[f"{scheme} for all: reduction from {start}"] = 100 * (1 - used * 8 / (count * bits))
    mixtures = [("int8", "fp32", "float32"), ("int8", "bf16", "float32"), ("int4:g64", "fp32", "float32")]
    for few, many, start in mixtures + [("int4:g64", "int8", "16 bits")]:
        bits = 32 if start == "float32" else 16
        budget = math.floor((1 - 0.68) * count * bits / 8) - 2 * others
        used, loss, in_few = best_of_two(matrices, few, many, budget)
        where = f"{few} and {many}, from {start}"
        figures[f"reduction of the best plan for 68 %, {where}"] = 100 * (1 - (used + 2 * others) * 8 / (count * bits))
        figures[f"share of weights in {few}, {where}"] = 100 * in_few / elements
        figures[f"relative error, {where}"] = 100 * math.sqrt(loss / len(matrices))
    return figures


def mixed_precision(weights):
    """Exact, by dynamic programming over the bits of the codes, in units of the smallest matrix."""
    matrices = weights["sample"]
    unit = math.gcd(*[x.size for x in matrices])
    losses = [[scheme_cost(x, f"int{bits}:g64")[1] for bits in range(2, 9)] for x in matrices]
    sizes = [x.size // unit for x in matrices]
    most = 8 * sum(sizes)
    least = np.full(most + 1, np.inf)
    least[0] = 0
    for count, options in zip(sizes, losses):
        after = np.full(most + 1, np.inf)
        for bits, loss in zip(range(2, 9), options):
            step = bits * count
            after[step:] = np.minimum(after[step:], least[: most + 1 - step] + loss)
        least = after
    figures = {}
    for i, bits in enumerate(range(2, 9)):
        uniform = sum(options[i] for options in losses)
        best = float(least[: bits * sum(sizes) + 1].min())
        name = f"loss of int{bits}:g64 for all over the best mixture's, {bits + 0.25:.3f} bits a weight, sample"
        figures[name] = uniform / best
    return figures


def normal_float(weights):
    figures = {}
    for name in ("gaussian", "laplace", "student", "uniform", "sample"):
        error = {"nf4": 0.0, "int4:g64:s32": 0.0, "int4:symfull:g64:s32": 0.0, "fp4_e2m1:g64:s32": 0.0}
        for matrix in weights[name]:
            x = groups(matrix, 64)
            error["nf4"] += squared(x, table(x, NF4))
            error["int4:g64:s32"] += squared(x, symmetric(x, 4)[0])
            error["int4:symfull:g64:s32"] += squared(x, symmetric(x, 4, full=True)[0])
            error["fp4_e2m1:g64:s32"] += squared(x, table(x, FP4))
        figures[f"bits a weight, {name}"] = 4.5
        for scheme in list(error)[1:]:
            figures[f"squared error of {scheme} over nf4's, {name}"] = error[scheme] / error["nf4"]
    return figures


def group_size(weights):
    figures = {}
    for name in ("gaussian", "laplace", "student", "sample"):
        for bits in (2, 3, 4):
            error = {}
            for label, width, size in (("32", bits, 32), ("128", bits, 128), ("more", bits + 1, 128)):
                error[label] = total(
                    weights[name],
                    lambda x: squared(groups(x, size), symmetric(groups(x, size), width, stored=half)[0]),
                )
            where = f"int{bits}, {name}"
            figures[f"squared error of groups of 128 over 32's, {where}"] = error["128"] / error["32"]
            # 0.5 − 0.125 bits a weight for scales, of rows that take one bit more.
            equal = (1 - 0.375) * error["128"] + 0.375 * error["more"]
            figures[f"the same at equal bits, {where}"] = equal / error["32"]
    return figures


def decibels(weights):
    figures = {}
    for name in ("uniform", "gaussian", "laplace", "student", "sample"):
        power = total(weights[name], lambda x: float(np.sum(x.astype(float) ** 2)))
        by_range = {
            "min-max": [
                total(weights[name], lambda x: squared(flat(x), asymmetric(flat(x), bits)[0])) for bits in range(2, 11)
            ],
            "least error": [
                total(weights[name], lambda x: Sorted(x).least(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))
                for bits in range(2, 9)
            ],
        }
        for title, errors in by_range.items():
            sqnr = [10 * math.log10(power / error) for error in errors]
            for i in range(1, len(sqnr)):
                figures[f"gain from {i + 1} to {i + 2} bits, {title}, {name}"] = sqnr[i] - sqnr[i - 1]
    return figures


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    matrices, others = read_model(sys.argv[1])
    weights = {name: [toy_matrix(name)] for name in TOY[:4]}
    weights["sample"] = matrices
    figures = {
        "rounding-error": rounding_error(weights),
        "optimal-scale": optimal_scale(weights),
        "log2-error": log_error(weights),
        "second-moment": second_moment(weights),
        "size": size(weights, others),
        "size-reduction": size_reduction(weights, others),
        "mixed-precision": mixed_precision(weights),
        "nf4": normal_float(weights),
        "group-size": group_size(weights),
        "decibels-per-bit": decibels(weights),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
