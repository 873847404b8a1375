#!/usr/bin/env python3
"""Joins custody shares with nothing but age(1) and Python's own library.

join.py TEXT...            texts of shares, as `age -d' shows them
join.py --sheet PUB PASS   a paper share on standard input: the text of its share
                           (PUB the public file, PASS a file with the passphrase)

Written from cpadmin-archive(5), CUSTODY KEY and PAPER SHARES, alone.
"""
import hashlib
import struct
import sys

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


# ---- bech32 (BIP 173) --------------------------------------------------------
def polymod(values):
    chk = 1
    for v in values:
        top = chk >> 25
        chk = (chk & 0x1FFFFFF) << 5 ^ v
        for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA,
                               0x3D4233DD, 0x2A1462B3)):
            chk ^= g if top >> i & 1 else 0
    return chk


def expand(hrp):
    return [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp]


def regroup(values, have, want):
    bits = "".join(format(v, "0%db" % have) for v in values)
    if want > have:  # the last group may be short of bits: they are padding
        bits = bits[:len(bits) // want * want]
    else:
        bits += "0" * (-len(bits) % want)
    return [int(bits[i:i + want], 2) for i in range(0, len(bits), want)]


def bech32_decode(prefix, text):
    if text != text.upper() or not text.startswith(prefix + "1"):
        sys.exit("not a line that begins with %s1" % prefix)
    low = text.lower()
    data = [ALPHABET.index(c) for c in low[len(prefix) + 1:]]
    if polymod(expand(prefix.lower()) + data) != 1:
        sys.exit("wrong bech32 checksum")
    return bytes(regroup(data[:-6], 5, 8))


def bech32_encode(prefix, value):
    hrp = prefix.lower()
    data = regroup(value, 8, 5)
    chk = polymod(expand(hrp) + data + [0] * 6) ^ 1
    data += [chk >> 5 * (5 - i) & 31 for i in range(6)]
    return (hrp + "1" + "".join(ALPHABET[d] for d in data)).upper()


# ---- joining -----------------------------------------------------------------
def mul(a, b):
    r = 0
    for _ in range(8):
        if b & 1:
            r ^= a
        b //= 2
        a *= 2
        if a > 255:
            a ^= 283
    return r


def inverse(a):
    r = 1
    for _ in range(254):
        r = mul(r, a)
    return r


def weight(x, i):
    w = 1
    for j in range(len(x)):
        if j != i:
            w = mul(w, mul(x[j], inverse(x[j] ^ x[i])))
    return w


def join(x, y):
    out = bytearray(len(y[0]))
    for i in range(len(x)):
        w = weight(x, i)
        for b in range(len(out)):
            out[b] ^= mul(y[i][b], w)
    return bytes(out)


def read_share(text):
    if not text.endswith("\n"):
        sys.exit("the text of a share ends with a newline")
    lines = text.split("\n")[:-1]
    if lines[0] != "# cpadmin custody share/1":
        sys.exit("not a share")
    said = dict(line[2:].split(": ", 1) for line in lines[1:-1])
    head = "".join(line + "\n" for line in lines[:-2])
    digest = hashlib.sha256((head + lines[-1]).encode()).hexdigest()
    if said["checksum"] != digest[:16]:
        sys.exit("share %s: wrong checksum" % said["share"])
    prefix = "AGE-SECRET-KEY-" if said["total"] == "1" else "CPADMIN-SHARE-"
    return said, bech32_decode(prefix, lines[-1])


def join_texts(paths):
    shares = []
    for p in paths:
        with open(p) as f:
            shares.append(read_share(f.read()))
    first = shares[0][0]
    k = int(first["threshold"])
    if any(s["key"] != first["key"] for s, _ in shares):
        sys.exit("shares of different keys")
    if len({s["share"] for s, _ in shares}) < k:
        sys.exit("%d different shares are needed" % k)
    if k == 1:
        scalar = shares[0][1]
    else:
        shares = shares[:k]
        scalar = join([int(s["share"]) for s, _ in shares],
                      [v for _, v in shares])
    print("# recipient: " + first["recipient"])
    print(bech32_encode("AGE-SECRET-KEY-", scalar))


# ---- ChaCha20-Poly1305 (RFC 8439) ------------------------------------------------
def quarter(w, a, b, c, d):
    for n, (p, q, r) in zip((16, 12, 8, 7), ((a, b, d), (c, d, b),
                                             (a, b, d), (c, d, b))):
        w[p] = w[p] + w[q] & 0xFFFFFFFF
        v = w[r] ^ w[p]
        w[r] = (v << n | v >> 32 - n) & 0xFFFFFFFF


def block(key, counter, nonce):
    start = list(struct.unpack("<4I8II3I", b"expand 32-byte k" + key +
                               struct.pack("<I", counter) + nonce))
    w = start[:]
    for _ in range(10):
        for q in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                  (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(w, *q)
    return struct.pack("<16I", *(a + b & 0xFFFFFFFF for a, b in zip(w, start)))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(message), 16):
        n = int.from_bytes(message[i:i + 16] + b"\1", "little")
        total = (total + n) * r % (2 ** 130 - 5)
    return (total + int.from_bytes(key[16:], "little")) % 2 ** 128


def aead_open(key, nonce, ad, sealed, tag):
    def pad(b):
        return b + bytes(-len(b) % 16)
    message = pad(ad) + pad(sealed) + struct.pack("<QQ", len(ad), len(sealed))
    if poly1305(block(key, 0, nonce)[:32], message).to_bytes(16, "little") != tag:
        sys.exit("a wrong key, or changed bytes")
    stream = b"".join(block(key, 1 + i, nonce)
                      for i in range((len(sealed) + 63) // 64))
    return bytes(a ^ b for a, b in zip(sealed, stream))


# ---- paper ---------------------------------------------------------------------
def word_bits(word):
    if len(word) != 5:
        sys.exit("a word has five letters")
    v = 0
    for i, c in enumerate(word):
        letters, n = ("aiou", 2) if i % 2 else ("bdfghjklmnprstvz", 4)
        if c not in letters:
            sys.exit("%s is not a word" % word)
        v = v << n | letters.index(c)
    return v


def check(data):
    v = int.from_bytes(data, "big") * 65536
    for i in range(v.bit_length() - 1, 15, -1):
        if v >> i & 1:
            v ^= 69643 * 2 ** (i - 16)
    return v


def sheet_bytes(text):
    lines = [line.lower().split() for line in text.splitlines() if line.split()]
    if len(lines) != 8 or any(len(line) != 6 for line in lines):
        sys.exit("a sheet has eight lines of six words")
    words = [[word_bits(w) for w in line] for line in lines]
    data = [struct.pack(">5H", *line[:5]) for line in words]
    for n in range(8):
        if words[n][5] != check(bytes([n + 1]) + data[0] + data[n]):
            sys.exit("line %d is wrong" % (n + 1))
    b = b"".join(data)
    if b[0] != 1 or hashlib.sha256(b[:77]).digest()[:3] != b[77:]:
        sys.exit("the lines make no sheet")
    return b


def sheet_value(b, passphrase):
    n = 1 << b[4]
    key = hashlib.scrypt(passphrase, salt=b"cpadmin sheet/1" + b[13:29], n=n,
                         r=8, p=1, dklen=32, maxmem=2048 * n + (1 << 20))
    return aead_open(key, bytes(12), b[:13], b[29:61], b[61:77])


def sheet_text(pub, pass_file):
    b = sheet_bytes(sys.stdin.read())
    with open(pass_file, "rb") as f:
        passphrase = f.read()
    passphrase = passphrase[:-1] if passphrase.endswith(b"\n") else passphrase
    said = dict(line.split(" ", 1) for line in open(pub).read().splitlines()
                if not line.startswith("dealt "))
    dealt = dict(line.split(" ")[1:] for line in open(pub).read().splitlines()
                 if line.startswith("dealt "))
    if b[5:13].hex() != said["id"]:
        sys.exit("of key %s and not of %s" % (b[5:13].hex(), said["id"]))
    value = sheet_value(b, passphrase)
    prefix = "AGE-SECRET-KEY-" if b[3] == 1 else "CPADMIN-SHARE-"
    last = bech32_encode(prefix, value)
    head = ("# cpadmin custody share/1\n# key: %s\n# share: %d\n# threshold: %d\n"
            "# total: %d\n# recipient: %s\n" % (said["id"], b[1], b[2], b[3],
                                                said["recipient"]))
    digest = hashlib.sha256((head + last).encode()).hexdigest()[:16]
    text = head + "# checksum: %s\n%s\n" % (digest, last)
    if dealt and hashlib.sha256(text.encode()).hexdigest() != dealt[str(b[1])]:
        sys.exit("not what was dealt as share %d" % b[1])
    sys.stdout.write(text)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--sheet"]:
        sheet_text(*sys.argv[2:])
    else:
        join_texts(sys.argv[1:])
