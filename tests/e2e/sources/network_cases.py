"""Settings of `[http]` and `[net]`, and the environment: each has an effect that a server on loopback can see."""
import pathlib
import shutil
import ssl
import subprocess
import time
import types

from registry import Registry, index_path
from source_case import GoldenCase

HERE = pathlib.Path(__file__).resolve().parent
INDEX = index_path("a")


class Settings(GoldenCase):
    golden_directory = HERE / "expected"

    def published(self, **options):
        registry = Registry(**options)
        self.addCleanup(registry.__exit__)
        registry.__enter__()
        registry.package("a", "1.0.0").publish()
        return registry

    def configured(self, registry, more=""):
        self.config(f'[registries.alt]\nindex = "{registry.index}"\n{more}')
        self.manifest('a = { version = "1", registry = "alt" }\n')

    def test_settings_retry_counts(self):
        registry = self.published()
        registry.fail(INDEX, status=500)
        for more, variables in (("[net]\nretry = 1\n", {}), ("", {"CARGO_NET_RETRY": "1"})):
            with self.subTest(more or "environment"):
                self.configured(registry, more)
                registry.requests.clear()
                text = self.fails("CW0405", 4, **variables)
                self.assertEqual(registry.requests.count(INDEX), 2)
                self.golden("retry_once", types.SimpleNamespace(returncode=4, stderr=text))

    def test_settings_patience_with_slow_bytes(self):
        registry = self.published()
        registry.fail(INDEX, delay=0.35)
        for more, variables in (("timeout = 1\n", {}), ("", {"CARGO_HTTP_TIMEOUT": "1"}), ("", {"HTTP_TIMEOUT": "1"})):
            with self.subTest(more or str(variables)):
                self.configured(registry, "[net]\nretry = 0\n[http]\n" + more)
                began = time.monotonic()
                self.fails("CW0031", 4, **variables)
                self.assertLess(time.monotonic() - began, 10)

    def test_settings_slow_bytes_above_the_limit_are_waited_for(self):
        registry = self.published()
        registry.fail("config.json", delay=0.05)
        self.configured(registry, "[net]\nretry = 0\n[http]\ntimeout = 1\nlow-speed-limit = 2\n")
        self.passes("fetch")

    def test_settings_user_agent(self):
        registry = self.published()
        self.configured(registry)
        self.passes("generate-lockfile")
        self.assertRegex(registry.headers["user-agent"], r"^cargo-wasm/\d")
        self.configured(registry, '[http]\nuser-agent = "somebody/1"\n')
        self.passes("update")
        self.assertEqual(registry.headers["user-agent"], "somebody/1")
        self.passes("update", CARGO_HTTP_USER_AGENT="else/2")
        self.assertEqual(registry.headers["user-agent"], "else/2")

    def test_settings_offline(self):
        registry = self.published()
        self.configured(registry, "[net]\noffline = true\n")
        self.golden("offline_by_configuration", self.ours("fetch"))
        self.assertEqual(registry.requests, [])

    def test_settings_offline_by_the_environment(self):
        registry = self.published()
        self.configured(registry)
        self.fails("CW0300", 1, "fetch", CARGO_NET_OFFLINE="true")
        self.assertEqual(registry.requests, [])

    def proxied(self, more="", **variables):
        """A fetch from a host that only a proxy knows."""
        registry = self.published()
        registry.host = "http://alt.invalid/"
        self.configured(registry, "[net]\nretry = 0\n" + more.replace("PROXY", f"http://127.0.0.1:{registry.port}"))
        values = {k: v.replace("PROXY", f"http://127.0.0.1:{registry.port}") for k, v in variables.items()}
        self.passes("fetch", **values)

    def test_settings_proxy(self):
        self.proxied('[http]\nproxy = "PROXY"\n')

    def test_settings_proxy_of_cargos_variable(self):
        self.proxied(CARGO_HTTP_PROXY="PROXY")

    def test_settings_proxy_of_the_environment(self):
        self.proxied(http_proxy="PROXY")

    def test_settings_proxy_of_git(self):
        with Registry() as registry:
            (self.root / ".gitconfig").write_text(f"[http]\n\tproxy = http://127.0.0.1:{registry.port}\n")
            registry.package("a", "1.0.0").publish()
            registry.host = "http://alt.invalid/"
            self.configured(registry, "[net]\nretry = 0\n")
            rustup = str(pathlib.Path.home() / ".rustup")
            self.passes("fetch", HOME=str(self.root), RUSTUP_HOME=rustup)

    def test_settings_proxy_for_tunnels(self):
        registry = self.published()
        registry.host = "https://alt.invalid/"
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            with self.subTest(name):
                self.configured(registry, "[net]\nretry = 0\n")
                registry.connects.clear()
                self.assertNotEqual(self.ours("fetch", **{name: f"http://me:s3cret@127.0.0.1:{registry.port}"}).returncode, 0)
                self.assertEqual(registry.connects, ["alt.invalid:443"])
        registry.connects.clear()
        self.ours("fetch", HTTPS_PROXY=f"http://127.0.0.1:{registry.port}", NO_PROXY="alt.invalid")
        self.assertEqual(registry.connects, [])

    def test_settings_debug_shows_the_dialogue_without_secrets(self):
        registry = self.published(token="s3cret-t0ken")
        self.configured(registry, '[http]\ndebug = true\n[registry]\nglobal-credential-providers = ["cargo:token"]\n')
        text = self.passes("fetch", CARGO_REGISTRIES_ALT_TOKEN="s3cret-t0ken").stderr
        self.assertIn("> GET /config.json", text)
        self.assertNotIn("s3cret-t0ken", text)

    def tls(self, most=None):
        if shutil.which("openssl") is None:
            self.skipTest("openssl is not installed")
        certificate, key = self.root / "cert.pem", self.root / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-keyout", str(key), "-out",
                        str(certificate)], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if most:
            context.maximum_version = most
        return certificate, self.published(tls=context)

    def test_settings_cainfo(self):
        certificate, registry = self.tls()
        self.configured(registry, "[net]\nretry = 0\n")
        self.golden("certificate_unknown", self.ours("fetch"))
        self.passes("fetch", CARGO_HTTP_CAINFO=str(certificate))
        shutil.rmtree(self.home / "registry")
        self.configured(registry, f'[http]\ncainfo = "{certificate}"\ncheck-revoke = true\nmultiplexing = false\n')
        self.passes("fetch")
        shutil.rmtree(self.home / "registry")
        self.configured(registry)
        self.passes("fetch", SSL_CERT_FILE=str(certificate))

    def test_settings_proxy_cainfo(self):
        certificate, registry = self.tls()
        registry.host = "http://alt.invalid/"
        proxy = f'[net]\nretry = 0\n[http]\nproxy = "https://127.0.0.1:{registry.port}"\n'
        self.configured(registry, proxy)
        self.assertEqual(self.ours("fetch").returncode, 4)
        for key in ("proxy-cainfo", "cainfo"):
            shutil.rmtree(self.home / "registry", ignore_errors=True)
            self.configured(registry, proxy + f'{key} = "{certificate}"\n')
            self.passes("fetch")

    def test_settings_ssl_version(self):
        certificate, registry = self.tls(ssl.TLSVersion.TLSv1_2)
        base = f'[net]\nretry = 0\n[http]\ncainfo = "{certificate}"\n'
        for version, good in (('"tlsv1.3"', False), ('{ min = "tlsv1.3" }', False), ('{ min = "tlsv1.2", max = "tlsv1.2" }', True),
                              ('"tlsv1.2"', True), ('"default"', True)):
            with self.subTest(version):
                shutil.rmtree(self.home / "registry", ignore_errors=True)
                self.configured(registry, base + f"ssl-version = {version}\n")
                if good:
                    self.passes("fetch")
                else:
                    self.fails("CW0030", 4)
        self.configured(registry, base + 'ssl-version = "tlsv9"\n')
        self.golden("ssl_version_unknown", self.ours("fetch"))
