"""LLVM's textual IR, as far as driver/bitcode reads its binary form: the second opinion of the suite `run` beside this file.

Nothing is shared with the reader: names, types, attributes and references are taken from what LLVM itself prints.
"""
import re

LINKAGES = {"private", "internal", "available_externally", "linkonce", "linkonce_odr", "weak", "weak_odr", "common", "appending",
            "extern_weak", "external"}
VISIBILITIES = {"default", "hidden", "protected"}
CONVENTIONS = {"fastcc": 8, "coldcc": 9, "preserve_mostcc": 14, "swiftcc": 16, "tailcc": 18}
PASSING_TYPED = ("byval", "byref", "sret", "inalloca")
PASSING_PLAIN = ("inreg", "signext", "zeroext", "noext")
TYPE_START = re.compile(r'(?:void|half|bfloat|float|double|x86_fp80|fp128|ppc_fp128|label|metadata|token|x86_mmx|x86_amx|ptr|[ib]\d+|target(?=\()'
                        r'|opaque)(?![\w.])|%(?:"[^"]*"|[-\w$.]+)|[{\[<]')
NAME = re.compile(r'@("[^"]*"|[-\w$.]+)')
PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}


def unescape(text):
    """A name or string without quotes; `\\xx` are bytes. As the dump shows them: what is no UTF-8 is replaced."""
    quoted = text.startswith('"')
    body = text[1:-1] if quoted else text
    raw = re.sub(rb"\\([0-9A-Fa-f]{2}|\\)", lambda m: b"\\" if m[1] == b"\\" else bytes([int(m[1], 16)]), body.encode())
    return raw.decode("utf-8", "replace")


def symbol_name(text):
    """Of what follows `@`; symbols without a name are numbered."""
    return "" if re.fullmatch(r"\d+", text) else unescape(text)


def matching(text, start):
    """The position behind the bracket that closes the one at `start`; brackets in quotes do not count."""
    depth = 0
    i = start
    while i < len(text):
        c = text[i]
        if c == '"':
            i = text.index('"', i + 1)
        elif c in PAIRS:
            depth += 1
        elif c in ")]}>":
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    raise ValueError(f"no end of {text[start:start + 80]}")


def split_list(text):
    """At the commas outside of brackets and quotes."""
    parts, start, i = [], 0, 0
    while i < len(text):
        c = text[i]
        if c == '"':
            i = text.index('"', i + 1)
        elif c in PAIRS:
            i = matching(text, i) - 1
        elif c == ",":
            parts.append(text[start:i].strip())
            start = i + 1
        i += 1
    last = text[start:].strip()
    return parts + [last] if last else parts


def take_type(text, start):
    """The position behind the type at `start`."""
    match = TYPE_START.match(text, start)
    if not match:
        raise ValueError(f"no type at {text[start:start + 80]}")
    end = matching(text, start) if text[start] in PAIRS else match.end()
    if match[0] == "target":
        end = matching(text, end)
    while True:
        if text.startswith("*", end):
            end += 1
        elif more := re.compile(r" addrspace\(\d+\)\*?").match(text, end):
            end = more.end()
        elif text.startswith(" (", end):
            end = matching(text, end + 1)
        else:
            return end


def passing_of(attributes, parameter):
    found = [(parameter, f"{kind}({m[1]})" if m[1] else kind) for kind in PASSING_TYPED
             for m in re.finditer(rf'(?<![\w"-]){kind}(?:\(((?:[^()"]|"[^"]*"|\([^()]*\))*)\))?(?![\w-])', attributes)]
    return found + [(parameter, kind) for kind in PASSING_PLAIN if re.search(rf'(?<![\w"-]){kind}(?![\w-])', attributes)]


def function_of(line, groups):
    """What a `define` or `declare` says."""
    out = {"kind": "function", "declaration": line.startswith("declare"), "linkage": "external", "visibility": "default", "thread_local": False,
           "cc": 0}
    at = line.index(" ") + 1
    before = at
    while not TYPE_START.match(line, at):
        word = re.compile(r"[\w-]+|#\d+").match(line, at)
        end = word.end()
        if line.startswith("(", end):
            end = matching(line, end)
        if word[0] in LINKAGES:
            out["linkage"] = word[0]
        elif word[0] in VISIBILITIES:
            out["visibility"] = word[0]
        elif word[0] in CONVENTIONS:
            out["cc"] = CONVENTIONS[word[0]]
        elif word[0] in ("cc", "align"):
            number = re.compile(r"[ (]*(\d+)\)?").match(line, end)
            end = number.end()
            if word[0] == "cc":
                out["cc"] = int(number[1])
        at = end + 1
    passing = passing_of(line[before:at], 0)
    end = take_type(line, at)
    # A result that is a function's type would be taken together with the parameters: names begin with `@`.
    result = line[at:end]
    name = NAME.match(line, end + 1)
    out["name"] = symbol_name(name[1])
    close = matching(line, name.end())
    types = [result]
    variadic = False
    for number, parameter in enumerate(split_list(line[name.end() + 1:close - 1]), 1):
        if parameter == "...":
            variadic = True
            continue
        end = take_type(parameter, 0)
        types.append(parameter[:end])
        passing += passing_of(parameter[end:], number)
    out["types"] = types
    out["type"] = f"{result} ({', '.join(types[1:] + ['...'] * variadic)})"
    out["passing"] = sorted(passing)
    strings = {}
    for group in re.findall(r"#(\d+)", re.sub(r'"[^"]*"', '""', line[close:])):
        strings.update(groups.get(group, {}))
    out["attributes"] = strings
    return out


def global_of(line):
    """What `@name = …` says, or None for a kind of its own."""
    name = NAME.match(line)
    out = {"name": symbol_name(name[1]), "linkage": "external", "visibility": "default", "thread_local": False}
    at = name.end() + 3
    declared = False
    while True:
        word = re.compile(r"[\w-]+").match(line, at)
        end = word.end()
        if line.startswith("(", end):
            end = matching(line, end)
        at = end + 1
        if word[0] in LINKAGES:
            out["linkage"] = word[0]
            declared = word[0] in ("external", "extern_weak")
        elif word[0] in VISIBILITIES:
            out["visibility"] = word[0]
        elif word[0] == "thread_local":
            out["thread_local"] = True
        elif word[0] in ("global", "constant", "alias", "ifunc"):
            break
    out["kind"] = "variable" if word[0] in ("global", "constant") else word[0]
    end = take_type(line, at)
    out["type"] = line[at:end]
    out["declaration"] = out["kind"] == "variable" and declared
    return out


def names_in(text):
    """Of symbols; not what stands in texts and data (`c"…@…"`)."""
    return {unescape(m[1]) for m in re.finditer(r'@("[^"]*"|[-\w$.]+)|"[^"]*"', text) if m[1]}


def summary_edges(line, name_of):
    """References and calls of a summary's line `^3 = gv: (name: …, summaries: (…))`."""
    def group(word, text):
        found = re.search(rf"\b{word}: \(", text)
        return text[found.end() - 1:matching(text, found.end() - 1)] if found else ""
    own = line[line.index("summaries: ("):]
    for word in ("params", "callsites", "allocs"):
        own = own.replace(group(word, own) or "\0", "")
    ids = re.findall(r"\^(\d+)", group("refs", own)) + re.findall(r"aliasee: \^(\d+)", own) + re.findall(r"virtFunc: \^(\d+)", own)
    calls = re.findall(r"callee: \^(\d+)", group("calls", own))
    return {"references": {name_of[i] for i in ids if i in name_of}, "calls": {name_of[i] for i in calls if i in name_of},
            "live": "live: 1" in own}


def parse(text):
    """One module: its header, symbols by kind in the order of the file, edges by the summary and by the bodies."""
    out = {"triple": "", "layout": "", "source": "", "symbols": {kind: [] for kind in ("variable", "function", "alias", "ifunc")},
           "assembly": [], "body": {}, "summary": {}}
    lines = text.split("\n")
    groups = {}
    for line in lines:
        if line.startswith("attributes #"):
            number = line[12:line.index(" ", 12)]
            own = re.sub(r'\b\w+\("[^"]*"\)', "", line)  # allockind("free"), which is no string attribute
            groups[number] = {unescape(m[1]): unescape(m[2]) if m[2] else "" for m in re.finditer(r'("[^"]*")(?:=("[^"]*"))?', own)}
    name_of = {m[1]: unescape(m[2]) for line in lines if (m := re.match(r'\^(\d+) = gv: \(name: ("[^"]*")', line))}
    inside = None
    in_assembly = False
    for line in lines:
        if in_assembly and (m := re.match(r'    ("[^"]*")$', line)):
            out["assembly"].append(unescape(m[1]))
            continue
        in_assembly = line.startswith("module asm(")
        if inside is not None:
            if line == "}":
                inside = None
            elif not line.lstrip().startswith("#dbg_"):
                out["body"][inside] |= names_in(line)
            continue
        if line.startswith(("define ", "declare ")):
            line = re.sub(r"^(define|declare)(?: !\w+ !\d+)+", r"\1", line)
            symbol = function_of(line, groups)
            out["symbols"]["function"].append(symbol)
            if line.startswith("define "):
                inside = symbol["name"]
                out["body"][inside] = names_in(line[line.index("@") + 1:])
        elif line.startswith("@"):
            symbol = global_of(line)
            out["symbols"][symbol["kind"]].append(symbol)
            if not symbol["declaration"]:
                out["body"][symbol["name"]] = names_in(line[1:])
        elif line.startswith("^") and "summaries: (" in line and (m := re.match(r'\^(\d+) = gv: \(name: ("[^"]*")', line)):
            out["summary"][unescape(m[2])] = summary_edges(line, name_of)
        elif m := re.match(r'target (triple|datalayout) = ("[^"]*")', line):
            out["triple" if m[1] == "triple" else "layout"] = unescape(m[2])
        elif m := re.match(r'source_filename = ("[^"]*")', line):
            out["source"] = unescape(m[1])
        elif m := re.match(r'module asm ("[^"]*")', line):
            out["assembly"].append(unescape(m[1]))
    return out
