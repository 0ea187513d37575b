"""Random edits of a project in a checkout. An edit is chosen by a generator of its own and by what lies in the checkout, so that a seed and a number
of steps always mean the same; each returns what it did, in words."""
import os
import random
import re
import shutil

TOOLCHAINS = ["1.99.1", "1.95.0"]
RUSTFLAGS = ["", "-C debug-assertions=off", "--cfg cw_flag", "-C target-feature=+bulk-memory", "-C opt-level=1", "-C link-arg=--no-gc-sections"]
PROFILES = ["debug = 0\n", "debug = 1\n", "debug = 0\nopt-level = 1\n", "debug = 0\ncodegen-units = 1\n", 'debug = 0\npanic = "abort"\n',
            'debug = "line-tables-only"\noverflow-checks = false\n', 'debug = 0\nlto = "thin"\n', 'debug = 0\n[profile.dev.build-override]\nopt-level = 1\n']
CONFIGS = ["", '[build]\nrustflags = ["--cfg", "cw_config"]\n', '[env]\nCW_SEEN_app = "by config"\nCW_SCRIPT = "by config"\n',
           '[env]\nCW_SCRIPT = { value = "forced", force = true }\n', '[profile.dev]\nopt-level = 1\n', '[target.wasm32-wasip1]\nrustflags = ["-C", "opt-level=2"]\n']
OLD = 1_600_000_000


class Inapplicable(Exception):
    """This edit has nothing to work on here."""


class Checkout:
    """A project's directory, and everything else that decides what is built."""

    def __init__(self, project, base):
        self.project, self.base, self.root = project, base, base / "checkout"
        self.env, self.features, self.release, self.toolchain = {}, [], False, TOOLCHAINS[0]
        self.branches = []
        self.made, self.pending = {}, None

    def files(self):
        """What belongs to the project, sorted."""
        found = []
        for directory, subdirectories, names in os.walk(self.root):
            subdirectories[:] = sorted(d for d in subdirectories if not (directory == str(self.root) and d.startswith("target")))
            found += [os.path.relpath(os.path.join(directory, name), self.root) for name in names]
        return sorted(found)

    def sources(self, under=""):
        return [name for name in self.files() if name.endswith(".rs") and name.startswith(under) and not (self.root / name).is_symlink()]

    def snapshot(self):
        return ({name: (os.readlink(self.root / name) if (self.root / name).is_symlink() else (self.root / name).read_bytes()) for name in self.files()},
                dict(self.env), list(self.features), self.release, self.toolchain)

    def switch(self, snapshot):
        """As a version control system does it: only what differs is written."""
        files, env, features, release, toolchain = snapshot
        self.env, self.features, self.release, self.toolchain = dict(env), list(features), release, toolchain
        now = self.snapshot()[0]
        for name in now.keys() - files.keys():
            (self.root / name).unlink()
        for name, content in files.items():
            if now.get(name) == content:
                continue
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if isinstance(content, str):
                path.symlink_to(content)
            else:
                path.write_bytes(content)
        for directory, _, _ in sorted(os.walk(self.root), reverse=True):
            if not directory.startswith(str(self.root / "target")) and not os.listdir(directory):
                os.rmdir(directory)

    def arguments(self):
        words = ["-p", self.project.build, "--target", self.project.target]
        for feature in self.features:
            words += ["--features", feature]
        return words + (["--release"] if self.release else [])

    def profile(self):
        return "release" if self.release else "debug"

    def packages(self):
        return sorted(name for name in os.listdir(self.root) if (self.root / name / "Cargo.toml").exists())

    def read(self, name):
        return (self.root / name).read_text()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def substitute(self, name, pattern, new):
        text, count = re.subn(pattern, new, self.read(name), count=1)
        if not count:
            raise Inapplicable(f"{name} has no {pattern}")
        self.write(name, text)


def one_of(rng, items):
    if not items:
        raise Inapplicable("nothing to choose from")
    return items[rng.randrange(len(items))]


def probe(rng, checkout):
    return one_of(rng, [name for name in checkout.files() if name.endswith("cw_probe.rs")])


def value(rng):
    return rng.randrange(1000, 10000)


def constant(rng, c):
    name, to = probe(rng, c), value(rng)
    c.substitute(name, r"VALUE: u32 = \d+", f"VALUE: u32 = {to}")
    return f"the constant in {name} becomes {to}"


def constant_under_old_time(rng, c):
    name, to = probe(rng, c), value(rng)
    status = (c.root / name).stat()
    c.substitute(name, r"VALUE: u32 = \d{4}", f"VALUE: u32 = {to}")
    os.utime(c.root / name, ns=(status.st_atime_ns, status.st_mtime_ns))
    return f"the constant in {name} becomes {to}, size and modification time stay"


def older_file(rng, c):
    name, to = probe(rng, c), value(rng)
    text = re.sub(r"VALUE: u32 = \d+", f"VALUE: u32 = {to}", c.read(name))
    part = c.base / "part"
    part.write_text(text)
    os.utime(part, (OLD, OLD))
    os.rename(part, c.root / name)
    return f"{name} is replaced by a file from 2020, with {to}"


def future_file(rng, c):
    name, to = probe(rng, c), value(rng)
    c.substitute(name, r"VALUE: u32 = \d+", f"VALUE: u32 = {to}")
    os.utime(c.root / name, (4_000_000_000, 4_000_000_000))
    return f"{name} gets {to} and a modification time in 2096"


def comment(rng, c):
    name = one_of(rng, c.sources())
    text = c.read(name)
    at = rng.choice([0, len(text)])
    line = f"// said {value(rng)}\n"
    c.write(name, line + text if at == 0 else text + ("" if text.endswith("\n") else "\n") + line)
    return f"a comment {'before' if at == 0 else 'behind'} {name}"


def function(rng, c):
    name = one_of(rng, [n for n in c.sources() if "/src/" in n and not n.endswith(("cw_probe.rs", "main.rs"))])
    number = rng.randrange(10**6)
    c.write(name, c.read(name) + f"\n#[allow(warnings)]\nfn cw_added_{number}() -> u32 {{ {number} }}\n")
    return f"a function behind {name}"


def touch(rng, c):
    name = one_of(rng, c.files())
    os.utime(c.root / name, follow_symlinks=False)
    return f"{name} is touched"


def rewritten(rng, c):
    name = one_of(rng, c.sources())
    text = c.read(name)
    (c.root / name).unlink()
    c.write(name, text)
    return f"{name} is written again with the same content"


def swapped(rng, c):
    """Two files change places; sizes and times go with them."""
    names = [name for name in c.files() if name.endswith("cw_data.txt")]
    first, second = rng.sample(names, 2) if len(names) > 1 else (None, None)
    if first is None:
        raise Inapplicable("one data file only")
    part = c.base / "part"
    os.rename(c.root / first, part)
    os.rename(c.root / second, c.root / first)
    os.rename(part, c.root / second)
    return f"{first} and {second} change places"


def data(rng, c):
    name = one_of(rng, [n for n in c.files() if n.endswith("cw_data.txt")])
    c.write(name, f"data {value(rng)}")
    return f"other text in {name}, which include_str! reads"


def module(rng, c):
    """A module is added, becomes a directory, goes; its value reaches the program."""
    name = probe(rng, c)
    directory = os.path.dirname(name) + "/cw_probe"
    text = c.read(name)
    plain, nested = directory + "/more.rs", directory + "/more/mod.rs"
    if "mod more" not in text:
        c.write(plain, f"pub const MORE: u32 = {value(rng)};\n")
        c.write(name, text.replace("VALUE ^ 5", "VALUE ^ 5 ^ more::MORE") + "pub mod more;\n")
        return f"{plain} is new"
    if (c.root / plain).exists() and rng.random() < 0.6:
        (c.root / nested).parent.mkdir()
        os.rename(c.root / plain, c.root / nested)
        return f"{plain} becomes {nested}"
    shutil.rmtree(c.root / directory)
    c.write(name, text.replace("VALUE ^ 5 ^ more::MORE", "VALUE ^ 5").replace("pub mod more;\n", ""))
    return f"{directory} goes"


def link(rng, c):
    """A data file is a symbolic link, or what it points to changes."""
    name = one_of(rng, [n for n in c.files() if n.endswith("cw_data.txt")])
    path = c.root / name
    shared = c.root / "shared-data"
    if path.is_symlink():
        shared.write_text(f"shared {value(rng)}")
        return "what links point to changes"
    if not shared.exists():
        shared.write_text("shared one")
    path.unlink()
    path.symlink_to(os.path.relpath(shared, path.parent))
    return f"{name} becomes a symbolic link"


def macro(rng, c):
    name = one_of(rng, [n for n in c.sources() if "pub fn cw_value(" in c.read(n)])
    to = value(rng)
    c.substitute(name, r'"\d+u32"', f'"{to}u32"')
    return f"the proc macro in {name} says {to}"


def grammar(rng, c):
    if not any(name in ("pest", "small-macro") for name, _ in c.project.packages):
        raise Inapplicable("no grammar")
    c.substitute("app/src/list.pest", r"number = \{[^}]*\}", f'number = {{ ASCII_DIGIT{{1,{rng.randrange(1, 9)}}} }}')
    return "the grammar that a proc macro reads"


def script_input(rng, c):
    name = one_of(rng, [n for n in c.files() if n.endswith("cw_input.txt")])
    c.write(name, "in " + "x" * rng.randrange(1, 9) + "\n")
    return f"other text in {name}"


def script_directory(rng, c):
    directory = os.path.dirname(one_of(rng, [n for n in c.files() if n.endswith("cw_input.txt")])) + "/cw_inputs"
    names = sorted(os.listdir(c.root / directory)) if (c.root / directory).is_dir() else []
    if names and rng.random() < 0.5:
        name = one_of(rng, names)
        if rng.random() < 0.5:
            os.rename(c.root / directory / name, c.root / directory / f"r{value(rng)}")
            return f"{directory}/{name} is renamed"
        (c.root / directory / name).unlink()
        return f"{directory}/{name} goes"
    c.write(f"{directory}/f{value(rng)}", "")
    return f"a file more in {directory}"


def script_source(rng, c):
    name = one_of(rng, [n for n in c.sources() if n.endswith("build.rs") and "cw_probe" in c.read(n)])
    c.substitute(name, r"let constant = \d+", f"let constant = {value(rng)}")
    return f"the build script {name}"


def script_names_other_inputs(rng, c):
    """What decides whether the script runs again is what it names: it names no more, or again."""
    name = one_of(rng, [n for n in c.sources() if n.endswith("build.rs") and "rerun-if-env-changed=CW_SCRIPT" in c.read(n)])
    line = '    println!("cargo:rerun-if-changed=cw_inputs");\n'
    text = c.read(name)
    if line in text:
        # With the line goes what it declares, or cargo's own rule would let the script see what it did not name.
        text = text.replace(line, "").replace('read_dir("cw_inputs")', 'read_dir("cw_nothing")')
    else:
        text = text.replace('    println!("cargo:rerun-if-env-changed=CW_SCRIPT");\n', line + '    println!("cargo:rerun-if-env-changed=CW_SCRIPT");\n')
        text = text.replace('read_dir("cw_nothing")', 'read_dir("cw_inputs")')
    c.write(name, text)
    return f"{name} names other inputs"


def change_variable(rng, c, name):
    to = rng.choice([None, "", "a", "b c", str(value(rng))])
    c.env.pop(name, None)
    if to is not None:
        c.env[name] = to
    return f"{name} is {'not set' if to is None else repr(to)}"


def seen_variable(rng, c):
    packages = [name.split("/")[0].replace("-", "_") for name in c.files() if name.endswith("cw_probe.rs")]
    return change_variable(rng, c, "CW_SEEN_" + one_of(rng, packages))


def looks_without_saying(c):
    return any(n.endswith("build.rs") and 'env::var("CW_SCRIPT")' in c.read(n) and 'CW_SCRIPT");' not in c.read(n) for n in c.sources())


def script_variable(rng, c):
    one_of(rng, [n for n in c.files() if n.endswith("cw_input.txt")])
    if looks_without_saying(c):
        raise Inapplicable("a script that looks at a variable and does not say so")
    return change_variable(rng, c, "CW_SCRIPT")


def unseen_variable(rng, c):
    return change_variable(rng, c, "CW_NOISE")


def rustflags(rng, c):
    c.env["RUSTFLAGS"] = rng.choice(RUSTFLAGS)
    return f"RUSTFLAGS is {c.env['RUSTFLAGS']!r}"


def profile_variable(rng, c):
    name = rng.choice(["CARGO_PROFILE_DEV_OPT_LEVEL", "CARGO_PROFILE_DEV_CODEGEN_UNITS", "CARGO_PROFILE_DEV_BUILD_OVERRIDE_OPT_LEVEL"])
    c.env.pop(name, None)
    to = rng.choice([None, "1", "2"])
    if to:
        c.env[name] = to
    return f"{name} is {to}"


def profile_manifest(rng, c):
    chosen = rng.choice(PROFILES)
    text = c.read("Cargo.toml")
    c.write("Cargo.toml", re.sub(r"\[profile\.dev\]\n.*?(?=\[patch)", lambda _: "[profile.dev]\n" + chosen, text, flags=re.S))
    return f"the profile becomes {chosen!r}"


def config(rng, c):
    chosen = rng.choice(CONFIGS)
    path = c.root / ".cargo" / "config.toml"
    if "CW_SCRIPT" in chosen and looks_without_saying(c):
        raise Inapplicable("a script that looks at a variable and does not say so")
    if not chosen:
        path.unlink(missing_ok=True)
        return "no .cargo/config.toml"
    c.write(".cargo/config.toml", chosen)
    return f".cargo/config.toml: {chosen!r}"


def description(rng, c):
    name = one_of(rng, c.packages()) + "/Cargo.toml"
    c.substitute(name, r'(?m)^description = .*', f'description = "described {value(rng)}"')
    return f"the description in {name}"


def version(rng, c):
    """Of the program, so that no requirement is in the way; its probe shows it."""
    name = c.project.build + "/Cargo.toml"
    c.substitute(name, r'(?m)^version = "(\d+)\.(\d+)\.\d+"', rf'version = "\g<1>.\g<2>.{rng.randrange(100)}"')
    return f"the version in {name}"


def feature(rng, c):
    chosen = one_of(rng, c.project.features)
    c.features = [f for f in c.features if f != chosen] if chosen in c.features else sorted([*c.features, chosen])
    return f"features: {c.features}"


def release(rng, c):
    c.release = not c.release
    return f"the profile {c.profile()}"


def toolchain(rng, c):
    c.toolchain = TOOLCHAINS[1 - TOOLCHAINS.index(c.toolchain)]
    return f"rustc {c.toolchain}"


def branch(rng, c):
    """There and back: what is built now is kept as a branch, an earlier one is checked out."""
    if not c.branches:
        raise Inapplicable("no other branch")
    at = rng.randrange(len(c.branches))
    now = c.snapshot()
    c.switch(c.branches[at])
    c.branches[at] = now
    return f"branch {at} is checked out"


def intermediates(c, endings):
    found = []
    for directory, subdirectories, names in os.walk(c.root / "target"):
        subdirectories.sort()
        found += [os.path.join(directory, name) for name in names if name.endswith(endings) and ".cargo-wasm" in directory]
    return sorted(found)


def artifact_gone(rng, c):
    path = c.root / "target" / c.project.target / c.profile() / c.project.artifact
    path.unlink(missing_ok=True)
    return "the artifact is removed"


def artifact_overwritten(rng, c):
    path = c.root / "target" / c.project.target / c.profile() / c.project.artifact
    if not path.exists():
        raise Inapplicable("no artifact")
    path.chmod(0o644)
    with open(path, "ab") as out:
        out.write(b"more")
    return "the artifact is appended to"


def artifact_replaced(rng, c):
    path = c.root / "target" / c.project.target / c.profile() / c.project.artifact
    if not path.exists():
        raise Inapplicable("no artifact")
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(bytes(reversed(content)))
    return "the artifact is replaced"


def intermediate_gone(rng, c):
    path = one_of(rng, intermediates(c, (".rlib", ".rmeta", ".so", ".wasm", "build-script-build")))
    os.unlink(path)
    return f"{os.path.basename(path)} is removed"


def intermediate_changed(rng, c):
    path = one_of(rng, intermediates(c, (".rlib", ".rmeta", ".so")))
    content = open(path, "rb").read()
    at = rng.randrange(len(content))
    os.unlink(path)
    with open(path, "wb") as out:
        out.write(content[:at] + bytes([content[at] ^ 1]) + content[at + 1:])
    return f"a bit of {os.path.basename(path)} is flipped"


def out_dir_file_gone(rng, c):
    path = one_of(rng, intermediates(c, ("cw_gen.rs", "private.rs")))
    os.unlink(path)
    return f"{os.path.basename(path)} in an OUT_DIR is removed"


def out_dir_file_changed(rng, c):
    path = one_of(rng, intermediates(c, ("cw_gen.rs",)))
    content = open(path).read()
    os.unlink(path)
    with open(path, "w") as out:
        out.write(content.replace('"', '"changed ', 1))
    return "cw_gen.rs in an OUT_DIR is changed by another program"


def target_gone(rng, c):
    shutil.rmtree(c.root / "target", ignore_errors=True)
    return "target/ is removed"


def moved(rng, c):
    new = c.base / ("checkout" if c.root.name != "checkout" else "another place")
    os.rename(c.root, new)
    c.root = new
    return f"the checkout is moved to {new.name!r}"


# How often each is chosen; what is dear to build is rarer.
DECK = {
    constant: 4, constant_under_old_time: 2, older_file: 2, future_file: 1, comment: 3, function: 3, touch: 1, rewritten: 1, swapped: 1, data: 2, module: 4, link: 2,
    macro: 3, grammar: 3, script_input: 2, script_directory: 3, script_source: 2, script_names_other_inputs: 2, seen_variable: 3, script_variable: 2,
    unseen_variable: 1, rustflags: 3, profile_variable: 2, profile_manifest: 3, config: 3, description: 1, version: 1, feature: 3, release: 2, toolchain: 2,
    branch: 5, artifact_gone: 1, artifact_overwritten: 1, artifact_replaced: 1, intermediate_gone: 1, intermediate_changed: 1, out_dir_file_gone: 1,
    out_dir_file_changed: 1, target_gone: 1, moved: 1,
}


def choose(seed, step, checkout):
    """Makes the edit of this step, and says what it was. First comes every kind that can be made here, in an order of the seed's; then chance decides."""
    if checkout.pending is None:
        checkout.pending = list(DECK)
        random.Random(f"{seed} kinds").shuffle(checkout.pending)
    rng = random.Random(f"{seed} {checkout.project.packages[0][0]} {step}")
    waiting = list(checkout.pending)
    while True:
        edit = waiting.pop(0) if waiting else rng.choices(list(DECK), weights=list(DECK.values()))[0]
        before = checkout.snapshot()
        try:
            done = edit(rng, checkout)
        except Inapplicable:
            continue
        if edit in checkout.pending:
            checkout.pending.remove(edit)
        checkout.made[edit.__name__] = checkout.made.get(edit.__name__, 0) + 1
        if edit is not branch and rng.random() < 0.25:
            checkout.branches.append(before)
        return f"{edit.__name__}: {done}"
