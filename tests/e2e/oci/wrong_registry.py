"""A registry that does wrong (faulty.py): what is said, and that nothing of it is believed."""
import base64
import json

from builder import check
from faulty import CONFIG, digest
from world import told


def faults(world, faulty):
    layer = world.component.read_bytes()
    host, other = (faulty.host, "HOST"), (faulty.other_host, "OTHER")
    content = faulty.publish("p/docs/adder", "1.0.0", layer)
    bad = f"error[CW1154]: `HOST` sent other bytes for the blob `{digest(layer)}`\n"
    not_used = "   = help: do not use what this registry sends; a proxy in between may have changed it\n"
    output = world.base / "faulty.wasm"

    def pull(package="docs:adder@1.0.0", **variables):
        output.unlink(missing_ok=True)
        done = world.run("component", "pull", package, "--from", f"oci://{faulty.host}/p", "-o", output, **variables)
        if done.returncode != 0 and output.exists():
            check("nothing is written when a pull fails", False, done.stderr)
        return done

    faulty.reset()
    check("without a fault it is pulled", pull().returncode == 0 and output.read_bytes() == layer)
    faulty.reset(wrong=True)
    done = pull()
    check("other bytes of the same length", done.returncode == 5 and "sent other bytes for the blob" in done.stderr and done.stderr.endswith(not_used), done.stderr)
    faulty.reset(short=True)
    done = pull()
    check("fewer bytes, honestly announced", done.returncode == 5 and "their" not in done.stderr and "bytes, its manifest says" in done.stderr, done.stderr)
    faulty.reset(long=True)
    done = pull()
    check("more bytes than the manifest says", done.returncode == 5 and "they are more than the" in done.stderr, done.stderr)
    faulty.reset(cut=True)
    done = pull()
    check("a connection that is cut in the middle", done.returncode == 4 and done.stderr.startswith("error[CW0032]"), done.stderr)
    faulty.reset(html=True)
    told("a web page with 200", pull(), 4,
         "error[CW1151]: `HOST` did not answer as a registry for the manifest `p/docs/adder:1.0.0`\n   = note: it answered with status 200\n   = note: what came is a web page\n"
         "   = help: a proxy or login page may answer in its place: open the address from this machine\n", host)
    faulty.reset(status=(429, [("Retry-After", "3600")]))
    told("429 with a long wait", pull(), 4,
         "error[CW1151]: `HOST` did not answer as a registry for the manifest `p/docs/adder:1.0.0`\n   = note: it answered with status 429\n   = note: it asks to wait `3600`\n"
         "   = note: it says TOOMANYREQUESTS: slow down\n   = help: wait, then run the same command again\n", host)
    faulty.reset(status=(429, [("Retry-After", "1")]))
    done = pull(CARGO_NET_RETRY="1")
    check("429 with a short wait is tried again", done.returncode == 4 and len(faulty.seen) == 2 and "after every retry, too" in done.stderr, done.stderr, faulty.seen)

    faulty.reset()
    faulty.publish("p/docs/two", "1.0.0", layer, layers=2)
    told("two layers", pull("docs:two@1.0.0"), 5,
         "error[CW1155]: `HOST/p/docs/two:1.0.0` is no component or module\n   = note: it has 2 layers, and one is what it has to have\n"
         "   = help: `cargo-wasm component push` and `wkg publish` push what can be read here; a plain `oras push` does not\n", host)
    faulty.publish("p/docs/config", "1.0.0", layer, config_type="application/vnd.oci.image.config.v1+json")
    done = pull("docs:config@1.0.0")
    check("a config of another type", done.returncode == 5 and f"its config is of the type `application/vnd.oci.image.config.v1+json`, not `{CONFIG}`" in done.stderr, done.stderr)
    faulty.publish("p/docs/layer", "1.0.0", layer, layer_type="application/vnd.wasm.content.layer.v1+wasm")
    check("a layer of another type", "its layer is of the type `application/vnd.wasm.content.layer.v1+wasm`" in pull("docs:layer@1.0.0").stderr)
    faulty.publish("p/docs/big", "1.0.0", layer, padding=5 << 20)
    told("a manifest that is too long", pull("docs:big@1.0.0"), 5,
         "error[CW1158]: `HOST` sends more for the manifest `p/docs/big:1.0.0` than that can have\n   = note: after 4.0 MiB the transfer was ended\n"
         "   = help: ask whoever runs the registry what stands there\n", host)
    for name, text, why in (("nothing", b"", "it is no JSON object, or has a member twice"),
                            ("twice", b'{"schemaVersion":2,"schemaVersion":2}', "it is no JSON object, or has a member twice"),
                            ("list", b"[]", "it is no JSON object, or has a member twice"),
                            ("old", b'{"schemaVersion":1}', "its `schemaVersion` is not 2"),
                            ("docker", b'{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}',
                             "its media type is `application/vnd.docker.distribution.manifest.v2+json` instead of `application/vnd.oci.image.manifest.v1+json`"),
                            ("md5", b'{"schemaVersion":2,"config":{"mediaType":"a","digest":"md5:0","size":1},"layers":[]}',
                             "the digest of `config` is `md5:0`, and not of the kind `sha256:` with 64 digits"),
                            ("size", b'{"schemaVersion":2,"config":{"mediaType":"a","digest":"sha256:0","size":-1},"layers":[]}', "`config` has no `mediaType`, `digest` or `size`")):
        faulty.put(f"p/docs/{name}", "1.0.0", text)
        told(f"a manifest that is {name}", pull(f"docs:{name}@1.0.0"), 5,
             f"error[CW1158]: a manifest of the registry is not one\n   = note: {why}\n"
             "   = help: what stands under this name was not pushed as a component: ask whoever pushed it\n")

    # Redirects: blobs alone, and what lets us in stays here.
    faulty.reset(basic="alice:secret", redirect=f"http://{faulty.other_host}/blobs/DIGEST")
    (world.base / "docker").mkdir(exist_ok=True)
    auths = world.base / "docker" / "config.json"
    auths.write_text(json.dumps({"auths": {faulty.host: {"auth": base64.b64encode(b"alice:secret").decode()}, faulty.other_host: {"auth": base64.b64encode(b"b:c").decode()}}}))
    done = pull()
    there = [auth for port, _, _, auth in faulty.seen if f":{port}" in faulty.other_host]
    here = [auth for port, _, _, auth in faulty.seen if f":{port}" in faulty.host]
    check("a blob is fetched from another host, without what lets us in", done.returncode == 0 and output.read_bytes() == layer and there and set(there) == {None} and here.count(None) == 1,
          done.stderr, faulty.seen)
    faulty.reset(redirect="http://registry.example/blobs/DIGEST")
    told("not by plain http to a host that is no loopback", pull(), 4,
         f"error[CW1157]: `HOST` leads elsewhere for the blob `{json.loads(faulty.manifests['p/docs/adder', '1.0.0'])['config']['digest']}`\n"
         f"   = note: to `http://registry.example/blobs/{json.loads(faulty.manifests['p/docs/adder', '1.0.0'])['config']['digest']}`\n"
         "   = note: only addresses of https are followed\n   = help: ask whoever runs the registry\n", host)
    faulty.reset(redirect="/v2/p/docs/adder/blobs/DIGEST")
    done = pull()
    check("not in a circle", done.returncode == 4 and "after 5 redirects it was given up" in done.stderr and len(faulty.seen) == 7, done.stderr, faulty.seen)
    faulty.reset(redirect_manifests=f"http://{faulty.other_host}/manifest")
    told("and manifests not at all", pull(), 4,
         "error[CW1157]: `HOST` leads elsewhere for the manifest `p/docs/adder:1.0.0`\n   = note: it answered with status 307, location `http://OTHER/manifest`\n"
         "   = note: only blobs may be elsewhere, because their digest is known\n   = help: name the registry by the address that it leads to, if that is the right one\n", host, other)

    # Being let in.
    auths.unlink()
    variable = "WKG_REGISTRY_127_0_0_1_" + faulty.host.rsplit(":", 1)[1] + "_AUTH_BEARER"
    login = (f"   = help: `docker login HOST` or `oras login HOST` writes what is read here, or set {variable} to a token\n")
    faulty.reset(basic="alice:secret")
    told("a password is wanted, and none is known", pull(), 4,
         "error[CW1152]: `HOST` does not let us in for the manifest `p/docs/adder:1.0.0`\n   = note: it answered with status 401\n"
         f"   = note: nothing is known that would let us in\n{login}", host)
    auths.write_text(json.dumps({"auths": {faulty.host: {"auth": base64.b64encode(b"alice:wrong").decode()}}}))
    done = pull()
    check("a wrong password", done.returncode == 4 and "a name and password, or a token, was sent" in done.stderr and "wrong" not in done.stderr
          and base64.b64encode(b"alice:wrong").decode() not in done.stderr, done.stderr)
    auths.write_text(json.dumps({"credsStore": "desktop"}))
    check("a credential helper is not asked, and that is said", "leaves it to the helper `docker-credential-desktop`, which is not asked" in pull().stderr)
    auths.write_text('{"auths":')
    told("docker's configuration is damaged", pull(), 3,
         "error[CW1152]: docker's `config.json` cannot be read\n   = note: it is no JSON object, or has a member twice\n   = note: the file is `DIR/docker/config.json`\n"
         "   = help: `docker login`, `podman login` and `oras login` write it; DOCKER_CONFIG names its directory\n", (world.base, "DIR"))
    auths.unlink()
    faulty.reset(bearer=f"http://{faulty.other_host}/token")
    done = pull()
    tokens = [(path, auth) for _, _, path, auth in faulty.seen if path.startswith("/token")]
    check("a token is fetched, once, for what is wanted", done.returncode == 0
          and tokens == [("/token?service=the%20registry&scope=repository%3Ap%2Fdocs%2Fadder%3Apull", None)], done.stderr, faulty.seen)
    faulty.reset(bearer=f"http://{faulty.other_host}/token")
    done = pull(**{variable: "let-me-in"})
    check("a token of the environment needs none fetched", done.returncode == 0 and not [path for _, _, path, _ in faulty.seen if path.startswith("/token")], done.stderr)
    faulty.reset(bearer=f"http://{faulty.other_host}/token")
    check("a token of the environment that is wrong is told", pull(**{variable: "no"}).returncode == 4)
    faulty.reset(bearer="http://registry.example/token")
    told("tokens are not fetched by plain http", pull(), 4,
         "error[CW1152]: `HOST` sends us to a place for tokens that is not used\n   = note: its realm is `http://registry.example/token`\n   = help: tokens are asked for by https only\n", host)
    faulty.reset(bearer=f"http://{faulty.other_host}/token")
    faulty.token_answer = (200, b"<html>log in</html>")
    told("a login page instead of a token", pull(), 4,
         "error[CW1153]: no token is in the answer of `OTHER`\n   = note: what came is a web page\n"
         "   = help: a proxy or login page may answer in its place: open the address from this machine\n", host, other)

    # Pushing.
    def push(package, file=None, **variables):
        return world.run("component", "push", file or world.component, "--to", f"oci://{faulty.host}/q", "--package", package, **variables)

    faulty.reset(bearer=f"http://{faulty.other_host}/token")
    done = push("docs:new@1.0.0")
    scopes = [path.rsplit("scope=", 1)[1] for _, _, path, _ in faulty.seen if path.startswith("/token")]
    check("pushing asks for a token of its own", done.returncode == 0 and scopes == ["repository%3Aq%2Fdocs%2Fnew%3Apull%2Cpush"], done.stderr, scopes)
    faulty.reset(lost=True)
    done = push("docs:lost@1.0.0")
    check("a push that arrived and was not answered is found to have arrived", done.returncode == 0 and ("q/docs/lost", "1.0.0") in faulty.manifests, done.stderr)
    faulty.reset(moved=faulty.manifests["p/docs/adder", "1.0.0"])
    done = push("docs:moved@1.0.0")
    check("a tag that somebody else moves at the same time is a conflict", done.returncode == 5 and done.stderr.startswith("error[CW1156]: `" + faulty.host + "/q/docs/moved:1.0.0` is published already"), done.stderr)
    faulty.reset(upload=f"http://{faulty.other_host}/upload")
    done = push("docs:astray@1.0.0", world.other)
    check("an upload is not sent to another host", done.returncode == 4 and done.stderr.startswith("error[CW1157]") and "what lets us in is sent to the registry alone" in done.stderr
          and not [port for port, _, _, _ in faulty.seen if f":{port}" in faulty.other_host], done.stderr)
    faulty.reset(put=500)
    check("a server that fails at the end", push("docs:failing@1.0.0").returncode == 4)
    faulty.reset()
    done = world.run("component", "push", world.component, "--to", f"oci://{faulty.host}/q", "--package", "docs:dry@1.0.0", "--dry-run")
    check("a dry run sends nothing", done.returncode == 0 and done.stderr.startswith("  Would push ") and faulty.seen == [], done.stderr, faulty.seen)
    done = push("docs:key@1.0.0", CARGO_WASM_PUBLISH_KEY="PRIVATE+KEY+hunter2")
    check("a key that is none is not quoted", done.returncode == 2 and done.stderr.startswith("error[CW1169]") and "hunter2" not in done.stderr, done.stderr)
    told("a key of a publisher that is none is told before anything is asked", world.run("component", "pull", "docs:adder", "--from", "oci://127.0.0.1:1/x", "--key", "alice"), 2,
         "error[CW1169]: `alice` is not the key of a publisher\n   = note: it does not consist of a name, an id and a key in Base64, with a `+` between them\n"
         "   = help: a key is the text `NAME+…+…`, as its owner gives it out\n")
    return content
