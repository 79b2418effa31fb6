# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels written with other toolkits than zeep: each is a small program of tests/clients that is
given a WSDL and then reads one call a line, makes it by its toolkit's own means, and prints the
answer as JSON. They have the same methods as the other clients.

What PHP's needs is always there; `make clients` brings the others: JAX-WS and npm's soap."""
import base64
import json
import os
import shutil
import subprocess

from support.channel import Channel, SoapFault, read_json
from support.witness import ROOT

CLIENTS = ROOT / "tests" / "clients"
NOT_MADE = "`make clients` was not run"
MADE = ROOT / "build" / "clients" / "made"
JAVASCRIPT = {**os.environ, "NODE_PATH": str(MADE.parent / "node_modules")}
CLASSES = ":".join(f"/usr/share/java/{jar}.jar" for jar in (
    "jaxws-rt", "jaxws-api", "jaxb-api", "jaxb-runtime", "jws-api", "saaj-impl", "javax.activation"))


class ForeignChannel(Channel):
    """@param command  the program and its arguments before the WSDL
    @param form     of a call: a function of operation and fields that gives a line
    @param encodes  whether the toolkit itself makes base64 of what it is given"""

    def __init__(self, command, wsdl, address, *who, form=None, environment=None, encodes=True,
                 **files):
        super().__init__(*who, **files)
        self._encodes = encodes
        self._form = form or as_json
        self.program = subprocess.Popen([*map(str, command), str(wsdl), address],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)

    def call(self, operation, fields):
        data = fields.get("datiSpecificiServizio")
        if data and self._encodes:
            fields = {**fields, "datiSpecificiServizio": base64.b64decode(data).decode()}
        self.program.stdin.write(self._form(operation, present(fields)) + "\n")
        self.program.stdin.flush()
        line = self.program.stdout.readline()
        assert line, f"{operation}: the client ended with {self.program.wait()}"
        said = json.loads(line)
        if "soapFault" in said:
            raise SoapFault(said["soapFault"])
        return read_json(said)

    def close(self):
        self.program.stdin.close()
        assert self.program.wait(timeout=60) == 0
        self.program.stdout.close()


def present(fields):
    """Without what is None, as text."""
    return {name: present(value) if isinstance(value, dict) else
            value if isinstance(value, list) else str(value)
            for name, value in fields.items() if value is not None}


def as_json(operation, fields):
    return json.dumps({"operation": operation, "fields": fields})


def as_paths(operation, fields):
    """operation TAB path=value …: for who has no reader of JSON at hand."""
    def walk(values, before):
        for name, value in values.items():
            if isinstance(value, dict):
                yield from walk(value, f"{before}{name}.")
            else:
                yield from (f"{before}{name}={item}" for item in
                            (value if isinstance(value, list) else [value]))
    return "\t".join([operation, *walk(fields, "")])


def php(wsdl, address, folder, *who, **files):
    return ForeignChannel(["php", CLIENTS / "client.php"], wsdl, address, *who, **files)


def node(wsdl, address, folder, *who, **files):
    return ForeignChannel(["node", CLIENTS / "client.js"], wsdl, address, *who,
                          environment=JAVASCRIPT, encodes=False, **files)


def jaxws(wsdl, address, folder, *who, **files):
    """Made in a folder from the WSDL, as its makers would, then compiled and run."""
    run("wsimport", "-quiet", "-d", folder, wsdl)
    run("javac", "-nowarn", "-d", folder, "-cp", f"{folder}:{CLASSES}", CLIENTS / "Client.java")
    return ForeignChannel(["java", "-cp", f"{folder}:{CLASSES}", "Client"], wsdl, address, *who,
                          form=as_paths, **files)


def run(*command, environment=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_file(path, wsdl, *arguments):
    """A whole program, by the means of its language: what it prints."""
    if path.suffix == ".php":
        return run("php", "-d", "soap.wsdl_cache_enabled=0", path, *arguments)
    if path.suffix == ".js":
        return run("node", path, *arguments, environment=JAVASCRIPT)
    run("wsimport", "-quiet", "-d", path.parent, wsdl)
    run("javac", "-nowarn", "-d", path.parent, "-cp", f"{path.parent}:{CLASSES}", path)
    return run("java", "-cp", f"{path.parent}:{CLASSES}", path.stem, *arguments)


def missing(toolkit):
    """Why a toolkit cannot be tried here, or None."""
    needed = {"node": ["node"], "jaxws": ["wsimport", "javac", "java"]}.get(toolkit, [])
    if not needed or MADE.exists() and all(map(shutil.which, needed)):
        return None
    return f"{toolkit} is not here: {NOT_MADE}"
