# SPDX-License-Identifier: GPL-3.0-or-later
"""The README of a trained sample, from the figures of its training."""
import math

TEXT = """# Tidewater

A small language model that tells little stories of a harbour village: what *Try the sample* opens. It is built as the large
ones are, a Llama (RMSNorm, rotary positions, grouped-query attention, SwiGLU) in the form in which Hugging Face models
come, in bfloat16, with {parameters:,} weights. Every row of every matrix is a multiple of 256 long, so that every GGUF
block type applies to it.

It has learned. Its loss on the {stories} stories of `held_out.txt`, none of which it was trained on ({tokens:,} predicted
tokens; nats a token, less is better):

| model | loss | perplexity |
|---|---|---|
{table}

The n-gram models were counted on the {training_stories:,} training stories, each smoothed towards the next smaller one.
No bigram model whatever could do better than {floor:.3f} on these very stories.

## Stories it told

After so little text it has the grammar, the plots, and who eats what, but it does not keep a name or a colour in mind
from one sentence to the next.

{tale}

## What is here

| file | |
|---|---|
| `model.safetensors` | the weights: {layers} layers, hidden size {hidden}, feed-forward size {inner}, {heads} heads over {kv_heads} key-value heads |
| `config.json` | the shape, as `LlamaForCausalLM` |
| `tokenizer.json`, `tokenizer_config.json` | byte-level BPE of {vocabulary} tokens with GPT-2's word pattern, learned from the stories; a text begins and ends with `<|endoftext|>` |
| `held_out.txt` | the held-out stories: a title line and a line of text each, a blank line between them |
| `training.json` | every figure of the training, and the loss of each held-out story |

## How it was made

`stories.py` makes the text by rule, so nothing in it is anybody else's, and as much as is wanted: training took
{seen:,} tokens, none twice ({steps:,} steps of AdamW, cosine schedule, {minutes} minutes on one processor core). On Debian 12:

```
apt install python3-torch python3-numpy libopenblas0
python3 resources/samples/train_sample.py
```

`python3 resources/samples/check_sample.py` computes the held-out loss anew, from these files alone and with NumPy alone.
Text and tokenizer come out the same everywhere; weights may differ in their last digits on another processor.

Licence of everything here: GPL-3.0-or-later.
"""


def quoted(story):
    return "  \n".join(f"> {line}" for line in story.split("\n"))


def text(config, record):
    held_out, training = record["held_out"], record["training"]
    rows = [("unigram (how frequent each token is)", held_out["unigram_nats_per_token"]),
            ("bigram (given the token before)", held_out["bigram_nats_per_token"]),
            ("trigram (given the two before)", held_out["trigram_nats_per_token"]),
            ("**Tidewater**", held_out["nats_per_token"])]
    return TEXT.format(
        parameters=record["parameters"], stories=held_out["stories"], tokens=held_out["predicted_tokens"],
        table="\n".join(f"| {name} | {loss:.3f} | {math.exp(loss):.1f} |" for name, loss in rows),
        training_stories=training["stories"], floor=held_out["least_bigram_nats_per_token"],
        tale="\n\n".join(quoted(story) for story in record["told"]),
        layers=config["num_hidden_layers"], hidden=config["hidden_size"], inner=config["intermediate_size"],
        heads=config["num_attention_heads"], kv_heads=config["num_key_value_heads"], vocabulary=config["vocab_size"],
        seen=training["tokens_seen"], steps=training["steps"], minutes=max(1, round(training["seconds"] / 60)))
