#!/usr/bin/env python3
"""Opens a package of a cpadmin store with age(1), tar(1) and Python's own
library, written from cpadmin-archive(5) alone: nothing of cpadmin runs here.

reader.py [--escrow] [--officer NAME PASSPHRASE-FILE] STORE PACKAGE FOLDER
    SHARE PASSPHRASE-FILE ...

SHARE: the file of a custodian's share, as often as the key needs it; FOLDER:
where the members go.  --escrow: the key of the shelf from the keyring's escrow
copy, as on a host whose keyring is lost.  --officer: what is hidden as well,
as shield-N-KIND.json, with the identity of this shielding officer.
"""
import hashlib
import os
import pty
import sqlite3
import subprocess
import sys
import tarfile
import tempfile

import join


def slurp(path):
    with open(path, "rb") as f:
        return f.read()


# ---- custodians ----------------------------------------------------------------
def unseal_share(share, passphrase, out, *how):
    """age asks for the passphrase on its terminal, and takes it from nowhere
    else."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp("age", ["age", "-d", *how, "-o", out, share])
    seen = b""
    while b"passphrase" not in seen:
        seen += os.read(fd, 1000)
    os.write(fd, passphrase + b"\n")
    try:
        while os.read(fd, 1000):
            pass
    except OSError:
        pass
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0:
        sys.exit("age does not open %s" % share)


def check_share(store, text):
    """What was dealt, by the public file."""
    said = dict(l[2:].split(": ", 1) for l in text.splitlines()[1:-1])
    pub = slurp("%s/keys/custody-%s.pub" % (store, said["key"])).decode()
    lines = pub.splitlines(keepends=True)
    if "sha256 %s\n" % hashlib.sha256(
            "".join(lines[:-1]).encode()).hexdigest() != lines[-1]:
        sys.exit("the public file was changed")
    dealt = "dealt %s %s\n" % (said["share"],
                               hashlib.sha256(text.encode()).hexdigest())
    if dealt not in lines:
        sys.exit("share %s is not what was dealt" % said["share"])


def identity(store, custody, shares, work):
    """The identity as text, from share files and passphrase files."""
    texts = []
    for i, (share, pass_file) in enumerate(zip(shares[::2], shares[1::2])):
        out = "%s/share-%d" % (work, i)
        unseal_share(share, slurp(pass_file).rstrip(b"\n"), out)
        check_share(store, slurp(out).decode())
        texts.append(join.read_share(slurp(out).decode()))
    first = texts[0][0]
    if any(s["key"] != custody for s, _ in texts):
        sys.exit("a share of another key than %s" % custody)
    k = int(first["threshold"])
    if len({s["share"] for s, _ in texts}) < k:
        sys.exit("%d different shares are needed" % k)
    scalar = texts[0][1] if k == 1 else join.join(
        [int(s["share"]) for s, _ in texts[:k]], [v for _, v in texts[:k]])
    return join.bech32_encode("AGE-SECRET-KEY-", scalar)


# ---- the keyring ---------------------------------------------------------------
def unwrap(key, data, wrapped):
    """AEAD: nonce, ciphertext, tag."""
    return join.aead_open(key, wrapped[:12], data, wrapped[12:-16],
                          wrapped[-16:])


def block(ring, at):
    b = ring[at:at + 128]
    if hashlib.sha256(b[:96]).digest() != b[96:]:
        sys.exit("the keyring was changed at %d" % at)
    return b


def ring_key(store, month):
    ring = slurp(store + "/keys/shelves.key")
    host = slurp(store + "/keys/host.key")
    head = block(ring, 0)
    if head[:16] != b"cpadmin shelf/1\n":
        sys.exit("no keyring")
    ad = "cpadmin shelf %06d " + head[16:32].hex()
    if unwrap(host, (ad % 0).encode(), head[32:76]) != head[16:32]:
        sys.exit("the host key is of another ring")
    for at in range(128, len(ring) - 127, 128):
        slot = block(ring, at)
        if slot[:4] == b"SLOT" and int.from_bytes(slot[4:8], "big") == month:
            if slot[8:9] != b"L":
                sys.exit("the key of shelf %d was destroyed on %s" %
                         (month, slot[16:26].decode()))
            return unwrap(host, (ad % month).encode(), slot[32:92])
    sys.exit("no shelf %d" % month)


def escrow_key(store, month, key_file):
    text = subprocess.run(
        ["age", "-d", "-i", key_file, store + "/keys/shelves.escrow"],
        check=True, capture_output=True).stdout.decode()
    lines = text.splitlines(keepends=True)
    if lines[0] != "cpadmin escrow/1\n" or lines[-1] != "sum %s\n" % \
            hashlib.sha256("".join(lines[:-1]).encode()).hexdigest():
        sys.exit("the escrow copy was changed")
    for line in lines:
        words = line.split()
        if words[:2] == ["shelf", str(month)]:
            return bytes.fromhex(words[3])
    sys.exit("no shelf %d in the escrow copy" % month)


# ---- catalogue and volume --------------------------------------------------------
def find(store, package):
    """Shelf, wrapped header, its custody key, and file of the volume."""
    db = sqlite3.connect("file:%s/store.db?mode=ro" % store, uri=True)
    row = db.execute(
        "SELECT p.shelf, h.wrapped, coalesce(h.custody, v.custody),"
        " v.id, coalesce(l.path, 'STORE/archive')"
        " FROM package p JOIN volume v ON v.n = p.volume"
        " LEFT JOIN place l ON l.n = v.place"
        " LEFT JOIN header h ON h.package = p.n WHERE p.id = ?",
        (package,)).fetchone()
    db.close()
    if row is None:
        sys.exit("no package %s" % package)
    if row[1] is None:
        sys.exit("the header of %s was erased" % package)
    folder = row[4].replace("STORE/", store + "/", 1)
    return row[0], row[1], row[2], "%s/%s.tar" % (folder, row[3])


def payload(volume, package):
    with tarfile.open(volume, "r:") as tar:
        lines = tar.extractfile("MANIFEST").read().decode().splitlines(
            keepends=True)
        data = tar.extractfile(package + ".payload").read()
    if lines[-1] != "# sha256 %s\n" % hashlib.sha256(
            "".join(lines[:-1]).encode()).hexdigest():
        sys.exit("the manifest was changed")
    entry = "%s  %s.payload\n" % (hashlib.sha256(data).hexdigest(), package)
    if entry not in lines or lines[lines.index(entry) - 1] != "# %d\n" % len(
            data):
        sys.exit("the payload was changed")
    return data


# ---- behind the shield -----------------------------------------------------------
def compartments(store, package):
    """Number, kind, place in the box, and header of each."""
    db = sqlite3.connect("file:%s/store.db?mode=ro" % store, uri=True)
    rows = db.execute(
        "SELECT c.n, c.kind, b.start, b.length, c.header"
        " FROM package p JOIN compartment c ON c.record = p.record"
        " JOIN boxed b ON b.compartment = c.n"
        " WHERE p.id = ? AND p.status = 'archived' ORDER BY c.n",
        (package,)).fetchall()
    db.close()
    return rows


def reveal(store, package, folder, officer, pass_file, work):
    box = slurp(folder + "/shield.box")
    for n, kind, start, length, header in compartments(store, package):
        sealed = work + "/compartment"
        with open(sealed, "wb") as f:
            f.write(header + box[start:start + length])
        unseal_share(sealed, slurp(pass_file).rstrip(b"\n"),
                     "%s/shield-%d-%s.json" % (folder, n, kind), "-i",
                     "%s/keys/officers/%s.age" % (store, officer))


def main(args):
    escrow = args[:1] == ["--escrow"]
    args = args[escrow:]
    officer = args[1:3] if args[:1] == ["--officer"] else []
    store, package, folder, *shares = args[3 if officer else 0:]
    os.umask(0o077)
    with tempfile.TemporaryDirectory() as work:
        key_file = work + "/identity"
        month, wrapped, custody, volume = find(store, package)
        with open(key_file, "w") as f:
            f.write(identity(store, custody, shares, work) + "\n")
        key = escrow_key(store, month, key_file) if escrow else ring_key(
            store, month)
        header = unwrap(key, package.encode(), wrapped)
        plain = subprocess.run(["age", "-d", "-i", key_file],
                               input=header + payload(volume, package),
                               check=True, capture_output=True).stdout
        os.mkdir(folder)
        subprocess.run(["tar", "--zstd", "-x", "-C", folder], input=plain,
                       check=True)
        if officer:
            reveal(store, package, folder, *officer, work)


if __name__ == "__main__":
    main(sys.argv[1:])
