#!/usr/bin/env python3
"""Opens a pack that answers a request for access, written from
cpadmin-access(5) alone: nothing of cpadmin, no ZIP program and no ZIP library
runs here.  AES itself is openssl's, one block after the other.

pack.py PACK PASSPHRASE-FILE FOLDER

The members go to FOLDER; what is wrong with the pack goes to standard error,
with status 1.
"""
import hashlib
import hmac
import json
import os
import re
import struct
import subprocess
import sys
import zlib
from datetime import datetime, timezone

NAMES = ["letter.pdf", "data.json", "README.txt"]
LISTS = ["about", "consents", "shield", "notices", "holds", "requests",
         "looks", "changes"]
STATES = ["live", "archived", "opening", "destroyed", "none"]


def wrong(text):
    sys.exit("the pack is not as the page says: " + text)


def need(condition, text):
    if not condition:
        wrong(text)


# ---- the ZIP file -----------------------------------------------------------------
def extra_fields(data):
    at, found = 0, {}
    while at < len(data):
        number, size = struct.unpack_from("<HH", data, at)
        found[number] = data[at + 4:at + 4 + size]
        at += 4 + size
    return found


def check_extra(data, where):
    need(extra_fields(data).get(0x9901) == struct.pack("<H2sBH", 2, b"AE", 3,
                                                       8), where)


def central(zipped):
    """Each member's name, time, sizes and place, by the central directory."""
    need(zipped[-22:-18] == b"PK\5\6", "its end")
    n, size, at = struct.unpack_from("<HII", zipped, len(zipped) - 12)
    for _ in range(n):
        need(zipped[at:at + 4] == b"PK\1\2", "a central header")
        need(zipped[at + 6] == 51, "version needed")
        (flags, method, _t, _d, crc, packed, plain, name_len, extra_len,
         comment_len) = struct.unpack_from("<HHHHIIIHHH", zipped, at + 8)
        mode, local = struct.unpack_from("<II", zipped, at + 38)
        name = zipped[at + 46:at + 46 + name_len].decode("ascii")
        extra = zipped[at + 46 + name_len:at + 46 + name_len + extra_len]
        need(flags & 9 == 9 and method == 99 and crc == 0, name)
        need(mode >> 16 & 0o777 == 0o600, "mode of " + name)
        check_extra(extra, name)
        yield name, extra_fields(extra), packed, plain, local
        at += 46 + name_len + extra_len + comment_len


def keystream(key, length):
    """AES-256 of 1, 2, 3..., the lowest byte first."""
    counters = b"".join(i.to_bytes(16, "little")
                        for i in range(1, length // 16 + 2))
    return subprocess.run(
        ["openssl", "enc", "-aes-256-ecb", "-nopad", "-K", key.hex()],
        input=counters, stdout=subprocess.PIPE, check=True).stdout[:length]


def member(zipped, name, packed, plain, local, passphrase):
    need(zipped[local:local + 4] == b"PK\3\4", "local header of " + name)
    flags, method = struct.unpack_from("<HH", zipped, local + 6)
    crc, = struct.unpack_from("<I", zipped, local + 14)
    name_len, extra_len = struct.unpack_from("<HH", zipped, local + 26)
    at = local + 30 + name_len + extra_len
    need(flags & 9 == 9 and method == 99 and crc == 0, name)
    check_extra(zipped[at - extra_len:at], name)
    data = zipped[at:at + packed]
    salt, check, body, mac = (data[:16], data[16:18], data[18:-10],
                              data[-10:])
    keys = hashlib.pbkdf2_hmac("sha1", passphrase, salt, 1000, 66)
    if keys[64:] != check:
        sys.exit("wrong passphrase")
    need(hmac.new(keys[32:64], body, "sha1").digest()[:10] == mac,
         name + " was changed")
    stream = keystream(keys[:32], len(body))
    clear = zlib.decompress(bytes(a ^ b for a, b in zip(body, stream)), -15)
    need(len(clear) == plain, "length of " + name)
    return clear


# ---- data.json --------------------------------------------------------------------
def check_entry(part, entry):
    need(isinstance(entry, dict), part)
    for key, value in entry.items():
        need(isinstance(value, (str, bool)), part + " " + key)
        if isinstance(value, str):
            need(value != "", part + " " + key + " is empty")
    if "time" in entry and part in ("looks", "changes"):
        need(re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?",
                          entry["time"]), part)
    if part == "looks":
        need(re.fullmatch("who-(team|dpo|custodian|auditor|program)",
                          entry["who"]), "who looked")
        need(re.fullmatch("did-(look|look-history|find|open|answer)",
                          entry["what"]), "what was done")
    if part == "changes":
        need(re.fullmatch("did-(enter|change|correct|merge|archive|restore|"
                          "remove|move)", entry["what"]), "what was done")


def check_data(data, made):
    need(list(data) == ["cpadmin", "request", "made", "subjects"], "members")
    need(data["cpadmin"] == "access/1", "its name")
    need(re.fullmatch(r"SAR-\d{4,}", data["request"]), "its request")
    need(data["made"] == made, "the day on which it was made")
    for s in data["subjects"]:
        need(sorted(s) == sorted(["state", "record"] + LISTS),
             "members of a person: %s" % sorted(s))
        need(s["state"] in STATES, "state")
        if s["record"] is not None:
            need(s["record"]["cpadmin"] == "record/1", "record document")
            need("id" in s["record"], "identifying number")
            need("authority" not in s["record"] or s["record"].get(
                "addresses") or s["record"].get("involvements"),
                "an authority without a place")
        for part in LISTS:
            for entry in s[part]:
                check_entry(part, entry)


def main():
    pack, pass_file, folder = sys.argv[1:]
    with open(pack, "rb") as f:
        zipped = f.read()
    with open(pass_file, "rb") as f:
        passphrase = f.read().rstrip(b"\n")
    letters = "[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou]" \
        "[bdfghjklmnprstvz]"
    need(re.fullmatch("(%s-){6}%s" % (letters, letters), passphrase.decode())
         or os.environ.get("ANY_PASSPHRASE"), "the passphrase")
    got, times = {}, set()
    for name, extra, packed, plain, local in central(zipped):
        got[name] = member(zipped, name, packed, plain, local, passphrase)
        times.add(struct.unpack_from("<I", extra[0x5455], 1)[0])
    need([n for n in got if n != "letter.txt"] == NAMES and
         ("letter.txt" not in got or list(got)[1] == "letter.txt"),
         "members %s" % list(got))
    need(len(times) == 1, "times")
    noon = datetime.fromtimestamp(times.pop(), timezone.utc)
    need((noon.hour, noon.minute, noon.second) == (12, 0, 0), "not noon")
    need(got["letter.pdf"].startswith(b"%PDF-"), "letter.pdf")
    check_data(json.loads(got["data.json"].decode("utf-8")),
               noon.strftime("%Y-%m-%d"))
    os.mkdir(folder, 0o700)
    for name, data in got.items():
        with open("%s/%s" % (folder, name), "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main()
