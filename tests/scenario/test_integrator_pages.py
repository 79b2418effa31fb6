# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages for integrators, as a reader follows them: every block, in order, copied and run."""
import pathlib
import re
import subprocess

import pytest

from support import foreign
from support.channel import PATH
from support.hub import program
from support.witness import ROOT

OWN_HUB = True  # the pages load positions with ids of their own, and close a period
LONGER = 2
AT = {"sh": ["bash", "-c"], "python": ["/usr/bin/python3", "-Bc"]}


@pytest.fixture
def reader(hub, tmp_path):
    """follow(page, language): all that a page's blocks in a language print, as on a demo's hub."""
    for name, there in {"build/bin/payer": program().resolve(), "var/flow": hub.home / "var/flow",
                        "var/demo/payer.conf": hub.home / "payer.conf"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(there)

    def follow(page, language, *arguments):
        text = pathlib.Path(ROOT / "docs" / page).read_text()
        assert "http://127.0.0.1:8080" in text
        blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        script = "".join(blocks).replace("http://127.0.0.1:8080", hub.url)
        done = subprocess.run([*AT[language], script, *arguments], cwd=tmp_path, text=True,
                              env=hub.environment, capture_output=True, check=False)
        wrong = re.findall("^(?:payer|bash|Traceback).*", done.stderr, re.MULTILINE)
        assert not wrong, done.stdout + done.stderr
        return done.stdout

    return follow


def test_both_pages_work_as_they_stand(hub, ente, reader):
    loaded = ente.position()
    looked_up = reader("channel-integrator.md", "sh")
    assert f"{loaded.number}\n" in looked_up and "<outcome>OK</outcome>" in looked_up
    assert reader("channel-integrator.md", "python", loaded.number).endswith(" OK\n")

    said = reader("back-office-integrator.md", "sh")
    for sign in (":outcome>created<", "MENSA-2026-000201,amount", "position MENSA-2026-000200 of",
                 '"own_id":"MENSA-2026-000200"', loaded.number, "flusso-riversamento-1.0",
                 "<totRestituiti>", "</pay_i:FlussoRiversamento>"):
        assert sign in said, sign
    said = reader("back-office-integrator.md", "python")
    assert "open [(" in said and "MENSA-2026-000123 XXXCBB11B02Z999C 2030-04-30" in said


def test_the_page_of_a_psp_works_as_it_stands(reader):
    said = reader("psp-integrator.md", "sh")
    assert "<esito>OK</esito>" in said and "PSPPROVA for 77777777777" in said


@pytest.mark.parametrize("language, file, needs", [
    ("php", "pay.php", "php"), ("javascript", "pay.js", "node"), ("java", "Pay.java", "jaxws")])
def test_the_page_pays_in_other_languages(hub, ente, tmp_path, language, file, needs):
    """Its block copied into a file and run as its first line says."""
    if why := foreign.missing(needs):
        pytest.skip(why)
    page = (ROOT / "docs/channel-integrator.md").read_text()
    (block,) = re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / file).write_text(block.replace("http://127.0.0.1:8080", hub.url))
    notice = ente.position(amount="12.30")
    said = foreign.run_file(tmp_path / file, f"{hub.url}{PATH}?wsdl", notice.number)
    assert "12.3" in said and said.endswith(" OK\n"), said
    hub.secrets.add(said.split()[-2])
    assert hub.position(notice).state == "PAID"
