"""Modules that no compiler at hand makes: with memory that threads share, byte by byte."""

I32, I64 = 0x7F, 0x7E
LOAD, ADD, WAIT = b"\xfe\x10\x02\x00", b"\xfe\x1e\x02\x00", b"\xfe\x01\x02\x00"  # i32.atomic.load, i32.atomic.rmw.add, memory.atomic.wait32
DROP, END = b"\x1a", b"\x0b"


def leb(value):
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def const(value, op=0x41):
    """A constant below 2^31, signed LEB128: a byte more where bit 6 is set."""
    out = bytearray([op])
    while value > 0x3F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def sized(content):
    return leb(len(content)) + content


def name(text):
    return sized(text.encode())


def section(number, items):
    return bytes([number]) + sized(leb(len(items)) + b"".join(items))


def signature(parameters, results):
    return b"\x60" + sized(bytes(parameters)) + sized(bytes(results))


def function(code):
    return sized(b"\x00" + code + END)


def module(types, imports, functions, exports, bodies):
    return (b"\0asm\1\0\0\0" + section(1, [signature(*kind) for kind in types]) + section(2, imports) + section(3, [leb(kind) for kind in functions])
            + section(7, exports) + section(10, [function(code) for code in bodies]))


def imported_function(place, field, kind):
    return name(place) + name(field) + b"\x00" + leb(kind)


SHARED_MEMORY = name("env") + name("memory") + b"\x02\x03\x01\x01"  # one page at least and at most, shared


def exported(field, index):
    return name(field) + b"\x00" + leb(index)


def counter():
    """`add(n)` adds one to the first word, n times."""
    code = b"\x03\x40" + const(0) + const(1) + ADD + DROP + b"\x20\x00" + const(1) + b"\x6b\x22\x00\x0d\x00" + END
    return module([([I32], [])], [SHARED_MEMORY], [0], [exported("add", 0)], [code])


def threaded_program():
    """Starts two threads, which add 5 and 6 to a word, waits for both, and ends with the sum as its status: wasi-threads."""
    both_are_done = const(4) + LOAD + const(2) + b"\x4f"
    start = (const(5) + b"\x10\x00" + DROP + const(6) + b"\x10\x00" + DROP + b"\x03\x40" + both_are_done + b"\x04\x40" + const(0) + LOAD + b"\x10\x01" + END
             + const(8) + const(0) + const(10_000_000, 0x42) + WAIT + DROP + b"\x0c\x00" + END)
    thread = const(0) + b"\x20\x01" + ADD + DROP + const(4) + const(1) + ADD + DROP
    imports = [imported_function("wasi", "thread-spawn", 1), imported_function("wasi_snapshot_preview1", "proc_exit", 2), SHARED_MEMORY]
    return module([([], []), ([I32], [I32]), ([I32], []), ([I32, I32], [])], imports, [0, 3], [exported("_start", 2), exported("wasi_thread_start", 3)],
                  [start, thread])


def wants_a_function():
    """Imports something that no page has."""
    return module([([], [])], [imported_function("env", "now", 0)], [0], [exported("_start", 1)], [b""])


def library():
    """Exports a function, and nothing that starts."""
    return module([([], [])], [], [0], [exported("add", 0)], [b""])
