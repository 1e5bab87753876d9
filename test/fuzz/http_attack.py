#!/usr/bin/env python3
"""http_attack.py - clients that mean harm to the HTTP front, and ordinary ones among them.

    http_attack.py ATTACK --port PORT [--seconds S] [--seed N] [--tls]

ATTACK is
    resets   pipelines requests, sends the beginning of one more, takes the replies and resets the connection
    bodies   sends large bodies that stop short of their end, and large compressed ones
    drips    sends headers and bodies byte by byte
    hoard    sends many bodies of 16 MB at once, each short of its last byte, and keeps the connections (one attacker will do)
    deaf     asks for many large replies and takes none: of the items "large" of table Things

Processes of its own send ordinary requests meanwhile (the noise).  The program ends with status 1 when these were not answered
as they should be; what became of the server is for its caller to find out.
"""
import argparse
import gzip
import os
import random
import select
import socket
import ssl
import struct
import sys
import time

PATIENCE = 30
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Type: application/x-amz-json-1.0\r\n"
LIST = HEAD + b"Content-Length: 2\r\n\r\n{}"


def dial(options):
    plain = socket.create_connection(("127.0.0.1", options.port), PATIENCE)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not options.tls:
        return plain
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)


def reset(sock):
    """Ends the connection with RST, and without a word of TLS."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(sock, ssl.SSLSocket):
        socket.socket(fileno=sock.detach()).close()
    else:
        sock.close()


def read_replies(sock, count):
    """Reads that number of replies; returns their statuses."""
    statuses, data = [], b""
    while len(statuses) < count:
        head, mark, rest = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if mark and len(rest) >= length:
            statuses.append(int(head.split(b" ")[1]))
            data = rest[length:]
            continue
        more = sock.recv(65536)
        if not more:
            break
        data += more
    return statuses


def resets(options, rng):
    """The server has 16 requests of a connection answered in a turn, and more bytes of it left for the next one."""
    sock = dial(options)
    count = rng.choice((15, 16, 16, 16, 17, 31, 32))
    beginning = GET[:rng.randrange(1, len(GET))] if rng.random() < 0.8 else b""
    sock.sendall(GET * count + beginning)
    if rng.random() < 0.9:
        read_replies(sock, rng.choice((1, count, count)))
    reset(sock)


def bodies(options, rng):
    size = rng.choice((1, 4, 16)) * 1024 * 1024
    sock = dial(options)
    sock.settimeout(2)
    if rng.random() < 0.2:
        body = gzip.compress(b" " * size)
        sock.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        read_replies(sock, 1)
    else:
        sock.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % size + b" " * (size - 1))
        time.sleep(rng.random())
    (reset if rng.random() < 0.5 else socket.socket.close)(sock)


def drips(options, rng):
    socks = [dial(options) for _ in range(20)]
    for byte in LIST[:rng.randrange(10, len(LIST))]:
        for sock in socks:
            sock.sendall(bytes((byte,)))
        time.sleep(0.005)
    for sock in socks:
        reset(sock)


def pump(texts, options, end):
    """Sends each text on a connection of its own as far as the server takes it, until the end; others take the place of ended ones."""
    waiting = {}
    while time.time() < end:
        while len(waiting) < len(texts):
            sock = dial(options)
            sock.setblocking(False)
            waiting[sock] = memoryview(texts[len(waiting)])
        writable = [sock for sock, text in waiting.items() if text]
        for sock in select.select([], writable, [], 0.1)[1]:
            try:
                waiting[sock] = waiting[sock][sock.send(waiting[sock][:1 << 20]):]
            except BlockingIOError:
                pass
            except OSError:
                sock.close()
                del waiting[sock]


def hoard(options, rng):
    size = 16 * 1024 * 1024
    text = HEAD + b"Content-Length: %d\r\n\r\n" % size + b" " * (size - 1)
    pump([text] * options.connections, options, time.time() + options.seconds)


def deaf(options, rng):
    body = b'{"TableName":"Things","Key":{"pk":{"S":"large"}}}'
    text = (HEAD.replace(b"ListTables", b"GetItem") + b"Content-Length: %d\r\n\r\n" % len(body) + body) * 60
    pump([text] * options.connections, options, time.time() + options.seconds)


def attack(options, number):
    rng = random.Random(options.seed * 1000 + number)
    step = {"resets": resets, "bodies": bodies, "drips": drips, "hoard": hoard, "deaf": deaf}[options.attack]
    end = time.time() + options.seconds
    while time.time() < end:
        try:
            step(options, rng)
        except OSError:
            time.sleep(0.01)  # refused or ended by the server, as it may, or there is none at the moment
    return 0


def noise(options, number):
    """Ordinary requests, which must be answered; only a connection may be ended between two of them."""
    rng = random.Random(options.seed * 1000 + 500 + number)
    end = time.time() + options.seconds
    answered = 0
    while time.time() < end:
        with dial(options) as sock:
            for _ in range(rng.randrange(1, 40)):
                count = rng.randrange(1, 4)
                sock.sendall(LIST * count)
                statuses = read_replies(sock, count)
                if statuses != [200] * count:
                    print("the noise got %s for %d requests" % (statuses, count), file=sys.stderr)
                    return 1
                answered += count
    print("%d ordinary requests" % answered)
    return 0 if answered > 0 else 1


def in_process(function, options, number):
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        status = function(options, number)
    except BaseException as error:
        print("%s: %r" % (function.__name__, error), file=sys.stderr)
    finally:
        sys.stdout.flush()
        os._exit(status)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("attack", choices=("resets", "bodies", "drips", "hoard", "deaf"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--attackers", type=int, default=4)
    parser.add_argument("--noise", type=int, default=2)
    parser.add_argument("--connections", type=int, default=150, help="of an attacker")
    parser.add_argument("--tls", action="store_true")
    options = parser.parse_args()
    pids = [in_process(attack, options, number) for number in range(options.attackers)]
    pids += [in_process(noise, options, number) for number in range(options.noise)]
    failed = [pid for pid in pids if os.waitpid(pid, 0)[1] != 0]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
