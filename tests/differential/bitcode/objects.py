"""Archives and wasm objects, as far as the suite `run` beside this file needs them: members, custom sections, types of function symbols."""

VALUE_TYPES = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64", 0x7B: "v128", 0x70: "funcref", 0x6F: "externref"}


def members(path):
    """(name, bytes) of each member of an archive, in its order; GNU long names."""
    data = path.read_bytes()
    if not data.startswith(b"!<arch>\n"):
        raise ValueError(f"{path} is no archive")
    at, names = 8, b""
    while at + 60 <= len(data):
        name = data[at:at + 16].rstrip()
        size = int(data[at + 48:at + 58])
        content = data[at + 60:at + 60 + size]
        at += 60 + size + size % 2
        if name == b"//":
            names = content
        elif name not in (b"/", b"/SYM64/"):
            if name.startswith(b"/"):
                start = int(name[1:])
                name = names[start:names.index(b"/", start)]
            yield name.decode().rstrip("/"), content


class Reader:
    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def take(self, count):
        self.at += count
        return self.data[self.at - count:self.at]

    def text(self):
        return self.take(self.number()).decode("utf-8", "replace")


def sections(data):
    """(id, name of a custom section, content)."""
    reader = Reader(data, 8)
    while reader.at < len(data):
        number = reader.byte()
        content = Reader(reader.take(reader.number()))
        name = content.text() if number == 0 else ""
        yield number, name, content.data[content.at:]


def custom_section(data, wanted):
    return next((content for number, name, content in sections(data) if number == 0 and name == wanted), None)


def function_types(data):
    """Name of a function symbol → its type, "(i32) -> i64"."""
    types, imported, functions, symbols = [], [], [], {}
    for number, name, content in sections(data):
        reader = Reader(content)
        if number == 1:
            for _ in range(reader.number()):
                if reader.byte() != 0x60:
                    raise ValueError("a type that is no function's")
                sides = [[VALUE_TYPES[reader.byte()] for _ in range(reader.number())] for _ in range(2)]
                results = sides[1][0] if len(sides[1]) == 1 else f"({', '.join(sides[1])})" if sides[1] else "void"
                types.append(f"({', '.join(sides[0])}) -> {results}")
        elif number == 2:
            for _ in range(reader.number()):
                reader.text()
                field = reader.text()
                kind = reader.byte()
                if kind == 0:
                    imported.append((field, types[reader.number()]))
                elif kind == 1:
                    reader.byte()
                    limits(reader)
                elif kind == 2:
                    limits(reader)
                elif kind == 3:
                    reader.take(2)
                else:
                    reader.byte()
                    reader.number()
        elif number == 3:
            functions = [types[reader.number()] for _ in range(reader.number())]
        elif number == 0 and name == "linking":
            reader.number()
            while reader.at < len(content):
                subsection = reader.byte()
                part = Reader(reader.take(reader.number()))
                if subsection == 8:
                    symbols.update(function_symbols(part, imported, functions))
    return symbols


def limits(reader):
    flags = reader.byte()
    reader.number()
    if flags & 1:
        reader.number()


def function_symbols(reader, imported, functions):
    for _ in range(reader.number()):
        kind, flags = reader.byte(), reader.number()
        if kind == 1:  # data
            name = reader.text()
            if not flags & 0x10:
                reader.number(), reader.number(), reader.number()
        elif kind == 3:  # section
            reader.number()
        else:
            index = reader.number()
            defined = not flags & 0x10
            name = reader.text() if defined or flags & 0x40 else None
            if kind == 0:
                yield (name, functions[index - len(imported)]) if defined else (name or imported[index][0], imported[index][1])
