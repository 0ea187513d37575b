"""Secrets in the environment: what is ours reaches no compiler; what a program takes into its output stays on its machine; what was looked at
stands nowhere as it is."""
import pathlib

import servers
from builder import check
from team import ALL, Machine, files_with

OURS = {"CARGO_REGISTRY_TOKEN": "hidden-token-of-crates-io", "CARGO_REGISTRIES_OWN_TOKEN": "hidden-token-of-own-registry", "CARGO_WASM_PUBLISH_KEY": "hidden-publish-key-text",
        "CARGO_WASM_KEY_PASSPHRASE": "hidden-pass-phrase", "TEAM_CACHE": "hidden-token-of-the-cache"}
LABEL, TOKEN = "planted-label-4711", "planted-token-0815"
CONFIGURED = "planted-in-config-1234"  # by [env]

SCRIPT = """use std::{env, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let all: String = env::vars().map(|(name, value)| format!("{name}={value}\\n")).collect();
    fs::write(env::var("DUMP").unwrap() + "-script", all).unwrap();
    let token = env::var("APP_TOKEN").unwrap_or_default();
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("token.txt"), token).unwrap();
}
"""


def plant(machine):
    """Text reads a variable by option_env!, the script of app another one behind everybody's back; every compiler is called by a wrapper."""
    (machine.root / "app/build.rs").write_text(SCRIPT)
    main = machine.root / "app/src/main.rs"
    main.write_text('const TOKEN: &str = include_str!(concat!(env!("OUT_DIR"), "/token.txt"));\n' + main.read_text().replace("fn main() {", 'fn main() {\n    println!("{TOKEN}");'))
    library = machine.root / "text/src/lib.rs"
    library.write_text(library.read_text() + '\npub const LABEL: Option<&str> = option_env!("APP_LABEL");\npub const FROM_CONFIG: &str = env!("app_secret");\n')
    config = machine.home / ".cargo/config.toml"
    config.write_text(config.read_text() + f'[env]\napp_secret = "{CONFIGURED}"\n')
    wrapper = machine.base.parent / "wrapper"
    wrapper.write_text('#!/bin/sh\nenv >>"$DUMP-wrapper"\nexec "$@"\n')
    wrapper.chmod(0o755)
    return {"RUSTC_WRAPPER": str(wrapper), "DUMP": str(machine.base / "dump"), "APP_LABEL": LABEL, "APP_TOKEN": TOKEN, **OURS}


def hidden(base):
    server = servers.nginx(base, "nginx-token", token=OURS["TEAM_CACHE"])
    if server is None:
        return
    try:
        a, b = Machine(base, "planted-a"), Machine(base, "planted-b", "other")
        public = a.keygen("ci")
        file = a.home / ".cargo/cargo-wasm/cache-key"
        secret = file.read_text().strip()
        file.unlink()
        a.configure(team={"url": server.url, "mode": "read-write", "token_env": "TEAM_CACHE", "trust": [public]})
        b.configure(team={"url": server.url, "token_env": "TEAM_CACHE", "trust": [public]})
        env = {**plant(a), "CARGO_WASM_CACHE_KEY": secret}
        built = a.build("--reproducible", **env)
        pushed = a.run("cache", "push", "--wait", **env)
        check("secrets: a build with a token, and a key in a variable", built.code == 0 and built.ran >= ALL and built.warnings == "" and pushed.returncode == 0, built.ran, built.said, pushed.stderr)
        told = [path.read_text() for path in a.base.glob("dump-*")]
        check("secrets: what is ours reaches neither the wrapper nor a build script", len(told) == 2 and all("APP_TOKEN=" + TOKEN in text for text in told)
              and not any(name in text for name in (*OURS, "CARGO_WASM_CACHE_KEY") for text in told), [len(text) for text in told], sorted(set(OURS) & set("\n".join(told).replace("=", "\n").split("\n"))))
        ours = [*OURS.values(), secret.split("+", 4)[4]]
        check("secrets: ... and is in no file of the machine", files_with(a.base, *ours) == [], files_with(a.base, *ours))
        www = pathlib.Path(server.base)
        check("secrets: the server has results, and neither these nor what the program took in", len(files_with(www / "www", "cargo-wasm/notes")) > 5
              and files_with(www / "www", *ours, LABEL, TOKEN, CONFIGURED) == [], files_with(www / "www", *ours, LABEL, TOKEN, CONFIGURED))
        planted(a, b, env, built)
    finally:
        server.stop()


def planted(a, b, env, built):
    there = [name for name in files_with(a.base, LABEL, TOKEN, CONFIGURED) if not name.startswith("dump-") and name != "home/.cargo/config.toml" and "/cargo-wasm/plan/" not in name]
    outputs = [name for name in there if not (name.endswith((".wasm", ".rlib", ".rmeta", "/token.txt")) or name.startswith("store/cas/") or name.endswith(".o"))]
    check("secrets: what was looked at stands in outputs alone: in no state log, record, snapshot, dep-info or entry", there and outputs == [], outputs)
    kept = [path.name for path in (a.root / "target/.cargo-wasm").iterdir() if path.name.startswith("state")] + [(a.root / "target/build-record.json").name]
    check("secrets: ... all of which are there", len(kept) == 2, kept)
    taken = b.build("--reproducible", **{**env, **plant(b)})
    check("secrets: a machine with the same values takes what saw none of them, and makes the rest", taken.code == 0 and taken.ran == {"text", "app", "script"}
          and taken.module == built.module, taken.ran, taken.said)
    again = a.build("--reproducible", **{**env, "APP_LABEL": "another-label"}, )
    check("secrets: another value is another result", again.code == 0 and again.ran == {"text", "app"}, again.ran, again.said)
    told = a.build("--reproducible", "--explain-rebuild", **{**env, "APP_LABEL": "a-third-label"})
    line = next((line.strip() for line in told.said.splitlines() if "APP_LABEL" in line), "")
    check("secrets: ... which is told without the values", line.endswith("the environment variable `APP_LABEL` changed") and LABEL not in told.said, line, told.said)
    back = a.build("--reproducible", **env)
    check("secrets: going back takes the first result from the own store", back.is_good(built.module, set()), back.ran, back.said)


HANDING_ON = """fn main() {
    println!("cargo:rerun-if-changed=.env");
    for line in std::fs::read_to_string(".env").unwrap().lines() {
        println!("cargo:rustc-env={}", line.replace("\\\\$", "$").replace('"', ""));
    }
}
"""


def write_down(machine, service, address):
    """A script hands on what stands in `.env`, without its escapes, and a library looks at a variable of `[env]`; their names tell nothing."""
    (machine.root / "base/.env").write_text('SERVICE="' + service.replace("$", "\\$") + '"\n')
    (machine.root / "base/build.rs").write_text(HANDING_ON)
    for name, line in (("base", 'pub const SERVICE: &str = env!("SERVICE");\n'), ("mac", 'const _ADDRESS: &str = env!("DATABASE_URL");\n')):
        library = machine.root / name / "src/lib.rs"
        library.write_text(library.read_text() + line)
    config = machine.home / ".cargo/config.toml"
    config.write_text(config.read_text() + f'[env]\nDATABASE_URL = "{address}"\n')


def written_down(base):
    """Values that no variable of the environment has: of `.env` files, and of the configuration."""
    server = servers.nginx(base, "nginx-written")
    if server is None:
        return
    try:
        a, b = Machine(base, "written-a"), Machine(base, "written-b", "other")
        key = a.keygen("ci")
        a.configure(team={"url": server.url, "mode": "read-write"})
        b.configure(team={"url": server.url, "trust": [key]})
        values = ["planted-in$dotenv-4711", "planted://in-env@0815"]
        write_down(a, *values)
        write_down(b, "another-in$dotenv-4712", "another://in-env@0816")
        built = a.build()
        pushed = a.run("cache", "push", "--wait")
        check("written down: it is built and pushed", built.code == 0 and built.ran >= ALL and built.warnings == "" and pushed.returncode == 0, built.ran, built.said, pushed.stderr)
        www = pathlib.Path(server.base) / "www"
        check("written down: the server has results, and none with a value of `.env` or `[env]`", len(files_with(www, "cargo-wasm/notes")) > 1 and files_with(www, *values) == [], files_with(www, *values))
        taken = b.build()
        check("written down: with other values others still take what looked at neither, and run scripts, which may look unseen", taken.code == 0
              and taken.ran == {"base", "mac", "text", "app", "script"}, taken.ran, taken.said)
        again = a.build()
        a.forget(store=False)
        check("written down: the own store has all of it", again.code == 0 and a.build().is_good(built.module, set()), again.said)
    finally:
        server.stop()
