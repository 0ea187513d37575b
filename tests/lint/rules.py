#!/usr/bin/env python3
"""The rules of this repository that no compiler checks. Prints one `ok` or `not ok` line a rule.

Each rule is a function that yields what breaks it, as `file:line: what`. The forbidden words are put
together from parts here, or this file would break its own rules.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = {".cpp", ".hpp", ".h", ".py", ".sh", ".cmake", ".mjs", ".js"}
MAX_LINES = 600


def tracked():
    listing = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in listing.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and not path.is_symlink():
            yield name


def read(name):
    data = (ROOT / name).read_bytes()
    return None if b"\0" in data else data.decode("utf-8", "replace")


FILES = {name: text for name in tracked() if (text := read(name)) is not None}


def is_script(name):
    return "." not in Path(name).name and FILES[name].startswith("#!")


def code_files():
    return [name for name in FILES if Path(name).suffix in CODE or is_script(name)]


def search(pattern, names, flags=0, allowed=None):
    expression = re.compile(pattern, flags)
    for name in names:
        for number, line in enumerate(FILES[name].splitlines(), 1):
            match = expression.search(line)
            if match and not (allowed and re.search(allowed, line)):
                yield f"{name}:{number}: `{match.group(0)}`"


def no_registry_hosts():
    dot = r"\."
    hosts = [("index", "crates", "io"), ("static", "crates", "io"), ("pypi", "org"), ("files", "python" + "hosted", "org"),
             ("registry", "npmjs", "org"), ("registry", "npmjs", "com"), ("registry", "yarnpkg", "com"),
             ("deb", "debian", "org"), ("security", "debian", "org"), ("snapshot", "debian", "org"), ("ftp", "debian", "org"),
             ("proxy", "golang", "org"), ("sum", "golang", "org"), ("repo1", "maven", "org"), ("repo", "maven", "apache", "org"),
             ("archive", "ubuntu", "com"), ("security", "ubuntu", "com")]
    return search("|".join(rf"\b{dot.join(host)}\b" for host in hosts), FILES, re.IGNORECASE)


def no_machine_paths():
    places = ["wo" + "rk", "fa" + "rm", "opt/" + "ref", "opt/" + "skills", "tmp/" + "bash_jobs", "tmp/" + "s"]
    return search(r"(?<![\w.~$}\]\\*+-])/(?:" + "|".join(places) + r")(?:/|\b(?![\w.-]))", FILES)


def no_long_files():
    for name in code_files():
        lines = FILES[name].count("\n")
        if lines > MAX_LINES:
            yield f"{name}: {lines} lines, {MAX_LINES} at most"


def nothing_unfinished():
    words = r"\b(?:TO" + r"DO|FIX" + r"ME|HA" + r"CK|XX" + r"X)\b|\bnot (?:yet )?imple" + r"mented\b|(?://|#).*\b(?:place" + r"holder|for n" + r"ow)\b"
    names = [name for name in code_files() if not re.match(r"tests/(?:fixtures|ui)/", name)]
    return search(words, names)


def no_skip_without_reason():
    tests = [name for name in FILES if name.startswith("tests/")]
    yield from search(r"\bSKIP\(\s*\)", tests)
    yield from search(r"TEST_CASE\(.*\[(?:\.|!hide)\]", tests)
    yield from search(r"#\[ignore\]", [name for name in tests if name.endswith(".rs")])
    yield from search(r"""(?:echo|printf|print\()\s*f?["']skip - [^:]*["']\)?\s*$""", [name for name in tests if name in code_files()])


def third_parties_in_one_place():
    places = {r"toml\+\+/": r"driver/manifest/[^/]+\.cpp$", r"curl/": r"driver/net/[^/]+\.(?:cpp|hpp)$",
              r"git2": r"driver/net/[^/]+\.(?:cpp|hpp)$", r"CLI/": r"driver/cli/[^/]+\.cpp$",
              r"boost/": r"(?:driver/base/process_boost|driver/browser/page_server|registry/server/http_server)\.cpp$", r"openssl/(?:ssl|x509)": r"registry/server/(?:http_server|tls_certificate)\.cpp$", r"sqlite3": r"registry/server/database\.cpp$", r"nlohmann/json\.hpp": r"(?:.*\.cpp|driver/[^/]+/[^/]+\.hpp)$"}
    sources = [name for name in FILES if re.match(r"(?:driver|registry)/.*\.(?:cpp|hpp)$", name)]
    for header, home in places.items():
        outside = [name for name in sources if not re.match(home, name)]
        yield from search(rf'#\s*include\s*[<"]{header}', outside)


def includes_have_one_root():
    sources = [name for name in FILES if re.match(r"(?:driver|registry)/.*\.(?:cpp|hpp)$", name)]
    return search(r'#\s*include\s*"\.\./', sources)


def processors_are_counted_in_one_place():
    """What the standard library says knows no limit of a control group."""
    sources = [name for name in FILES if re.match(r"(?:driver|registry)/.*\.(?:cpp|hpp)$", name) and name != "driver/base/processors.cpp"]
    return search(r"hardware_concurrency|_SC_NPROCESSORS_\w+", sources)


def every_suite_exists():
    for number, line in enumerate(FILES["tests/suites.txt"].splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split()
        if len(columns) < 3 or columns[0] not in ("test", "test*", "test**", "all"):
            yield f"tests/suites.txt:{number}: not TIER NAME COMMAND"
            continue
        for word in columns[2:]:
            if re.fullmatch(r"(?:tests|bench)/\S+", word) and "." not in word.split("/")[-1].lstrip(".") and not (ROOT / word).exists():
                yield f"tests/suites.txt:{number}: {word} does not exist"
        command = next((word for word in columns[2:] if "=" not in word), "")
        if command.startswith("tests/") and not ((ROOT / command).is_file() and (ROOT / command).stat().st_mode & 0o100):
            yield f"tests/suites.txt:{number}: {command} is not an executable file"


def text_is_tidy():
    names = [name for name in FILES if (Path(name).suffix in CODE | {".md", ".txt", ".toml"} or is_script(name)) and
             not re.match(r"tests/(?:ui|fixtures|fuzz|differential/(?:locks|data))/", name)]
    for name in names:
        text = FILES[name]
        if "\r" in text:
            yield f"{name}: carriage returns"
        if text and not text.endswith("\n"):
            yield f"{name}: no newline at the end"


RULES = [("no host name of a package registry", no_registry_hosts), ("no path of one machine", no_machine_paths),
         (f"no source file above {MAX_LINES} lines", no_long_files), ("nothing is left unfinished", nothing_unfinished),
         ("no test is skipped without a reason", no_skip_without_reason),
         ("each third-party library is included in one place", third_parties_in_one_place),
         ("no include climbs out of its folder", includes_have_one_root),
         ("processors are counted in one place", processors_are_counted_in_one_place),
         ("every suite's command exists", every_suite_exists), ("text files end as the editor settings say", text_is_tidy)]


def main():
    failed = 0
    for title, rule in RULES:
        broken = list(rule())
        for line in broken[:40]:
            print(f"  {line}")
        if len(broken) > 40:
            print(f"  and {len(broken) - 40} more")
        print(f"{'not ok' if broken else 'ok'} - {title}")
        failed += bool(broken)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
