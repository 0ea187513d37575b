"""The graphs and workspaces that are measured."""
import pathlib

PACKAGE = '[package]\nname = "measured"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n'

# The ten largest of the lock suite's graphs.
LARGEST = [
    ("bevy", 'bevy = "0.14"\n'),
    ("wgpu-winit-eframe", 'wgpu = "22"\nwinit = "0.30"\neframe = "0.28"\n'),
    ("wasmtime-wasi", 'wasmtime = "25"\nwasmtime-wasi = "25"\n'),
    ("tauri", 'tauri = "2"\n'),
    ("leptos-axum", 'leptos = { version = "0.6", features = ["ssr"] }\nleptos_axum = "0.6"\naxum = "0.7"\n'),
    ("sqlx-axum", 'sqlx = { version = "0.8", features = ["postgres", "sqlite", "runtime-tokio"] }\naxum = "0.7"\n'),
    ("polars", 'polars = { version = "0.43", features = ["lazy", "parquet", "csv"] }\n'),
    ("datafusion", 'datafusion = "41"\n'),
    ("bevy-wasmtime", 'bevy = "0.14"\nwasmtime = "25"\n'),
    ("sqlx-polars-leptos", 'sqlx = { version = "0.8", features = ["postgres", "runtime-tokio"] }\npolars = "0.43"\nleptos = "0.6"\n'),
]

FETCH = 'wasmtime = "25"\naxum = "0.7"\nsqlx = { version = "0.8", features = ["postgres", "sqlite", "runtime-tokio"] }\nleptos = "0.6"\nimage = "0.25"\n'


def write_project(root, dependencies):
    (root / "src").mkdir(parents=True, exist_ok=True)
    (root / "src" / "lib.rs").write_text("")
    (root / "Cargo.toml").write_text(PACKAGE + dependencies + "\n[workspace]\n")
    return root


def write_workspace(root: pathlib.Path, members, files):
    """A chain of small libraries; each uses the one before it and has a handful of modules."""
    root.mkdir(parents=True)
    names = [f"part{i:03}" for i in range(members)]
    (root / "Cargo.toml").write_text("[workspace]\nresolver = \"2\"\nmembers = [\"part*\"]\n")
    for i, name in enumerate(names):
        source = root / name / "src"
        source.mkdir(parents=True)
        before = f'{names[i - 1]} = {{ path = "../{names[i - 1]}" }}\n' if i else ""
        (root / name / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n{before}')
        modules = [f"m{j}" for j in range(files - 1)]
        uses = f"    {names[i - 1]}::value() + " if i else "    "
        (source / "lib.rs").write_text("".join(f"mod {m};\n" for m in modules) + f"pub fn value() -> u64 {{\n{uses}{' + '.join(m + '::value()' for m in modules)}\n}}\n")
        for j, module in enumerate(modules):
            (source / f"{module}.rs").write_text(f"pub fn value() -> u64 {{\n    {j}\n}}\n")
    return root
