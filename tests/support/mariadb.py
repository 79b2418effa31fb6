# SPDX-License-Identifier: GPL-3.0-or-later
"""A MariaDB on another machine, as far as a hub can tell: reached by TCP on loopback, with a
certificate of its own, and an administrator who runs what `payer db accounts` printed."""
import os
import pathlib
import secrets
import subprocess

from support.ports import free_port
from support.wait import SLOWER, wait_until

ROLES = ("serve", "work", "audit", "migrate")
START_S = 30 * SLOWER


class Mariadb:
    """@param folder  short: the path of a socket below it may have 107 bytes"""

    def __init__(self, folder, authority):
        self.folder, self.authority = pathlib.Path(folder), authority
        self.folder.mkdir(parents=True)
        self.passwords = self.folder / "passwords"  # one file a role, as the hub reads them
        self.passwords.mkdir(mode=0o700)
        for role in ROLES:
            (self.passwords / role).write_text(secrets.token_hex(12) + "\n")
        self.port = free_port()
        self.certificate = authority.server()
        self.process = None

    def settings(self):
        """What a hub's payer.conf says of it."""
        return {"db.host": "127.0.0.1", "db.port": self.port, "db.tls_ca": self.authority.crt,
                "db.password_dir": self.passwords}

    def start(self, *options, tls=True):
        """@param options  more of mariadbd's"""
        data = self.folder / "data"
        if not data.exists():
            self._run("mariadb-install-db", f"--datadir={data}", "--skip-test-db",
                      "--auth-root-authentication-method=normal", "--innodb-log-file-size=32M",
                      "--force")  # no look-up of a host
        secure = ("--require-secure-transport=ON", f"--ssl-cert={self.certificate.crt}",
                  f"--ssl-key={self.certificate.key}") if tls else ("--skip-ssl",)
        with (self.folder / "server.err").open("ab") as log:
            self.process = subprocess.Popen(
                ["mariadbd", "--no-defaults", *self._user(), f"--datadir={data}",
                 f"--socket={self.folder}/my.sock", f"--tmpdir={self.folder}",
                 "--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve",
                 "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=32M",
                 "--innodb-snapshot-isolation=ON", "--character-set-server=utf8mb4",
                 "--performance-schema=OFF", *secure, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._answers, "an answer of mariadbd", 30)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(START_S)
            self.process = None

    def sql(self, text):
        """As its administrator."""
        return self._run("mariadb", "-N", "-uroot", f"--socket={self.folder}/my.sock", "-e", text)

    def hold(self, role):
        """A connection of a role's that stays open; a process to be killed."""
        return subprocess.Popen(
            ["mariadb", "--no-defaults", f"-upayer_{role}", "-h127.0.0.1", f"-P{self.port}",
             f"--ssl-ca={self.authority.crt}", f"-p{(self.passwords / role).read_text().strip()}",
             "-e", "DO SLEEP(600)"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "server.err").read_text()[-3000:])
        done = subprocess.run(["mariadb", "--no-defaults", "-uroot",
                               f"--socket={self.folder}/my.sock", "-e", "DO 1"],
                              capture_output=True, check=False)
        return done.returncode == 0

    @staticmethod
    def _user():
        return ("--user=root",) if os.geteuid() == 0 else ()

    def _run(self, program, *arguments):
        user = self._user() if program == "mariadb-install-db" else ()
        done = subprocess.run([program, "--no-defaults", *user, *arguments], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{program}: {done.stdout}{done.stderr}")
        return done.stdout.strip()
