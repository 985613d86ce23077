#!/usr/bin/python3
"""tests/bench/annotate_client.py: what a Python program would do: gaps to a chart, by stock msgpack.

    annotate_client.py SOCKET COUNT START_S STEP_S STRIDE

The gaps are STRIDE rows apart. Each line on standard input is one round, answered by its nanoseconds."""

import socket
import struct
import sys
import time

import msgpack


def exactly(sock, size):
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def ask(sock, **request):
    body = msgpack.packb({"v": 1, **request})
    sock.sendall(struct.pack(">I", len(body)) + body)
    size, = struct.unpack(">I", exactly(sock, 4))
    reply = msgpack.unpackb(exactly(sock, size))
    if not reply["ok"] or reply["rejected"]:
        raise ValueError(reply)


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    start_s, step_s, stride = map(float, sys.argv[3:6])
    gaps = [(start_s + int(i * stride) * step_s, start_s + (int(i * stride) + 1) * step_s)
            for i in range(count)]
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)
    for _ in sys.stdin:
        begin = time.perf_counter_ns()
        ask(sock, id=1, op="replace", batch="python", time0=[g[0] for g in gaps],
            time1=[g[1] for g in gaps])
        ask(sock, id=2, op="redraw")
        print(time.perf_counter_ns() - begin, flush=True)


if __name__ == "__main__":
    main()
