"""Crates that use wasm-bindgen, and suites of wasm-bindgen-test, in pages and in Node, for the suite `run` beside this file."""
import json
import os
import pathlib
import shutil
import subprocess

from builder import PROGRAM, TOOLCHAIN, check, clean_environment, limit_for, own_environment, skip

ALL = os.environ.get("CW_TIER") == "all"
KEPT = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "cargo-wasm-tests" / "tools"
BINDGEN, BINDGEN_TEST = "0.2.130", "0.3.80"
LIBRARY = r"""use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(text: &str);
    #[wasm_bindgen(js_namespace = console)]
    fn error(text: &str);
}

#[wasm_bindgen(inline_js = "export function title() { return document.title; }")]
extern "C" {
    fn title() -> String;
}

#[wasm_bindgen]
pub fn three() -> u32 {
    3
}

#[wasm_bindgen]
pub fn begin(fails: bool) {
    log(&format!("page {}", title()));
    error("careful");
    assert!(!fails, "begun in vain");
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn counts() {
        super::log("counting");
        assert_eq!(super::three(), 3);
    }
    #[wasm_bindgen_test]
    #[ignore]
    fn later() {}
    #[wasm_bindgen_test]
    #[should_panic(expected = "sums")]
    fn panics() {
        panic!("no sums");
    }
}
"""
PROGRAM_SOURCE = "fn main() { pages::begin(option_env!(\"FAILS\").is_some()) }\n"
PAGE_TESTS = r"""use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn has_a_document() {
    assert!(js_sys::eval("document.body.nodeName === 'BODY'").unwrap().is_truthy());
}
#[wasm_bindgen_test]
async fn waits() {
    let later = js_sys::Promise::new(&mut |resolve, _| {
        js_sys::Reflect::get(&js_sys::global(), &"setTimeout".into()).map(js_sys::Function::from).unwrap().call1(&js_sys::global(), &resolve).unwrap();
    });
    wasm_bindgen_futures::JsFuture::from(later).await.unwrap();
}
"""
WORKER_TESTS = r"""use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn good() {
    assert!(js_sys::eval("typeof document === 'undefined'").unwrap().is_truthy());
}
#[wasm_bindgen_test]
fn bad() {
    assert_eq!(1, 2, "sums");
}
"""


def package(root, manifest, **files):
    for place, text in {"Cargo.toml": manifest, **files}.items():
        file = root / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def the_real_bindgen(world):
    name = f"wasm-bindgen-{BINDGEN}"
    kept = KEPT / name / "wasm-bindgen"
    if not kept.exists() and ALL:
        root = package(world.base / "one", f'[package]\nname = "one"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n'
                       f'[dependencies]\nwasm-bindgen = "={BINDGEN}"\n', **{"src/lib.rs": "#[wasm_bindgen::prelude::wasm_bindgen]\npub fn one() -> u32 { 1 }\n"})
        environment = clean_environment(world.base)
        del environment["CARGO_NET_OFFLINE"]
        done = subprocess.run([PROGRAM, "+" + TOOLCHAIN, "build", "--bindgen", "web"], cwd=root, env=environment, capture_output=True, text=True)
        made = world.base / "cache/cargo-wasm/tools" / name / "wasm-bindgen"
        if not check("wasm-bindgen is built", done.returncode == 0 and made.exists(), done.stderr):
            return None
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, kept)
    return kept if kept.exists() else None


def check_bindings(world, tool):
    if tool is None:
        skip("bindings, and suites of wasm-bindgen-test", "the real wasm-bindgen takes minutes to build: tier `all`")
        return
    root = package(world.base / "bound", f"""[package]
name = "pages"
version = "0.1.0"
edition = "2021"

[lib]
crate-type = ["cdylib", "rlib"]

[[bin]]
name = "app"
path = "src/main.rs"
test = false

[dependencies]
wasm-bindgen = "={BINDGEN}"

[dev-dependencies]
wasm-bindgen-test = "={BINDGEN_TEST}"
wasm-bindgen-futures = "*"
js-sys = "*"
""", **{"src/lib.rs": LIBRARY, "src/main.rs": PROGRAM_SOURCE, "tests/page.rs": PAGE_TESTS, "tests/worker.rs": WORKER_TESTS})
    cargo = ["cargo", "+" + TOOLCHAIN]
    target = ["--target", "wasm32-unknown-unknown"]
    made = subprocess.run([*cargo, "test", "--no-run", *target, "--message-format=json"], cwd=root, env=own_environment(), capture_output=True, text=True)
    if not check("cargo builds the crate and its tests", made.returncode == 0, made.stderr):
        return
    tests = {entry["target"]["name"]: entry["executable"] for entry in map(json.loads, made.stdout.splitlines()) if entry.get("executable")}

    def bound(file, name, target):
        directory = world.base / f"{name}-{target}"
        done = world.run("bindgen", file, "-o", directory, "--tool", tool, "--bindgen", target, "--name", name)
        check(f"bindings of {name} for {target} are made", done.returncode == 0, done.stderr)
        return directory

    for fails, status in ((False, 0), (True, 134)):
        environment = {**own_environment(), **({"FAILS": "1"} if fails else {})}
        subprocess.run([*cargo, "build", "--bin", "app", *target], cwd=root, env=environment, capture_output=True)
        app = root / "target/wasm32-unknown-unknown/debug/app.wasm"
        directory = bound(app, f"app-{fails}".lower(), "web")
        done = world.run("browse", app, "--bindings", directory)
        check(f"`main` runs with its bindings in a page, and the console is printed (it {'panics' if fails else 'ends'})",
              done.returncode == status and done.stdout == "page cargo-wasm\n" and done.stderr.startswith("careful\n") and ("RuntimeError" in done.stderr) == fails,
              done.returncode, done.stdout, done.stderr)
    (world.base / "app-false-web" / "mine.html").write_text(
        '<!doctype html><title>mine</title><script type=module>import init from "./app-false.js"; await init(); cargoWasm.exit(4);</script>')
    done = world.run("browse", app, "--bindings", world.base / "app-false-web", "--open", "/mine.html?x=1#y", "--timeout", "60")
    check("a page among the bindings is opened, and says when it is at its end", done.returncode == 4 and done.stdout == "page mine\n" and done.stderr == "careful\n",
          done.returncode, done.stdout, done.stderr)
    done = world.run("browse", app, "--bindings", world.base / "app-false-web", "--stay", "--timeout", limit_for(lambda: world.run("browse", app, "--bindings", world.base / "app-false-web")))
    check("with `--stay` bindings go on behind `main`", done.returncode == 1 and done.stdout == "page cargo-wasm\n" and "error[CW0975]" in done.stderr, done.stdout, done.stderr)
    done = world.run("browse", app, "--bindings", bound(app, "app", "nodejs"))
    check("bindings for Node are not for pages", done.returncode == 1 and "error[CW0979]" in done.stderr, done.stderr)

    directories = {(name, kind): bound(file, name, kind) for name, file in tests.items() for kind in ("web", "nodejs")}

    def suite(name, host, *words):
        options = ["--host", host] if host else []
        kind = "nodejs" if host == "node" or (not host and name == "pages") else "web"
        return world.run("bindgen-test", tests[name], "--bindings", directories[name, kind], *options, "--timeout", "60", "--", *words)

    for host in ("node", "browser"):
        done = suite("pages", host)
        check(f"a suite of the library runs in {host}: results, ignored tests, panics that should be", done.returncode == 0
              and {"test tests::counts ... ok", "test tests::later ... ignored", "test tests::panics ... ok"} <= set(done.stdout.splitlines())
              and "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out" in done.stdout and "counting" not in done.stdout, done.stdout, done.stderr)
        done = suite("pages", host, "counts", "--nocapture", "--exact")
        check(f"… no test has this exact name in {host}", done.returncode == 0 and "running 0 tests" in done.stdout and "3 filtered out" in done.stdout, done.stdout, done.stderr)
        done = suite("pages", host, "counts", "--nocapture")
        check(f"… a filter, and its output in {host}", done.returncode == 0 and "running 1 test\n" in done.stdout and "test tests::counts ... counting\nok\n" in done.stdout
              and "2 filtered out" in done.stdout, done.stdout, done.stderr)
        done = suite("pages", host, "--include-ignored")
        check(f"… ignored tests, too, in {host}", done.returncode == 0 and "3 passed; 0 failed; 0 ignored" in done.stdout, done.stdout, done.stderr)
    done = suite("page", None)
    check("a suite that says `run_in_browser` runs there: the document, timers", done.returncode == 0 and "2 passed; 0 failed" in done.stdout, done.stdout, done.stderr)
    done = suite("page", "node")
    check("… and not in Node, which is said", done.returncode == 0 and "running 0 tests" in done.stdout and "says that its tests run in a page" in done.stderr,
          done.stdout, done.stderr)
    done = suite("worker", None)
    check("a suite that says `run_in_dedicated_worker` runs there; a failure is told with its place and panic, and is a status", done.returncode == 1
          and "test good ... ok" in done.stdout and "test bad ... FAILED\n" in done.stdout and "panicked at tests/worker.rs:10:" in done.stdout
          and "(worker_bg.wasm:wasm-function[" in done.stdout and "1 passed; 1 failed" in done.stdout, done.stdout, done.stderr)
    done = suite("worker", None, "--list")
    check("`--list` names the tests", done.returncode == 0 and sorted(done.stdout.splitlines()) == ["bad: test", "good: test"], done.stdout, done.stderr)
    check("nothing is left of all these browsers", world.is_clean(), world.left())
