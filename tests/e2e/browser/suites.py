"""`cargo-wasm test` with suites of wasm-bindgen-test, for the suite `run` beside this file: bindings are a step of the build, and each suite runs in
Node, in a page or in a worker, with what suites of libtest have. The real wasm-bindgen is there already."""
import json
import os
import re
import subprocess
import xml.etree.ElementTree

from bound import BINDGEN, BINDGEN_TEST, LIBRARY, PAGE_TESTS, WORKER_TESTS, package
from builder import PROGRAM, TOOLCHAIN, check, limit_for, own_environment, skip

MANIFEST = f"""[package]
name = "pages"
version = "0.1.0"
edition = "2021"

[dependencies]
wasm-bindgen = "={BINDGEN}"

[dev-dependencies]
wasm-bindgen-test = "={BINDGEN_TEST}"
wasm-bindgen-futures = "*"
js-sys = "*"
"""
BOTH = LIBRARY.replace("    #[wasm_bindgen_test]\n    fn counts()", "    #[test]\n    fn of_libtest() {}\n    #[wasm_bindgen_test]\n    fn counts()")
ODD = r"""use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(text: &str);
}

#[wasm_bindgen_test]
fn a_passes() {}
#[wasm_bindgen_test]
fn b_hangs() {
    loop { std::hint::black_box(1); }
}
#[wasm_bindgen_test]
fn c_fails() {
    log("said before");
    let none: Option<u32> = std::hint::black_box(None);
    none.expect("some");
}
#[wasm_bindgen_test]
async fn d_waits_in_vain() {
    let never = js_sys::Promise::new(&mut |_, _| {});
    wasm_bindgen_futures::JsFuture::from(never).await.unwrap();
}
#[wasm_bindgen_test]
fn e_passes() {}
#[wasm_bindgen_test]
fn f_takes_memory() {
    let bytes = std::hint::black_box(vec![1u8; 24 << 20]);
    assert_eq!(bytes.len(), 24 << 20);
}
"""
PROGRAM_OF_PAGE = r"""use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = "export function name() { return document.body.nodeName; }")]
extern "C" {
    fn name() -> String;
}
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(text: &str);
}

fn main() {
    log(&format!("hello from {}", name()));
    // more
}
"""
PLACE_OF_FAILURE = "odd::c_fails at tests/odd.rs:%d:" % (ODD[:ODD.index("none.expect")].count("\n") + 1)
#: The words of a panic, then Rust's frames, and nothing else.
FAILURE = re.compile(r"---- c_fails stdout ----\nsaid before\npanicked at tests/odd\.rs:\d+:10:\nsome\nstack backtrace:\n(?: +\d+: core::option::.*\n| +\d+: <core::option::.*\n)*"
                     r" +\d+: " + re.escape(PLACE_OF_FAILURE) + r"10\n\n")


class Suites:
    def __init__(self, world, tool):
        self.world = world
        self.root = package(world.base / "suites", MANIFEST, **{"src/lib.rs": BOTH, "tests/page.rs": PAGE_TESTS, "tests/worker.rs": WORKER_TESTS, "tests/odd.rs": ODD,
                                                                ".cargo/config.toml": f'[wasm.tools]\nwasm-bindgen = "{tool}"\n'})
        self.env = {**world.environment, "XDG_CACHE_HOME": str(world.base / "cache")}

    def test(self, *words, **variables):
        return subprocess.run([PROGRAM, "+" + TOOLCHAIN, "test", *map(str, words)], cwd=self.root, env={**self.env, **variables}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=600)


def results(output):
    return dict(re.findall(r"^test (\S+) \.\.\. (\w+)", output, re.M))


def check_hosts(suites):
    done = suites.test("--host", "node,browser", "--no-fail-fast", "--lib", "--test", "page", "--test", "worker", "--junit", suites.root / "junit.xml")
    if not check("suites run in Node and in pages, and one table has all results", done.returncode == 1 and done.stdout.endswith("""
                      node                 browser
unittests src/lib.rs  2 passed, 1 ignored  2 passed, 1 ignored
tests/page.rs         0 passed             2 passed
tests/worker.rs       0 passed             1 passed, 1 failed
  bad                 -                    failed
"""), done.stdout[-3000:], done.stderr):
        return False
    check("… a suite that says where it runs does not run elsewhere, which is said", "says that its tests run in a page\n" in done.stderr, done.stderr)
    check("… `#[test]` functions beside them are told of, as they do not run there",
          "note: unittests src/lib.rs has `#[test]` functions, too, which do not run on wasm32-unknown-unknown: `--target wasm32-wasip1` runs them\n" in done.stderr
          and "tests/page.rs has" not in done.stderr, done.stderr)
    cases = {(suite.get("name"), case.get("name")) for suite in xml.etree.ElementTree.parse(suites.root / "junit.xml").iter("testsuite") for case in suite.iter("testcase")}
    check("… JUnit has a suite for each program and host", {name for _, name in cases} == {"counts", "later", "panics", "has_a_document", "waits", "good", "bad"}
          and len([case for case in cases if case[1] == "counts"]) == 2, cases)
    done = suites.test("--no-fail-fast", "--lib", "--test", "page", "--test", "worker")
    check("without `--host` a suite runs where it says, else in Node", done.returncode == 1 and re.findall(r"Running (\S+ ?\S+) \(.*\) on (\w+)", done.stderr)
          == [("unittests src/lib.rs", "node"), ("tests/page.rs", "browser"), ("tests/worker.rs", "browser")], done.stderr)
    done = suites.test("--no-fail-fast", "--lib", "--test", "page", "--test", "worker", "-v")
    check("… and its bindings are fresh then", done.returncode == 1 and " bindgen " not in "".join(line for line in done.stderr.splitlines() if "Running `" in line), done.stderr)
    return True


def check_selection(suites):
    done = suites.test("--host", "node", "--lib", "counts", "--", "--nocapture")
    check("a filter and what the tests print", done.returncode == 0 and "test tests::counts ... counting\nok\n" in done.stdout and "2 filtered out" in done.stdout, done.stdout, done.stderr)
    done = suites.test("--host", "node", "--lib", "--", "--include-ignored")
    check("ignored tests, too", results(done.stdout) == {"tests::counts": "ok", "tests::later": "ok", "tests::panics": "ok"}, done.stdout, done.stderr)
    done = suites.test("--host", "node", "--lib", "--", "--list")
    check("`--list`", sorted(done.stdout.splitlines()) == ["tests::counts: test", "tests::later: test", "tests::panics: test"], done.stdout, done.stderr)
    done = suites.test("--host", "node", "--lib", "--report", "json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    check("events instead of text", {event["name"]: event["outcome"] for event in events if event.get("event", event.get("type")) == "test"}
          == {"tests::counts": "passed", "tests::later": "ignored", "tests::panics": "passed"}, done.stdout, done.stderr)


def check_failures(suites):
    for host in ("node", "browser"):
        suites.test("--host", host, "--test", "odd", "a_passes")
        limit = limit_for(lambda: suites.test("--host", host, "--test", "odd", "a_passes"), at_least=4)
        done = suites.test("--host", host, "--test", "odd", "--timeout", limit)
        waits = "timed out" if host == "browser" else "it waits for what never comes: nothing is left that could happen\n"
        check(f"{host}: a test that hangs and one that waits in vain are known by name, and the others run", done.returncode == 1
              and results(done.stdout) == {"a_passes": "ok", "b_hangs": "FAILED", "c_fails": "FAILED", "d_waits_in_vain": "FAILED", "e_passes": "ok", "f_takes_memory": "ok"}
              and "test b_hangs ... FAILED (timed out)" in done.stdout and waits in done.stdout and "3 passed; 3 failed" in done.stdout, done.stdout[-6000:], done.stderr)
        check(f"{host}: a panic has its words and Rust's frames with their lines", FAILURE.search(done.stdout), done.stdout[-6000:])
        done = suites.test("--host", host, "--test", "odd", "--max-memory", "16MiB", "f_takes", "--timeout", "60")
        check(f"{host}: `--max-memory` holds", done.returncode == 1 and "warning" not in done.stderr and results(done.stdout) == {"f_takes_memory": "FAILED"}, done.stdout, done.stderr)
    check("nothing is left of what was stopped", suites.world.is_clean(), suites.world.left())


def check_refusals(suites):
    done = suites.test("--host", "wasmtime", "--lib", PATH=f"{fake(suites, 'wasmtime')}:{os.environ['PATH']}")
    check("a host without JavaScript says so", done.returncode == 2 and done.stderr.endswith(
        "error[CW0939]: host `wasmtime` does not run suites of `#[wasm_bindgen_test]`\n   = note: JavaScript starts them, test by test\n"
        "   = help: `--host node` and `--host browser` run them\n   = help: `#[test]` functions run under WASI: `--target wasm32-wasip1`\n"), done.returncode, done.stderr)
    done = suites.test("--host", "node", "--target", "wasm32-wasip1", "--lib")
    check("… and `#[test]` functions run under WASI, as is said", done.returncode == 0 and results(done.stdout) == {"tests::of_libtest": "ok"}, done.stdout, done.stderr)
    away = ":".join(directory for directory in os.environ["PATH"].split(":") if not (os.path.exists(os.path.join(directory, "node")) or os.path.exists(os.path.join(directory, "chromium"))))
    for host, said in (("node", "error[CW0930]: host `node` is not on this machine: no `node` on PATH\n   = help: `apt-get install nodejs` brings it, on other systems https://nodejs.org\n"),
                       ("browser", "error[CW0930]: host `browser` is not on this machine: no `chromium` on PATH\n   = help: `apt-get install chromium` brings it\n")):
        done = suites.test("--host", host, PATH=away or "/nowhere", CHROME="")
        check(f"{host} is missing: one line how to get it, exit code 3, nothing compiled", (done.returncode, done.stderr) == (3, said), done.returncode, done.stderr)
    old = fake(suites, "wasm-bindgen", "echo wasm-bindgen 0.2.87")
    done = suites.test("--host", "node", "--lib", "--config", f'wasm.tools.wasm-bindgen="{old}/wasm-bindgen"')
    check("a wasm-bindgen that does not fit is told before anything is compiled", done.returncode == 3 and "error[CW0885]: wasm-bindgen 0.2.87 does not fit the crate" in done.stderr
          and "Compiling" not in done.stderr, done.stderr)
    own = fake(suites, "own-runner", 'echo "own: $(basename "$1")" >&2')
    done = suites.test("--lib", CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=f"{own}/own-runner")
    check("a runner of the configuration is started as before", "own: pages-" in done.stderr, done.stdout, done.stderr)


def check_run(suites, tool):
    """A program with bindings, by `cargo-wasm run`."""
    root = package(suites.world.base / "shown", MANIFEST.split("[dev-")[0].replace("pages", "shown") + "\n[package.metadata.wasm.bindgen]\ntarget = \"bundler\"\n",
                   **{"src/main.rs": PROGRAM_OF_PAGE, ".cargo/config.toml": f'[wasm.tools]\nwasm-bindgen = "{tool}"\n[build]\ntarget-dir = "{suites.root}/target"\n'})

    def run(*words):
        return subprocess.run([PROGRAM, "+" + TOOLCHAIN, "run", *words], cwd=root, env=suites.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)

    done = run("--host", "browser")
    check("`run --host browser` takes a program into a page, with bindings for it", (done.returncode, done.stdout) == (0, "hello from BODY\n"), done.returncode, done.stdout, done.stderr)
    manifest = (root / "Cargo.toml").read_text()
    (root / "Cargo.toml").write_text(manifest.replace("[dependencies]", '[package.metadata.wasm]\nhost = "chrome"\n\n[dependencies]'))
    limit = limit_for(lambda: run("--host", "browser"))
    done = run("--timeout", "60")
    check("… without `--host`, too, where the package is for pages", (done.returncode, done.stdout) == (0, "hello from BODY\n"), done.returncode, done.stdout, done.stderr)
    (root / "src/main.rs").write_text(PROGRAM_OF_PAGE.replace("// more", "loop { std::hint::black_box(1); }"))
    done = run("--timeout", str(limit))
    check("… one that does not end is ended", done.returncode == 1 and done.stderr.endswith(f"error[CW0940]: `shown_bg.wasm` did not end within {limit} seconds\n   = note: it was ended\n"
          "   = help: `--timeout SECONDS` gives it more time\n"), done.returncode, done.stdout, done.stderr)
    check("… and nothing is left of the browser", suites.world.is_clean(), suites.world.left())


def fake(suites, name, line="exit 1"):
    directory = suites.root / "fakes" / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{line}\n")
    (directory / name).chmod(0o755)
    return directory


def check_suites(world, tool):
    if tool is None:
        skip("suites by `cargo-wasm test`", "the real wasm-bindgen takes minutes to build: tier `all`")
        return
    suites = Suites(world, tool)
    if check_hosts(suites):
        check_selection(suites)
        check_failures(suites)
        check_refusals(suites)
        check_run(suites, tool)
