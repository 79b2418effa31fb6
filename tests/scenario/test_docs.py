# SPDX-License-Identifier: GPL-3.0-or-later
"""payer docs: manual pages and completion are made from the program's tables, so they cannot lag
behind; what is tried here is that the programs that read them do."""
import os
import pty
import re
import select
import subprocess
import time

import pytest

from support.hub import program

ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100", "MAN_KEEP_FORMATTING": ""}


def payer(*arguments):
    done = subprocess.run([program(), *arguments], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def commands():
    """Every command that --help lists."""
    found = re.findall(r"^  ([a-z][a-z-]*(?: [a-z-]+)?)(?= |$)", payer("--help").partition("Commands:")[2]
                       .partition("\nOptions:")[0], re.MULTILINE)
    assert {"check", "db start", "registry hash-password"} <= set(found)
    return found


@pytest.mark.parametrize("what, name", [("man", "payer.1"), ("conf", "payer.conf.5")])
def test_man_shows_the_page_without_a_warning(what, name, tmp_path):
    page = tmp_path / name
    page.write_text(payer("docs", what))
    shown = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", page], env=ENVIRONMENT,
                           capture_output=True, text=True, check=True)
    assert shown.stderr == "" and "NAME" in shown.stdout
    plain = re.sub(".\b", "", shown.stdout)
    assert "--set" in plain  # a hyphen that can be copied and typed


def test_the_manual_has_every_command_option_and_setting(commands):
    man, conf = payer("docs", "man").replace("\\-", "-"), payer("docs", "conf")
    for command in commands:
        assert f'.SS "{command}' in man, command
    for option in re.findall(r"--[a-z-]+", payer("--help").partition("\nOptions:")[2]):
        assert f"\\fB{option}\\fR" in man, option
    for key in re.findall(r"^#(\w+) =", payer("config", "example"), re.MULTILINE):
        assert f'.BI "{key} "' in conf, key


def complete(*words):
    """What bash offers for the last word."""
    script = ('source <("$0" docs completion); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _payer;'
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "--norc", "-uc", script, program(), "payer", *words],
                          capture_output=True, text=True, check=True)
    return set(filter(None, done.stdout.split("\n"))), done.stderr


@pytest.mark.parametrize("typed, offered", [
    (("reg",), {"registry"}),
    (("db", "sta"), {"start", "status"}),
    (("--set", "a.b=c", "db", "sta"), {"start", "status"}),
    (("db", "status", "--js"), {"--json"}),
    (("db", "start", "--js"), set()),
    (("check", "--p"), {"--peers"}),
    (("position", "load", "--rej"), {"--rejects"}),
    (("--color", ""), {"auto", "always", "never"}),
    (("--set", "serve.tls_p"), {"serve.tls_port=", "serve.tls_port_proxy="}),
    (("db", "stop", "x"), set()),
])
def test_completion_offers(typed, offered):
    assert complete(*typed) == (offered, "")


def test_completion_offers_every_command_and_files(commands, tmp_path, monkeypatch):
    nouns = {command.split()[0] for command in commands}
    assert complete("")[0] == nouns
    for noun in nouns:
        verbs = {command.split()[1] for command in commands if command.startswith(f"{noun} ")}
        assert complete(noun, "")[0] >= verbs
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tari 2026.csv").touch()
    assert complete("position", "load", "ta")[0] == {"tari 2026.csv"}
    assert complete("config", "example", "-o", "ta")[0] == {"tari 2026.csv"}


def test_a_person_presses_tab():
    """An interactive bash: one match is typed to its end, with the space after it."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(PS1="> ", PATH=f"{program().parent}:{os.environ['PATH']}", TERM="dumb")
        os.execvp("bash", ["bash", "--norc", "--noprofile"])
    try:
        os.write(terminal, b"source <(payer docs completion); echo rea''dy\n")
        read_until(terminal, b"ready\r\n")
        os.write(terminal, b"payer regis\thist\t--he\t")
        read_until(terminal, b"payer registry history --help ")
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def read_until(terminal, wanted):
    got, end = b"", time.monotonic() + 60
    while wanted not in got:
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        assert ready, got
        got += os.read(terminal, 4096)
