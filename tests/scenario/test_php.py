# SPDX-License-Identifier: GPL-3.0-or-later
"""PHP's SoapClient pays from `?wsdl`, as many municipalities' software would."""
import base64
import json
import subprocess

from scenario.test_stamps import stamped
from support.channel import PATH
from support.hub import ATM, COMUNE, PSP, PSP_BROKER
from support.registry import PASSWORD
from support.witness import ROOT


def php(hub, *arguments, script="channel.php", wsdl=None):
    return subprocess.run(
        ["php", str(ROOT / "tests" / "support" / script), wsdl or f"{hub.url}{PATH}?wsdl", PSP,
         PSP_BROKER, ATM, COMUNE, *arguments],
        input=PASSWORD + "\n", capture_output=True, text=True, timeout=25, check=False)


def test_php_soap_pays(hub, ente):
    notice = ente.position(amount="12.30")
    done = php(hub, notice.number, notice.amount)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    hub.secrets.add(said["token"])
    assert (said["verify"], said["activate"], said["outcome"]) == ("OK", "OK", "OK")
    assert said["total"] == "12.30" and "ente fittizio" in said["company"]
    assert hub.position(notice).state == "PAID"
    assert json.loads(php(hub, notice.number, notice.amount).stdout)["fault"] == "PPT_PAGAMENTO_DUPLICATO"


def test_php_soap_pays_several_with_a_stamp(hub, comune):
    """[W4]"""
    notices = [comune.position(**stamped(metadata="pratica=17")), comune.position()]
    done = php(hub, *(n.number for n in notices), script="channel_v2.php")
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    hub.secrets.update(said["tokens"])
    assert said["metadata"] == {"pratica": "17"}
    assert [hub.position(n).state for n in notices] == ["PAID", "PAID"]
    receipt = next(m for m in comune.wait_told(notices[0]) if m["operation"] == "paSendRTV2")
    attachment, = receipt["facts"]["transferList/transfer/MBDAttachment"]
    assert base64.b64decode(attachment) == b"<marcaDaBollo/>"
    assert receipt["facts"]["paymentNote"] == ["da PHP"]
