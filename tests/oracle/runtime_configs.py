# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads configurations of runtimes by the rules that the runtimes document.

    runtime_configs.py JOBS

JOBS is a JSON list of {"target", "file", "names"}, where the names are those of the model's modules (of weights,
for tools that name those). Prints {"results": [...]}, one for each job: {name: what}, where what is "keep" or a
few words: "int4 sym g128"; or what went wrong, as a text. Knows nothing of Halfstep: only the standard library,
and PyYAML for YAML.
"""
import fnmatch
import json
import re
import sys


def group_word(size):
    return "channel" if size in (None, -1) else f"g{size}"


def integer(bits, symmetric, size):
    return f"int{bits} {'sym' if symmetric else 'asym'} {group_word(size)}"


def load_yaml(path):
    import yaml

    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def load_json(path):
    def unique(pairs):
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise SystemExit("a key stands twice in an object")
        return dict(pairs)

    with open(path, encoding="utf-8") as file:
        return json.load(file, object_pairs_hook=unique)


def only(matches, name):
    """The one match; several would leave it to the tool's version which of them counts."""
    if len(matches) > 1:
        raise SystemExit(f"{name} is matched {len(matches)} times")
    return matches[0] if matches else None


def is_linear(name):
    """Embeddings are no nn.Linear, which is what these tools look for."""
    return "embed" not in name


# GPTQModel: PCRE from the start of the name, "-:" before "+:"; what no rule matches gets what is said for all.
def gptq(config, names):
    config = config["quantization_config"]
    assert config["quant_method"] == "gptq"
    result = {}
    for name in names:
        rules = [(sign, what) for rule, what in config["dynamic"].items()
                 for sign, pattern in [(rule[0], rule[2:])] if re.match(pattern, name)]
        rule = only(rules, name)
        said = {key: config[key] for key in ("bits", "group_size", "sym")}
        if name == "lm_head" and not config["lm_head"] or rule and rule[0] == "-" or not is_linear(name):
            result[name] = "keep"
            continue
        said.update(rule[1] if rule else {})
        result[name] = integer(said["bits"], said["sym"], said["group_size"])
    return result


# AutoAWQ: an entry is a part of the name. The head is never quantized.
def awq(config, names):
    config = config["quantization_config"]
    assert config["quant_method"] == "awq" and config["version"] == "gemm"
    kept = config["modules_to_not_convert"]
    said = integer(config["bits"], not config["zero_point"], config["group_size"])
    return {name: "keep" if name == "lm_head" or not is_linear(name) or any(part in name for part in kept) else said
            for name in names}


# Transformers' should_convert_module.
def bitsandbytes(config, names):
    config = config["quantization_config"]
    assert config["quant_method"] == "bitsandbytes" and config["load_in_4bit"] != config["load_in_8bit"]
    if config["load_in_8bit"]:
        said = "int8 sym channel"
    else:
        said = config["bnb_4bit_quant_type"] + (" g64 dq" if config["bnb_4bit_use_double_quant"] else " g64")

    def skipped(name):
        return any(re.match(entry + r"\.", name) or re.match(entry, name) or name.endswith(entry)
                   for entry in config["llm_int8_skip_modules"])

    return {name: said if is_linear(name) and not skipped(name) else "keep" for name in names}


# Transformers' HQQ: the last two parts of the name are the tag; an entry to skip is a part of the name.
def hqq(config, names):
    config = config["quantization_config"]
    result = {}
    for name in names:
        settings = config["quant_config"].get(".".join(name.split(".")[-2:]))
        if settings is None or any(entry in name for entry in config["skip_modules"]):
            result[name] = "keep"
            continue
        weight = settings["weight_quant_params"]
        assert weight["axis"] == 1 and weight["round_zero"] == (weight["nbits"] == 4)
        result[name] = integer(weight["nbits"], False, weight["group_size"])
    return result


# The arguments that compressed-tensors has for weights.
def weight_args(args):
    strategy, bits = args["strategy"], args["num_bits"]
    assert args["dynamic"] is False
    if args["type"] == "int":
        size = {"group": args.get("group_size"), "channel": -1}.get(strategy)
        word = integer(bits, args["symmetric"], size) if size else \
            f"int{bits} {'sym' if args['symmetric'] else 'asym'} tensor"
    elif strategy == "tensor_group":
        assert (bits, args["group_size"], args["scale_dtype"]) == (4, 16, "torch.float8_e4m3fn")
        word = "nvfp4"
    elif strategy == "group":
        assert args["group_size"] == 32 and args["scale_dtype"] == "torch.uint8"
        word = f"mxfp{bits}"
    else:
        word = f"fp{bits} {strategy}"
    return word + (" mse" if args.get("observer") == "mse" else "")


def named_or_matched(targets, name):
    return [t for t in targets if (re.match(t[3:], name) if t.startswith("re:") else t == name)]


def groups(config_groups, ignore, names):
    result = {}
    for name in names:
        found = [group for group in config_groups.values()
                 for _ in named_or_matched(group["targets"], name)]
        group = only(found, name)
        if named_or_matched(ignore, name):
            assert group is None, f"{name} is ignored and matched"
            result[name] = "keep"
        else:
            result[name] = weight_args(group["weights"]) if group else "keep"
    return result


def compressed_tensors(config, names):
    config = config["quantization_config"]
    assert config["quant_method"] == "compressed-tensors"
    result = groups(config["config_groups"], config["ignore"], names)
    # vLLM: what is not matched has to be ignored by name.
    for name in names:
        assert result[name] != "keep" or named_or_matched(config["ignore"], name) or not is_linear(name), name
    formats = {group["format"] for group in config["config_groups"].values()}
    assert config["format"] == (formats.pop() if len(formats) == 1 else "mixed-precision")
    return result


def llm_compressor(recipe, names):
    modifiers = {name: arguments for stage, stage_groups in recipe.items() if stage.endswith("_stage")
                 for group, members in stage_groups.items() if group.endswith("_modifiers")
                 for name, arguments in members.items()}
    assert list(modifiers) == ["QuantizationModifier"]
    arguments = modifiers["QuantizationModifier"]
    return groups(arguments["config_groups"], arguments.get("ignore", []), names)


# FqnToConfig: exact names, then patterns of whole names.
def torchao(config, names):
    config = config["quantization_config"]
    assert config["quant_method"] == "torchao"
    default = config["quant_type"]["default"]
    assert default["_type"] == "FqnToConfig"

    def granularity(leaf):
        part = leaf["_data"]["granularity"]
        return {"PerRow": "channel", "PerAxis": "channel", "PerTensor": "tensor"}.get(
            part["_type"]) or f"g{part['_data']['group_size']}"

    def words(leaf):
        if leaf is None:
            return "keep"
        kind, data = leaf["_type"], leaf["_data"]
        if kind == "Int4WeightOnlyConfig":
            return f"int4 asym g{data['group_size']}"
        if kind == "Int8WeightOnlyConfig":
            return f"int8 sym {granularity(leaf)}"
        if kind == "IntxWeightOnlyConfig":
            symmetry = {"SYMMETRIC": "sym", "ASYMMETRIC": "asym"}[data["mapping_type"]["_data"]]
            return f"{data['weight_dtype']['_data']} {symmetry} {granularity(leaf)}"
        if kind == "Float8WeightOnlyConfig":
            return f"fp8 {granularity(leaf)}"
        return {"NVFP4WeightOnlyConfig": "nvfp4"}[kind]

    rules = default["_data"]["fqn_to_config"]
    result = {}
    for name in names:
        found = [leaf for rule, leaf in rules.items()
                 if (re.fullmatch(rule[3:], name) if rule.startswith("re:") else rule == name)]
        result[name] = words(only(found, name))
        if name == "lm_head":  # which Transformers leaves out unless told otherwise
            assert config["include_input_output_embeddings"] == (result[name] != "keep")
    return result


# AutoRound: here only full names; a head that is not named is not quantized.
def auto_round(config, names):
    assert set(config) <= set(names), set(config) - set(names)
    result = {}
    for name in names:
        said = config.get(name)
        if said is None or said["bits"] >= 16:
            result[name] = "keep"
        elif said["data_type"] == "int":
            result[name] = integer(said["bits"], said["sym"], said["group_size"])
        else:
            kind = {"mx_fp": "mxfp", "nv_fp": "nvfp"}[said["data_type"]]
            assert said["group_size"] == (32 if kind == "mxfp" else 16)
            result[name] = f"{kind}{said['bits']}"
    return result


# Model Optimizer: globs over the names of quantizers, the last match counts.
def modelopt(recipe, names):
    assert recipe["metadata"]["recipe_type"] == "ptq"
    result = {}
    for name in names:
        entry = [e for e in recipe["quantize"]["quant_cfg"]
                 if fnmatch.fnmatch(name + ".weight_quantizer", e["quantizer_name"])][-1]
        if not entry.get("enable", True):
            result[name] = "keep"
            continue
        cfg = entry["cfg"]
        bits, blocks = cfg["num_bits"], cfg.get("block_sizes")
        scale = (blocks or {}).get("scale_bits")
        if scale:
            assert blocks["type"] == "dynamic" and blocks[-1] == (16 if scale == "e4m3" else 32)
            result[name] = "nvfp4" if scale == "e4m3" else f"mx {bits}"
        else:
            place = f"g{blocks[-1]}" if blocks else {None: "tensor", 0: "channel"}[cfg["axis"]]
            result[name] = f"int{bits} sym {place}" if isinstance(bits, int) else \
                f"{ {'e4m3': 'fp8'}[bits]} {place}"
    return result


def mlx(config, names):
    assert config["quantization"] == config["quantization_config"]
    config = config["quantization"]
    result = {}
    for name in names:
        said = config.get(name, config)
        if said is False:
            result[name] = "keep"
        elif said["mode"] == "affine":
            result[name] = integer(said["bits"], False, said["group_size"])
        else:
            assert (said["bits"], said["group_size"]) == {"mxfp4": (4, 32), "nvfp4": (4, 16),
                                                          "mxfp8": (8, 32)}[said["mode"]]
            result[name] = said["mode"]
    return result


# exllamav2: one option for each half of a layer.
def exllamav2(config, names):
    result = {}
    for name in names:
        half, matrix = name.rpartition(".")[::2]
        if half not in config["measurement"]:
            result[name] = "keep"
            continue
        (option,) = config["measurement"][half]
        assert 0 < option["accuracy"] < 1
        parameters = option[matrix]
        (bits,), (share,) = parameters["bits"], parameters["bits_prop"]
        assert share == 1 and parameters["scale_bits"] == 4
        result[name] = integer(bits, True, parameters["group_size"][str(bits)])
    return result


def onnxruntime(config, names):
    result = {}
    for name in names:
        if name not in config:
            result[name] = "keep"
            continue
        (override,) = config[name]
        kind = override["quant_type"]
        assert override["symmetric"] == (not kind.startswith("QU"))
        place = f"axis {override['axis']}" if "axis" in override else "tensor"
        result[name] = f"int{kind.split('Int')[1]} {'sym' if override['symmetric'] else 'asym'} {place}"
    return result


# NNCF: calls one after another, each for what it does not ignore and no call before it has compressed. The
# names of nodes as OpenVINO, ONNX and PyTorch have them.
def nncf(config, names):
    forms = ["__module.{}/ov_ext::linear/MatMul", "/{}/MatMul", "{}/linear/0"]

    def node(form, name):
        path = name if form == forms[0] else name.replace(".", "/") if form == forms[2] else \
            re.sub(r"\.(?!\d)", "/", name)
        return form.format(path)

    results = []
    for form in forms:
        result = {name: "keep" for name in names}
        for call in config["compress_weights"]:
            for name in names:
                patterns = call["ignored_scope"]["patterns"]
                if result[name] != "keep" or any(re.match(p, node(form, name)) for p in patterns):
                    continue
                mode = call["mode"]
                if mode.startswith("int8"):
                    assert not set(call) - {"mode", "ignored_scope"}
                else:
                    assert call["ratio"] == 1 and call["all_layers"] is True
                if mode.startswith("int"):
                    result[name] = integer(mode[3], mode.endswith("_sym"), call.get("group_size", -1))
                else:
                    result[name] = f"{mode} {group_word(call['group_size'])}"
        results.append(result)
    assert results[0] == results[1] == results[2]
    return results[0]


def aimet(config, names):
    assert config["version"] == "1.0.0" and config["activation_encodings"] == []
    entries = {entry["name"]: entry for entry in config["param_encodings"]}
    assert len(entries) == len(config["param_encodings"])
    result = {}
    for name in names:
        entry = entries.pop(name, None)
        if entry is None:
            assert name in config["excluded_layers"]
            result[name] = "keep"
        elif entry["dtype"] == "FLOAT":
            result[name] = f"float{entry['bw']}"
        else:
            assert len(entry["scale"]) == len(entry["offset"]) and all(s > 0 for s in entry["scale"])
            place = {"PER_TENSOR": "tensor", "PER_CHANNEL": "channel"}.get(
                entry["enc_type"]) or f"g{entry['block_size']}"
            result[name] = f"int{entry['bw']} {'sym' if entry['is_sym'] else 'asym'} {place}"
    assert not entries, f"unknown: {list(entries)}"
    return result


READERS = {"gptq": gptq, "awq": awq, "bitsandbytes": bitsandbytes, "hqq": hqq,
           "compressed-tensors": compressed_tensors, "llm-compressor": llm_compressor, "torchao": torchao,
           "auto-round": auto_round, "modelopt": modelopt, "mlx": mlx, "exllamav2": exllamav2,
           "onnxruntime": onnxruntime, "nncf": nncf, "aimet": aimet}


def read(job):
    load = load_yaml if job["target"] in ("llm-compressor", "modelopt") else load_json
    try:
        return READERS[job["target"]](load(job["file"]), job["names"])
    except (Exception, SystemExit) as error:  # told to the test, which goes on with the others
        return f"{type(error).__name__}: {error}"


def main():
    print(json.dumps({"results": [read(job) for job in load_json(sys.argv[1])]}))


if __name__ == "__main__":
    main()
