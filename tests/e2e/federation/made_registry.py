"""A registry's static files, made by hand: its log, name map, index, archives and federation document, by the format pages alone (docs/formats/registry-log.md,
federation.md). It shares no code with cargo-wasm, and it can make what an honest registry would not."""
import base64
import copy
import hashlib
import io
import json
import pathlib
import secrets
import subprocess
import tarfile
import tempfile
import time

WIDTH = 256
EMPTY = hashlib.sha256(b"").hexdigest()


def sha256(data):
    return hashlib.sha256(data).digest()


def utc(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Key:
    """An Ed25519 key of signed notes; the signatures are openssl's."""

    def __init__(self, name, kind=1):
        self.name, self.kind = name, kind
        self.file = tempfile.NamedTemporaryFile(suffix=".der")
        self.file.write(bytes.fromhex("302e020100300506032b657004220420") + secrets.token_bytes(32))
        self.file.flush()
        public = subprocess.run(["openssl", "pkey", "-inform", "DER", "-in", self.file.name, "-pubout", "-outform", "DER"], capture_output=True, check=True).stdout
        self.public = public[-32:]
        self.id = sha256(name.encode() + b"\n" + bytes([kind]) + self.public)[:4]
        self.text = f"{name}+{self.id.hex()}+{base64.b64encode(bytes([kind]) + self.public).decode()}"

    def sign(self, data):
        with tempfile.NamedTemporaryFile() as text:
            text.write(data)
            text.flush()
            return subprocess.run(["openssl", "pkeyutl", "-sign", "-keyform", "DER", "-inkey", self.file.name, "-rawin", "-in", text.name], capture_output=True,
                                  check=True).stdout

    def line(self, text):
        """The signature line of a note."""
        return f"\u2014 {self.name} {base64.b64encode(self.id + self.sign(text.encode())).decode()}\n"

    def cosign(self, text, when):
        signed = f"cosignature/v1\ntime {when}\n{text}".encode()
        return f"\u2014 {self.name} {base64.b64encode(self.id + when.to_bytes(8, 'big') + self.sign(signed)).decode()}\n"


def note(text, *keys):
    return text + "\n" + "".join(key.line(text) for key in keys)


def leaf_hash(entry):
    return sha256(b"\0" + entry)


def tree_hash(hashes):
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return sha256(b"\1" + tree_hash(hashes[:half]) + tree_hash(hashes[half:]))


def tile_name(index):
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03}")
    return "/".join(parts)


def crate_archive(name, version, files=None):
    files = files or {"Cargo.toml": f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n', "src/lib.rs": "pub fn number() -> i32 { 1 }\n"}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.GNU_FORMAT) as tar:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


def index_path(name):
    name = name.lower()
    return {1: f"1/{name}", 2: f"2/{name}", 3: f"3/{name[0]}/{name}"}.get(len(name), f"{name[:2]}/{name[2:4]}/{name}")


class Registry:
    def __init__(self, name, canonical, bases, now=None):
        self.name, self.canonical, self.bases = name, canonical, bases
        self.root, self.log = Key(f"{name}/root"), Key(f"{name}/log")
        self.now = now or int(time.time())
        self.lifetime = 7 * 86400
        self.entries, self.lines, self.chains, self.archives = [], {}, {}, {}
        self.versions, self.revoked = {}, {}
        self.document_version = 1
        self.witnesses, self.quorum, self.cosigned = [], "none", True
        self.document = {
            "v": 1, "name": name, "version": 1, "expires": utc(self.now + 365 * 86400), "canonical": canonical, "keys": {"k1": self.root.text},
            "root": {"threshold": 1, "keys": ["k1"]}, "policy": "", "unsigned": "allow",
            "mirrors": [{"id": f"m{i + 1}", "region": region, "base": base, "roles": ["read"], "priority": 10 * (i + 1)} for i, (region, base) in enumerate(bases)]}
        self.documents = {}
        self.snapshot()

    def copy(self):
        """Another registry with the same keys: what comes from now on differs."""
        other = copy.copy(self)
        for member in ("entries", "lines", "chains", "archives", "versions", "revoked", "document", "documents", "witnesses"):
            setattr(other, member, copy.deepcopy(getattr(self, member)) if member != "witnesses" else list(self.witnesses))
        return other

    def state(self, text, *keys):
        """An entry of the log."""
        self.entries.append(note(text, *(keys or (self.log,))).encode())
        return len(self.entries) - 1

    def claim(self, name, key):
        entry = self.state(f"cargo-wasm/claim/v1\nregistry {self.canonical}\ncrate {name}\nkey {key.text}\nprevious -\ntime {utc(self.now)}\n")
        self.chains[name] = leaf_hash(self.entries[-1]).hex()
        return entry

    def publish(self, name, version, deps=(), archive=None, key=None, key_entry=None, registry=None, logged_checksum=None, in_log=True, logged_line=None):
        archive = archive or crate_archive(name, version, None if not deps else {
            "Cargo.toml": f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n' +
                          "".join(f'[dependencies.{d}]\nversion = "{r}"\nregistry-index = "{self.canonical}"\n' for d, r in deps),
            "src/lib.rs": "pub fn number() -> i32 { 1 }\n"})
        checksum = hashlib.sha256(archive).hexdigest()
        line = {"name": name, "vers": version,
                "deps": [{"name": d, "req": r, "features": [], "optional": False, "default_features": True, "target": None, "kind": "normal"} for d, r in deps],
                "cksum": checksum, "features": {}, "yanked": False}
        plain = json.dumps(line, separators=(",", ":"))
        previous = self.chains.get(name, "-")
        if in_log:
            line["cw"] = {"log": self.state(
                f"cargo-wasm/publish/v1\nregistry {registry or self.canonical}\ncrate {name} {version}\nsha256 {logged_checksum or checksum}\n"
                f"index-sha256 {hashlib.sha256((logged_line or plain).encode()).hexdigest()}\noci-sha256 -\nprevious {previous}\n"
                f"user {'-' if key else 'alice'}\ntime {utc(self.now)}\n", key or self.log)}
            if key_entry is not None:
                line["cw"]["key"] = key_entry
            self.chains[name] = leaf_hash(self.entries[-1]).hex()
        self.lines.setdefault(name, []).append(json.dumps(line, separators=(",", ":")))
        self.archives[checksum] = archive
        self.versions[(name, version)] = checksum
        return checksum

    def yank(self, name, version):
        """The version's line says so from the next snapshot on, and the log does."""
        self.state(f"cargo-wasm/yank/v1\nregistry {self.canonical}\ncrate {name} {version}\nprevious {self.chains[name]}\nuser alice\nnonce {secrets.token_hex(8)}\ntime {utc(self.now)}\n")
        self.chains[name] = leaf_hash(self.entries[-1]).hex()
        self.lines[name] = [line.replace('"yanked":false', '"yanked":true') if json.loads(line)["vers"] == version else line for line in self.lines[name]]

    def index_file(self, name):
        return ("\n".join(self.lines[name]) + "\n").encode()

    def shards(self):
        shards = {}
        for name in self.lines:
            record = f"{name.lower()} {hashlib.sha256(self.index_file(name)).hexdigest()} {self.chains.get(name, EMPTY)} {len(self.lines[name])}\n"
            shards.setdefault(sha256(name.lower().encode())[0], []).append(record)
        return {shard: "".join(sorted(records)).encode() for shard, records in shards.items()}

    def table(self):
        shards = self.shards()
        return b"".join(sha256(shards.get(shard, b"")) for shard in range(256))

    def revoke(self, target, effect="block", reason="malware", advisory="-", since="-"):
        text = (f"cargo-wasm/revoke/v1\nregistry {self.canonical}\ntarget {target}\neffect {effect}\nreason {reason}\nadvisory {advisory}\nsince {since}\n"
                f"time {utc(self.now)}\n")
        self.revoked[target] = f"entry {self.state(text, self.root)}\n{text}\n"

    def revocations(self):
        return "".join(self.revoked[target] for target in sorted(self.revoked)).encode()

    def snapshot(self, when=None):
        when = when or self.now
        self.state(f"cargo-wasm/snapshot/v1\nregistry {self.canonical}\nsequence {len(self.entries)}\ntable {hashlib.sha256(self.table()).hexdigest()}\n"
                   f"revocations {hashlib.sha256(self.revocations()).hexdigest()}\nrevoked {len(self.revoked)}\nfederation {self.document_version}\ntime {utc(when)}\nexpires {utc(when + self.lifetime)}\n")

    def checkpoint(self):
        text = f"{self.log.name}\n{len(self.entries)}\n{base64.b64encode(tree_hash([leaf_hash(e) for e in self.entries])).decode()}\n"
        signed = note(text, self.log)
        if self.cosigned:
            signed += "".join(witness.cosign(text, self.now) for witness in self.witnesses)
        return signed.encode()

    def envelope(self, document, keys):
        payload = json.dumps(document).encode()
        kind = "application/vnd.cargo-wasm.federation.v1+json"
        signed = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
        return json.dumps({"payloadType": kind, "payload": base64.b64encode(payload).decode(),
                           "signatures": [{"keyid": key.text, "sig": base64.b64encode(key.sign(signed)).decode()} for key in keys]}).encode()

    def policy(self):
        lines = [f"log {self.log.text}"] + [f"witness w{i + 1} {witness.text}" for i, witness in enumerate(self.witnesses)]
        if self.quorum not in ("none",):
            lines.append(f"group g {self.quorum} " + " ".join(f"w{i + 1}" for i in range(len(self.witnesses))))
        return "\n".join(lines + [f"quorum {'none' if self.quorum == 'none' else 'g'}"]) + "\n"

    def sign_document(self, keys=None):
        """The document of the present version."""
        self.document["version"] = self.document_version
        self.document["policy"] = self.policy()
        self.documents[self.document_version] = self.envelope(self.document, keys or [self.root])

    def files(self):
        """Path to bytes: everything that a web server would serve."""
        if self.document_version not in self.documents:
            self.sign_document()
        out = {"config.json": json.dumps({"dl": self.bases[0][1] + "crates/{sha256-checksum}.crate", "cargo-wasm": {}}).encode(), "checkpoint": self.checkpoint()}
        for version, envelope in self.documents.items():
            out[f".well-known/cargo-wasm/federation/{version}.dsse"] = envelope
        out[".well-known/cargo-wasm/federation/latest"] = self.documents[max(self.documents)]
        hashes, level = [leaf_hash(entry) for entry in self.entries], 0
        while hashes:
            for start in range(0, len(hashes), WIDTH):
                part = hashes[start:start + WIDTH]
                suffix = "" if len(part) == WIDTH else f".p/{len(part)}"
                out[f"tile/{level}/{tile_name(start // WIDTH)}{suffix}"] = b"".join(part)
            hashes = [tree_hash(hashes[start:start + WIDTH]) for start in range(0, len(hashes) - WIDTH + 1, WIDTH)]
            level += 1
        for start in range(0, len(self.entries), WIDTH):
            part = self.entries[start:start + WIDTH]
            suffix = "" if len(part) == WIDTH else f".p/{len(part)}"
            out[f"tile/entries/{tile_name(start // WIDTH)}{suffix}"] = b"".join(len(entry).to_bytes(2, "big") + entry for entry in part)
        table = self.table()
        out["map/" + hashlib.sha256(table).hexdigest()] = table
        for shard in self.shards().values():
            out["map/" + hashlib.sha256(shard).hexdigest()] = shard
        if self.revoked:
            out["revocations/" + hashlib.sha256(self.revocations()).hexdigest()] = self.revocations()
        for name in self.lines:
            out[index_path(name)] = self.index_file(name)
        for checksum, archive in self.archives.items():
            out[f"crates/{checksum}.crate"] = archive
        return out


def write(files, directory):
    for path, data in files.items():
        file = pathlib.Path(directory) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
