#!/usr/bin/env python3
"""A linker that gets one thing wrong: `rust-lld` of a toolchain made for a test. It starts the real linker and then changes the module that this
wrote, as a bug in a linker or compiler would. Which thing is the first line of the file `fault` beside this script:

  drop-import    the last imported function becomes one of the module that only traps
  swap-modules   two imports of equal name change their modules
  merge-fields   of two imports of equal name both come from one module
  null-slot      the first slot of the function table that should hold a function stays empty
  lose-export    the last exported function is not exported

What the module imports from WASI is left alone: then every program would be wrong, and not the one that is about this."""
import pathlib
import subprocess
import sys

FUNCTION = 0


def read_leb(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def leb(value):
    out = bytearray()
    while True:
        value, byte = value >> 7, value & 0x7F
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def read_name(data, at):
    size, at = read_leb(data, at)
    return data[at:at + size], at + size


def name(text):
    return leb(len(text)) + text


class Module:
    """Sections as they stand; those that are changed are taken apart into entries and written again."""

    def __init__(self, data):
        self.sections = []
        at = 8
        while at < len(data):
            number = data[at]
            size, at = read_leb(data, at + 1)
            self.sections.append([number, data[at:at + size]])
            at += size

    def bytes(self):
        return b"\0asm\1\0\0\0" + b"".join(bytes([number]) + leb(len(content)) + content for number, content in self.sections)

    def content(self, number):
        return next((content for found, content in self.sections if found == number), b"\0")

    def replace(self, number, content):
        for section in self.sections:
            if section[0] == number:
                section[1] = content

    def imports(self):
        """[module, field, kind, description]"""
        data = self.content(2)
        count, at = read_leb(data, 0)
        entries = []
        for _ in range(count):
            module, at = read_name(data, at)
            field, at = read_name(data, at)
            kind, begin = data[at], at + 1
            at = begin
            if kind == FUNCTION:
                _, at = read_leb(data, at)
            elif kind in (1, 2):
                at += kind == 1
                flags = data[at]
                _, at = read_leb(data, at + 1)
                if flags & 1:
                    _, at = read_leb(data, at)
            else:
                at += 2
            entries.append([module, field, kind, data[begin:at]])
        return entries

    def put_imports(self, entries):
        self.replace(2, leb(len(entries)) + b"".join(name(m) + name(f) + bytes([k]) + d for m, f, k, d in entries))

    def exports(self):
        data = self.content(7)
        count, at = read_leb(data, 0)
        entries = []
        for _ in range(count):
            field, at = read_name(data, at)
            kind = data[at]
            index, at = read_leb(data, at + 1)
            entries.append((field, kind, index))
        return entries

    def put_exports(self, entries):
        self.replace(7, leb(len(entries)) + b"".join(name(f) + bytes([k]) + leb(i) for f, k, i in entries))


def own_functions(entries):
    return [i for i, (module, _, kind, _) in enumerate(entries) if kind == FUNCTION and not module.startswith(b"wasi")]


def drop_import(module):
    """The last one, so that no other function changes its number: the new function is the first that the module defines."""
    entries = module.imports()
    functions = [i for i, entry in enumerate(entries) if entry[2] == FUNCTION]
    own = own_functions(entries)
    if not own or own[-1] != functions[-1]:
        return
    type_index = entries[own[-1]][3]
    del entries[own[-1]]
    module.put_imports(entries)
    count, at = read_leb(module.content(3), 0)
    module.replace(3, leb(count + 1) + type_index + module.content(3)[at:])
    trap = b"\0\0\x0b"  # no locals; unreachable; end
    count, at = read_leb(module.content(10), 0)
    module.replace(10, leb(count + 1) + leb(len(trap)) + trap + module.content(10)[at:])


def equal_fields(entries):
    own = own_functions(entries)
    return [(a, b) for a in own for b in own if a < b and entries[a][1] == entries[b][1] and entries[a][0] != entries[b][0]]


def swap_modules(module):
    entries = module.imports()
    for a, b in equal_fields(entries)[:1]:
        entries[a][0], entries[b][0] = entries[b][0], entries[a][0]
    module.put_imports(entries)


def merge_fields(module):
    entries = module.imports()
    for a, b in equal_fields(entries):
        entries[b][0] = entries[a][0]
    module.put_imports(entries)


def null_slot(module):
    """The segment begins one slot later, and without its first function."""
    data = module.content(9)
    count, at = read_leb(data, 0)
    if count != 1 or data[at] != 0 or data[at + 1] != 0x41:
        return
    slot, at = read_leb(data, at + 2)
    functions, first = read_leb(data, at + 1)
    if functions < 2:
        return
    _, second = read_leb(data, first)
    module.replace(9, leb(1) + b"\0\x41" + leb(slot + 1) + b"\x0b" + leb(functions - 1) + data[second:])


def lose_export(module):
    entries = module.exports()
    functions = [i for i, (field, kind, _) in enumerate(entries) if kind == FUNCTION and not field.startswith(b"_")]
    if functions:
        del entries[functions[-1]]
        module.put_exports(entries)


FAULTS = {"drop-import": drop_import, "swap-modules": swap_modules, "merge-fields": merge_fields, "null-slot": null_slot, "lose-export": lose_export}


def main():
    here = pathlib.Path(sys.argv[0]).absolute().parent
    arguments = sys.argv[1:]
    done = subprocess.run([here / "rust-lld-without-fault", *arguments])
    if done.returncode != 0 or "-o" not in arguments:
        sys.exit(done.returncode)
    output = pathlib.Path(arguments[arguments.index("-o") + 1])
    data = output.read_bytes()
    if data[:8] != b"\0asm\1\0\0\0":
        return
    module = Module(data)
    FAULTS[(here / "fault").read_text().strip()](module)
    output.write_bytes(module.bytes())


main()
