"""A module of the size that a link of a large program gives."""
BYTES = 100_000_000
IMPORTS = 500
BODY = b"\0" + b"\x41\xff\xff\xff\x07\x1a" * 40 + b"\x0b"  # no locals, forty constants dropped: 242 bytes


def leb(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def section(number, content):
    return bytes([number]) + leb(len(content)) + content


def name(text):
    return leb(len(text)) + text.encode()


def write_large_module(file):
    body = leb(len(BODY)) + BODY
    count = BYTES // len(body)
    imports = b"".join(name("wasi_snapshot_preview1") + name(f"function_{i}") + b"\0\0" for i in range(IMPORTS))
    with open(file, "wb") as out:
        out.write(b"\0asm\1\0\0\0" + section(1, b"\1\x60\0\0") + section(2, leb(IMPORTS) + imports) + section(3, leb(count) + b"\0" * count))
        code = leb(count)
        out.write(b"\x0a" + leb(len(code) + len(body) * count) + code)
        for start in range(0, count, 1000):
            out.write(body * min(1000, count - start))
