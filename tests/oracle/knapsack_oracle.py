#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Solves multiple-choice knapsack problems as integer programs, by CBC or GLPK (Debian's coinor-cbc, glpk-utils).

knapsack_oracle.py SOLVER PROBLEMS.json, where SOLVER is cbc or glpsol and PROBLEMS.json is
{"problems": [{"classes": [[[weight, value], ...], ...], "capacity": number}, ...]} with whole-number weights.
Prints {"values": [the least value, or null where nothing fits, ...]}, each summed exactly from the choice that the
solver made, after that was checked to be a choice and to fit.
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile
from fractions import Fraction


def program(problem, scale):
    """The integer program in CPLEX LP form. Values are scaled so that tolerances do not decide."""
    lines = ["Minimize", " obj:"]
    for i, options in enumerate(problem["classes"]):
        lines += [f"  + {value * scale!r} x{i}_{j}" for j, (_, value) in enumerate(options)]
    lines += ["Subject To", " room:"]
    for i, options in enumerate(problem["classes"]):
        lines += [f"  + {int(weight)} x{i}_{j}" for j, (weight, _) in enumerate(options)]
    lines.append(f"  <= {math.floor(problem['capacity'])}")
    for i, options in enumerate(problem["classes"]):
        lines.append(f" one{i}: " + " + ".join(f"x{i}_{j}" for j in range(len(options))) + " = 1")
    lines.append("Binary")
    for i, options in enumerate(problem["classes"]):
        lines += [f" x{i}_{j}" for j in range(len(options))]
    return "\n".join(lines + ["End", ""])


def run_cbc(model, out):
    subprocess.run(["cbc", str(model), "ratioGap", "0", "allowableGap", "0", "sec", "300", "solve", "solution", str(out)],
                   check=True, capture_output=True)
    lines = out.read_text().splitlines()
    if "infeasible" in lines[0].lower():
        return None
    if not lines[0].startswith("Optimal"):
        raise SystemExit(f"cbc: {lines[0]}")
    return {name: float(value) for _, name, value, *_ in map(str.split, lines[1:])}


def run_glpsol(model, out):
    done = subprocess.run(["glpsol", "--lp", str(model), "--write", str(out)], check=True, capture_output=True, text=True)
    if "NO PRIMAL FEASIBLE SOLUTION" in done.stdout or "NO INTEGER FEASIBLE SOLUTION" in done.stdout:
        return None
    if "INTEGER OPTIMAL SOLUTION FOUND" not in done.stdout:
        raise SystemExit(f"glpsol: {done.stdout[-400:]}")
    # Columns are numbered in the order in which the program names them first: that of the objective.
    names = [line.split()[-1] for line in model.read_text().splitlines() if line.startswith("  + ")]
    names = list(dict.fromkeys(names))
    columns = [line.split() for line in out.read_text().splitlines() if line.startswith("j ")]
    return {names[int(number) - 1]: float(value) for _, number, value in columns}


def exact_value(problem, chosen):
    weight = 0
    value = Fraction(0)
    for i, options in enumerate(problem["classes"]):
        taken = [j for j in range(len(options)) if round(chosen.get(f"x{i}_{j}", 0)) == 1]
        if len(taken) != 1:
            raise SystemExit(f"class {i}: {len(taken)} options were taken")
        weight += int(options[taken[0]][0])
        value += Fraction(options[taken[0]][1])
    if weight > problem["capacity"]:
        raise SystemExit(f"the choice weighs {weight}, more than {problem['capacity']}")
    return float(value)


def main():
    solve = {"cbc": run_cbc, "glpsol": run_glpsol}[sys.argv[1]]
    values = []
    with tempfile.TemporaryDirectory() as folder:
        model, out = pathlib.Path(folder, "model.lp"), pathlib.Path(folder, "solution.txt")
        for problem in json.loads(pathlib.Path(sys.argv[2]).read_text())["problems"]:
            largest = max(value for options in problem["classes"] for _, value in options)
            model.write_text(program(problem, 1e6 / largest if largest > 0 else 1))
            chosen = solve(model, out)
            values.append(None if chosen is None else exact_value(problem, chosen))
    print(json.dumps({"values": values}))


main()
