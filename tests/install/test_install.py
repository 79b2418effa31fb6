# SPDX-License-Identifier: GPL-3.0-or-later
"""make install, into a folder: the program finds its files there, systemd takes the units."""
import grp
import json
import os
import pathlib
import pwd
import re
import subprocess
import urllib.request

import pytest

from support.hub import Daemon
from support.witness import ROOT

PREFIX = "usr"
EXPOSURE_MAX = 2.0


def make(*arguments):
    """As somebody at a prompt: no job server of a make above, but its variables."""
    flags = os.environ.get("MAKEFLAGS", "").partition(" -- ")[2]
    build = os.path.relpath(os.environ.get("PAYER_BUILD", ROOT / "build"), ROOT)
    done = subprocess.run(["make", "-s", f"BUILD={build}", *flags.split(), *arguments], cwd=ROOT,
                          env={n: v for n, v in os.environ.items() if not n.startswith("MAKE")},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def install(root, what="install"):
    make(what, f"DESTDIR={root}", f"PREFIX=/{PREFIX}")


def files(root):
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    install(root)
    return root


@pytest.fixture(scope="module")
def payer(root, tmp_path_factory):
    """Run the installed program, with a home that knows nothing of these sources."""
    home = pathlib.Path(tmp_path_factory.mktemp("home"))
    (home / "payer.conf").write_text(
        (root / "etc/payer/payer.conf").read_text().replace("/var/lib/payer", str(home)) +
        "\n[serve]\nport = 0\n[metrics]\nport = 0\n[work]\nmetrics_port = 0\n")
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("PAYER")}

    def run(*arguments, ok=0):
        done = subprocess.run([run.program, *arguments], cwd=home, env=environment,
                              capture_output=True, text=True)
        assert done.returncode == ok, done.stdout + done.stderr
        return done.stdout

    run.program, run.home, run.environment = root / PREFIX / "bin/payer", home, environment
    run("db", "start", "--set", "db.buffer_pool=64MiB", "--set", "db.log_size=32MiB")
    yield run
    run("db", "stop")


def test_the_installed_program_needs_nothing_else(root, payer):
    """Schema, registry, contracts, sheets: all from below the prefix, data where its settings say."""
    payer("db", "migrate")
    payer("registry", "import", str(root / PREFIX / "share/doc/payer/examples/registry-example.xml"))
    rows = {row["check"]: row for row in json.loads(payer("check", "--json"))}
    assert rows["shipped files"]["found"] == str(root / PREFIX / "share/payer")
    serve = Daemon("serve", [payer.program, "serve"], payer.environment, payer.home)
    try:
        port = re.search(r"http=(\d+)", serve.first_line())[1]
        url = f"http://127.0.0.1:{port}/node-for-psp/v1?wsdl"
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert b"definitions" in answer.read()
    finally:
        assert serve.stop() == 0
    assert {path.name for path in payer.home.iterdir()} >= {"db", "hub.key"}


def test_settings_stay_and_uninstall_takes_the_rest(tmp_path, root):
    install(tmp_path)
    assert files(tmp_path) == files(root)
    own = tmp_path / "etc/payer/payer.conf"
    own.write_text("# mine\n")
    install(tmp_path)
    assert own.read_text() == "# mine\n"
    install(tmp_path, "uninstall")
    assert files(tmp_path) == {"etc/payer/payer.conf"}


@pytest.fixture(scope="module")
def units(root, tmp_path_factory):
    """The units with the program where this machine has it."""
    folder = tmp_path_factory.mktemp("units")
    for unit in (root / PREFIX / "lib/systemd/system").iterdir():
        text = unit.read_text()
        assert f"ExecStart=/{PREFIX}/bin/payer " in text
        (folder / unit.name).write_text(text.replace(f"=/{PREFIX}/bin/payer",
                                                     f"={root}/{PREFIX}/bin/payer"))
    return folder


@pytest.mark.parametrize("name", ["payer-serve", "payer-work", "payer-db"])
def test_a_unit_is_right_and_exposes_little(units, name):
    unit = units / f"{name}.service"
    verify = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True,
                            text=True)
    assert (verify.returncode, verify.stderr) == (0, "")
    rated = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
                           capture_output=True, text=True)
    exposure = float(re.search(r"exposure level for \S+: ([\d.]+)", rated.stdout)[1])
    assert exposure <= EXPOSURE_MAX, rated.stdout


def test_the_databases_log_is_rotated_under_its_writer(root, tmp_path):
    """mariadbd goes on writing to the file that it has open, so that file must stay."""
    log = tmp_path / "err.log"
    user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    snippet = (root / "etc/logrotate.d/payer").read_text()
    assert "/var/lib/payer/db/err.log {" in snippet and "su payer payer" in snippet
    (tmp_path / "conf").write_text(snippet.replace("/var/lib/payer/db/err.log", str(log))
                                   .replace("su payer payer", f"su {user} {group}"))
    (tmp_path / "conf").chmod(0o644)
    with log.open("a") as writer:
        writer.write("before\n")
        writer.flush()
        done = subprocess.run(["/usr/sbin/logrotate", "--force", "--state", tmp_path / "state",
                               tmp_path / "conf"], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        writer.write("after\n")
    assert log.read_text() == "after\n"
    assert (tmp_path / "err.log.1").read_text() == "before\n"


def test_systemd_makes_the_user(root):
    done = subprocess.run(["systemd-sysusers", "--dry-run",
                           root / PREFIX / "lib/sysusers.d/payer.conf"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
