"""type.py PROGRAM ARG... -- WORD...: runs the program on a terminal of its own
and types the next WORD whenever it waits at a prompt that ends in ": ".  What
the terminal showed goes to stdout; the status is the program's, or 99 where it
waited for more words than there are, or for nothing at all for 60 s."""
import os
import pty
import select
import sys
import time

cut = sys.argv.index("--")
words = sys.argv[cut + 1:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:cut])
seen = b""
fresh = 0
status = None
end = time.time() + 60
while time.time() < end:
    ready, _, _ = select.select([fd], [], [], 0.1)
    if ready:
        try:
            got = os.read(fd, 4096)
        except OSError:
            got = b""
        if not got:
            break
        seen += got
    elif seen[fresh:].endswith(b": "):
        if not words:
            status = 99
            break
        fresh = len(seen)
        os.write(fd, words.pop(0).encode() + b"\n")
else:
    status = 99
if status is not None:
    os.kill(pid, 9)
ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(seen.replace(b"\r\n", b"\n"))
if words and status is None:
    print("not asked for: %d words" % len(words))
sys.exit(ended if status is None else status)
