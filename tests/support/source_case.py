"""What the end-to-end suites of sources share: a project with a home of its own, both programs, and golden texts.

A suite is a unittest module that ends in `source_case.main()`, which prints `ok - NAME`, `not ok - NAME` (details follow,
indented) or `skip - NAME: REASON`, a line a test. Needs no network.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.path.abspath(os.environ.get("CARGO_WASM", str(HERE.parents[1] / "build/driver/cli/cargo-wasm")))
TOOLCHAIN = "+" + os.environ.get("CW_ORACLE", "1.99.1")
CARGO = ["cargo", TOOLCHAIN]
# What would change the outcome if the machine that runs the tests had it set.
FOREIGN = ("CARGO", "HTTP_", "http", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "SSL_CERT",
           "RUSTFLAGS", "MAKEFLAGS", "GIT_")


def has_cargo():
    try:
        return subprocess.run(CARGO + ["--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class SourceCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="cw-sources-"))
        self.addCleanup(shutil.rmtree, self.root, True)
        self.home, self.project = self.root / "home", self.root / "project"
        (self.project / "src").mkdir(parents=True)
        (self.project / "src/lib.rs").write_text("")
        self.home.mkdir()

    def manifest(self, dependencies):
        (self.project / "Cargo.toml").write_text(
            '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n' + dependencies)

    def config(self, text):
        (self.project / ".cargo").mkdir(exist_ok=True)
        (self.project / ".cargo/config.toml").write_text(text)

    def use(self, registry, more="", dependencies='a = { version = "1", registry = "alt" }\n'):
        self.config(f'[registries.alt]\nindex = "{registry.index}"\n[net]\nretry = 0\n{more}')
        self.manifest(dependencies)

    def run_in(self, argv, home=None, prefix=(), cwd=None, **variables):
        env = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
        env.update(CARGO_HOME=str(home or self.home), NO_COLOR="1", XDG_CACHE_HOME=str(self.root / "cache"), **variables)
        return subprocess.run([*prefix, *argv], cwd=cwd or self.project, env=env, capture_output=True, text=True, timeout=120,
                              check=False)

    def ours(self, *args, home=None, **variables):
        return self.run_in([PROGRAM, *args], home=home, **variables)

    def passes(self, *args, **variables):
        result = self.ours(*args, **variables)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def fails(self, code, status, *args, **variables):
        result = self.ours(*(args or ("fetch",)), **variables)
        self.assertIn(f"error[{code}]", result.stderr)
        self.assertEqual(result.returncode, status, result.stderr)
        return result.stderr

    def cache_files(self, home=None):
        base = (home or self.home) / "registry/index"
        return {str(p.relative_to(base)): p.read_bytes() for p in base.rglob("*") if p.is_file() and ".cache" in p.parts}

    def trees(self, home=None):
        base = (home or self.home) / "registry/src"
        return {str(p.relative_to(base)): p.read_bytes() for p in base.rglob("*") if p.is_file()}

    def git(self, repository, *words):
        """Git with an author of its own, deaf to the user's configuration."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        env.update(GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "protocol.file.allow=always", "-C", str(repository)]
        done = subprocess.run(command + list(words), env=env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def shown(self, text):
        """A text without what differs from run to run: directories, ports, times, and the directory names that hash a port."""
        text = text.replace(str(self.root), "[ROOT]")
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]", text)
        # What curl and git say is theirs to word, and changes with their versions.
        text = re.sub(r"Failed to connect to .*|transfer closed with .*|end of response with .*|SSL certificate .*", "[CURL]", text)
        text = re.sub(r"git says: .*(\n           .*)*", "git says: [GIT]", text)
        text = re.sub(r"127\.0\.0\.1-[0-9a-f]{16}", "127.0.0.1-[HASH]", text)
        return re.sub(r"in \d+\.\d+s", "in [TIME]", text)


class GoldenCase(SourceCase):
    """Holds whole texts and exit codes to files: the first line is `exit N`, then stderr. CW_ACCEPT=1 writes them."""
    golden_directory = None

    def golden(self, name, result):
        text = f"exit {result.returncode}\n{self.shown(result.stderr)}"
        path = self.golden_directory / f"{name}.txt"
        if os.environ.get("CW_ACCEPT"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            print(f"# {path.name} was written anew", flush=True)
            return
        self.assertEqual(path.read_text() if path.exists() else "", text, f"{path.name} differs")


class LineResult(unittest.TestResult):
    def _name(self, test):
        name = re.sub(r"\s+", " ", test.id().split("test_", 1)[-1].replace("_", " "))
        return f"{pathlib.Path(sys.argv[0]).resolve().parent.name}: {name}"

    def addSuccess(self, test):
        super().addSuccess(test)
        print(f"ok - {self._name(test)}", flush=True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"skip - {self._name(test)}: {reason}", flush=True)

    def _bad(self, test, error):
        print(f"not ok - {self._name(test)}", flush=True)
        for line in self._exc_info_to_string(error, test).splitlines():
            print("    " + line, flush=True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._bad(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._bad(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._bad(test, err)


def main(*modules):
    """Runs the tests of the program and of these modules, or those that are named: `run CLASS.test_name …`."""
    main_module = sys.modules["__main__"]
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, type) and value.__module__ == module.__name__ and issubclass(value, unittest.TestCase):
                setattr(main_module, name, value)
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromNames(sys.argv[1:], main_module) if sys.argv[1:] else loader.loadTestsFromModule(main_module)
    result = LineResult()
    suite.run(result)
    sys.exit(0 if result.wasSuccessful() else 1)
