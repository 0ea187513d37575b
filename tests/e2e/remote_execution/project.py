"""Workspaces for the suite of remote execution: everything in them is made here, nothing is downloaded."""


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def manifest(name, dependencies=(), more=""):
    lines = "".join(f'{other} = {{ path = "../{other}" }}\n' for other in dependencies)
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}\n[dependencies]\n{lines}'


def many(root, count):
    """`count` libraries, each on up to three before it, with generics, panics with places and a warning each; a program over all of them."""
    names = [f"lib{number}" for number in range(count)]
    files = {"Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["app", "lib*"]\n[profile.release]\ndebug = 1\n'}
    for number, name in enumerate(names):
        below = sorted({names[other] for other in (number - 1, number - 2, number // 2) if 0 <= other < number})
        calls = "".join(f" + {other}::value(&[x as u8, {number}])" for other in below)
        files[f"{name}/Cargo.toml"] = manifest(name, below)
        files[f"{name}/src/lib.rs"] = f"""//! Library {number}.
mod table;
pub fn value<T: Copy + Into<u64>>(of: &[T]) -> u64 {{
    let unused = {number};
    let x = of.iter().copied().map(Into::into).fold(0u64, |a, b: u64| a.wrapping_mul(31).wrapping_add(b));
    assert!(x != 12345, "file {{}}", file!());
    x % table::TABLE.len() as u64{calls}
}}
"""
        files[f"{name}/src/table.rs"] = f"pub static TABLE: [u32; {number + 7}] = [{number}; {number + 7}];\n"
    files["app/Cargo.toml"] = manifest("app", names[-3:])
    files["app/src/main.rs"] = "fn main() {\n    println!(\"{}\", " + " + ".join(f"{name}::value(&[1u8, 2])" for name in names[-3:]) + ");\n}\n"
    write(root, files)


def special(root):
    """One library for each thing that a unit may look at."""
    write(root, {
        "Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["app", "plain", "script", "macros", "macro-user", "outside", "place", "machine", "variable", "constant", "text"]\n',
        "shared.txt": "shared\n",
        "plain/Cargo.toml": manifest("plain"),
        "plain/src/lib.rs": "pub fn quoted() -> &'static str { \"it's\" }\npub const NAME: &str = env!(\"CARGO_PKG_NAME\");\n",
        "script/Cargo.toml": manifest("script"),
        "script/build.rs": """fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/made.rs"), "pub const MADE: u32 = 7;").unwrap();
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-cfg=by_script");
    println!("cargo:rustc-check-cfg=cfg(by_script)");
    println!("cargo:rustc-env=BY_SCRIPT=a word's \\"quotes\\" $R");
}
""",
        "script/src/lib.rs": "include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\n#[cfg(by_script)]\npub const WORD: &str = env!(\"BY_SCRIPT\");\n",
        "macros/Cargo.toml": manifest("macros", more="[lib]\nproc-macro = true\n"),
        "macros/src/lib.rs": """use proc_macro::TokenStream;
#[proc_macro]
pub fn read(input: TokenStream) -> TokenStream {
    let file = input.to_string().trim_matches('"').to_string();
    let text = std::fs::read_to_string(format!("{}/{file}", std::env::var("CARGO_MANIFEST_DIR").unwrap())).expect("no such file");
    format!("{text:?}").parse().unwrap()
}
""",
        "macro-user/Cargo.toml": manifest("macro-user", ["macros"]),
        "macro-user/words.txt": "by a macro\n",
        "macro-user/src/lib.rs": "pub const WORDS: &str = macros::read!(\"words.txt\");\n",
        "outside/Cargo.toml": manifest("outside"),
        "outside/src/lib.rs": "pub const SHARED: &str = include_str!(\"../../shared.txt\");\n",
        "place/Cargo.toml": manifest("place"),
        "place/src/lib.rs": "pub fn place() -> &'static str { env!(\"CARGO_MANIFEST_DIR\") }\n",
        "machine/Cargo.toml": manifest("machine"),
        "machine/src/lib.rs": "pub fn text() -> &'static str { include_str!(\"/etc/passwd\") }\n",
        "variable/Cargo.toml": manifest("variable"),
        "variable/src/lib.rs": "pub fn word() -> Option<&'static str> { option_env!(\"A_WORD\") }\n",
        "constant/Cargo.toml": manifest("constant"),
        "constant/src/lib.rs": "const _: () = match option_env!(\"A_WORD\") { Some(_) => (), None => panic!() };\n",
        "text/Cargo.toml": manifest("text"),
        "text/src/lib.rs": "#![doc = include_str!(\"../README.md\")]\npub fn text() -> &'static str { include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/README.md\")) }\n",
        "text/README.md": "A text.\n",
        "app/Cargo.toml": manifest("app", ["plain", "script", "macro-user", "outside", "place", "machine", "variable", "constant", "text"]),
        "app/src/main.rs": """fn main() {
    println!("{} {} {} {} {} {} {} {} {:?} {}", plain::quoted(), plain::NAME, script::MADE, script::WORD, macro_user::WORDS, outside::SHARED, place::place(), machine::text(),
             variable::word(), text::text());
}
"""})


def handed_on(root):
    """A script looks at a variable and hands its value on: to its library, to a file that a library includes, and through it to a third."""
    write(root, {
        "Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["app", "by-name", "by-file", "above", "plain"]\n',
        "by-name/Cargo.toml": manifest("by-name"),
        "by-name/build.rs": """fn main() {
    println!("cargo:rerun-if-env-changed=HANDED");
    println!("cargo:rustc-env=WORD={}", std::env::var("HANDED").unwrap());
}
""",
        "by-name/src/lib.rs": "pub const WORD: &str = env!(\"WORD\");\n",
        "by-file/Cargo.toml": manifest("by-file"),
        "by-file/build.rs": """fn main() {
    println!("cargo:rerun-if-env-changed=HANDED");
    std::fs::write(format!("{}/word.txt", std::env::var("OUT_DIR").unwrap()), std::env::var("HANDED").unwrap()).unwrap();
}
""",
        "by-file/src/lib.rs": "pub const WORD: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/word.txt\"));\n",
        "above/Cargo.toml": manifest("above", ["by-file"]),
        "above/src/lib.rs": "pub fn length() -> usize { by_file::WORD.len() }\n",
        "plain/Cargo.toml": manifest("plain"),
        "plain/src/lib.rs": "pub fn one() -> usize { 1 }\n",
        "app/Cargo.toml": manifest("app", ["by-name", "above", "plain"]),
        "app/src/main.rs": "fn main() { println!(\"{} {}\", by_name::WORD.len(), above::length() + plain::one()); }\n",
    })
