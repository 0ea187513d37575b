"""Archives of crates that a strict reader refuses: bombs, members that lead elsewhere, two truths in one file."""
import gzip
import io
import tarfile

NAME, VERSION = "acme-trap", "1.0.0"
FOLDER = f"{NAME}-{VERSION}"
MANIFEST = f'[package]\nname = "{NAME}"\nversion = "{VERSION}"\nedition = "2021"\n'.encode()


def member(path, data=b"", **more):
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(data), 0o644
    for key, value in more.items():
        setattr(entry, key, value)
    return entry, data


def tar_of(*members, form=tarfile.GNU_FORMAT):
    """A crate with these members besides its own."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for entry, data in (member(f"{FOLDER}/Cargo.toml", MANIFEST), member(f"{FOLDER}/src/lib.rs", b"pub fn f() {}\n"), *members):
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def two_sizes():
    """PAX says one size, the header another (CVE-2025-62518)."""
    entry, data = member(f"{FOLDER}/notes", b"x" * 512, pax_headers={"size": "0"})
    return tar_of((entry, data), form=tarfile.PAX_FORMAT)


def named_twice():
    """A GNU long name, and another one behind it for the same entry."""
    def long_name(text):
        block = tarfile.TarInfo("././@LongLink")
        block.type, block.size = tarfile.GNUTYPE_LONGNAME, len(text) + 1
        return block.tobuf(tarfile.GNU_FORMAT) + (text.encode() + b"\0").ljust(512, b"\0")
    whole = tar_of(member(f"{FOLDER}/short", b"x"))
    at = whole.index(f"{FOLDER}/short".encode())
    return whole[:at] + long_name(f"{FOLDER}/one") + long_name(f"{FOLDER}/two") + whole[at:]


def bomb():
    """600 MiB of zeros in some hundred kilobytes."""
    out = io.BytesIO()
    size = 600 * 1024 * 1024
    header, _ = member(f"{FOLDER}/src/zeros.bin")
    header.size = size
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=0) as packed:
        packed.write(tar_of()[:2048] + header.tobuf(tarfile.GNU_FORMAT))
        for _ in range(size // (1 << 20)):
            packed.write(bytes(1 << 20))
        packed.write(bytes(1024))
    return out.getvalue()


def many_entries():
    return tar_of(*(member(f"{FOLDER}/f/{n}") for n in range(70_000)))


def traps():
    """Row, what it is, archive, what is said of it."""
    def packed(tar):
        return gzip.compress(tar, mtime=0)
    link = dict(type=tarfile.SYMTYPE, linkname="/etc/passwd")
    yield 28, "600 MiB of zeros", bomb(), "error[CW0058]: the archive unpacks to more than 512.0 MiB"
    yield 28, "70,000 entries", packed(many_entries()), "error[CW0058]: the archive has more than 65536 entries"
    for what, trap, said in (
            ("a path with `..`", member(f"{FOLDER}/../../outside"), f"error[CW0053]: the archive has an unsafe path `{FOLDER}/../../outside`"),
            ("an absolute path", member("/tmp/outside"), "error[CW0053]: the archive has an unsafe path `/tmp/outside`"),
            ("another package's folder", member("other-1.0.0/src/lib.rs"), f"error[CW0054]: `other-1.0.0/src/lib.rs` in the archive is not below `{FOLDER}`"),
            ("a symbolic link", member(f"{FOLDER}/link", **link), f"error[CW0052]: `{FOLDER}/link` is neither a file nor a directory"),
            ("a hard link", member(f"{FOLDER}/hard", type=tarfile.LNKTYPE, linkname=f"{FOLDER}/Cargo.toml"), f"error[CW0052]: `{FOLDER}/hard` is neither"),
            ("a device", member(f"{FOLDER}/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3), f"error[CW0052]: `{FOLDER}/null` is neither"),
            ("a pipe", member(f"{FOLDER}/pipe", type=tarfile.FIFOTYPE), f"error[CW0052]: `{FOLDER}/pipe` is neither"),
            ("a sparse file", member(f"{FOLDER}/holes", type=tarfile.GNUTYPE_SPARSE), f"error[CW0052]: `{FOLDER}/holes` is neither"),
            ("a path twice", member(f"{FOLDER}/src/lib.rs", b"// evil\n"), f"error[CW0055]: `{FOLDER}/src/lib.rs` is in the archive twice"),
            ("two paths that differ in capitals", member(f"{FOLDER}/src/Lib.rs", b"// evil\n"),
             f"error[CW1171]: `{FOLDER}/src/lib.rs` and `{FOLDER}/src/Lib.rs` in the archive are one path on many systems"),
            ("a program of another user", member(f"{FOLDER}/run", b"#!", mode=0o4755), f"error[CW1171]: `{FOLDER}/run` in the archive is to run as another user")):
        yield 29, what, packed(tar_of(trap)), said
    yield 29, "two sizes for one entry", packed(two_sizes()), f"error[CW0056]: the archive gives two sizes for `{FOLDER}/notes`"
    yield 29, "two long names for one entry", packed(named_twice()), "error[CW0056]: an entry of the archive is described twice"
    whole = packed(tar_of())
    yield 30, "a second gzip member", whole + packed(tar_of(member(f"{FOLDER}/src/lib.rs", b"// evil\n"))), "error[CW0057]: the file goes on after its gzip data"
    yield 30, "bytes behind the gzip data", whole + b"evil", "error[CW0057]: the file goes on after its gzip data"
    yield 30, "an entry behind the end of the tar", packed(tar_of() + tar_of()), "error[CW0057]: the archive has data after its end"
