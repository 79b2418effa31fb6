<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- pain.001.001.03: the orders by which the hub's collection accounts pass to each Ente what was
     paid for it: one PmtInf for each debited account and day, one CdtTrfTxInf for each settlement.
     In: urn:payer:flow:1. Out: XML, UTF-8, SEPA characters only, one line a transfer.
     Source: ISO 20022 pain.001.001.03; EPC132-08 (SEPA implementation guidelines); the causale
     /PUR/LGPE-RIVERSAMENTO/URI/ from the guide on "codici identificativi di versamento,
     riversamento e rendicontazione". -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:f="urn:payer:flow:1" exclude-result-prefixes="f"
                xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03">
  <xsl:import href="../../lib/flow.xsl"/>
  <xsl:output method="xml" encoding="UTF-8" indent="no"/>

  <xsl:template match="f:flow">
    <Document>
      <xsl:text>&#10;</xsl:text>
      <CstmrCdtTrfInitn>
        <xsl:text>&#10;</xsl:text>
        <GrpHdr>
          <MsgId><xsl:value-of select="@id"/></MsgId>
          <CreDtTm><xsl:value-of select="@created"/></CreDtTm>
          <NbOfTxs><xsl:value-of select="@count"/></NbOfTxs>
          <CtrlSum><xsl:value-of select="@total"/></CtrlSum>
          <InitgPty>
            <xsl:if test="f:sender/@name-sepa"><Nm><xsl:value-of select="f:sender/@name-sepa"/></Nm></xsl:if>
            <Id><OrgId><Othr><Id>
              <xsl:value-of select="f:account/@id | f:sender[not(../f:account/@id)]/@code"/>
            </Id></Othr></OrgId></Id>
          </InitgPty>
        </GrpHdr>
        <xsl:text>&#10;</xsl:text>
        <xsl:call-template name="groups"/>
      </CstmrCdtTrfInitn>
      <xsl:text>&#10;</xsl:text>
    </Document>
  </xsl:template>

  <xsl:template match="f:group">
    <PmtInf>
      <PmtInfId><xsl:value-of select="@key"/></PmtInfId>
      <PmtMtd>TRF</PmtMtd>
      <NbOfTxs><xsl:value-of select="@count"/></NbOfTxs>
      <CtrlSum><xsl:value-of select="@total"/></CtrlSum>
      <PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>
      <ReqdExctnDt><xsl:value-of select="@execution-date"/></ReqdExctnDt>
      <Dbtr><Nm><xsl:value-of select="f:account/@holder-sepa"/></Nm></Dbtr>
      <DbtrAcct><Id><IBAN><xsl:value-of select="f:account/@iban"/></IBAN></Id></DbtrAcct>
      <DbtrAgt><FinInstnId><xsl:apply-templates select="f:account"/></FinInstnId></DbtrAgt>
      <ChrgBr>SLEV</ChrgBr>
      <xsl:text>&#10;</xsl:text>
      <xsl:call-template name="records"/>
    </PmtInf>
    <xsl:text>&#10;</xsl:text>
  </xsl:template>

  <!-- Within SEPA the IBAN is enough; the element itself is not optional. -->
  <xsl:template match="f:account">
    <Othr><Id>NOTPROVIDED</Id></Othr>
  </xsl:template>

  <xsl:template match="f:account[@bic]">
    <BIC><xsl:value-of select="@bic"/></BIC>
  </xsl:template>

  <xsl:template match="f:record">
    <CdtTrfTxInf>
      <PmtId><EndToEndId><xsl:value-of select="@flow-id"/></EndToEndId></PmtId>
      <Amt><InstdAmt Ccy="EUR"><xsl:value-of select="@amount"/></InstdAmt></Amt>
      <Cdtr><Nm><xsl:value-of select="f:creditor/@name-sepa"/></Nm></Cdtr>
      <CdtrAcct><Id><IBAN><xsl:value-of select="@iban"/></IBAN></Id></CdtrAcct>
      <RmtInf><Ustrd><xsl:value-of select="@cause"/></Ustrd></RmtInf>
    </CdtTrfTxInf>
    <xsl:text>&#10;</xsl:text>
  </xsl:template>
</xsl:stylesheet>
