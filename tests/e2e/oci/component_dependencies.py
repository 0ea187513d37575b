"""Dependencies of components: added, locked, fetched, moved, gone; a project that pushes what it has built."""
import json
import pathlib
import shutil
import tomllib

from builder import ROOT, TOOLCHAIN, check
from faulty import digest
from world import OTHER_PUBLIC, PUBLIC, SECRET, manifest_of, told


def adder_wit(version, more=""):
    return f"package docs:adder@{version};\ninterface add {{ add: func(x: u32, y: u32) -> u32;{more} }}\nworld adder {{ export add; }}\n"


def dependencies(world, server, faulty):
    root = world.base / "project"
    shutil.copytree(pathlib.Path(ROOT) / "tests" / "fixtures" / "projects" / "components", root)
    member = root / "calculator"
    shutil.rmtree(member / "wit" / "deps")
    lock = root / "wasm-components.lock"
    registry = f"oci://{server.host}/wit"
    for version in ("0.1.0", "0.1.1", "0.2.0"):
        done = world.run("component", "push", world.wit_package("adder", adder_wit(version)), "--to", registry)
        assert done.returncode == 0, done.stderr
    before = (member / "Cargo.toml").read_text()
    build = ("+" + TOOLCHAIN, "build", "--release", "--component", "-p", "calculator", "--target", "wasm32-wasip2")

    def locked(name="docs:adder"):
        return next(entry for entry in tomllib.loads(lock.read_text())["package"] if entry["name"] == name)

    def cargo_wasm(*words, **variables):
        return world.run(*words, cwd=member, **variables)

    told("a dependency that does not exist is not added", cargo_wasm("add", "--component", "docs:adder@3", "--from", registry), 1,
         "error[CW1162]: no version of `docs:adder` is `3`\n  --> DIR/project/calculator/Cargo.toml:13:1\n   |\n13 | \"docs:adder\" = { version = \"3\", registry = \"oci://HOST/wit\" }\n   | ^^^^^^^^^^^^\n"
         "   = note: `HOST/wit/docs/adder` has 0.2.0, 0.1.1, 0.1.0\n   = help: change the requirement, or ask for the version to be published\n", (server.host, "HOST"), (world.base, "DIR"))
    check("the manifest is as it was", (member / "Cargo.toml").read_text() == before and not lock.exists())
    added = cargo_wasm("add", "--component", "docs:adder@=0.1.0", "--from", registry)
    told("a package of WIT is added", added, 0, " Downloading docs:adder v0.1.0 (HOST)\n      Adding docs:adder v0.1.0 to Cargo.toml\n", (server.host, "HOST"))
    check("Cargo.toml has one line more in a table of its own",
          (member / "Cargo.toml").read_text() == before + f'\n[package.metadata.wasm.component.dependencies]\n"docs:adder" = {{ version = "=0.1.0", registry = "{registry}" }}\n')
    content = manifest_of(server.host, "wit/docs/adder", "0.1.0")
    file = member / "wit" / "deps" / "docs-adder-0.1.0.wasm"
    wit = file.read_bytes()
    check("the lock names it by digest", lock.read_text() == "# This file is written by cargo-wasm. It is not meant to be edited by hand.\nversion = 1\n\n[[package]]\n"
          f'name = "docs:adder"\nversion = "0.1.0"\nsource = "oci://{server.host}/wit/docs/adder"\nmanifest = "{digest(content)}"\ncontent = "{digest(wit)}"\n', lock.read_text())
    theirs = world.other_tool(world.tool, "component", "wit", member / "wit")
    ours = cargo_wasm("module", "wit", member / "wit")
    check("wasm-tools reads the directory as we do", theirs.returncode == 0 and theirs.stdout == ours.stdout, theirs.stderr, ours.stderr, theirs.stdout, ours.stdout)
    build_and_compare(world, cargo_wasm, build, member)

    # Versions: what is locked stays until it no longer fits.
    kept = lock.read_text()
    lock.unlink()
    done = cargo_wasm(*build[:-4], "-p", "adder", *build[-2:], "--offline", CARGO_TARGET_DIR=str(world.base / "target"))
    check("who does not depend on it is built without it, offline", done.returncode == 0 and not lock.exists(), done.stderr)
    lock.write_text(kept)
    manifest = (member / "Cargo.toml").read_text()
    (member / "Cargo.toml").write_text(manifest.replace('"=0.1.0"', '"0.1"'))
    done = cargo_wasm("component", "fetch")
    told("a locked version stays while it fits", done, 0, "     Fetched docs:adder v0.1.0 (a package of WIT)\n")
    (member / "Cargo.toml").write_text(manifest.replace('"=0.1.0"', '"0.1.1"'))
    told("--locked refuses another one", cargo_wasm("component", "fetch", "--locked"), 1,
         "error[CW1164]: `wasm-components.lock` would have to be changed\n   = note: it has `docs:adder` 0.1.0, and `0.1.1` is wanted\n"
         "   = help: run the same command without `--locked`, and keep the lock that it writes\n")
    told("--offline cannot choose one", cargo_wasm("component", "fetch", "--offline"), 4,
         "error[CW1165]: the registry of a component would have to be asked\n   = note: --offline forbids the network\n"
         "   = help: `cargo-wasm component fetch` with a network; afterwards builds do without\n")
    done = cargo_wasm("component", "fetch")
    check("another one is chosen, and the file of the first is gone", done.returncode == 0 and locked()["version"] == "0.1.1"
          and [path.name for path in (member / "wit" / "deps").iterdir()] == ["docs-adder-0.1.1.wasm"], done.stderr)
    text = lock.read_text()
    told("offline and locked, from the cache", cargo_wasm("component", "fetch", "--frozen"), 0, "     Fetched docs:adder v0.1.1 (a package of WIT)\n")
    kept = world.base / "cargo-home" / "cargo-wasm" / "oci" / "sha256" / locked()["content"].split(":")[1] / "docs-adder.wasm"
    kept.write_bytes(b"damaged")
    told("a damaged cache is not believed", cargo_wasm("component", "fetch", "--frozen"), 4,
         "error[CW1165]: the registry of a component would have to be asked\n   = note: --frozen forbids the network\n"
         "   = help: `cargo-wasm component fetch` with a network; afterwards builds do without\n")
    done = cargo_wasm("component", "fetch")
    check("it is fetched again, by the digest of the lock", done.returncode == 0 and lock.read_text() == text and digest(kept.read_bytes()) == locked()["content"], done.stderr)
    lock.write_text(text.replace("version = 1\n", "version = 7\n"))
    done = cargo_wasm("component", "fetch")
    check("a lock of a later kind is not guessed at", done.returncode == 1 and done.stderr.startswith("error[CW1163]") and "its `version` is not 1" in done.stderr, done.stderr)
    lock.write_text(text)
    (member / "Cargo.toml").write_text(manifest.replace('"=0.1.0"', '"0.1.1"').replace("/wit\"", "/elsewhere\""))
    done = cargo_wasm("component", "fetch")
    check("a manifest that names another registry than the lock is not overruled by it", done.returncode == 1 and "error[CW1162]" in done.stderr and lock.read_text() == text, done.stderr)
    (member / "Cargo.toml").write_text(manifest.replace('"=0.1.0"', '"one"'))
    done = cargo_wasm("component", "fetch")
    check("a requirement that is none, at its place", done.returncode == 1 and done.stderr.startswith("error[CW1168]") and "calculator/Cargo.toml:13:1" in done.stderr, done.stderr)
    another_registry(world, faulty, cargo_wasm, member, manifest, registry, lock)
    keyed(world, server, cargo_wasm, member, manifest, registry, lock)
    moved_tag(world, faulty, cargo_wasm, member, manifest, registry, lock)
    (member / "Cargo.toml").write_text(before)
    lock.unlink(missing_ok=True)
    in_a_project(world, server, cargo_wasm, build, member)
    (member / "Cargo.toml").write_text(before)
    plugged(world, server, cargo_wasm, root)


def another_registry(world, faulty, cargo_wasm, member, manifest, registry, lock):
    """What is locked must be from the registry that is named: by its address, as a host that says where its packages are, or in the configuration of wkg."""
    ours, theirs = (world.wit_package("adder", adder_wit("0.1.0", more)).read_bytes() for more in ("", " sub: func(a: u32) -> u32;"))
    faulty.reset()
    faulty.publish("ours/docs/adder", "0.1.0", ours)
    faulty.publish("theirs/docs/adder", "0.1.0", theirs)
    host = (faulty.host, "FAULTY")
    asked = lambda: [path for _, _, path, _ in faulty.seen]
    prefix = lambda name: setattr(faulty, "metadata", (200, json.dumps({"preferredProtocol": "oci", "oci": {"registry": faulty.host, "namespacePrefix": f"{name}/"}}).encode()))

    def named(text):
        (member / "Cargo.toml").write_text(manifest.replace(registry, text))

    def content():
        return next(entry for entry in tomllib.loads(lock.read_text())["package"] if entry["name"] == "docs:adder")["content"]

    def refused(there, here):
        return ("error[CW1164]: `wasm-components.lock` would have to be changed\n"
                f"   = note: it has `docs:adder` from `FAULTY/{there}/docs/adder`, and `FAULTY/{here}/docs/adder` is named\n"
                "   = help: run the same command without `--locked`, and keep the lock that it writes\n")

    lock.unlink()
    named(f"oci://{faulty.host}/theirs")
    cargo_wasm("component", "fetch")
    locked_theirs = lock.read_text()
    named(f"oci://{faulty.host}/ours")
    told("named by address, the lock has it from elsewhere: --locked refuses that", cargo_wasm("component", "fetch", "--locked"), 1, refused("theirs", "ours"), host)
    told("and without --locked it is chosen anew, which is said", cargo_wasm("component", "fetch"), 0,
         "    Updating wasm-components.lock, as the registry is another one: it has `docs:adder` from `FAULTY/theirs/docs/adder`, and `FAULTY/ours/docs/adder` is named\n"
         " Downloading docs:adder v0.1.0 (FAULTY)\n     Fetched docs:adder v0.1.0 (a package of WIT)\n", host)
    locked_ours = lock.read_text()
    check("from the registry that is named", content() == digest(ours) and f'"oci://{faulty.host}/ours/docs/adder"' in locked_ours, locked_ours)

    # A host says itself where its packages are: what it has said is remembered, so that builds need no network.
    prefix("ours")
    named(faulty.host)
    home = world.base / "cargo-home" / "cargo-wasm" / "oci" / "hosts"
    shutil.rmtree(home, ignore_errors=True)  # of tests before this one
    told("named as a host that was never asked, nothing is taken for granted offline", cargo_wasm("component", "fetch", "--offline"), 4,
         "error[CW1165]: the registry of a component would have to be asked\n   = note: --offline forbids the network\n"
         "   = help: `cargo-wasm component fetch` with a network; afterwards builds do without\n")
    faulty.seen.clear()
    done = cargo_wasm("component", "fetch", "--locked")
    check("it is asked once, and for nothing else", done.returncode == 0 and asked() == ["/.well-known/wasm-pkg/registry.json"] and len(list(home.iterdir())) == 1, done.stderr, asked())
    faulty.seen.clear()
    for words in (("--locked",), ("--frozen",)):
        done = cargo_wasm("component", "fetch", *words)
        check(f"from then on nobody is asked ({words[0]})", done.returncode == 0 and asked() == [], done.stderr, asked())
    lock.write_text(locked_theirs)
    told("a lock that somebody has led elsewhere is noticed, although all of it is here", cargo_wasm("component", "fetch", "--locked"), 1, refused("theirs", "ours"), host)
    told("offline, too", cargo_wasm("component", "fetch", "--frozen"), 1, refused("theirs", "ours"), host)
    done = cargo_wasm("component", "fetch")
    check("and does not decide what is used", done.returncode == 0 and lock.read_text() == locked_ours and (member / "wit" / "deps" / "docs-adder-0.1.0.wasm").read_bytes() == ours, done.stderr)
    prefix("theirs")
    lock.write_text(locked_theirs)
    done = cargo_wasm("component", "fetch", "--locked")
    check("a host that has moved its packages is asked before the lock is blamed", done.returncode == 0 and lock.read_text() == locked_theirs, done.stderr)

    # The configuration of wkg names registries as well; where nothing does, there is only the lock.
    config = world.base / "wkg-named.toml"
    config.write_text(f'[namespace_registries]\ndocs = {{ registry = "{faulty.host}", metadata = {{ preferredProtocol = "oci", oci = {{ registry = "{faulty.host}", namespacePrefix = "ours/" }} }} }}\n')
    (member / "Cargo.toml").write_text(manifest.replace(f'{{ version = "=0.1.0", registry = "{registry}" }}', '"=0.1.0"'))
    told("named by the configuration of wkg", cargo_wasm("component", "fetch", "--locked", WKG_CONFIG_FILE=str(config)), 1, refused("theirs", "ours"), host)
    done = cargo_wasm("component", "fetch", "--locked")
    check("named by nothing, the lock decides", done.returncode == 0, done.stderr)


def keyed(world, server, cargo_wasm, member, manifest, registry, lock):
    """A dependency with the key of its publisher, which may be added to a manifest after the lock was made."""
    signed = f"oci://{server.host}/keyed"
    world.run("component", "push", world.wit_package("adder", adder_wit("0.1.0")), "--to", signed, CARGO_WASM_PUBLISH_KEY=SECRET)
    lock.unlink()
    without = manifest.replace(registry, signed)
    (member / "Cargo.toml").write_text(without)
    unkeyed = cargo_wasm("component", "fetch")
    (member / "Cargo.toml").write_text(without.replace(" }", f', key = "{OTHER_PUBLIC}" }}'))
    told("a key that is added later is asked for what is locked already", cargo_wasm("component", "fetch"), 5,
         "error[CW1170]: `docs:adder` 0.1.0 is not signed by `example.com/foo`\n   = note: 1 statement stands beside it, none of this key for these bytes\n"
         "   = help: ask its publisher which key it was signed with, and do not use it before you know\n")
    (member / "Cargo.toml").write_text(without.replace(" }", f', key = "{PUBLIC}" }}'))
    done = cargo_wasm("component", "fetch")
    offline = cargo_wasm("component", "fetch", "--frozen")
    check("the right key's statement is found, and kept for without a network", unkeyed.returncode == 0 and done.returncode == 0 and offline.returncode == 0,
          unkeyed.stderr, done.stderr, offline.stderr)
    strictly(server, cargo_wasm, member, without, lock)
    lock.unlink()


def strictly(server, cargo_wasm, member, without, lock):
    """`--strict-federation`: what no key vouches for is not used, locked and here or not."""
    names = (server.host, "HOST")
    told_why = ("error[CW1119]: the component `docs:adder` cannot be verified\n"
                "   = note: `--strict-federation` is in effect, and `HOST/keyed/docs/adder` is of no registry whose keys are known\n"
                "   = help: name the key that its publisher has signed it with: `key = \"…\"` beside its version, or `--key`\n")
    done = cargo_wasm("component", "fetch", "--strict-federation")
    check("--strict-federation: a component with its publisher's key is used", done.returncode == 0, done.stderr)
    (member / "Cargo.toml").write_text(without)
    told("--strict-federation: without one it is refused, although it is locked and here", cargo_wasm("component", "fetch", "--strict-federation"), 5, told_why, names)
    told("--strict-federation: in a build, too", cargo_wasm("+" + TOOLCHAIN, "build", "--strict-federation", "-p", member.name, "--component"), 5,
         "      Target wasm32-wasip2 (the default for components; --target changes it)\n" + told_why, names)
    locked = lock.read_text()
    lock.unlink()
    told("--strict-federation: and when it is to be chosen", cargo_wasm("component", "fetch", "--strict-federation"), 5, told_why, names)
    place = f"oci://{server.host}/keyed"
    told("--strict-federation: and pulled", cargo_wasm("component", "pull", "docs:adder", "--from", place, "--strict-federation"), 5, told_why, names)
    pulled = cargo_wasm("component", "pull", "docs:adder", "--from", place, "--strict-federation", "--key", PUBLIC, "-o", member / "target-of-pull.wasm")
    check("--strict-federation: pulled by its publisher's key it is not", pulled.returncode == 0, pulled.stderr)
    (member / "target-of-pull.wasm").unlink(missing_ok=True)
    lock.write_text(locked)


def build_and_compare(world, cargo_wasm, build, member):
    done = cargo_wasm(*build, CARGO_TARGET_DIR=str(world.base / "target"))
    check("a component is built against WIT that came from a registry", done.returncode == 0, done.stderr)
    world_file = member / "wit" / "world.wit"
    text = world_file.read_text()
    world_file.write_text(text.replace("docs:adder/add@0.1.0", "docs:adder/nothing@0.1.0"))
    done = cargo_wasm(*build, CARGO_TARGET_DIR=str(world.base / "target"))
    check("what that WIT does not have is an error at its place", done.returncode == 1 and "error[CW0952]" in done.stderr and "wit/world.wit" in done.stderr, done.stderr)
    world_file.write_text(text)


def moved_tag(world, faulty, cargo_wasm, member, manifest, registry, lock):
    """Row 40: a tag that is moved after it was locked changes nothing; a version that is gone is told."""
    first, second = (world.wit_package("adder", adder_wit("0.1.0", more)).read_bytes() for more in ("", " sub: func(a: u32) -> u32;"))
    faulty.reset()
    repository = "wit/docs/adder"
    old = faulty.publish(repository, "0.1.0", first)
    (member / "Cargo.toml").write_text(manifest.replace(registry, f"oci://{faulty.host}/wit"))
    done = cargo_wasm("component", "fetch")
    text = lock.read_text()
    new = faulty.publish(repository, "0.1.0", second)
    shutil.rmtree(world.base / "cargo-home" / "cargo-wasm")
    again = cargo_wasm("component", "fetch")
    check("a tag that is moved changes nothing for who has locked it", done.returncode == 0 and again.returncode == 0 and old != new and lock.read_text() == text
          and (member / "wit" / "deps" / "docs-adder-0.1.0.wasm").read_bytes() == first, done.stderr, again.stderr)
    del faulty.manifests[repository, old]
    shutil.rmtree(world.base / "cargo-home" / "cargo-wasm")
    told("what is locked and gone is told", cargo_wasm("component", "fetch"), 5,
         " Downloading docs:adder v0.1.0 (127.0.0.1)\n" .replace("127.0.0.1", "HOST")
         + f"error[CW1166]: `docs:adder` 0.1.0 is not in its registry as it is locked\n   = note: `HOST/wit/docs/adder` has no manifest `{old}`\n"
         "   = help: its tag may have been moved, or the version deleted: ask its publisher before you take what stands there now\n", (faulty.host, "HOST"))
    check("and the lock is as it was", lock.read_text() == text)


def plugged(world, server, cargo_wasm, root):
    """Components that are dependencies are locked and fetched, and fill imports at the end of the build."""
    registry = f"oci://{server.host}/parts"
    target = world.base / "plug-target"
    build = ("+" + TOOLCHAIN, "build", "--release", "--target", "wasm32-wasip2", "--config", f"wasm.tools.wasm-tools={json.dumps(str(world.tool))}")
    members = [root / name for name in ("adder", "calculator", "command")]
    for member in members:
        shutil.rmtree(member / "wit")
        shutil.copytree(pathlib.Path(ROOT) / "tests" / "fixtures" / "projects" / "components" / member.name / "wit", member / "wit")
    built = cargo_wasm(*build, "--component", "-p", "adder", "-p", "calculator", CARGO_TARGET_DIR=str(target))
    for name in ("adder", "calculator"):
        done = cargo_wasm("component", "push", target / "wasm32-wasip2" / "release" / f"{name}.wasm", "--to", registry, "--package", f"parts:{name}@1.0.0")
        assert done.returncode == 0, built.stderr + done.stderr
    manifest = root / "command" / "Cargo.toml"
    before = manifest.read_text()
    manifest.write_text(before + f'registry = "{registry}"\nplug = ["parts:calculator", "parts:adder"]\n\n'
                        '[package.metadata.wasm.component.dependencies]\n"parts:adder" = "1"\n"parts:calculator" = "1"\n')
    done = cargo_wasm(*build, "-p", "command", CARGO_TARGET_DIR=str(target))
    whole = target / "wasm32-wasip2" / "release" / "command.wasm"
    imports = cargo_wasm("module", "wit", whole).stdout.split("}")[0]
    check("components of a registry fill the imports of what is built", done.returncode == 0 and "import wasi:" in imports and "docs:" not in imports
          and not list((root / "command" / "wit").glob("deps/parts-*")), done.stderr, imports)
    manifest.write_text(manifest.read_text().replace('"parts:adder" = "1"\n', ""))
    done = cargo_wasm(*build, "-p", "command", CARGO_TARGET_DIR=str(target))
    check("a plug that is no dependency is told", done.returncode == 1 and "error[CW0957]: `parts:adder` cannot fill imports\n" in done.stderr
          and "= note: `component.dependencies` does not name it\n" in done.stderr, done.stderr)
    manifest.write_text(before)


def published(world, server, cargo_wasm, build):
    """`publish --component`: built and pushed by one command, to several registries."""
    def publish(*words):
        return cargo_wasm(build[0], "publish", "--component", "--target", "wasm32-wasip2", *words, CARGO_TARGET_DIR=str(world.base / "target"))

    tried = publish("--dry-run")
    check("a dry run builds, and sends nothing", tried.returncode == 0 and f"  Would push {server.host}/own/docs/calculator:0.1.0 (" in tried.stderr, tried.stderr)
    again = publish()
    check("what `component push` has pushed is what `publish --component` would", again.returncode == 0 and f"   Unchanged {server.host}/own/docs/calculator:0.1.0 (" in again.stderr, again.stderr)
    dead = "oci://127.0.0.1:9/dead"  # nobody listens there
    both = ("--registry", f"{dead},oci://{server.host}/two", "--as", "docs:calculator@0.2.0")
    done = publish(*both)
    check("one of two registries is not there: the other has it, told, exit 4", done.returncode == 4 and f"      Pushed {server.host}/two/docs/calculator:0.2.0 (" in done.stderr
          and "error[CW1045]: 1 of 2 registries have `docs:calculator` 0.2.0, and 2 are wanted\n   = note: `" + dead + "`: " in done.stderr
          and done.stderr.endswith("   = help: the same command again goes on from here: what is there is not sent twice\n"), done.stderr)
    done = publish(*both, "--quorum=1")
    check("where one is enough that is a warning", done.returncode == 0 and "warning[CW1055]: 1 of 2 registries have `docs:calculator` 0.2.0, and 1 is wanted\n" in done.stderr
          and f"   Unchanged {server.host}/two/docs/calculator:0.2.0 (" in done.stderr, done.stderr)
    check("what a component has nothing of", publish("--no-verify").returncode == 2 and publish("--quorum=3", "--registry", f"oci://{server.host}/two").returncode == 2)


def in_a_project(world, server, cargo_wasm, build, member):
    """What a project says of itself: its name as a package, its registry, the facts of Cargo.toml."""
    before = (member / "Cargo.toml").read_text()
    (member / "Cargo.toml").write_text(before.replace('edition = "2021"', 'edition = "2021"\ndescription = "Adds"\nlicense = "MIT"')
                                       + f'package = "docs:calculator"\nregistry = "oci://{server.host}/own"\n')
    shutil.rmtree(member / "wit" / "deps", ignore_errors=True)
    (member / "wit" / "deps").mkdir()
    done = cargo_wasm("add", "--component", "docs:adder@=0.1.0", "--from", f"oci://{server.host}/wit")
    built = cargo_wasm(*build, CARGO_TARGET_DIR=str(world.base / "target"))
    pushed = cargo_wasm("component", "push", CARGO_TARGET_DIR=str(world.base / "target"))
    check("a project pushes what it has built, by what its manifest says", done.returncode == 0 and built.returncode == 0 and pushed.returncode == 0
          and f"{server.host}/own/docs/calculator:0.1.0" in pushed.stderr, done.stderr, built.stderr, pushed.stderr)
    if pushed.returncode == 0:
        annotations = json.loads(manifest_of(server.host, "own/docs/calculator", "0.1.0"))["annotations"]
        check("with the facts of Cargo.toml", annotations == {"org.opencontainers.image.description": "Adds", "org.opencontainers.image.licenses": "MIT",
                                                              "org.opencontainers.image.version": "0.1.0"}, annotations)
        file = world.base / "target" / "wasm32-wasip2" / "release" / "calculator.wasm"
        pulled = cargo_wasm("component", "pull", "docs:calculator", "-o", world.base / "calculator.wasm")
        published(world, server, cargo_wasm, build)
        check("and pulls it again from its own registry", pulled.returncode == 0 and (world.base / "calculator.wasm").read_bytes() == file.read_bytes(), pulled.stderr)
