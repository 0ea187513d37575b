"""The symbols of a relocatable wasm object (tool-conventions, Linking.md): enough of the format to compare two of them."""

FUNCTION, DATA, GLOBAL, SECTION, TAG, TABLE = range(6)
WEAK, LOCAL, HIDDEN, UNDEFINED, EXPLICIT_NAME = 1, 2, 4, 0x10, 0x40


class Reader:
    def __init__(self, data, at=0, end=None):
        self.data, self.at, self.end = data, at, len(data) if end is None else end

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

    def name(self):
        size = self.number()
        self.at += size
        return self.data[self.at - size:self.at].decode()

    def sections(self):
        self.at = 8
        while self.at < self.end:
            kind, size = self.byte(), self.number()
            yield kind, Reader(self.data, self.at, self.at + size)
            self.at += size


def limits(reader):
    flags = reader.number()
    reader.number()
    if flags & 1:
        reader.number()


def imported_functions(reader):
    """(module, field) of each import that is a function, in order; other imports are passed over."""
    functions = []
    for _ in range(reader.number()):
        pair = (reader.name(), reader.name())
        kind = reader.byte()
        if kind == 0:
            reader.number()
            functions.append(pair)
        elif kind == 1:
            reader.byte()
            limits(reader)
        elif kind == 2:
            limits(reader)
        elif kind == 3:
            reader.byte()
            reader.byte()
        else:
            reader.byte()
            reader.number()
    return functions


def symbol(reader, functions):
    kind, flags = reader.byte(), reader.number()
    if kind == DATA:
        name = reader.name()
        if not flags & UNDEFINED:
            for _ in range(3):
                reader.number()
        return kind, flags, name, None
    index = reader.number()
    if kind == SECTION:
        return kind, flags, str(index), None
    named = not flags & UNDEFINED or flags & EXPLICIT_NAME
    name = reader.name() if named else None
    imported = functions[index] if kind == FUNCTION and flags & UNDEFINED else None
    return kind, flags, name, imported


def symbols(path):
    """Of an object: (kind, flags, name or None, (module, field) or None) of each symbol."""
    functions, found = [], []
    with open(path, "rb") as file:
        reader = Reader(file.read())
    for kind, section in reader.sections():
        if kind == 2:
            functions = imported_functions(section)
        elif kind == 0 and section.name() == "linking":
            section.number()
            while section.at < section.end:
                part, size = section.byte(), section.number()
                after = section.at + size
                if part == 8:
                    found = [symbol(section, functions) for _ in range(section.number())]
                section.at = after
    return found
