"""What a cache that does wrong may cost: a warning, and nothing else."""
import hashlib
import os
import pathlib
import subprocess
import sys
import time

import servers
from builder import check, skip
from wrong_http import Wrong

HERE = pathlib.Path(__file__).resolve().parent
LEFT_OUT = "warning[CW1266]: remote cache `bad` is left out of this build\n"


def over_http(base, Machine, secret, public):
    good, bad = Wrong(), Wrong()
    table = {"mode": "read-write", "trust": [public], "timeout": 60}
    writer = Machine(base, bad={"url": bad.url, **table}, good={"url": good.url, **table})
    name = writer.file("blob", 100_000)
    digest = hashlib.sha256((writer.base / name).read_bytes()).hexdigest()
    put = writer.put("one", name, CARGO_WASM_CACHE_KEY=secret)
    check("two remotes are both written to", put.stdout == "sent 1 spooled 0 dropped 0\n" and good.stored.keys() == bad.stored.keys() and len(good.stored) == 2, put.stdout, put.stderr)
    other = bytes([(writer.base / name).read_bytes()[0] ^ 1]) + (writer.base / name).read_bytes()[1:]
    lies = f"""warning[CW1267]: remote cache `bad` sent other bytes than those that were asked for
   = note: asked for SHA-256 `{digest}`, 100000 bytes
   = note: {{}}
   = note: none of them are used, and it is left out of this build
"""
    cas, ac = f"{bad.url}/cas/{digest}", f"{bad.url}/ac/{hashlib.sha256(b'one').hexdigest()}"
    patience = "   = help: nothing else is lost: what it has is built here; its `timeout` says how long it is waited for\n"
    cases = (("sends other bytes", {"get cas": "other"}, lies.format(f"what came has SHA-256 `{hashlib.sha256(other).hexdigest()}`")),
             ("sends too many bytes", {"get cas": "longer"}, lies.format("at least 100100 bytes came")),
             ("sends bytes without end", {"get cas": "endless"}, LEFT_OUT + f"   = note: the answer of `{cas}` is longer than 165536 bytes\n" + patience),
             ("breaks off in the middle of a blob", {"get cas": "cut"}, f"{LEFT_OUT}   = note: the transfer of `{cas}` failed\n   = note: ..."),
             ("is slow", {"get cas": "slow"}, f"{LEFT_OUT}   = note: the transfer of `{cas}` timed out\n   = note: ..."),
             ("never answers", {"get ac": "hang"}, f"{LEFT_OUT}   = note: the transfer of `{ac}` timed out\n   = note: ..."),
             ("answers with a page", {"get ac": "login"},
              LEFT_OUT + f"   = note: what it has for action `{hashlib.sha256(b'one').hexdigest()}` is no result of an action\n"),
             ("has trouble of its own", {"get ac": 500}, LEFT_OUT + "   = note: it answers with status 500\n"),
             ("refuses", {"get ac": 403}, LEFT_OUT + "   = note: it answers with status 403\n"
              "   = help: `token-env` of its table in the configuration names the variable that holds a token\n"))
    reader, hasty = (Machine(base, bad={"url": bad.url, "trust": [public], "timeout": limit}, good={"url": good.url, "trust": [public]}) for limit in (60, 2))
    for number, (what, fault, text) in enumerate(cases):
        bad.faults = fault
        machine = hasty if {"slow", "hang"} & set(fault.values()) else reader
        (machine.base / name).write_bytes((writer.base / name).read_bytes())
        start = time.monotonic()
        get = machine.run("get", "one", f"got-{number}")
        took = time.monotonic() - start
        said = get.stderr == text or (text.endswith("...") and get.stderr.startswith(text[:-3]) and get.stderr.endswith(patience) and get.stderr.count("warning") == 1)
        check(f"one that {what} is left out with one warning, and the next is asked", said and "100000 bytes from good, signed by team/ci" in get.stdout
              and machine.got(name, directory=f"got-{number}") and took < 20, f"{took:.1f} s", get.stdout, get.stderr, "wanted:", text)
    missing_outputs(bad, reader, name, digest)
    sending(base, Machine, bad, good, table, name, writer, secret)
    good.close()
    bad.close()


def missing_outputs(bad, reader, name, digest):
    bad.faults = {}
    blob = bad.stored.pop(f"/cas/{digest}")
    get = reader.run("get", "one", "got-incomplete")
    check("one that has a result but not its outputs is told of, and the next is asked", get.stderr == f"""warning[CW1270]: remote cache `bad` has results whose outputs it does not have
   = note: the first that is missing has SHA-256 `{digest}`, 100000 bytes
   = note: such results are not used; others are
   = help: if old files are removed there, those in `ac` have to go before those in `cas` that they name
""" and "from good" in get.stdout, get.stdout, get.stderr)
    bad.stored[f"/cas/{digest}"] = blob


def sending(base, Machine, bad, good, table, name, writer, secret):
    help_full = '   = help: write `mode = "read"` if it is not to be written to, or see to its room and its limits\n'
    for number, (what, fault, summary, text) in enumerate((
            ("is full", {"put cas": 507}, "sent 0 spooled 0 dropped 1\n",
             "warning[CW1271]: remote cache `bad` takes no results\n   = note: it has no room for what was sent\n   = note: it answers with status 507\n" + help_full),
            ("breaks off in the middle of what it is sent", {"put cas": "cut"}, "sent 0 spooled 1 dropped 0\n", LEFT_OUT + "..."),
            ("takes blobs and then no result", {"put ac": 500}, "sent 0 spooled 1 dropped 0\n", LEFT_OUT + "   = note: it answers with status 500\n"))):
        bad.faults = fault
        machine = Machine(base, bad={"url": bad.url, **table}, good={"url": good.url, **table})
        machine.file(f"sent-{number}", 3_000_000)
        put = machine.put(f"put-{number}", f"sent-{number}", CARGO_WASM_CACHE_KEY=secret)
        said = put.stderr == text or (text.endswith("...") and put.stderr.startswith(text[:-3]) and put.stderr.count("warning") == 1)
        at_good = f"/ac/{hashlib.sha256(f'put-{number}'.encode()).hexdigest()}" in good.stored
        check(f"one that {what}: one warning, and the other has it", put.stdout == summary and said and at_good and put.returncode == 0, put.stdout, put.stderr)
        bad.faults = {}
        pushed = machine.run("push", CARGO_WASM_CACHE_KEY=secret)
        at_bad = f"/ac/{hashlib.sha256(f'put-{number}'.encode()).hexdigest()}" in bad.stored
        check(f"one that {what}: what waits is sent later, and nothing else", pushed.stdout == f"sent {summary.split()[3]} spooled 0 dropped 0\n"
              and at_bad == ("spooled 1" in summary), pushed.stdout, pushed.stderr)
    bad.faults = {"put cas": "hang"}
    machine = Machine(base, bad={"url": bad.url, **table, "timeout": 60})
    machine.file("late", 1000)
    start = time.monotonic()
    put = machine.put("late", "late", patience=300, CARGO_WASM_CACHE_KEY=secret)
    took = time.monotonic() - start
    check("a build waits for uploads as long as it is told to, and says nothing", (put.stdout, put.stderr) == ("sent 0 spooled 1 dropped 0\n", "") and took < 20, f"{took:.1f} s", put.stdout, put.stderr)
    (machine.base / "late").unlink()
    bad.faults = {}
    pushed = machine.run("push", CARGO_WASM_CACHE_KEY=secret)
    check("an entry whose files are gone is dropped from the spool", pushed.stdout == "sent 0 spooled 0 dropped 1\n" and not list((machine.base / "spool").glob("*.entry")),
          pushed.stdout, pushed.stderr)
    (machine.base / "spool" / "x.entry").write_bytes(b"cargo-wasm/spool/v1\ndamaged")
    pushed = machine.run("push")
    check("and so is one that is damaged", pushed.stdout == "sent 0 spooled 0 dropped 1\n", pushed.stdout, pushed.stderr)


class WrongReapi:
    def __init__(self, *faults):
        place = servers.TOOLS / f"buildgrid-{servers.BUILDGRID}"
        self.process = subprocess.Popen([sys.executable, str(HERE / "wrong_reapi.py"), *faults], stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "PYTHONPATH": str(place)})
        self.url = f"grpc://127.0.0.1:{self.process.stdout.readline().strip()}"

    def end(self):
        self.process.terminate()
        return self.process.communicate()[0].splitlines()


def over_grpc(base, Machine, secret, public):
    if not (servers.TOOLS / f"buildgrid-{servers.BUILDGRID}" / "grpc").exists():
        skip("a wrong server of the remote execution API", "BuildGrid's gRPC library is not here")
        return
    table = {"mode": "read-write", "trust": [public], "timeout": 5}
    for size, what in ((1000, "small"), (20_000_000, "large")):
        server = WrongReapi("other")
        machine = Machine(base, bad={"url": server.url, **table})
        digest = hashlib.sha256((machine.base / machine.file(what, size)).read_bytes()).hexdigest()
        put = machine.put("one", what, CARGO_WASM_CACHE_KEY=secret)
        get = machine.run("get", "one", "got")
        server.end()
        check(f"gRPC: other bytes for a {what} blob are refused", put.stdout.startswith("sent 1") and get.stdout == "miss\n" and get.returncode == 0
              and get.stderr.startswith("warning[CW1267]: remote cache `bad` sent other bytes than those that were asked for\n"
                                        f"   = note: asked for SHA-256 `{digest}`, {size} bytes\n   = note: what came has SHA-256 `"), put.stdout, put.stderr, get.stdout, get.stderr)
    server = WrongReapi("cut-read", "cut-write")
    machine = Machine(base, it={"url": server.url, **table})
    machine.file("large", 20_000_000)
    put = machine.put("one", "large", CARGO_WASM_CACHE_KEY=secret)
    get = machine.run("get", "one", "got")
    asked = server.end()
    check("gRPC: transfers that break off go on where they ended, both ways", put.stdout == "sent 1 spooled 0 dropped 0\n" and "20000000 bytes from it" in get.stdout
          and machine.got("large") and (put.stderr, get.stderr) == ("", "")
          and asked == ["write from 0", "asked how far it came", "write from 5242880", "read from 0", "read from 10000000"], asked, put.stdout, put.stderr, get.stdout, get.stderr)
    for faults, text in ((["unknown"], LEFT_OUT + "   = note: it answers with status 12 of gRPC to `build.bazel.remote.execution.v2.Capabilities/GetCapabilities`\n"
                          "   = note: it says: Method not found!\n"),
                         (["full"], "warning[CW1271]: remote cache `bad` takes no results\n   = note: it has no room for what was sent\n"
                          "   = note: it answers with status 8 of gRPC to `build.bazel.remote.execution.v2.ContentAddressableStorage/BatchUpdateBlobs`\n"
                          "   = note: it says: the disk is full\n   = help: write `mode = \"read\"` if it is not to be written to, or see to its room and its limits\n")):
        server = WrongReapi(*faults)
        machine = Machine(base, bad={"url": server.url, **table})
        machine.file("small", 1000)
        put = machine.put("one", "small", CARGO_WASM_CACHE_KEY=secret)
        server.end()
        check(f"gRPC: one that is {faults[0]} costs one warning", put.stderr == text and put.returncode == 0 and put.stdout.startswith("sent 0"), put.stdout, put.stderr)
    plain = Wrong()
    machine = Machine(base, bad={"url": plain.url.replace("http", "grpc"), "trust": [public], "timeout": 2})
    get = machine.run("get", "one", "got")
    plain.close()
    check("gRPC: a server that speaks none is left out", get.stdout == "miss\n" and get.stderr.startswith(LEFT_OUT) and get.stderr.count("warning") == 1, get.stderr)


def faults(base, Machine, secret, public):
    over_http(base, Machine, secret, public)
    over_grpc(base, Machine, secret, public)
