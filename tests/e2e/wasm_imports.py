"""What a module or component imports, read by others than ourselves: modules by Node, which also judges whether they are valid; of a
component Node reads the modules inside, and the names of the component's own imports are read here."""
import pathlib
import subprocess
import tempfile

LIST_IMPORTS = """
const { readFileSync } = require('node:fs');
const module = new WebAssembly.Module(readFileSync(process.argv[1]));
for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) console.log(`${kind} ${from}.${name}`);
"""
CORE_MODULE, COMPONENT_IMPORT = 1, 10


def is_component(file):
    return pathlib.Path(file).read_bytes()[:8] == b"\0asm\x0d\0\1\0"


def unsigned(data, at):
    """One LEB128 number and the offset behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        at, value, shift = at + 1, value | (byte & 0x7F) << shift, shift + 7
        if byte < 0x80:
            return value, at


def sections(data):
    at = 8
    while at < len(data):
        kind = data[at]
        size, begin = unsigned(data, at + 1)
        yield kind, data[begin:begin + size]
        at = begin + size


def component_import_names(section):
    """The names in a component's import section; WASI interfaces are all instances, whose description is two numbers."""
    count, at = unsigned(section, 0)
    for _ in range(count):
        size, begin = unsigned(section, at + 1)
        yield "component " + section[begin:begin + size].decode()
        kind = section[begin + size]
        at = begin + size + 1
        if kind == 3:  # a type: equal to another, or a resource
            at += 1
            if section[at - 1] == 0:
                _, at = unsigned(section, at)
        else:
            _, at = unsigned(section, at)


def module_imports(data):
    with tempfile.NamedTemporaryFile(suffix=".wasm") as file:
        file.write(data)
        file.flush()
        done = subprocess.run(["node", "-e", LIST_IMPORTS, file.name], capture_output=True, text=True)
    if done.returncode != 0:
        raise ValueError(done.stderr)
    return done.stdout.splitlines()


def imports_of(file):
    """`KIND MODULE.FIELD`, sorted. Throws ValueError when Node calls a module invalid."""
    data = pathlib.Path(file).read_bytes()
    if not is_component(file):
        return sorted(module_imports(data))
    found = []
    for kind, body in sections(data):
        if kind == CORE_MODULE:
            found += module_imports(body)
        elif kind == COMPONENT_IMPORT:
            found += component_import_names(body)
    return sorted(found)
