# SPDX-License-Identifier: GPL-3.0-or-later
"""A small certificate authority for tests, by the openssl program: certificates for servers and
clients, good ones and bad ones, and revocation lists. All of it lives in a folder of the test."""
import dataclasses
import hashlib
import pathlib
import shutil
import ssl
import subprocess

LONG, PAST = "20990101000000Z", "20240102000000Z"
LOOPBACK = ("IP:127.0.0.1", "DNS:localhost")


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def key(path):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    return path


@dataclasses.dataclass(frozen=True)
class Certificate:
    pem: pathlib.Path  # chain, then key: what a program is given
    crt: pathlib.Path
    key: pathlib.Path

    @property
    def sha256(self):
        """Of its DER form, as the registry has it."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.crt.read_text())).hexdigest()

    @property
    def serial(self):
        return openssl("x509", "-in", self.crt, "-noout", "-serial").strip().partition("=")[2]

    def put(self, path):
        """Place it at a path that a program reads, as an administrator's tool does."""
        new = pathlib.Path(f"{path}.new")
        shutil.copy(self.pem, new)
        new.rename(path)


class Authority:
    """@param folder  made when it is not there; each authority has one of its own"""

    def __init__(self, folder, name="Autorita di Prova"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._n = 0
        self._revoked = []
        self.key = key(self.folder / "ca.key")
        self.crt = self.folder / "ca.crt"
        openssl("req", "-x509", "-new", "-key", self.key, "-subj", f"/CN={name}", "-days", 3650,
                "-out", self.crt)

    def server(self, names=LOOPBACK, **options):
        return self.certificate("serverAuth", names, **options)

    def client(self, name="cliente", **options):
        return self.certificate("clientAuth", (f"DNS:{name}.example",), **options)

    def certificate(self, usage, names, expired=False, self_signed=False, days=30):
        """@param names  the alternative names, like "DNS:hub.example"
        @param self_signed  signed by its own key, as if the authority did not exist"""
        self._n += 1
        stem = self.folder / f"{self._n:02d}"
        made = Certificate(stem.with_suffix(".pem"), stem.with_suffix(".crt"),
                           key(stem.with_suffix(".key")))
        extensions, request = stem.with_suffix(".ext"), stem.with_suffix(".csr")
        extensions.write_text(f"extendedKeyUsage={usage}\nsubjectAltName={','.join(names)}\n"
                              "basicConstraints=CA:FALSE\n")
        # A name that means nothing: who looks at CN finds no host there.
        openssl("req", "-new", "-key", made.key, "-subj", "/CN=di prova", "-out", request)
        signer = ("-signkey", made.key) if self_signed else (
            "-CA", self.crt, "-CAkey", self.key, "-CAcreateserial")
        openssl("x509", "-req", "-in", request, *signer, "-days", -1 if expired else days,
                "-extfile", extensions, "-out", made.crt)
        made.pem.touch(mode=0o600)
        made.pem.write_text(made.crt.read_text() + made.key.read_text())
        return made

    def revoke(self, certificate):
        self._revoked.append(certificate.serial)

    def crl(self, path=None, expired=False):
        """Write the list of what was revoked so far; its path."""
        index, config = self.folder / "index", self.folder / "ca.cnf"
        path = path or self.folder / "ca.crl"
        index.write_text("".join(f"R\t350101000000Z\t240101000000Z\t{serial}\tunknown\t/CN=x\n"
                                 for serial in self._revoked))
        config.write_text(f"[ca]\ndefault_ca = d\n[d]\ndatabase = {index}\ndefault_md = sha256\n")
        openssl("ca", "-config", config, "-gencrl", "-cert", self.crt, "-keyfile", self.key,
                "-crl_lastupdate", "20240101000000Z", "-crl_nextupdate", PAST if expired else LONG,
                "-out", f"{path}.new")
        pathlib.Path(f"{path}.new").rename(path)
        return path


def client_context(authority, certificate=None):
    """How a client that trusts one authority connects."""
    context = ssl.create_default_context(cafile=str(authority.crt))
    if certificate:
        context.load_cert_chain(str(certificate.pem))
    return context


def peers_over_tls(hub):
    """The simulated Enti speak TLS from the start: settings of a hub that trusts their authority
    and has a certificate. It keeps what a test may change: authority, stranger, certificate, good."""
    hub.authority = Authority(hub.home / "ca")
    hub.stranger = Authority(hub.home / "stranger", "Altra Autorita")
    hub.certificate = hub.authority.client("hub")
    hub.good = hub.authority.server()
    hub.peers.context = server_context(hub.good)
    return {"work.peer_ca": hub.authority.crt, "work.peer_certificate": hub.certificate.pem}


def server_context(certificate, clients=None):
    """@param clients  the authority of client certificates; without one of its the end comes"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(certificate.pem))
    if clients:
        context.load_verify_locations(cafile=str(clients.crt))
        context.verify_mode = ssl.CERT_REQUIRED
    return context
