<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- csv-rendicontazione-it: the table of csv-rendicontazione as a spreadsheet in Italian opens it at
     a double click. In: urn:payer:flow:1. Out: text, windows-1252, semicolons, decimal comma, CRLF.
     Source: RFC 4180 §2, but for the separator. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:f="urn:payer:flow:1">
  <xsl:import href="../../lib/csv.xsl"/>
  <xsl:import href="../../lib/cp1252.xsl"/>
  <xsl:output method="text" encoding="windows-1252"/>
  <xsl:variable name="separator" select="';'"/>
  <xsl:variable name="decimal" select="','"/>

  <xsl:template match="f:flow">
    <xsl:text>n;flow_id;notice_number;iuv;iur;transfer;outcome;paid_on;</xsl:text>
    <xsl:text>amount;fee;debt_type;description;debtor_code;debtor_name;psp;channel</xsl:text>
    <xsl:value-of select="$end"/>
    <xsl:call-template name="records"/>
  </xsl:template>

  <xsl:template match="f:record">
    <xsl:value-of select="concat(@n, $separator, ../@id, $separator, @notice-number, $separator)"/>
    <xsl:call-template name="cell">
      <xsl:with-param name="text" select="translate(@iuv, translate(@iuv, $cp1252, ''), $unknown)"/>
    </xsl:call-template>
    <xsl:call-template name="cell">
      <xsl:with-param name="text" select="translate(@iur, translate(@iur, $cp1252, ''), $unknown)"/>
    </xsl:call-template>
    <xsl:value-of select="concat(@index, $separator, @outcome, $separator, @paid-on, $separator,
                                 translate(@amount, '.', $decimal), $separator,
                                 translate(@fee, '.', $decimal), $separator)"/>
    <xsl:call-template name="cell">
      <xsl:with-param name="text" select="translate(@debt-type, translate(@debt-type, $cp1252, ''), $unknown)"/>
    </xsl:call-template>
    <xsl:call-template name="cell">
      <xsl:with-param name="text" select="translate(@description, translate(@description, $cp1252, ''), $unknown)"/>
    </xsl:call-template>
    <xsl:call-template name="cell">
      <xsl:with-param name="text" select="translate(f:debtor/@code, translate(f:debtor/@code, $cp1252, ''), $unknown)"/>
    </xsl:call-template>
    <xsl:call-template name="cell">
      <xsl:with-param name="text" select="translate(f:debtor/@name, translate(f:debtor/@name, $cp1252, ''), $unknown)"/>
    </xsl:call-template>
    <xsl:call-template name="cell">
      <xsl:with-param name="text" select="translate(@psp, translate(@psp, $cp1252, ''), $unknown)"/>
    </xsl:call-template>
    <xsl:call-template name="last-cell">
      <xsl:with-param name="text" select="translate(@channel, translate(@channel, $cp1252, ''), $unknown)"/>
    </xsl:call-template>
    <xsl:value-of select="$end"/>
  </xsl:template>
</xsl:stylesheet>
