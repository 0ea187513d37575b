"""Git repositories as sources: on file://, with real git beside."""
import pathlib
import shutil
import unittest

from source_case import CARGO, GoldenCase, has_cargo

HERE = pathlib.Path(__file__).resolve().parent


@unittest.skipIf(shutil.which("git") is None, "git is not installed")
class GitRepositories(GoldenCase):
    golden_directory = HERE / "expected"

    def repository(self, name, package=None, version="0.3.0"):
        directory = self.root / name
        (directory / "src").mkdir(parents=True)
        (directory / "Cargo.toml").write_text(f'[package]\nname = "{package or name}"\nversion = "{version}"\nedition = "2021"\n')
        (directory / "src/lib.rs").write_text("")
        self.git(directory, "init", "-q", "-b", "main")
        self.commit(directory)
        return directory

    def commit(self, directory, message="change"):
        self.git(directory, "add", ".")
        self.git(directory, "commit", "-q", "-m", message)
        return self.git(directory, "rev-parse", "HEAD")

    def lock(self):
        return (self.project / "Cargo.lock").read_text()

    def depend(self, directory, more=""):
        self.manifest(f'g = {{ git = "file://{directory}"{more} }}\n')
        (self.project / "Cargo.lock").unlink(missing_ok=True)

    def fetched_by_both(self):
        self.passes("fetch")
        ours = self.lock()
        self.passes("fetch", "--offline", "--locked")
        if has_cargo():
            shared = self.run_in(CARGO + ["fetch", "--offline", "--locked"])
            self.assertEqual(shared.returncode, 0, shared.stderr)
            (self.project / "Cargo.lock").unlink()
            alone = self.run_in(CARGO + ["fetch"], home=self.root / "other")
            self.assertEqual(alone.returncode, 0, alone.stderr)
            self.assertEqual(self.lock(), ours)
            theirs = {p.relative_to(self.root / "other") for p in (self.root / "other/git").glob("*/*")}
            self.assertEqual({p.relative_to(self.home) for p in (self.home / "git").glob("*/*")}, theirs)
            shutil.rmtree(self.root / "other")

    def test_git_references_of_every_kind(self):
        directory = self.repository("g")
        first = self.git(directory, "rev-parse", "HEAD")
        self.git(directory, "tag", "-a", "v1", "-m", "annotated")
        self.git(directory, "checkout", "-q", "-b", "side/line")
        (directory / "src/lib.rs").write_text("pub fn side() {}\n")
        side = self.commit(directory)
        self.git(directory, "update-ref", "refs/pull/7/head", side)
        self.git(directory, "checkout", "-q", "main")
        for more, commit in (("", first), (', branch = "side/line"', side), (', tag = "v1"', first), (f', rev = "{side[:8]}"', side),
                             (f', rev = "{first}"', first), (', rev = "refs/pull/7/head"', side)):
            with self.subTest(more):
                self.depend(directory, more)
                self.fetched_by_both()
                self.assertIn("#" + commit + '"', self.lock())

    def test_git_branches_move_only_with_an_update(self):
        directory = self.repository("g")
        old = self.git(directory, "rev-parse", "HEAD")
        self.depend(directory)
        self.passes("fetch")
        (directory / "src/lib.rs").write_text("pub fn new() {}\n")
        new = self.commit(directory)
        self.passes("fetch")
        self.assertIn(old, self.lock())
        self.passes("update")
        self.assertIn(new, self.lock())

    def test_git_submodules_are_brought_along(self):
        inner = self.repository("inner")
        outer = self.repository("g")
        self.git(outer, "submodule", "--quiet", "add", "../inner", "sub/inner")
        self.git(outer, "submodule", "--quiet", "add", str(inner), "skipped")
        self.git(outer, "config", "-f", ".gitmodules", "submodule.skipped.update", "none")
        self.commit(outer)
        self.depend(outer)
        text = self.passes("fetch").stderr
        self.assertIn("Updating git submodule", text)
        self.assertIn("Skipping git submodule", text)
        checkout = next((self.home / "git/checkouts").glob("g-*/*"))
        self.assertTrue((checkout / "sub/inner/src/lib.rs").exists())
        self.assertFalse((checkout / "skipped/src/lib.rs").exists())
        self.passes("fetch", "--offline", "--locked")

    def test_git_a_submodule_that_is_gone(self):
        inner, outer = self.repository("inner"), self.repository("g")
        self.git(outer, "submodule", "--quiet", "add", str(inner), "inner")
        self.commit(outer)
        shutil.move(inner, self.root / "moved")
        self.depend(outer)
        result = self.ours("fetch")
        shutil.move(self.root / "moved", inner)
        self.passes("fetch")
        self.golden("git_submodule_gone", result)

    def test_git_an_interrupted_checkout_is_made_anew(self):
        self.depend(self.repository("g"))
        self.passes("fetch")
        checkout = next((self.home / "git/checkouts").glob("g-*/*"))
        (checkout / ".cargo-ok").unlink()
        (checkout / "src/lib.rs").unlink()
        self.passes("fetch")
        self.assertTrue((checkout / "src/lib.rs").exists())

    def test_git_a_branch_that_is_not_there(self):
        self.depend(self.repository("g"), ', branch = "gone"')
        self.golden("git_no_branch", self.ours("fetch"))

    def test_git_a_revision_that_is_not_there(self):
        self.depend(self.repository("g"), ', rev = "0123456789012345678901234567890123456789"')
        self.golden("git_no_revision", self.ours("fetch"))

    def test_git_a_repository_that_is_not_there(self):
        self.depend(self.root / "nowhere")
        self.golden("git_no_repository", self.ours("fetch"))

    def test_git_a_repository_without_that_package(self):
        self.depend(self.repository("other"))
        self.golden("git_no_package", self.ours("fetch"))

    def test_git_offline_without_a_database(self):
        self.depend(self.repository("g"))
        self.golden("git_offline", self.ours("fetch", "--offline"))

    def with_cli(self):
        self.config("[net]\ngit-fetch-with-cli = true\n")

    def test_git_fetch_with_cli_asks_the_program(self):
        log, tools = self.root / "log", self.root / "tools"
        tools.mkdir()
        (tools / "git").write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {shutil.which("git")} "$@"\n')
        (tools / "git").chmod(0o755)
        self.depend(self.repository("g"))
        self.with_cli()
        self.passes("fetch", PATH=f"{tools}:/usr/bin:/bin", GIT_DIR=str(self.root / "elsewhere"))
        self.assertIn("fetch --no-tags --force --update-head-ok file://", log.read_text())
        self.passes("fetch", "--offline", "--locked")

    def test_git_fetch_with_cli_shows_what_git_says(self):
        self.depend(self.root / "nowhere")
        self.with_cli()
        self.golden("git_cli_no_repository", self.ours("fetch", LC_ALL="C"))

    def test_git_fetch_with_cli_without_git(self):
        self.depend(self.repository("g"))
        self.with_cli()
        self.golden("git_cli_no_git", self.ours("fetch", PATH=str(self.root)))
