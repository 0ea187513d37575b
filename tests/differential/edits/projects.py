"""The six projects of the test of random edits: packages of crates.io, unpacked side by side into one workspace, so that programs, libraries, proc
macros and build scripts can all be edited; what else they need stays in the registry, at the versions of the locks in locks/. A seventh, `small`, has the
same parts in a few lines each, so that edits of every kind take seconds.

Every package is given a probe: a module whose constant, variable and file reach the program's output, and for a build script an input of each kind.
"""
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import corpus  # noqa: E402

WASIP1, UNKNOWN = "wasm32-wasip1", "wasm32-unknown-unknown"


class Project:
    def __init__(self, target, packages, build, artifact, features, app=None, dependencies="", written=None):
        self.target, self.artifact, self.build, self.features, self.written = target, artifact, build, features, written
        self.packages = [package.rsplit(" ", 1) for package in packages]
        self.app, self.dependencies = app, dependencies


def small_manifest(name, more):
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\ndescription = "one"\n{more}'


SMALL = {
    # Its script names a file for the macro in it.
    "small-base/Cargo.toml": small_manifest("small-base", '[features]\nmore = []\n[dependencies]\nsmall-macro = { path = "../small-macro" }\n'),
    "small-base/src/lib.rs": 'pub fn base() -> u32 { if cfg!(feature = "more") { 2 } else { 1 } }\npub fn named() -> &\'static str { small_macro::named!() }\n',
    "small-base/build.rs": 'fn main() {\n    println!("cargo:rerun-if-changed=cw_named.txt");\n}\n',
    "small-base/cw_named.txt": "named one",
    # Its script names no inputs, so that the whole package counts.
    "small-loose/Cargo.toml": small_manifest("small-loose", '[features]\nextra = []\n[dependencies]\nsmall-base = { path = "../small-base" }\n'),
    "small-loose/src/lib.rs": 'pub fn loose<T: Into<u32>>(more: T) -> u32 { small_base::base() + more.into() + u32::from(cfg!(feature = "extra")) }\n',
    "small-loose/build.rs": "fn main() {\n}\n",
    "small-macro/Cargo.toml": small_manifest("small-macro", "[lib]\nproc-macro = true\n"),
    "small-macro/src/lib.rs": """/// The text of a file of the crate that it is used in.
#[proc_macro]
pub fn list(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let path = std::path::Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("src/list.pest");
    let text = std::fs::read_to_string(path).unwrap();
    format!("{{ const _: &str = include_str!(\\"list.pest\\"); {:?} }}", text.len()).parse().unwrap()
}
/// The text of a file that the compiler is not told of.
#[proc_macro]
pub fn named(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let path = std::path::Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("cw_named.txt");
    format!("{:?}", std::fs::read_to_string(path).unwrap_or_default()).parse().unwrap()
}
""",
}
PROJECTS = {
    # A program with a build script that names no inputs, so that the whole package counts.
    "cmark": Project(WASIP1, ["pulldown-cmark 0.13.6", "pulldown-cmark-escape 0.11.0", "getopts 0.2.24", "unicase 2.9.0"], "pulldown-cmark",
                     "pulldown-cmark.wasm", ["simd", "serde"]),
    # A proc macro, a build script that writes into OUT_DIR, one that asks the compiler.
    "errors": Project(WASIP1, ["thiserror 2.0.21", "thiserror-impl 2.0.21", "anyhow 1.0.104"], "app", "app.wasm", ["anyhow/backtrace", "no-std"],
                      """use thiserror::Error;
#[derive(Error, Debug)]
enum Wrong {
    #[error("no {0} here")]
    Missing(String),
    #[error(transparent)]
    Number(#[from] std::num::ParseIntError),
}
fn parse(text: &str) -> Result<u32, Wrong> {
    if text.is_empty() { Err(Wrong::Missing("text".into())) } else { Ok(text.parse()?) }
}
fn main() {
    for text in ["", "7", "x"] {
        println!("{:?}", parse(text).map_err(anyhow::Error::from).map_err(|e| e.to_string()));
    }
}
""", 'thiserror = "2"\nthiserror-impl = "2"\nanyhow = "1"\n[features]\nno-std = []\n'),
    # Six packages in a row, three of them with build scripts, features that reach through.
    "json": Project(WASIP1, ["serde 1.0.229", "serde_core 1.0.229", "serde_derive 1.0.229", "serde_json 1.0.151", "itoa 1.0.19"], "app", "app.wasm",
                    ["serde_json/float_roundtrip", "serde_json/arbitrary_precision", "serde/rc"],
                    """#[derive(serde::Serialize, serde::Deserialize, Debug)]
struct Point { x: i32, y: Option<f64>, name: String }
fn main() {
    let point: Point = serde_json::from_str(r#"{"x": 3, "y": 0.1, "name": "here"}"#).expect("it is JSON");
    println!("{point:?} {}", serde_json::to_string(&point).expect("it can be written"));
}
""", 'serde = { version = "1", features = ["derive"] }\nserde_json = "1"\n'),
    # A program of which most is in the registry.
    "hexyl": Project(WASIP1, ["hexyl 0.17.0", "anyhow 1.0.104"], "hexyl", "hexyl.wasm", []),
    # A cdylib with the macros of wasm-bindgen.
    "slug": Project(UNKNOWN, ["slug 0.1.6", "deunicode 1.6.2"], "slug", "slug.wasm", []),
    # A proc macro that reads files of the crate it is used in.
    "grammars": Project(WASIP1, ["pest 2.9.6", "pest_derive 2.9.6", "pest_generator 2.9.6", "pest_meta 2.9.6"], "app", "app.wasm", ["pest/pretty-print"],
                        """use pest::Parser;
#[derive(pest_derive::Parser)]
#[grammar = "list.pest"]
struct List;
fn main() {
    for pair in List::parse(Rule::list, "1,22,333").expect("it is a list").flatten() {
        println!("{:?} {}", pair.as_rule(), pair.as_str());
    }
}
""", 'pest = "2"\npest_derive = "2"\n'),
    "small": Project(WASIP1, ["small-base 0.1.0", "small-loose 0.1.0", "small-macro 0.1.0"], "app", "app.wasm", ["small-base/more", "small-loose/extra"],
                     'fn main() {\n    println!("{} {} {}", small_loose::loose(7u8), small_macro::list!(), small_base::named());\n}\n',
                     'small-base = { path = "../small-base" }\nsmall-loose = { path = "../small-loose" }\nsmall-macro = { path = "../small-macro" }\n', SMALL),
}
GRAMMAR = 'number = { ASCII_DIGIT+ }\nlist = { number ~ ("," ~ number)* }\n'
PROBE = """#![allow(warnings)]
pub const VALUE: u32 = 1000;
#[inline(never)]
pub fn value() -> u32 { VALUE }
#[inline]
pub fn inlined() -> u32 { VALUE ^ 5 }
pub fn generic<T: Into<u32>>(more: T) -> u32 { more.into().wrapping_add(VALUE) }
pub fn seen() -> Option<&'static str> { option_env!("CW_SEEN_PACKAGE") }
pub fn data() -> &'static str { include_str!("cw_data.txt") }
pub fn described() -> &'static str { env!("CARGO_PKG_VERSION") }
"""
SCRIPT = """
// The probe of the test of random edits.
fn cw_probe() {
    let input = std::fs::read_to_string("cw_input.txt").unwrap_or_default();
    let listed = |directory: &str| -> Vec<String> {
        std::fs::read_dir(directory).map(|d| d.flatten().map(|e| e.file_name().into_string().unwrap()).collect()).unwrap_or_default()
    };
    let mut names = listed("cw_inputs");
    names.extend(listed("cw_inputs/linked"));
    names.sort();
    let variable = std::env::var("CW_SCRIPT").unwrap_or_default();
    let constant = 1000;
    println!("cargo:rustc-env=CW_FROM_SCRIPT={} {} {} {}", input.trim(), names.join(","), variable, constant);
    let out = std::path::Path::new(&std::env::var_os("OUT_DIR").unwrap()).join("cw_gen.rs");
    std::fs::write(out, format!("pub const GENERATED: &str = {:?};\\n", format!("{}/{}/{}", input.trim(), names.len(), constant))).unwrap();
    if input.len() % 2 == 0 { println!("cargo:rustc-cfg=cw_even"); }
RERUN}
"""
RERUN = """    println!("cargo:rerun-if-changed=cw_input.txt");
    println!("cargo:rerun-if-changed=cw_inputs");
    println!("cargo:rerun-if-env-changed=CW_SCRIPT");
"""
SCRIPT_USER = """pub const SCRIPT: &str = env!("CW_FROM_SCRIPT");
include!(concat!(env!("OUT_DIR"), "/cw_gen.rs"));
pub fn from_script() -> (&'static str, &'static str, bool) { (SCRIPT, GENERATED, cfg!(cw_even)) }
"""
MACRO = """
/// The probe of the test of random edits.
#[proc_macro]
pub fn cw_value(_: proc_macro::TokenStream) -> proc_macro::TokenStream { "1000u32".parse().unwrap() }
"""


def without_tests(text):
    """A normalised manifest without what only tests, benches and examples need."""
    kept, keep = [], True
    for line in text.splitlines():
        if line.startswith("["):
            keep = not re.match(r"\[(\[(test|bench|example)\]\]|(target\..*\.)?dev-dependencies|lints|profile)", line)
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def fetch(packages):
    """Brings packages by cargo into its own directory."""
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch)
        (root / "src").mkdir()
        (root / "src" / "lib.rs").write_text("")
        wanted = "".join(f'"{name}" = "={version}"\n' for name, version in packages)
        (root / "Cargo.toml").write_text(f'[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{wanted}')
        corpus.cargo("fetch", cwd=root)


def add_probe(directory, name):
    manifest = (directory / "Cargo.toml").read_text()
    crate = name.replace("-", "_")
    is_macro = "proc-macro = true" in manifest
    library = re.search(r'^path = "(src/lib\.rs)"', manifest, re.M) or (directory / "src" / "lib.rs").exists()
    main = directory / "src" / "main.rs"
    if is_macro:
        with open(directory / "src" / "lib.rs", "a") as out:
            out.write(MACRO)
        return f"println!(\"{name} {{}}\", {crate}::cw_value!());"
    script = directory / "build.rs"
    probe = PROBE.replace("PACKAGE", crate)
    shown = f'println!("{name} {{}} {{}} {{}} {{:?}} {{}} {{}}", PROBE::value(), PROBE::inlined(), PROBE::generic(3u8), PROBE::seen(), PROBE::data(), PROBE::described());'
    if script.exists():
        text = script.read_text()
        names_inputs = "rerun-if" in text
        text = re.sub(r"^fn main\(\)( *)\{", r"fn main() {\n    cw_probe();", text, count=1, flags=re.M)
        added = SCRIPT.replace("RERUN", RERUN if names_inputs else "")
        if name == "small-loose":  # a script that does not look at the variable, so that it may change
            added = added.replace('std::env::var("CW_SCRIPT").unwrap_or_default()', "String::new()")
        script.write_text(text + added)
        (directory / "cw_input.txt").write_text("one\n")
        (directory / "cw_inputs").mkdir()
        (directory / "cw_inputs" / "a").write_text("")
        probe += SCRIPT_USER
        shown += f' println!("{name} {{:?}}", PROBE::from_script());'
    (directory / "src" / "cw_probe.rs").write_text(probe)
    (directory / "src" / "cw_data.txt").write_text("data one")
    if library:
        with open(directory / "src" / "lib.rs", "a") as out:
            out.write("\n#[doc(hidden)]\n#[allow(warnings)]\npub mod cw_probe;\n")
        return shown.replace("PROBE", f"{crate}::cw_probe")
    main.write_text(main.read_text() + "\nmod cw_probe;\n")
    return shown.replace("PROBE", "cw_probe")


def make(name, root):
    """The project in `root`, as it is before the first edit."""
    project = PROJECTS[name]
    missing = [package for package in project.packages if not project.written and corpus.unpacked(*package) is None]
    if missing:
        fetch(missing)
    root.mkdir(parents=True)
    for file, text in (project.written or {}).items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    shown = {}
    for package, version in project.packages:
        if project.written:
            shown[package] = add_probe(root / package, package)
            continue
        shutil.copytree(corpus.unpacked(package, version), root / package)
        for extra in (".cargo-ok", "Cargo.lock", "Cargo.toml.orig", ".cargo_vcs_info.json"):
            (root / package / extra).unlink(missing_ok=True)
        for source in (root / package / "src").rglob("*.rs"):  # a path package's lints count, a registry package's do not
            text = source.read_text()
            if re.search(r"#!\[(deny|forbid)\(", text):
                source.write_text(re.sub(r"#!\[(deny|forbid)\(", "#![warn(", text))
        manifest = root / package / "Cargo.toml"
        manifest.write_text(without_tests(manifest.read_text()))
        shown[package] = add_probe(root / package, package)
    members = [package for package, _ in project.packages]
    if project.app:
        members.append("app")
        (root / "app" / "src").mkdir(parents=True)
        (root / "app" / "src" / "main.rs").write_text(project.app)
        (root / "app" / "src" / "list.pest").write_text(GRAMMAR)
        (root / "app" / "Cargo.toml").write_text('[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\ndescription = "one"\n[dependencies]\n' + project.dependencies)
        shown["app"] = add_probe(root / "app", "app")
    add_report(root, project, shown)
    (root / "cw_link.txt").write_text("-z stack-size=131072\n")
    patches = "" if project.written else "".join(f'"{package}" = {{ path = "{package}" }}\n' for package, _ in project.packages)
    (root / "Cargo.toml").write_text(f"[workspace]\nresolver = \"2\"\nmembers = {members!r}\n[profile.dev]\ndebug = 0\n[patch.crates-io]\n{patches}".replace("'", '"'))
    lock = HERE / "locks" / f"{name}.lock"
    if lock.exists():
        shutil.copy(lock, root / "Cargo.lock")
    else:
        corpus.cargo("generate-lockfile", cwd=root)
    if not project.written:
        corpus.cargo("fetch", "--locked", "--target", project.target, cwd=root)
        corpus.cargo("fetch", "--locked", cwd=root)
    return project


def add_report(root, project, shown):
    """The program says what all probes say that it can reach."""
    main = root / project.build / "src" / "main.rs"
    manifest = (root / project.build / "Cargo.toml").read_text()
    own = [text for package, text in shown.items()
           if package == project.build or re.search(rf'^(\[dependencies\.)?"?{re.escape(package)}"?(\]| =)', manifest, re.M)]
    optional = [text for package, text in shown.items() if re.search(rf"\[dependencies\.{re.escape(package)}\][^\[]*optional = true", manifest)]
    own = [text for text in own if text not in optional]
    if not main.exists():
        text = re.sub(r"println!\(", "out += &format!(", "".join(own)).replace(f"{project.build}::cw_probe", "crate::cw_probe")
        with open(root / project.build / "src" / "lib.rs", "a") as out:
            out.write('#[no_mangle]\npub extern "C" fn cw_report() -> u32 {\n    let mut out = String::new();\n    ' + text +
                      '\n    out.bytes().fold(7, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)))\n}\n')
        return
    text = main.read_text()
    text, count = re.subn(r"^((pub )?fn main\(\)[^{]*\{)", lambda m: m.group(1) + "\n    " + "\n    ".join(own), text, count=1, flags=re.M)
    assert count == 1, f"{main} has no main"
    main.write_text(text)
