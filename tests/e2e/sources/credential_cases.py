"""Tokens: where they come from, that they reach the server, and that nobody else reads them."""
import json
import os
import pathlib
import stat
import unittest

from registry import Registry
from source_case import CARGO, GoldenCase, has_cargo

HERE = pathlib.Path(__file__).resolve().parent
TOKEN = "s3cret-t0ken"

PROVIDER = """#!/usr/bin/env python3
import json, sys
assert sys.argv[1:] == ["--cargo-plugin"], sys.argv
print(json.dumps({"v": [1]}), flush=True)
request = json.loads(sys.stdin.readline())
open(sys.argv[0] + ".log", "a").write(json.dumps(request, sort_keys=True) + "\\n")
print(ANSWER, flush=True)
"""


class Credentials(GoldenCase):
    golden_directory = HERE / "expected"

    def with_token(self, registry_config="", more="", provider=True, **variables):
        """Fetches from a registry that wants TOKEN; the result, never with the token in a text."""
        with Registry(token=TOKEN) as registry:
            registry.package("a", "1.0.0").publish()
            if "[registry]" not in more and provider:
                more += '[registry]\nglobal-credential-providers = ["cargo:token"]\n'
            self.config(f'[registries.alt]\nindex = "{registry.index}"\n{registry_config}\n[net]\nretry = 0\n{more}')
            self.manifest('a = { version = "1", registry = "alt" }\n')
            result = self.ours("fetch", "-vv", **variables)
            self.assertNotIn(TOKEN, result.stdout + result.stderr)
            quiet = self.ours("fetch", **variables)
            self.index = registry.index
            return quiet if quiet.returncode else result

    def accepted(self, *args, **variables):
        result = self.with_token(*args, **variables)
        self.assertEqual(result.returncode, 0, result.stderr)

    def tool(self, name, text):
        path = self.root / name
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def test_credentials_of_the_environment(self):
        self.accepted(CARGO_REGISTRIES_ALT_TOKEN=TOKEN)

    def test_credentials_for_a_registry_that_began_to_want_them(self):
        # What is kept of its `config.json` says that it does not: requests for that and for index files go without, side by side.
        with Registry() as registry:
            self.config(f'[registries.alt]\nindex = "{registry.index}"\n[net]\nretry = 0\n[registry]\nglobal-credential-providers = ["cargo:token"]\n')
            for version in range(6):
                registry.token = TOKEN if version % 2 else None
                registry.package("a", f"1.{version}.0").publish()
                self.manifest(f'a = {{ version = "1.{version}", registry = "alt" }}\n')
                result = self.ours("fetch", CARGO_REGISTRIES_ALT_TOKEN=TOKEN)
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_credentials_of_the_home(self):
        (self.home / "credentials.toml").write_text(f'[registries.alt]\ntoken = "{TOKEN}"\n')
        self.accepted()

    def test_credentials_without_any_provider(self):
        self.golden("credentials_not_configured", self.with_token(provider=False, CARGO_REGISTRIES_ALT_TOKEN=TOKEN))

    @unittest.skipUnless(has_cargo(), "cargo is not installed")
    def test_credentials_without_any_provider_are_refused_by_cargo_too(self):
        with Registry(token=TOKEN) as registry:
            registry.package("a", "1.0.0").publish()
            self.use(registry)
            result = self.run_in(CARGO + ["fetch"], CARGO_REGISTRIES_ALT_TOKEN=TOKEN)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("credential-provider", result.stderr)

    def test_credentials_are_missing(self):
        self.golden("credentials_missing", self.with_token())

    def test_credentials_are_wrong(self):
        self.golden("credentials_wrong", self.with_token(CARGO_REGISTRIES_ALT_TOKEN="wrong"))

    def test_credentials_that_only_downloads_want(self):
        with Registry(token=TOKEN, auth_required=False) as registry:
            registry.package("a", "1.0.0").publish()
            self.use(registry)
            self.golden("credentials_for_downloads", self.ours("fetch"))

    def test_credentials_from_a_commands_output(self):
        tool = self.tool("print-token", f'#!/bin/sh\necho "$1 $CARGO_REGISTRY_INDEX_URL $CARGO_REGISTRY_NAME_OPT" > {self.root}/log\necho {TOKEN}\n')
        self.accepted(f'credential-provider = ["cargo:token-from-stdout", "{tool}", "{{index_url}}"]')
        self.assertEqual((self.root / "log").read_text(), f"{self.index} {self.index} alt\n")

    def test_credentials_from_a_command_that_fails(self):
        tool = self.tool("print-token", "#!/bin/sh\necho no >&2\nexit 3\n")
        self.golden("credentials_command_fails", self.with_token(f'credential-provider = ["cargo:token-from-stdout", "{tool}"]'))

    def test_credentials_from_a_command_that_says_nothing(self):
        tool = self.tool("print-token", "#!/bin/sh\n")
        self.golden("credentials_command_is_silent", self.with_token(f'credential-provider = ["cargo:token-from-stdout", "{tool}"]'))

    def provider(self, answer):
        return self.tool("provider", PROVIDER.replace("ANSWER", repr(json.dumps(answer))))

    def requests(self):
        return [json.loads(line) for line in (self.root / "provider.log").read_text().splitlines()]

    def test_credentials_from_a_provider_program(self):
        answer = {"Ok": {"kind": "get", "token": TOKEN, "cache": "session", "operation_independent": True}}
        tool = self.provider(answer)
        self.accepted(f'credential-provider = ["{tool}", "--account", "me"]')
        request = self.requests()[0]
        self.assertEqual({k: request[k] for k in ("v", "kind", "operation", "args")},
                         {"v": 1, "kind": "get", "operation": "read", "args": ["--account", "me"]})
        self.assertEqual(request["registry"]["index-url"], self.index)
        self.assertEqual(request["registry"]["name"], "alt")

    def test_credentials_of_an_alias(self):
        tool = self.provider({"Ok": {"kind": "get", "token": TOKEN, "cache": "session", "operation_independent": True}})
        self.accepted('credential-provider = "mine"', f'[credential-alias]\nmine = ["{tool}", "x"]\n')
        self.assertEqual(self.requests()[0]["args"], ["x"])

    def test_credentials_are_looked_for_from_the_last_provider_on(self):
        tool = self.provider({"Err": {"kind": "not-found"}})
        self.accepted(more=f'[registry]\nglobal-credential-providers = ["cargo:token", "{tool}"]\n', CARGO_REGISTRIES_ALT_TOKEN=TOKEN)
        self.assertTrue(self.requests())

    def test_credentials_from_a_provider_that_has_none(self):
        tool = self.provider({"Err": {"kind": "not-found"}})
        self.golden("credentials_provider_has_none", self.with_token(f'credential-provider = ["{tool}"]'))

    def test_credentials_from_a_provider_that_fails(self):
        tool = self.provider({"Err": {"kind": "other", "message": "the vault is locked", "caused-by": ["nobody is logged in"]}})
        self.golden("credentials_provider_fails", self.with_token(f'credential-provider = ["{tool}"]'))

    def test_credentials_from_a_program_that_is_no_provider(self):
        tool = self.tool("provider", "#!/bin/sh\necho hello\n")
        self.golden("credentials_no_provider", self.with_token(f'credential-provider = ["{tool}"]'))

    def test_credentials_from_a_program_that_is_not_there(self):
        self.golden("credentials_no_program", self.with_token('credential-provider = ["no-such-provider"]'))

    def test_credentials_provider_is_asked_as_cargo_asks(self):
        if not has_cargo():
            self.skipTest("cargo 1.99.1 is not installed")
        tool = self.provider({"Ok": {"kind": "get", "token": TOKEN, "cache": "session", "operation_independent": True}})
        with Registry(token=TOKEN) as registry:
            registry.package("a", "1.0.0").publish()
            self.use(registry, dependencies='a = { version = "1", registry = "alt" }\n')
            self.config(f'[registries.alt]\nindex = "{registry.index}"\ncredential-provider = ["{tool}", "x"]\n')
            self.passes("fetch")
            ours = self.requests()
            os.unlink(self.root / "provider.log")
            result = self.run_in(CARGO + ["fetch"], home=self.root / "other")
            self.assertEqual(result.returncode, 0, result.stderr)
            theirs = self.requests()
            for request in ours + theirs:
                request["registry"]["headers"] = sorted(
                    line for line in request["registry"].get("headers", []) if not line.startswith("date:"))
            self.assertEqual(ours, theirs)
