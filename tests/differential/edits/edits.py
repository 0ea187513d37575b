"""Random edits of a project in a checkout. An edit is chosen by a generator of its own and by what lies in the checkout, so that a seed and a number
of steps always mean the same; each returns what it did, in words."""
import os
import random
import re
import shutil

from checkout import TOOLCHAINS, Checkout, Inapplicable  # noqa: F401

RUSTFLAGS = ["", "-C debug-assertions=off", "--cfg cw_flag", "-C target-feature=+bulk-memory", "-C opt-level=1", "-C link-arg=--no-gc-sections",
             "-C link-arg=@cw_link.txt"]
PROFILES = ["debug = 0\n", "debug = 1\n", "debug = 0\nopt-level = 1\n", "debug = 0\ncodegen-units = 1\n", 'debug = 0\npanic = "abort"\n',
            'debug = "line-tables-only"\noverflow-checks = false\n', 'debug = 0\nlto = "thin"\n', 'debug = 0\n[profile.dev.build-override]\nopt-level = 1\n',
            'debug = 0\n[profile.dev.package."*"]\nopt-level = 1\n', "debug = 0\nstrip = true\ndebug-assertions = false\n"]
CONFIGS = ["", '[build]\nrustflags = ["--cfg", "cw_config"]\n', '[env]\nCW_SEEN_app = "by config"\nCW_SCRIPT = "by config"\n',
           '[env]\nCW_SCRIPT = { value = "forced", force = true }\n', '[profile.dev]\nopt-level = 1\n', '[target.wasm32-wasip1]\nrustflags = ["-C", "opt-level=2"]\n']
OLD = 1_600_000_000


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
    if (c.root / plain).exists() and rng.random() < 0.3:
        os.rename(c.root / plain, c.root / directory / "More.rs")
        c.write(name, text.replace("pub mod more;", '#[path = "cw_probe/More.rs"] pub mod more;'))
        return f"{plain} becomes {directory}/More.rs"
    if (c.root / plain).exists() and rng.random() < 0.6:
        (c.root / nested).parent.mkdir()
        os.rename(c.root / plain, c.root / nested)
        return f"{plain} becomes {nested}"
    shutil.rmtree(c.root / directory)
    c.write(name, re.sub(r'(#\[path = "[^"]*"\] )?pub mod more;\n', "", text.replace("VALUE ^ 5 ^ more::MORE", "VALUE ^ 5")))
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


def linked_directory(rng, c):
    """A directory that a script reads holds a link to another, in which files come and go."""
    package = os.path.dirname(one_of(rng, [n for n in c.files() if n.endswith("cw_input.txt")]))
    link_path, shared = c.root / package / "cw_inputs" / "linked", c.root / "shared-inputs"
    if not link_path.is_symlink():
        c.write("shared-inputs/first", "")
        link_path.parent.mkdir(exist_ok=True)
        link_path.symlink_to(os.path.relpath(shared, link_path.parent))
        return f"{package}/cw_inputs/linked leads to shared-inputs"
    names = sorted(os.listdir(shared))
    if len(names) > 2:
        (shared / one_of(rng, names)).unlink()
        return "a file of shared-inputs goes"
    c.write(f"shared-inputs/f{value(rng)}", "")
    return "a file more in shared-inputs"


def named_file(rng, c):
    """What a build script names and only a macro in its package reads."""
    name = one_of(rng, [n for n in c.files() if n.endswith("cw_named.txt")])
    c.write(name, f"named {value(rng)}")
    return f"other text in {name}, which a macro reads"


def link_arguments(rng, c):
    c.write("cw_link.txt", f"-z stack-size={rng.randrange(2, 20) * 65536}\n")
    return "the file of link arguments"


def script_moved(rng, c):
    """The manifest names another file for the build script."""
    manifest = one_of(rng, [n for n in c.files() if n.endswith("/Cargo.toml") and (c.root / n).parent.joinpath("cw_input.txt").exists()])
    directory = c.root / os.path.dirname(manifest)
    old, new = ("build.rs", "cw_build.rs") if (directory / "build.rs").exists() else ("cw_build.rs", "build.rs")
    os.rename(directory / old, directory / new)
    text = re.sub(r'(?m)^build = .*\n', "", c.read(manifest))
    c.write(manifest, text.replace("[package]\n", f'[package]\nbuild = "{new}"\n', 1))
    return f"{manifest}: build = {new!r}"


def lints(rng, c):
    name = one_of(rng, c.packages()) + "/Cargo.toml"
    text = c.read(name)
    if "[lints" in text:
        c.write(name, re.sub(r"\n\[lints\.rust\]\n.*\n", "", text))
        return f"{name}: no lints"
    c.write(name, text + f"\n[lints.rust]\n{rng.choice(['dead_code', 'unused_variables', 'unused_mut'])} = \"allow\"\n")
    return f"{name}: lints"


def edition(rng, c):
    """Of the program where it is ours: what packages of the registry are written in, they need."""
    c.substitute("app/Cargo.toml", r'edition = "\d+"', f'edition = "{rng.choice(["2018", "2021", "2024"])}"') if (c.root / "app").exists() else one_of(rng, [])
    return "the edition in app/Cargo.toml"


def package_moved(rng, c):
    """A package lies in another directory: a workspace member and a [patch] with another path."""
    name = one_of(rng, [n for n in c.packages() if n not in ("app", c.project.build)])
    new = name.removesuffix("-moved") if name.endswith("-moved") else name + "-moved"
    os.rename(c.root / name, c.root / new)
    for manifest in ["Cargo.toml", *(f"{package}/Cargo.toml" for package in c.packages())]:
        text = c.read(manifest)
        members = re.sub(r'(?m)^members = .*', lambda m: m.group(0).replace(f'"{name}"', f'"{new}"'), text)
        c.write(manifest, re.sub(rf'path = "(\.\./)?{re.escape(name)}"', rf'path = "\g<1>{new}"', members))
    return f"{name} becomes {new}"


def manifest_under_old_time(rng, c):
    """The description of a manifest that the crate looks at or not: same size, same modification time."""
    name = one_of(rng, [n + "/Cargo.toml" for n in c.packages() if re.search(r'(?m)^description = "described \d{4}"', c.read(n + "/Cargo.toml"))])
    status = (c.root / name).stat()
    c.substitute(name, r'(?m)^description = .*', f'description = "described {value(rng)}"')
    os.utime(c.root / name, ns=(status.st_atime_ns, status.st_mtime_ns))
    return f"the description in {name}, size and modification time stay"


def script_input_gone(rng, c):
    """What a script looked at is there no more, or again."""
    directory = os.path.dirname(one_of(rng, [n for n in c.files() if n.endswith(("cw_input.txt", "cw_no_input.txt"))]))
    old, new = ("cw_input.txt", "cw_no_input.txt")
    if not (c.root / directory / old).exists():
        old, new = new, old
    os.rename(c.root / directory / old, c.root / directory / new)
    return f"{directory}/{old} becomes {new}"


def mode(rng, c):
    name = one_of(rng, c.sources())
    (c.root / name).chmod((c.root / name).stat().st_mode ^ 0o111)
    return f"other permissions for {name}"


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
    name = one_of(rng, [n for n in c.sources() if n.endswith(("/build.rs", "cw_build.rs")) and "cw_probe" in c.read(n)])
    c.substitute(name, r"let constant = \d+", f"let constant = {value(rng)}")
    return f"the build script {name}"


def script_names_other_inputs(rng, c):
    """What decides whether the script runs again is what it names: it names no more, or again."""
    name = one_of(rng, [n for n in c.sources() if n.endswith(("/build.rs", "cw_build.rs")) and "rerun-if-env-changed=CW_SCRIPT" in c.read(n)])
    line = '    println!("cargo:rerun-if-changed=cw_inputs");\n'
    text = c.read(name)
    if line in text:
        # With the line goes what it declares, or cargo's own rule would let the script see what it did not name.
        text = text.replace(line, "").replace('listed("cw_inputs', 'listed("cw_nothing')
    else:
        text = text.replace('    println!("cargo:rerun-if-env-changed=CW_SCRIPT");\n', line + '    println!("cargo:rerun-if-env-changed=CW_SCRIPT");\n')
        text = text.replace('listed("cw_nothing', 'listed("cw_inputs')
    c.write(name, text)
    return f"{name} names other inputs"


def change_variable(rng, c, name):
    to = rng.choice([None, "", "a", "b c", str(value(rng))])
    c.env.pop(name, None)
    if to is not None:
        c.env[name] = to
    return f"{name} is {'not set' if to is None else repr(to)}"


def seen_variable(rng, c):
    packages = [name.split("/")[0].removesuffix("-moved").replace("-", "_") for name in c.files() if name.endswith("cw_probe.rs")]
    return change_variable(rng, c, "CW_SEEN_" + one_of(rng, packages))


def looks_without_saying(c):
    return any(n.endswith(("/build.rs", "cw_build.rs")) and 'env::var("CW_SCRIPT")' in c.read(n) and 'CW_SCRIPT");' not in c.read(n) for n in c.sources())


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


def flags_elsewhere(rng, c):
    """Where flags come from otherwise; that a variable is empty is not that it is not set."""
    name = rng.choice(["CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS"])
    c.env.pop(name, None)
    to = rng.choice([None, "", "--cfg\x1fcw_flag" if "ENCODED" in name else "--cfg cw_flag"])
    if to is not None:
        c.env[name] = to
    return f"{name} is {'not set' if to is None else repr(to)}"


def wrapper(rng, c):
    """A wrapper that hands everything on, of the compiler or of workspace members alone."""
    path = c.base / "wrapper.sh"
    if not path.exists():
        path.write_text('#!/bin/sh\nexec "$@"\n')
        path.chmod(0o755)
    name = rng.choice(["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"])
    was = c.env.pop(name, None)
    if was is None:
        c.env[name] = str(path)
    return f"{name} is {'set' if was is None else 'not set'}"


def config_above(rng, c):
    chosen = rng.choice(CONFIGS)
    if "CW_SCRIPT" in chosen and looks_without_saying(c):
        raise Inapplicable("a script that looks at a variable and does not say so")
    (c.base / ".cargo").mkdir(exist_ok=True)
    (c.base / ".cargo" / "config.toml").write_text(chosen)
    return f"the configuration above the checkout: {chosen!r}"


def profile_variable(rng, c):
    name = rng.choice(["CARGO_PROFILE_DEV_OPT_LEVEL", "CARGO_PROFILE_DEV_CODEGEN_UNITS", "CARGO_PROFILE_DEV_BUILD_OVERRIDE_OPT_LEVEL"])
    c.env.pop(name, None)
    to = rng.choice([None, "1", "2"])
    if to:
        c.env[name] = to
    return f"{name} is {to}"


def profile_in_manifest(c, chosen):
    text = c.read("Cargo.toml")
    c.write("Cargo.toml", re.sub(r"\[profile\.dev\]\n.*?(?=\[patch)", lambda _: "[profile.dev]\n" + chosen, text, flags=re.S))


def profile_manifest(rng, c):
    chosen = rng.choice(PROFILES)
    profile_in_manifest(c, chosen)
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
    linked_directory: 3, named_file: 2, link_arguments: 2, script_moved: 1, lints: 1, edition: 1, package_moved: 2, manifest_under_old_time: 1, script_input_gone: 2,
    mode: 1, flags_elsewhere: 2, wrapper: 1, config_above: 2,
    branch: 15, artifact_gone: 1, artifact_overwritten: 1, artifact_replaced: 1, intermediate_gone: 1, intermediate_changed: 1, out_dir_file_gone: 1,
    out_dir_file_changed: 1, target_gone: 1, moved: 1,
}


def settings_go_back(checkout):
    """What makes every build dear goes after some steps, all at once, so that there is time for more of them."""
    checkout.release, checkout.features = False, []
    for name in [name for name in checkout.env if name.startswith(("RUSTFLAGS", "CARGO_PROFILE_DEV"))]:
        checkout.env.pop(name)
    profile_in_manifest(checkout, PROFILES[0])
    return "no flags, no features, the first profile"


def is_dear(checkout):
    return (checkout.release or checkout.features or "opt-level" in checkout.env.get("RUSTFLAGS", "") or any(name.startswith("CARGO_PROFILE_DEV") for name in checkout.env)
            or re.search(r"opt-level|lto", checkout.read("Cargo.toml")))


def choose(seed, step, checkout):
    """Makes the edit of this step, and says what it was. First comes every kind that can be made here, in an order of the seed's; then chance decides."""
    if checkout.pending is None:
        checkout.pending = list(DECK)
        random.Random(f"{seed} kinds").shuffle(checkout.pending)
    rng = random.Random(f"{seed} {checkout.project.packages[0][0]} {step}")
    checkout.dear_steps = checkout.dear_steps + 1 if is_dear(checkout) else 0
    if checkout.dear_steps > 1:
        checkout.made["settings_go_back"] = checkout.made.get("settings_go_back", 0) + 1
        return f"settings_go_back: {settings_go_back(checkout)}"
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
