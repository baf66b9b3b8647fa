"""Starts the processes that are measured, and is small itself.

On Linux a process begins with the peak memory of the one it was started from, so whoever measures must not start it
himself. This imports nothing but built-in modules; orders and results pass as `marshal` over the standard streams.
"""

import marshal
import posix
import sys
import time

while True:
    try:
        argv, environment, complaints = marshal.load(sys.stdin.buffer)
    except EOFError:
        break
    reading, writing = posix.pipe()
    null = posix.open("/dev/null", posix.O_RDWR)
    said = posix.open(complaints, posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC)
    plan = [(posix.POSIX_SPAWN_DUP2, old, new) for old, new in ((null, 0), (null, 1), (said, 2), (writing, 3))]
    begun = time.perf_counter()
    child = posix.posix_spawn(argv[0], argv, environment, file_actions=plan)
    posix.close(writing)
    report = b""
    while part := posix.read(reading, 65536):
        report += part
    _, status, used = posix.wait4(child, 0)
    wall = time.perf_counter() - begun
    for descriptor in (reading, null, said):
        posix.close(descriptor)
    result = (used.ru_utime + used.ru_stime, wall, used.ru_maxrss, posix.waitstatus_to_exitcode(status), report)
    sys.stdout.buffer.write(marshal.dumps(result))
    sys.stdout.buffer.flush()
