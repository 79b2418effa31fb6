<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- csv-rendicontazione: one line a payment, for an Ente's accounting. In: urn:payer:flow:1. Out:
     text, UTF-8, a head line, CRLF. Source: RFC 4180 §2. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:f="urn:payer:flow:1">
  <xsl:import href="../../lib/csv.xsl"/>
  <xsl:output method="text" encoding="UTF-8"/>

  <xsl:template match="f:flow">
    <xsl:text>n,flow_id,notice_number,iuv,iur,transfer,outcome,paid_on,</xsl:text>
    <xsl:text>amount,fee,debt_type,description,debtor_code,debtor_name,psp,channel</xsl:text>
    <xsl:value-of select="$end"/>
    <xsl:call-template name="records"/>
  </xsl:template>

  <xsl:template match="f:record">
    <xsl:value-of select="concat(@n, $separator, ../@id, $separator, @notice-number, $separator)"/>
    <xsl:call-template name="cell"><xsl:with-param name="text" select="@iuv"/></xsl:call-template>
    <xsl:call-template name="cell"><xsl:with-param name="text" select="@iur"/></xsl:call-template>
    <xsl:value-of select="concat(@index, $separator, @outcome, $separator, @paid-on, $separator,
                                 translate(@amount, '.', $decimal), $separator,
                                 translate(@fee, '.', $decimal), $separator)"/>
    <xsl:call-template name="cell"><xsl:with-param name="text" select="@debt-type"/></xsl:call-template>
    <xsl:call-template name="cell"><xsl:with-param name="text" select="@description"/></xsl:call-template>
    <xsl:call-template name="cell"><xsl:with-param name="text" select="f:debtor/@code"/></xsl:call-template>
    <xsl:call-template name="cell"><xsl:with-param name="text" select="f:debtor/@name"/></xsl:call-template>
    <xsl:call-template name="cell"><xsl:with-param name="text" select="@psp"/></xsl:call-template>
    <xsl:call-template name="last-cell"><xsl:with-param name="text" select="@channel"/></xsl:call-template>
    <xsl:value-of select="$end"/>
  </xsl:template>
</xsl:stylesheet>
