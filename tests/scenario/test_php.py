# SPDX-License-Identifier: GPL-3.0-or-later
"""PHP's SoapClient pays from `?wsdl`, as many municipalities' software would."""
import json
import subprocess

from support.channel import PATH
from support.hub import ATM, COMUNE, PSP, PSP_BROKER
from support.registry import PASSWORD
from support.witness import ROOT


def php(hub, notice):
    return subprocess.run(
        ["php", str(ROOT / "tests" / "support" / "channel.php"), f"{hub.url}{PATH}?wsdl", PSP,
         PSP_BROKER, ATM, COMUNE, notice.number, notice.amount],
        input=PASSWORD + "\n", capture_output=True, text=True, timeout=25, check=False)


def test_php_soap_pays(hub, ente):
    notice = ente.position(amount="12.30")
    done = php(hub, notice)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    hub.secrets.add(said["token"])
    assert (said["verify"], said["activate"], said["outcome"]) == ("OK", "OK", "OK")
    assert said["total"] == "12.30" and "ente fittizio" in said["company"]
    assert hub.position(notice).state == "PAID"
    assert json.loads(php(hub, notice).stdout)["fault"] == "PPT_PAGAMENTO_DUPLICATO"
