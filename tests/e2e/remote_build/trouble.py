"""What a cache that does wrong costs a build: one warning, and that things are compiled here."""
import re

from builder import check, free_port
from team import ALL, Machine
from wrong_http import Wrong

LEFT_OUT = "warning[CW1266]: remote cache `bad` is left out of this build\n"
PATIENCE = "   = help: nothing else is lost: what it has is built here; its `timeout` says how long it is waited for\n"
LIES = """warning[CW1267]: remote cache `bad` sent other bytes than those that were asked for
   = note: asked for SHA-256 `{HASH}`, {NUMBER} bytes
   = note: what came has SHA-256 `{HASH}`
   = note: none of them are used, and it is left out of this build
"""
INCOMPLETE = """warning[CW1270]: remote cache `bad` has results whose outputs it does not have
   = note: the first that is missing has SHA-256 `{HASH}`, {NUMBER} bytes
   = note: such results are not used; others are
   = help: if old files are removed there, those in `ac` have to go before those in `cas` that they name
"""
FULL = """warning[CW1271]: remote cache `bad` takes no results
   = note: it has no room for what was sent
   = note: it answers with status 507
   = help: write `mode = "read"` if it is not to be written to, or see to its room and its limits
"""


def is_said(text, wanted):
    """{HASH}, {NUMBER} and {WHY} stand for what differs from run to run, or from one version of a library to another."""
    pattern = re.escape(wanted).replace(r"\{HASH\}", "[0-9a-f]{64}").replace(r"\{NUMBER\}", "[0-9]+").replace(r"\{WHY\}", "[^\n]+")
    return re.fullmatch(pattern, text) is not None


def reading(b, bad, key, module):
    whole = dict(bad.stored)
    cas, ac = f"{bad.url}/cas/{{HASH}}", f"{bad.url}/ac/{{HASH}}"
    nobody = f"http://127.0.0.1:{free_port()}"
    cases = (("is down", nobody, {}, whole, LEFT_OUT + f"   = note: cannot connect for `{nobody}/ac/{{HASH}}`\n   = note: {{WHY}}\n" + PATIENCE),
             ("never answers", bad.url, {"get ac": "hang"}, whole, LEFT_OUT + f"   = note: the transfer of `{ac}` timed out\n   = note: {{WHY}}\n" + PATIENCE),
             ("stalls within a file", bad.url, {"get cas": "slow"}, whole, LEFT_OUT + f"   = note: the transfer of `{cas}` timed out\n   = note: {{WHY}}\n" + PATIENCE),
             ("breaks off within a file", bad.url, {"get cas": "cut"}, whole, LEFT_OUT + f"   = note: the transfer of `{cas}` failed\n   = note: {{WHY}}\n" + PATIENCE),
             ("sends other bytes", bad.url, {"get cas": "other"}, whole, LIES),
             ("has trouble of its own", bad.url, {"get ac": 500}, whole, LEFT_OUT + "   = note: it answers with status 500\n"),
             ("answers with a page", bad.url, {"get ac": "login"}, whole, LEFT_OUT + "   = note: what it has for action `{HASH}` is no result of an action\n"),
             ("has results whose outputs it does not have", bad.url, {}, {path: body for path, body in whole.items() if "/ac/" in path}, INCOMPLETE))
    for what, url, faults, stored, text in cases:
        b.forget()
        bad.faults, bad.stored = faults, dict(stored)
        b.configure(bad={"url": url, "trust": [key], "timeout": 2 if {"hang", "slow"} & set(faults.values()) else 60})
        built = b.build()
        check(f"a cache that {what}: the right bytes, made here, and one warning", built.is_good(module, ALL, built.warnings) and is_said(built.warnings, text),
              f"{built.took:.1f} s", built.ran, built.said, "wanted:", text)
    bad.faults, bad.stored = {}, whole


def one_blob_less(b, bad, key, module):
    """What is whole is taken from a server that has lost something else."""
    whole = dict(bad.stored)
    largest = max((path for path in whole if "/cas/" in path), key=lambda path: len(whole[path]))
    bad.stored = {path: body for path, body in whole.items() if path != largest}
    b.forget()
    b.configure(bad={"url": bad.url, "trust": [key]})
    built = b.build()
    check("one that has lost a file: what needs it is made here, the rest taken", built.is_good(module, None, built.warnings) and is_said(built.warnings, INCOMPLETE)
          and 0 < len(built.ran) < len(ALL), built.ran, built.said)
    bad.stored = whole


def in_order(b, bad, key, module):
    near = Wrong()
    for order, asked in ((["near", "far"], True), (["far", "near"], False)):
        near.seen.clear()
        b.forget()
        b.configure(order, near={"url": near.url, "trust": [key]}, far={"url": bad.url, "trust": [key]})
        built = b.build()
        before = (len(near.seen), len(bad.seen))
        check(f"two caches in the order {' '.join(order)}: the second is asked for what the first has not", built.is_good(module, set()) and bool(near.seen) == asked,
              near.seen, built.ran, built.said)
    b.forget(store=False)
    local = b.build()
    check("... and neither for what the own store has", local.is_good(module, set()) and before == (len(near.seen), len(bad.seen)), before, local.said)
    near.close()


def ended_in_time(slow, alone):
    late = min(built.after for built in slow) - min(built.after for built in alone)
    return late < min(built.elapsed for built in slow) / 10 + 0.15


def sending(base, module):
    """A server that is full, one that is slow, one that is down: what waits in the spool, and how it is sent."""
    bad = Wrong()
    a = Machine(base, "sender")
    key = a.keygen("ci")
    table = {"url": bad.url, "mode": "read-write", "timeout": 30}
    a.configure(bad=table)
    bad.faults = {"put cas": 507}
    script = a.root / "text/build.rs"
    quick = script.read_text()
    script.write_text(quick.replace("fn main() {", "fn main() {\n    std::thread::sleep(std::time::Duration::from_secs(2)); // in which the server answers"))
    for _ in range(8):  # what nobody had the time to offer waits, on a busy machine, and the server has said nothing
        a.forget()
        full = a.build()
        if a.spooled() == 0 or not full.is_good(module, ALL, full.warnings) or full.warnings not in ("", FULL):
            break
    check("a cache that is full: one warning, nothing waits", full.is_good(module, ALL, FULL) and a.spooled() == 0, full.said, a.spooled())
    script.write_text(quick)
    bad.faults = {"put cas": 3.0}
    slow, alone = [], []
    # Beginnings and ends differ on a busy machine from build to build: the shortest ones are compared.
    while len(slow) < 2 or (len(slow) < 8 and not ended_in_time(slow, alone)):
        a.forget()
        a.configure(bad=table)
        bad.faults = {"put cas": 3.0}
        slow.append(a.build())
        a.forget()
        a.configure(bad={**table, "mode": "read", "trust": [key]})
        bad.faults = {}
        bad.stored.clear()
        alone.append(a.build())
    check("a cache that takes three seconds for a file delays the end of a build by no more than a tenth", slow[-1].is_good(module, ALL) and ended_in_time(slow, alone),
          [(f"{built.after:.2f} s after the end of {built.elapsed:.2f} s", f"{other.after:.2f} s without") for built, other in zip(slow, alone)], slow[-1].said)
    a.forget()
    a.configure(bad=table)
    bad.faults = {"put cas": 3.0}
    a.build()
    waiting = a.spooled()
    check("... the rest waits in the spool", waiting > 4, waiting)
    bad.faults = {"put cas": 503, "put ac": 503}
    down = a.run("cache", "push", "--wait")
    pushed = waiting - a.spooled()  # at most what had arrived when the build ended, and only waited to be ticked off
    waiting = a.spooled()
    check("`cache push --wait` to a server in trouble says so and keeps all of it", down.returncode == 4 and pushed <= 2 and down.stderr ==
          LEFT_OUT + f"   = note: it answers with status 503\n      Pushed {pushed} results\n" + f"error[CW1278]: {waiting} results could not be sent\n"
          f"   = note: they stay in `{a.base}/store/spool`\n   = help: run `cargo-wasm cache push --wait` again when the caches can be reached\n", down.returncode, a.spooled(), down.stderr)
    bad.faults = {}
    up = a.run("cache", "push", "--wait")
    check("... and sends it when the server is well again", up.returncode == 0 and up.stderr == f"      Pushed {waiting} results\n" and a.spooled() == 0, up.stderr, a.spooled())
    b = Machine(base, "receiver")
    b.configure(bad={"url": bad.url, "trust": [key]})
    built = b.build()
    check("... where another machine finds all of it", built.is_good(module, set()), built.ran, built.said)
    bad.close()


def trouble(base, module):
    bad = Wrong()
    a, b = Machine(base, "giver"), Machine(base, "taker", "somewhere else")
    key = a.keygen("ci")
    a.configure(bad={"url": bad.url, "mode": "read-write"})
    first = a.build()
    check("a server that does right for now gets what was built", first.is_good(module, ALL) and a.run("cache", "push", "--wait").returncode == 0 and len(bad.stored) > 20,
          first.said, len(bad.stored))
    reading(b, bad, key, module)
    one_blob_less(b, bad, key, module)
    in_order(b, bad, key, module)
    bad.close()
    sending(base, module)
