#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dense network with ReLU between its layers: network_oracle.py NETWORK.json, where the file holds {"loss":
"cross_entropy" or "mean_squared_error", "layers": [{"weights", "biases"}], "inputs", "targets"}. Prints {"outputs", "loss",
"gradients": as "layers"} in float64: by PyTorch's automatic differentiation, or, where there is no PyTorch, by central
differences."""

import json
import sys

import numpy as np

with open(sys.argv[1]) as file:
    network = json.load(file)
parameters = [np.array(layer[part], np.float64) for layer in network["layers"] for part in ("weights", "biases")]
inputs, targets = (np.array(network[part], np.float64) for part in ("inputs", "targets"))


def by_torch():
    import torch

    values = [torch.tensor(parameter, requires_grad=True) for parameter in parameters]
    outputs = torch.tensor(inputs)
    for i in range(0, len(values), 2):
        outputs = torch.nn.functional.linear(torch.relu(outputs) if i else outputs, values[i], values[i + 1])
    wanted = torch.tensor(targets)
    loss = getattr(torch.nn.functional, {"cross_entropy": "cross_entropy", "mean_squared_error": "mse_loss"}[network["loss"]])
    value = loss(outputs, wanted)
    value.backward()
    return outputs.detach().numpy(), value.item(), [parameter.grad.numpy() for parameter in values]


def outputs_of(values):
    outputs = inputs
    for i in range(0, len(values), 2):
        outputs = (np.maximum(outputs, 0) if i else outputs) @ values[i].T + values[i + 1]
    return outputs


def loss_of(values):
    outputs = outputs_of(values)
    if network["loss"] == "mean_squared_error":
        return ((outputs - targets) ** 2).mean()
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    return -(targets * (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))).sum(axis=1).mean()


def by_differences():
    gradients = []
    for parameter in parameters:
        gradient = np.zeros_like(parameter)
        for place in np.ndindex(parameter.shape):
            kept, sides = parameter[place], []
            for step in (1e-6, -1e-6):
                parameter[place] = kept + step
                sides.append(loss_of(parameters))
            parameter[place] = kept
            gradient[place] = (sides[0] - sides[1]) / 2e-6
        gradients.append(gradient)
    return outputs_of(parameters), loss_of(parameters), gradients


try:
    outputs, loss, gradients = by_torch()
    by = "PyTorch"
except ImportError:
    outputs, loss, gradients = by_differences()
    by = "NumPy"
json.dump({
    "by": by,
    "outputs": outputs.tolist(),
    "loss": loss,
    "gradients": [{"weights": gradients[i].tolist(), "biases": gradients[i + 1].tolist()} for i in range(0, len(gradients), 2)],
}, sys.stdout)
