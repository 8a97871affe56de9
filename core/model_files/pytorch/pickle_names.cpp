// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/pickle_names.h"

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

// Refused with everything that is below them.
constexpr auto refused_modules = std::to_array<std::string_view>({"os",
                                                                  "posix",
                                                                  "nt",
                                                                  "sys",
                                                                  "subprocess",
                                                                  "_posixsubprocess",
                                                                  "commands",
                                                                  "popen2",
                                                                  "pty",
                                                                  "shutil",
                                                                  "socket",
                                                                  "_socket",
                                                                  "ctypes",
                                                                  "_ctypes",
                                                                  "importlib",
                                                                  "imp",
                                                                  "_imp",
                                                                  "zipimport",
                                                                  "pkgutil",
                                                                  "runpy",
                                                                  "code",
                                                                  "codeop",
                                                                  "pdb",
                                                                  "bdb",
                                                                  "cProfile",
                                                                  "profile",
                                                                  "timeit",
                                                                  "trace",
                                                                  "doctest",
                                                                  "pydoc",
                                                                  "idlelib",
                                                                  "pickle",
                                                                  "_pickle",
                                                                  "cPickle",
                                                                  "marshal",
                                                                  "shelve",
                                                                  "webbrowser",
                                                                  "antigravity",
                                                                  "urllib.request",
                                                                  "urllib2",
                                                                  "http.client",
                                                                  "httplib",
                                                                  "http.server",
                                                                  "requests",
                                                                  "ftplib",
                                                                  "smtplib",
                                                                  "telnetlib",
                                                                  "xmlrpc",
                                                                  "asyncio.subprocess",
                                                                  "multiprocessing.util",
                                                                  "pip",
                                                                  "setuptools",
                                                                  "distutils",
                                                                  "ensurepip",
                                                                  "venv",
                                                                  "fcntl",
                                                                  "_winapi",
                                                                  "winreg"});

constexpr auto builtin_modules = std::to_array<std::string_view>({"builtins", "__builtin__", "__builtins__"});
constexpr auto refused_builtins = std::to_array<std::string_view>(
    {"eval",      "exec",       "execfile",   "compile", "open",    "file",   "input",
     "raw_input", "__import__", "breakpoint", "apply",   "globals", "locals", "vars",
     "delattr",   "setattr",    "reload",     "exit",    "quit",    "help",   "memoryview"});

constexpr auto refused_names = std::to_array<std::string_view>({"io.open",
                                                                "_io.open",
                                                                "io.FileIO",
                                                                "_io.FileIO",
                                                                "numpy.load",
                                                                "numpy.fromfile",
                                                                "numpy.memmap",
                                                                "numpy.testing._private.utils.runstring",
                                                                "numpy.f2py.crackfortran.myeval",
                                                                "torch.load",
                                                                "torch.hub.load",
                                                                "torch.serialization.load",
                                                                "torch.jit.load",
                                                                "torch.utils.cpp_extension.load",
                                                                "torch.utils.cpp_extension.load_inline",
                                                                "torch._inductor.codecache.compile_file",
                                                                "types.FunctionType",
                                                                "types.CodeType",
                                                                "types.LambdaType",
                                                                "site.execsitecustomize"});

constexpr auto expected_names = std::to_array<std::string_view>({"collections.OrderedDict",
                                                                 "collections.defaultdict",
                                                                 "collections.Counter",
                                                                 "builtins.dict",
                                                                 "builtins.list",
                                                                 "builtins.set",
                                                                 "builtins.int",
                                                                 "builtins.float",
                                                                 "builtins.complex",
                                                                 "__builtin__.set",
                                                                 "__builtin__.dict",
                                                                 "__builtin__.list",
                                                                 "torch._utils._rebuild_tensor",
                                                                 "torch._utils._rebuild_tensor_v2",
                                                                 "torch._utils._rebuild_tensor_v3",
                                                                 "torch._utils._rebuild_parameter",
                                                                 "torch._utils._rebuild_parameter_with_state",
                                                                 "torch._utils._rebuild_qtensor",
                                                                 "torch._tensor._rebuild_from_type_v2",
                                                                 "torch.Tensor",
                                                                 "torch.nn.parameter.Parameter",
                                                                 "torch.nn.parameter.Buffer",
                                                                 "torch.Size",
                                                                 "torch.device",
                                                                 "torch.per_tensor_affine",
                                                                 "torch.per_channel_affine",
                                                                 "torch.jit._pickle.build_intlist",
                                                                 "torch.jit._pickle.build_doublelist",
                                                                 "torch.jit._pickle.build_boollist",
                                                                 "torch.jit._pickle.build_tensorlist",
                                                                 "torch.jit._pickle.restore_type_tag"});

template <std::size_t count>
bool holds(const std::array<std::string_view, count>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view first_part(std::string_view dotted) {
    return dotted.substr(0, dotted.find('.'));
}

bool is_or_is_below(std::string_view module, std::string_view above) {
    return module.starts_with(above) && (module.size() == above.size() || module[above.size()] == '.');
}

// "torch.float32", "torch.FloatStorage", "torch.cuda.HalfStorage"
bool is_type_of_torch(std::string_view name) {
    if (!name.starts_with("torch.")) return false;
    const std::string_view last = name.substr(name.rfind('.') + 1);
    if (last.ends_with("Storage")) return true;
    return name.size() == last.size() + 6 && std::all_of(last.begin(), last.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

}  // namespace

bool names_code_to_run(std::string_view module, std::string_view name) {
    const auto refuses = [&](std::string_view refused) { return is_or_is_below(module, refused); };
    if (std::any_of(refused_modules.begin(), refused_modules.end(), refuses)) return true;
    if (holds(builtin_modules, module)) return holds(refused_builtins, first_part(name));
    const auto is_this = [&](std::string_view refused) {
        return refused.size() == module.size() + 1 + name.size() && refused.starts_with(module) &&
               refused.ends_with(name) && refused[module.size()] == '.';
    };
    return std::any_of(refused_names.begin(), refused_names.end(), is_this);
}

bool is_expected_name(std::string_view name) {
    return holds(expected_names, name) || is_type_of_torch(name) || name.starts_with("torch.nn.modules.") ||
           name.starts_with("__torch__.");
}

}  // namespace halfstep
