#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the bundled sample model: a small Llama that tells the stories of stories.py.

Needs Debian's python3-torch and python3-numpy, and libopenblas0 for speed:
    apt install python3-torch python3-numpy libopenblas0
    python3 resources/samples/train_sample.py
"""
import argparse
import json
import math
import os
import tempfile
import time
from pathlib import Path

# One thread: every sum has one order, so that the same processor gives the same weights. BLAS reads this when it loads.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import torch
from torch.nn import functional as F

import byte_pair
import model_card
import ngrams
import safetensors_file
import stories
from llama import Llama

CONTEXT = 256
TRAINING_SEED, HELD_OUT_SEED, MODEL_SEED = 1, 2, 3
MERGE_STORIES = 5000
TITLES = ("The Lost", "Mara and the", "Who")
HELD_OUT_STORIES = 120
BETAS, WEIGHT_DECAY, GRADIENT_LIMIT = (0.9, 0.95), 0.1, 1.0
CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "attention_bias": False, "attention_dropout": 0.0,
    "bos_token_id": 767, "eos_token_id": 767, "head_dim": 64, "hidden_act": "silu", "hidden_size": 256,
    "initializer_range": 0.02, "intermediate_size": 512, "max_position_embeddings": CONTEXT, "mlp_bias": False,
    "num_attention_heads": 4, "num_hidden_layers": 4, "num_key_value_heads": 2, "pretraining_tp": 1,
    "rms_norm_eps": 1e-05, "rope_scaling": None, "rope_theta": 10000.0, "tie_word_embeddings": False,
    "torch_dtype": "bfloat16", "use_cache": True, "vocab_size": 768}
TOKENIZER_CONFIG = {
    "add_bos_token": True, "add_prefix_space": False, "bos_token": byte_pair.END_OF_TEXT,
    "clean_up_tokenization_spaces": False, "eos_token": byte_pair.END_OF_TEXT, "model_max_length": CONTEXT,
    "tokenizer_class": "PreTrainedTokenizerFast"}


def framed(encoder, text):
    return [encoder.end_of_text, *encoder.encode(text), encoder.end_of_text]


def training_rows(tokenized):
    """Rows of CONTEXT + 1 tokens. Each begins with a story's start token and holds stories until it is full; what the
    last one has too much is cut off."""
    rows, row = [], []
    for story in tokenized:
        row += story[:-1]
        if len(row) > CONTEXT:
            rows.append(row[:CONTEXT + 1])
            row = []
    return torch.tensor(rows)


def learning_rate(step, steps, peak):
    warm_up = max(1, steps // 20)
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / (steps - warm_up))))


def train(model, rows, steps, batch, peak_rate):
    matrices = [p for p in model.parameters() if p.dim() == 2]
    norms = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": WEIGHT_DECAY},
                                   {"params": norms, "weight_decay": 0.0}], betas=BETAS)
    began, smooth = time.monotonic(), None
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, peak_rate)
        chosen = rows[step * batch:(step + 1) * batch]
        logits = model(chosen[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), chosen[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_LIMIT)
        optimizer.step()
        smooth = loss.item() if smooth is None else 0.95 * smooth + 0.05 * loss.item()
        if step % 25 == 0 or step == steps - 1:
            print(f"step {step:5d} of {steps}  loss {smooth:.4f}  {time.monotonic() - began:7.1f} s", flush=True)


def round_to_bf16(model):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.bfloat16())


@torch.no_grad()
def story_losses(model, tokenized):
    """Nats of every story: each token after the start token is predicted, the end token too."""
    result = []
    for story in tokenized:
        tokens = torch.tensor([story])
        result.append(F.cross_entropy(model(tokens[:, :-1])[0], tokens[0, 1:], reduction="sum").item())
    return result


@torch.no_grad()
def told(model, encoder, beginning, seed, temperature=0.7):
    generator = torch.Generator().manual_seed(seed)
    tokens = framed(encoder, beginning)[:-1]
    while len(tokens) < CONTEXT:
        logits = model(torch.tensor([tokens]))[0, -1] / temperature
        tokens.append(torch.multinomial(logits.softmax(-1), 1, generator=generator).item())
        if tokens[-1] == encoder.end_of_text:
            break
    return encoder.decode(tokens)


def bf16_bits(tensor):
    return tensor.detach().bfloat16().view(torch.int16).numpy().view(np.uint16)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, help="folder to write (default: tidewater, beside this script)")
    parser.add_argument("--quick", action="store_true", help="a minute's smoke test, into a temporary folder")
    parser.add_argument("--steps", type=int, default=1600)
    parser.add_argument("--batch", type=int, default=4, help=f"rows of {CONTEXT} tokens a step")
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.steps = min(chosen.steps, 40)
        chosen.output = chosen.output or Path(tempfile.mkdtemp(prefix="tidewater-quick-"))
    chosen.output = chosen.output or Path(__file__).resolve().parent / "tidewater"
    return chosen


def texts(rows_needed):
    """Training stories, enough for the rows, and held-out stories none of which is among them."""
    training = stories.stories(TRAINING_SEED, 4 * rows_needed)
    known = set(training)
    held_out = [story for story in stories.stories(HELD_OUT_SEED, 2 * HELD_OUT_STORIES) if story not in known]
    return training, held_out[:HELD_OUT_STORIES]


def training_record(chosen, stories_told, seconds):
    return {"stories": stories_told, "tokens_seen": chosen.steps * chosen.batch * CONTEXT, "steps": chosen.steps,
            "batch": chosen.batch, "context": CONTEXT, "optimizer": "AdamW", "peak_learning_rate": chosen.rate,
            "betas": BETAS, "weight_decay": WEIGHT_DECAY, "gradient_limit": GRADIENT_LIMIT,
            "seeds": {"training_text": TRAINING_SEED, "held_out_text": HELD_OUT_SEED, "model": MODEL_SEED},
            "seconds": round(seconds), "torch": torch.__version__}


def held_out_record(model, training, held_out):
    nats = story_losses(model, held_out)
    predicted = [len(story) - 1 for story in held_out]
    unigram, bigram, trigram = ngrams.losses(training, held_out, CONFIG["vocab_size"], 3)
    return {"stories": len(held_out), "predicted_tokens": sum(predicted), "nats_per_token": sum(nats) / sum(predicted),
            "unigram_nats_per_token": unigram, "bigram_nats_per_token": bigram, "trigram_nats_per_token": trigram,
            "least_bigram_nats_per_token": ngrams.least_bigram_loss(held_out, CONFIG["vocab_size"]),
            "tokens_of_story": predicted, "nats_of_story": [round(value, 4) for value in nats]}


def write_sample(folder, model, encoder, held_out, record):
    folder.mkdir(parents=True, exist_ok=True)
    safetensors_file.write(folder / "model.safetensors",
                           {name: bf16_bits(tensor) for name, tensor in model.state_dict().items()})
    write_json(folder / "config.json", CONFIG)
    write_json(folder / "tokenizer.json", encoder.hugging_face())
    write_json(folder / "tokenizer_config.json", TOKENIZER_CONFIG)
    write_json(folder / "training.json", record)
    (folder / "held_out.txt").write_text("\n\n".join(held_out) + "\n")
    (folder / "README.md").write_text(model_card.text(CONFIG, record))


def main():
    chosen = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(MODEL_SEED)
    training_text, held_out_text = texts(chosen.steps * chosen.batch)
    merges = byte_pair.learn_merges("\n\n".join(training_text[:MERGE_STORIES]), CONFIG["vocab_size"] - 257)
    encoder = byte_pair.Encoder(merges)
    training, held_out = [[framed(encoder, text) for text in part] for part in (training_text, held_out_text)]
    rows = training_rows(training)
    assert len(rows) >= chosen.steps * chosen.batch and encoder.end_of_text == CONFIG["eos_token_id"]

    began = time.monotonic()
    model = Llama(CONFIG)
    train(model, rows, chosen.steps, chosen.batch, chosen.rate)
    seconds = time.monotonic() - began
    round_to_bf16(model)

    record = {"parameters": sum(p.numel() for p in model.parameters()),
              "training": training_record(chosen, len(training), seconds),
              "held_out": held_out_record(model, training, held_out),
              "told": [told(model, encoder, beginning, seed) for seed, beginning in enumerate(TITLES)]}
    write_sample(chosen.output, model, encoder, held_out_text, record)
    losses = {name: f"{loss:.4f}" for name, loss in record["held_out"].items() if name.endswith("nats_per_token")}
    print(losses, *record["told"], f"written to {chosen.output}", sep="\n\n")


if __name__ == "__main__":
    main()
