# SPDX-License-Identifier: GPL-3.0-or-later
"""The Llama architecture (Touvron et al. 2023) in PyTorch, with Hugging Face's parameter names and conventions."""
import torch
from torch import nn
from torch.nn import functional as F


class RmsNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def rotation_angles(config, length):
    """[length, head_dim]: position times frequency, both halves of a head the same (Su et al. 2021)."""
    half = torch.arange(0, config["head_dim"], 2, dtype=torch.float32) / config["head_dim"]
    angles = torch.outer(torch.arange(length, dtype=torch.float32), config["rope_theta"] ** -half)
    return torch.cat((angles, angles), dim=-1)


def rotated(x, angles):
    first, second = x.chunk(2, dim=-1)
    return x * angles.cos() + torch.cat((-second, first), dim=-1) * angles.sin()


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads, self.kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
        self.head_dim, hidden = config["head_dim"], config["hidden_size"]
        self.q_proj = nn.Linear(hidden, self.heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(hidden, self.kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(hidden, self.kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(self.heads * self.head_dim, hidden, bias=False)

    def forward(self, x, angles, mask):
        batch, length, _ = x.shape

        def split(y, heads):
            return y.view(batch, length, heads, self.head_dim).transpose(1, 2)

        query = rotated(split(self.q_proj(x), self.heads), angles)
        key = rotated(split(self.k_proj(x), self.kv_heads), angles)
        value = split(self.v_proj(x), self.kv_heads)
        shared = self.heads // self.kv_heads
        key, value = key.repeat_interleave(shared, dim=1), value.repeat_interleave(shared, dim=1)
        scores = query @ key.transpose(-1, -2) * self.head_dim ** -0.5 + mask
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, length, self.heads * self.head_dim)
        return self.o_proj(mixed)


class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, inner = config["hidden_size"], config["intermediate_size"]
        self.gate_proj = nn.Linear(hidden, inner, bias=False)
        self.up_proj = nn.Linear(hidden, inner, bias=False)
        self.down_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.input_layernorm = RmsNorm(config["hidden_size"], config["rms_norm_eps"])
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RmsNorm(config["hidden_size"], config["rms_norm_eps"])
        self.mlp = Mlp(config)

    def forward(self, x, angles, mask):
        x = x + self.self_attn(self.input_layernorm(x), angles, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = nn.ModuleList(Block(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RmsNorm(config["hidden_size"], config["rms_norm_eps"])

    def forward(self, tokens, angles, mask):
        x = self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x, angles, mask)
        return self.norm(x)


class Llama(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.model = Body(config)
        self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)
        self.reset()

    def reset(self):
        """Normal start; what is added to the residual stream is scaled down by the number of additions (GPT-2)."""
        residual = (2 * self.config["num_hidden_layers"]) ** -0.5
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                into_residual = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=self.config["initializer_range"] * (residual if into_residual else 1))

    def forward(self, tokens):
        """[batch, length] tokens -> [batch, length, vocabulary] logits."""
        length = tokens.shape[1]
        mask = torch.full((length, length), float("-inf")).triu(1)
        return self.lm_head(self.model(tokens, rotation_angles(self.config, length), mask))
