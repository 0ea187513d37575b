"""A workspace that has one of each thing that changes units and command lines: a cdylib beside an rlib, a program, a proc macro, a library used on
both sides with other features, `links`, lints, profiles with overrides, a build script with cfgs, variables and link arguments."""
FILES = {
    "Cargo.toml": """
[package]
name = "my-app"
version = "0.1.0-beta.2"
edition = "2021"
authors = ["A <a@b>", "C"]
description = "what it is"
license = "MIT"
rust-version = "1.80"
[lib]
name = "my_app"
crate-type = ["cdylib", "rlib"]
[[bin]]
name = "my-tool"
path = "src/main.rs"
[features]
default = ["x"]
x = []
y-z = []
[lints.rust]
unsafe_code = "forbid"
unused = { level = "warn", priority = -1 }
unexpected_cfgs = { level = "warn", check-cfg = ["cfg(mycfg)"] }
[dependencies]
util = { path = "util" }
mac = { path = "mac" }
native = { path = "native" }
[build-dependencies]
util = { path = "util", features = ["host"] }
[workspace]
[profile.release]
lto = "thin"
panic = "abort"
codegen-units = 2
[profile.release.package.util]
opt-level = "s"
""",
    "src/lib.rs": "pub fn f() { util::g() }\n",
    "src/main.rs": "fn main() { my_app::f() }\n",
    "tests/it.rs": "#[test]\nfn works() {}\n",
    "examples/show.rs": "fn main() {}\n",
    "build.rs": r"""
const SHOWN: &[&str] = &["OUT_DIR", "TARGET", "HOST", "PROFILE", "DEBUG", "OPT_LEVEL", "RUSTC", "RUSTDOC", "NUM_JOBS"];
fn main() {
    println!("cargo::rustc-cfg=mycfg");
    println!("cargo::rustc-env=FOO=bar");
    println!("cargo::rustc-link-search=native={}", std::env::var("OUT_DIR").unwrap());
    if std::env::var("TARGET").unwrap().starts_with("wasm32") {
        println!("cargo::rustc-link-arg-bins=--export-table");
        println!("cargo::rustc-link-arg-cdylib=--export-table");
    }
    for (key, value) in std::env::vars() {
        if key.starts_with("CARGO") || key.starts_with("DEP_") || SHOWN.contains(&key.as_str()) {
            println!("cargo::warning=ENV {key}={value}");
        }
    }
}
""",
    "util/Cargo.toml": '[package]\nname = "util"\nversion = "0.2.0"\nedition = "2018"\n[features]\nhost = []\n',
    "util/src/lib.rs": "pub fn g() {}\n",
    "mac/Cargo.toml": '[package]\nname = "mac"\nversion = "0.3.0"\nedition = "2018"\n[lib]\nproc-macro = true\n[dependencies]\nutil = { path = "../util" }\n',
    "mac/src/lib.rs": "",
    "native/Cargo.toml": '[package]\nname = "native"\nversion = "0.4.0"\nedition = "2018"\nlinks = "nat"\n',
    "native/src/lib.rs": "",
    "native/build.rs": 'fn main() {\n    let out = std::env::var("OUT_DIR").unwrap();\n    println!("cargo:include={out}/inc");\n    println!("cargo:rustc-link-search={out}/lib");\n}\n',
}


def write(root):
    """Puts the files under this directory, which need not exist."""
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content.lstrip("\n"))
