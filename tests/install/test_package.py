# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian package's description agrees with the project; tests/package builds and installs it."""
import re

from support.witness import ROOT

CONTROL = (ROOT / "debian/control").read_text()


def packages(kind):
    return set(re.findall(rf"^{kind} +(\S+)", (ROOT / "deps/debian.txt").read_text(), re.MULTILINE))


def field(name):
    text = re.search(rf"^{name}: (.*(?:\n .*)*)", CONTROL, re.MULTILINE)[1]
    return {entry.split()[0] for entry in text.split(",") if not entry.strip().startswith("$")}


def test_its_version_is_the_programs():
    packaged = re.match(r"payer \(([\d.]+)\)", (ROOT / "debian/changelog").read_text())[1]
    public = re.search(r'^softwareVersion: "(.*)"$', (ROOT / "publiccode.yml").read_text(),
                       re.MULTILINE)[1]
    assert public == packaged
    assert f'PAYER_VERSION "{packaged}"' in (ROOT / "src/cli/parse.h").read_text()


def test_it_asks_for_what_deps_name():
    """Every builder has gcc, make and the C library's headers; linked libraries come by themselves."""
    assert field("Build-Depends") == (packages("build") - {"gcc", "libc6-dev", "make"}
                                      | {"debhelper-compat"})
    beside = {name for name in packages("run") if not name.startswith("lib") and name != "zlib1g"}
    assert field("Depends") | field("Recommends") == beside | {"logrotate"}
