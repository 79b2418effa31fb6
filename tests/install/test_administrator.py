# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/administrator.md: each command of its `sh` blocks works, in the page's order; each alert has
its row, and each metric of an alert exists."""
import os
import re
import shutil
import subprocess

import pytest

from install.test_install import install
from support.witness import ROOT

PAGE = (ROOT / "docs/administrator.md").read_text()
RULES = (ROOT / "conf/prometheus/payer.rules.yml").read_text()
FINE = ("\n[serve]\nport = 0\n[metrics]\nport = 0\n[work]\nmetrics_port = 0\n[db]\n"
        "buffer_pool = 64MiB\nlog_size = 32MiB\n")


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """The page's places, each below a folder of ours; short, for the socket's sake."""
    root = tmp_path_factory.mktemp("m")
    install(root)
    for name in ("var/lib/payer", "srv/backup"):
        (root / name).mkdir(parents=True)
    own = root / "etc/payer/payer.conf"
    own.write_text(own.read_text().replace("/var/lib/payer", f"{root}/var/lib/payer") + FINE)
    environment = {n: v for n, v in os.environ.items() if not n.startswith("PAYER")}
    environment |= {"PATH": f"{root}/usr/bin:{environment['PATH']}", "PAYER_CONFIG": str(own)}

    def run(text):
        for place in ("/etc/payer", "/srv/backup", "/usr/share/doc/payer"):
            text = text.replace(place, f"{root}{place}")
        return subprocess.run(["sh", "-eu", "-c", text.replace("sudo -u payer ", "")], cwd=root,
                              env=environment, capture_output=True, text=True)

    yield run
    run("payer db stop")
    shutil.rmtree(root)


def test_each_command_of_the_page(machine):
    blocks = re.findall(r"^( *)```sh\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 9
    for n, (_, block) in enumerate(blocks):
        done = machine(block)
        assert done.returncode == 0, block + done.stdout + done.stderr
        if n == 0:  # from here on systemd would have it running
            assert machine("payer db start").returncode == 0


def test_the_page_and_the_alerts_agree():
    alerts = re.findall(r"- alert: (\w+)", RULES)
    rows = re.findall(r"^\| (Payer\w+) \|", PAGE, re.MULTILINE)
    assert alerts == rows and len(alerts) == len(set(alerts))
    metrics = set(re.findall(r'"(payer_\w+)"', (ROOT / "src/base/metric.def").read_text()))
    for name in re.findall(r"payer_[a-z_]+", re.sub(r"^#.*", "", RULES, flags=re.MULTILINE)):
        assert re.sub("_bucket$", "", name) in metrics, name


def test_what_the_page_names_is_there():
    """Settings and commands of its prose."""
    known = (ROOT / "conf/payer.conf.example").read_text()
    for section, key in re.findall(r"`(serve|work|db|flow|hub|metrics)\.([a-z_]+)`", PAGE):
        assert re.search(rf"^\[{section}\]\n(?:(?!\[).*\n)*#{key} =", known, re.MULTILINE), key
    verbs = (ROOT / "src/cli/verb.def").read_text()
    for noun, verb in re.findall(r"`payer ([a-z-]+)(?: ([a-z-]+))?", PAGE):
        assert f'VERB("{noun}", "{verb}"' in verbs or f'VERB("{noun}", ""' in verbs, (noun, verb)
