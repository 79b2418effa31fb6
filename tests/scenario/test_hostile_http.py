# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that two readers could read in two ways, sent as bytes to each path: one status, one
answer, the end of the connection; the next honest request is answered."""
import contextlib
import gzip
import socket
import struct
import urllib.parse

import pytest

from support.channel import PATH, RawChannel, envelope, fault_code, new_key
from support.hostile import CALLER, rows
from support.hub import ATM, COMUNE, PSP, PSP_BROKER, wait_until
from support.messages import paths
from support.registry import PASSWORD

CRLF = "\r\n"
BODY = b"<a/>"


def post(*fields, body=BODY, length=True, line="POST {path} HTTP/1.1", host="Host: hub",
         kind="Content-Type: text/xml; charset=utf-8"):
    """The bytes of a POST that is right but for what is said here."""
    head = [line, host, kind, *fields]
    if length:
        head.append(f"Content-Length: {len(body)}")
    text = CRLF.join(one for one in head if one is not None) + CRLF * 2
    return text.encode("latin-1") + body


def chunked(body, *fields):
    return post("Transfer-Encoding: chunked", *fields, body=body, length=False)


# What every path with POST answers.
POSTS = [
    ("X1 two lengths", post("Content-Length: 5"), 400),
    ("X1 two lengths that agree", post("Content-Length: 4"), 400),
    ("X1 a list of lengths", post("Content-Length: 4, 4", length=False), 400),
    ("X2 a length and chunks", post("Transfer-Encoding: chunked"), 400),
    ("X2 chunks and a length", chunked(b"4\r\n<a/>\r\n0\r\n\r\n", "Content-Length: 4"), 400),
    ("X2 a request behind it", chunked(b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
                                       "Content-Length: 4"), 400),
    ("X2 two codings", chunked(b"", "Transfer-Encoding: identity"), 400),
    ("X2 another coding", post("Transfer-Encoding: gzip", length=False), 501),
    ("X2 a coding more", post("Transfer-Encoding: gzip, chunked", length=False), 501),
    ("X2 nearly chunked", post("Transfer-Encoding: xchunked", length=False), 501),
    ("X2 chunked and NUL", post("Transfer-Encoding: chunked\x00", length=False), 400),
    ("X2 chunked in HTTP/1.0", post("Transfer-Encoding: chunked", length=False,
                                    line="POST {path} HTTP/1.0"), 400),
    ("X3 below zero", post("Content-Length: -1", length=False), 400),
    ("X3 twenty nines", post("Content-Length: " + "9" * 20, length=False), 400),
    ("X3 more than is taken", post("Content-Length: 9999999999", length=False), 413),
    ("X3 signed", post("Content-Length: +4", length=False), 400),
    ("X3 hexadecimal", post("Content-Length: 0x4", length=False), 400),
    ("X3 nothing", post("Content-Length:", length=False), 400),
    ("X4 no length", post(length=False, body=b""), 411),
    ("X5 a chunk without end", chunked(b"ffffffff\r\n"), 413),
    ("X5 a size of 16 digits", chunked(b"7fffffffffffffff\r\n"), 400),
    ("X5 0x10", chunked(b"0x10\r\n"), 400),
    ("X5 an extension", chunked(b"4;ext=1\r\n<a/>\r\n0\r\n\r\n"), 400),
    ("X5 no line end after the data", chunked(b"4\r\n<a/>0\r\n\r\n"), 400),
    ("X5 lone line feeds", chunked(b"4\n<a/>\n0\n\n"), 400),
    ("X5 a trailer", chunked(b"4\r\n<a/>\r\n0\r\nX: y\r\n\r\n"), 400),
    ("X5 a negative size", chunked(b"-4\r\n"), 400),
    ("X5 an empty body", chunked(b"0\r\n\r\n"), 400),
    ("X6 a field of 20 KB", post("A: " + "a" * 20_000), 431),
    ("X6 200 fields", post(*["A: b"] * 200), 431),
    ("X6 a path of 3 KB", post(line="POST {path}?" + "a" * 3000 + " HTTP/1.1"), 414),
    *[(f"X7 {kind}", post(kind=f"Content-Type: {kind}"), 415) for kind in (
        "text/plain", "application/json", "application/soap+xml", "application/xml", "text/xmlx",
        "multipart/related; type=text/xml", "application/dime", "text/xml; charset=iso-8859-1",
        "text/xml; charset=utf-8; charset=utf-16", 'text/xml; charset="utf-8', "")],
    ("X7 none", post(kind=None), 415),
    *[(f"X8 {method}", post(line=method + " {path} HTTP/1.1"), 405) for method in (
        "PUT", "DELETE", "PATCH", "TRACE", "head", "OPTIONS", "CONNECT", "post", "SPAM")],
    ("X9 NUL in a field", post("SOAPAction: a\x00b"), 400),
    ("X9 ESC in a field", post("SOAPAction: \x1b[2J"), 400),
    ("X9 ESC in X-Forwarded-For", post("X-Forwarded-For: \x1b"), 400),
    ("X9 a lone CR", post("SOAPAction: a\rB: c"), 400),
    ("X9 a lone LF", post("SOAPAction: a\nB: c"), 400),
    ("X9 NUL in the path", post(line="POST {path}\x00 HTTP/1.1"), 400),
    ("X9 a blank in the path", post(line="POST {path} x HTTP/1.1"), 400),
    ("X9 beyond ASCII in the path", post(line="POST {path}\xe8 HTTP/1.1"), 400),
    ("X9 an absolute path", post(line="POST http://hub{path} HTTP/1.1"), 400),
    ("X9 a fragment", post(line="POST {path}#a HTTP/1.1"), 400),
    ("X9 two blanks", post(line="POST  {path} HTTP/1.1"), 400),
    ("X9 a folded field", post("A: b\r\n c"), 400),
    ("X9 a blank before the colon", post("A : b"), 400),
    ("X9 no name", post(": b"), 400),
    ("X9 beyond ASCII in a field", post("A: \xe8"), 400),
    ("X9 no Host", post(host=None), 400),
    ("X9 two Hosts", post("Host: other"), 400),
    ("X9 an odd Host", post(host="Host: a/b"), 400),
    ("X9 two actions", post("SOAPAction: a", "SOAPAction: b"), 400),
    ("X9 two passwords", post("Authorization: Basic eA==", "Authorization: Basic eQ=="), 400),
    ("X9 HTTP/2.0", post(line="POST {path} HTTP/2.0"), 505),
    ("X9 HTTP/1.x", post(line="POST {path} HTTP/1.x"), 400),
    ("X9 lone line feeds", post().replace(b"\r\n", b"\n"), 400),
    ("X9 a line end before it", b"\r\n" + post(), 400),
    ("X9 TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ("X10 gzip", post("Content-Encoding: gzip", body=gzip.compress(b"a" * 2_000_000)), 415),
    ("X10 deflate", post("Content-Encoding: deflate"), 415),
    ("an expectation", post("Expect: 200-ok"), 417),
    ("another path", post(line="POST {path}/ HTTP/1.1"), 404),
    ("a path that climbs", post(line="POST {path}/../../etc/passwd HTTP/1.1"), 404),
]


def port(hub):
    return urllib.parse.urlsplit(hub.url).port


def connect(hub):
    return socket.create_connection(("127.0.0.1", port(hub)), 30)


def all_of(connection):
    """What a connection says until it ends."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            said += piece
    return said


def status(said):
    """Of the only answer in it; 0: none."""
    assert said.count(b"HTTP/1.1 ") <= 1, said[:400]
    return int(said[9:12]) if said.startswith(b"HTTP/1.1 ") else 0


def test_bytes_with_two_readings(hub, capsys):
    """[X1] [X2] [X3] [X4] [X5] [X6] [X7] [X8] [X9] [X10] [X71]"""
    before, wrong, count = rows(hub), [], 0
    for path, methods in paths(hub.url).items():
        if "POST" not in methods:
            continue
        for what, data, want in POSTS:
            with connect(hub) as connection:
                connection.sendall(data.replace(b"{path}", path.encode()))
                said = all_of(connection)
            got, count = status(said), count + 1
            if got != want or b"\r\nConnection: close\r\n" not in said or b"Server:" in said:
                wrong.append(f"{path} {what}: {said[:200]}, not {want}")
    with capsys.disabled():
        print(f"\n  {count} requests: {len(POSTS)} to each path that takes messages")
    assert not wrong, "\n".join(wrong[:40])
    assert rows(hub) == before
    client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
    assert fault_code(client.verify(COMUNE, "302" + "0" * 15)) != "OK"
    client.close()


def test_a_path_for_reading_only_takes_no_messages(hub):
    """[X8]"""
    reading = [path for path, methods in paths(hub.url).items() if "POST" not in methods]
    assert reading
    for path in reading:
        with connect(hub) as connection:
            connection.sendall(post().replace(b"{path}", path.encode()))
            said = all_of(connection)
        assert status(said) == 405 and b"\r\nAllow: GET, HEAD\r\n" in said


@pytest.mark.parametrize("path, most", [(PATH, 64 << 10), ("/debt-position/v1", 4 << 20)])
def test_each_path_has_its_longest_body(hub, path, most):
    """Told by its length or found out by its chunks: one byte more is too much. [X3] [X5]"""
    who = f"Authorization: {CALLER['Authorization']}"
    for more, want in ((0, 500), (1, 413)):  # 500: whole, and no XML
        body = b" " * (most + more)
        head = post("Connection: close", who, f"Content-Length: {len(body)}", body=b"", length=False)
        pieces = b"10000\r\n" + body[:1 << 16] + b"\r\n"
        whole = pieces * (most >> 16) + (b"1\r\n \r\n" if more else b"") + b"0\r\n\r\n"
        for data in (head + body, chunked(whole, "Connection: close", who)):
            with connect(hub) as connection:
                with contextlib.suppress(ConnectionError):  # refused while it writes
                    connection.sendall(data.replace(b"{path}", path.encode(), 1))
                assert status(all_of(connection)) == want


def test_what_honest_clients_do(hub):
    """Chunks of any size, 100-continue, requests one behind the other, HTTP/1.0, odd cases of names,
    an idle body: none of it is refused."""
    verify = envelope("verifyPaymentNoticeReq", {
        "idPSP": PSP, "idBrokerPSP": PSP_BROKER, "idChannel": ATM, "password": PASSWORD,
        "qrCode": {"fiscalCode": COMUNE, "noticeNumber": "302" + "0" * 15}})
    pieces = b"".join(b"%X\r\n%s\r\n" % (len(verify[i:i + 7]), verify[i:i + 7])
                      for i in range(0, len(verify), 7)) + b"0\r\n\r\n"
    for data, answers in (
            (chunked(pieces, "Connection: close"), 1),
            (post("Connection: close", body=verify), 1),
            (post(body=verify) * 3 + post("connection: CLOSE", body=verify), 4),
            (post(body=verify, line="POST {path} HTTP/1.0", host=None), 1),
            (post("Connection: close", body=verify, kind='content-type: TEXT/XML; Charset="UTF-8";'), 1)):
        with connect(hub) as connection:
            connection.sendall(data.replace(b"{path}", PATH.encode()))
            said = all_of(connection)
        assert said.count(b"HTTP/1.1 200 ") == said.count(b"verifyPaymentNoticeRes>") // 2 == answers
    with connect(hub) as connection:
        connection.sendall(post("Expect: 100-continue", "Connection: close", body=verify)
                           .replace(b"{path}", PATH.encode())[:-len(verify)])
        assert connection.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(verify)
        assert status(all_of(connection)) == 200


def test_a_client_that_leaves(hub, comune):
    """Gone in the middle of its body: nothing happened. Gone before its answer: the work is done,
    once, and its retry gets the same. [X17] [I6]"""
    notice, key = comune.position(), new_key(PSP)
    data = envelope("activatePaymentNoticeReq", {
        "idPSP": PSP, "idBrokerPSP": PSP_BROKER, "idChannel": ATM, "password": PASSWORD,
        "idempotencyKey": key, "qrCode": {"fiscalCode": COMUNE, "noticeNumber": notice.number},
        "amount": notice.amount})
    request = post('SOAPAction: "activatePaymentNotice"', body=data).replace(b"{path}", PATH.encode())

    def live():
        return [line for line in hub.sql(
            "SELECT p.state FROM payment p JOIN instalment i ON i.id = p.instalment_id "
            f"WHERE i.notice_number = '{notice.number}'")]

    with connect(hub) as connection:
        connection.sendall(request[:-10])
        reset(connection)
    with connect(hub) as connection:  # half closed: it listens still, but its body is not whole
        connection.sendall(request[:-10])
        connection.shutdown(socket.SHUT_WR)
        assert status(all_of(connection)) in (0, 400)
    assert live() == []
    with connect(hub) as connection:  # half closed after a whole request: it waits for its answer
        connection.sendall(request.replace(COMUNE.encode(), b"00000000000"))
        connection.shutdown(socket.SHUT_WR)
        said = all_of(connection)
        assert status(said) == 200 and b"PPT_DOMINIO_SCONOSCIUTO" in said
    def leave():  # before a worker has it, it is taken back: then there is nothing, and it comes again
        with connect(hub) as connection:
            connection.sendall(request)
            reset(connection)
        return live() == ["ACTIVE"]

    wait_until(leave, "the payment of a client that left")
    client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
    again = client.activate(COMUNE, notice.number, notice.amount, key=key)
    assert fault_code(again) == "OK" and live() == ["ACTIVE"]
    assert fault_code(client.outcome(again.paymentToken, "OK")) == "OK"
    client.close()


def reset(connection):
    """Close at once, with a reset instead of a farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
