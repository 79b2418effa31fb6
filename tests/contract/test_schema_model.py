# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison with the official contracts sees each kind of difference: else that they are equal
would say nothing."""
import shutil

import pytest

from schema_model import OURS, Schemas, contract

NODE = OURS / "node"
SEQUENCE = '<xs:element name="qrCode" type="ctQrCode"/>\n    </xs:sequence>\n'
SCHEMA = [
    ("occurrences", 'type="ctTransferPSP" maxOccurs="5"', 'type="ctTransferPSP" maxOccurs="4"'),
    ("optional", 'name="idPSP" type="stIdPSP"', 'name="idPSP" type="stIdPSP" minOccurs="0"'),
    ("nillable", 'name="qrCode" type="ctQrCode"', 'name="qrCode" type="ctQrCode" nillable="true"'),
    ("default", 'name="idPSP" type="stIdPSP"', 'name="idPSP" type="stIdPSP" default="X"'),
    ("fixed", 'name="idPSP" type="stIdPSP"', 'name="idPSP" type="stIdPSP" fixed="X"'),
    ("type", 'name="idPSP" type="stIdPSP"', 'name="idPSP" type="stIdBroker"'),
    ("name", 'name="idChannel" type="stIdChannel"', 'name="idCanale" type="stIdChannel"'),
    ("qualified", 'name="idPSP" type="stIdPSP"', 'name="idPSP" type="stIdPSP" form="qualified"'),
    ("enumeration", '<xs:enumeration value="GT"/>', ""),
    ("pattern", '<xs:pattern value="[0-9]{12}"/>', '<xs:pattern value="[0-9]{11}"/>'),
    ("base", '<xs:restriction base="xs:int">', '<xs:restriction base="xs:integer">'),
    ("extension", '<xs:extension base="c:ctResponse">', '<xs:extension base="c:ctFaultBean">'),
    ("attribute", SEQUENCE, SEQUENCE + '    <xs:attribute name="x" type="xs:string"/>\n'),
    ("abstract", '<xs:complexType name="ctQrCode">', '<xs:complexType name="ctQrCode" abstract="true">'),
    ("mixed", '<xs:complexType name="ctQrCode">', '<xs:complexType name="ctQrCode" mixed="true">'),
    ("final", '<xs:complexType name="ctQrCode">', '<xs:complexType name="ctQrCode" final="#all">'),
    ("any", SEQUENCE, SEQUENCE.replace("\n    </", "\n      <xs:any/>\n    </")),
    ("blocked", "<xs:schema ", '<xs:schema blockDefault="#all" '),
]
WSDL = [
    ("action", 'soapAction="verifyPaymentNotice"', 'soapAction="verify"'),
    ("style", 'style="document"', 'style="rpc"'),
    ("use", '<wsdl:input><soap:body use="literal"/>', '<wsdl:input><soap:body use="encoded"/>'),
    ("header", '<wsdl:input><soap:body use="literal"/>',
     '<wsdl:input><soap:header use="literal"/><soap:body use="literal"/>'),
    ("bound fault", "</wsdl:output>\n    </wsdl:operation>\n  </wsdl:binding>",
     '</wsdl:output>\n      <wsdl:fault name="f"/>\n    </wsdl:operation>\n  </wsdl:binding>'),
    ("fault", '<wsdl:output message="tns:verifyPaymentNoticeRes"/>',
     '<wsdl:output message="tns:verifyPaymentNoticeRes"/><wsdl:fault name="f" message="tns:x"/>'),
    ("message's name", "verifyPaymentNoticeReq\"", "verifyReq\""),
    ("part", 'name="bodyrequest"', 'name="body"'),
    ("way", '<wsdl:input message=', '<wsdl:input name="x" message='),
    ("transport", "http://schemas.xmlsoap.org/soap/http", "urn:other"),
    ("port", 'wsdl:port name="nodeForPspPort"', 'wsdl:port name="other"'),
    ("service", 'wsdl:service name="nodeForPspService"', 'wsdl:service name="other"'),
    ("binding", "nodeForPspBinding", "otherBinding"),
    ("namespace", "http://pagopa-api.pagopa.gov.it/nodeForPsp\"", "urn:other\""),
]


@pytest.fixture
def changed(tmp_path):
    def change(name, old, new):
        shutil.copytree(NODE, tmp_path / "node")
        path = tmp_path / "node" / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        return path
    return change


def described(path):
    schemas = Schemas(path)
    return schemas.reached(schemas.elements), schemas.defaults


@pytest.mark.parametrize("what, old, new", SCHEMA, ids=[what for what, *_ in SCHEMA])
def test_a_schema_s_difference_is_seen(changed, what, old, new):
    assert described(changed("nodeForPsp.xsd", old, new)) != described(NODE / "nodeForPsp.xsd")


@pytest.mark.parametrize("what, old, new", WSDL, ids=[what for what, *_ in WSDL])
def test_a_wsdl_s_difference_is_seen(changed, what, old, new):
    assert contract(changed("nodeForPsp.wsdl", old, new)) != contract(NODE / "nodeForPsp.wsdl")


def test_words_are_no_difference(changed):
    path = changed("nodeForPsp.xsd", "Names a notice", "Says which notice it is")
    assert described(path) == described(NODE / "nodeForPsp.xsd")
