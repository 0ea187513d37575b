"""Registries with their index in a git repository: on file://, beside real cargo on one home."""
import json
import pathlib
import shutil
import unittest

from registry import Registry
from source_case import CARGO, GoldenCase, has_cargo

HERE = pathlib.Path(__file__).resolve().parent


@unittest.skipIf(shutil.which("git") is None, "git is not installed")
class GitIndexes(GoldenCase):
    golden_directory = HERE / "expected"

    def setUp(self):
        super().setUp()
        self.registry = Registry()
        self.addCleanup(self.registry.__exit__)
        self.registry.__enter__()
        self.index = self.root / "index"
        self.index.mkdir()
        self.git(self.index, "init", "-q", "-b", "main")
        self.registry.package("b", "1.0.0").publish()
        self.registry.package("a", "1.0.0").dep("b", "^1").publish()
        self.push()
        self.registered()

    def push(self, config=True):
        (self.index / "config.json").unlink(missing_ok=True)
        if config:
            (self.index / "config.json").write_text(json.dumps({"dl": self.registry.url + "dl/{crate}/{version}/download"}))
        for path, lines in self.registry.lines.items():
            (self.index / path).parent.mkdir(parents=True, exist_ok=True)
            (self.index / path).write_text("\n".join(lines) + "\n")
        self.git(self.index, "add", "-A")
        self.git(self.index, "commit", "-q", "-m", "publish")

    def registered(self, more=""):
        self.config(f'[registries.alt]\nindex = "file://{self.index}"\n[net]\nretry = 0\n{more}')
        self.manifest('a = { version = "1", registry = "alt" }\n')

    def lock(self):
        return (self.project / "Cargo.lock").read_text()

    def directories(self, home):
        return sorted(str(p.relative_to(home)) for p in (home / "registry").glob("*/*") if p.is_dir())

    def test_git_index_is_fetched_once(self):
        text = self.passes("fetch").stderr
        self.assertEqual(text.count("Updating"), 1)
        self.assertIn(f'source = "registry+file://{self.index}"', self.lock())
        self.assertNotIn("Updating", self.passes("fetch", "--locked").stderr)
        self.passes("fetch", "--offline", "--locked")

    def test_git_index_is_shared_with_cargo(self):
        if not has_cargo():
            self.skipTest("cargo 1.99.1 is not installed")
        self.passes("fetch")
        ours, theirs = self.lock(), self.root / "theirs"
        (self.project / "Cargo.lock").unlink()
        result = self.run_in(CARGO + ["fetch"], home=theirs)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.lock(), ours)
        self.assertEqual(self.directories(self.home), self.directories(theirs))
        self.assertEqual(self.trees(), self.trees(theirs))
        self.passes("fetch", "--offline", "--locked", home=theirs)
        result = self.run_in(CARGO + ["fetch", "--offline", "--locked"])
        self.assertEqual(result.returncode, 0, result.stderr)
        (self.project / "Cargo.lock").unlink()
        self.passes("generate-lockfile", "--offline", home=theirs)
        self.assertEqual(self.lock(), ours)

    def test_git_index_that_grew(self):
        self.passes("fetch")
        self.registry.package("b", "1.1.0").publish()
        self.push()
        self.passes("fetch")
        self.assertIn('name = "b"\nversion = "1.0.0"', self.lock())
        self.passes("update")
        self.assertIn('name = "b"\nversion = "1.1.0"', self.lock())
        # Offline, what is downloaded goes first.
        (self.project / "Cargo.lock").unlink()
        self.passes("generate-lockfile", "--offline")
        self.assertIn('name = "b"\nversion = "1.0.0"', self.lock())

    def test_git_index_replaces_crates_io(self):
        self.config(f'[source.crates-io]\nreplace-with = "m"\n[source.m]\nregistry = "file://{self.index}"\n')
        self.manifest('a = "1"\n')
        self.passes("fetch")
        self.assertIn("registry+https://github.com/rust-lang/crates.io-index", self.lock())

    def test_git_index_fetched_by_the_git_program(self):
        self.registered("git-fetch-with-cli = true\n")
        self.passes("fetch")
        self.passes("fetch", "--offline", "--locked")

    def test_git_index_without_that_crate(self):
        self.manifest('nothing = { version = "1", registry = "alt" }\n')
        self.golden("git_index_no_crate", self.ours("fetch"))

    def test_git_index_that_is_not_there(self):
        shutil.rmtree(self.index)
        self.golden("git_index_not_there", self.ours("fetch"))

    def test_git_index_without_config_json(self):
        self.push(config=False)
        self.golden("git_index_no_config", self.ours("fetch"))

    def test_git_index_with_a_web_page_for_config_json(self):
        (self.index / "config.json").write_text("<html></html>\n")
        self.git(self.index, "commit", "-q", "-a", "-m", "page")
        self.golden("git_index_bad_config", self.ours("fetch"))

    def test_git_index_offline_before_it_was_ever_fetched(self):
        self.golden("git_index_offline", self.ours("fetch", "--offline"))

    def test_git_index_that_was_damaged_in_the_home(self):
        self.passes("fetch")
        head = next((self.home / "registry/index").glob("*/.git/HEAD"))
        head.write_text("rubbish\n")
        (self.project / "Cargo.lock").unlink()
        self.passes("fetch")

    def test_git_protocol_of_crates_io(self):
        self.config("")
        self.manifest('a = "1"\n')
        self.golden("crates_io_protocol_git", self.ours("fetch", "--offline", CARGO_REGISTRIES_CRATES_IO_PROTOCOL="git"))
        self.golden("crates_io_protocol_unknown", self.ours("fetch", "--offline", CARGO_REGISTRIES_CRATES_IO_PROTOCOL="pigeon"))
