<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- fixed-rendicontazione: a head, one line of 500 characters a payment, a tail with count and sum, for
     an Ente's accounting that reads positions. In: urn:payer:flow:1. Out: text, windows-1252 (a byte a
     character), CRLF. Source: README.md beside, where each field has its positions. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:f="urn:payer:flow:1">
  <xsl:import href="../../lib/fixed.xsl"/>
  <xsl:output method="text" encoding="windows-1252"/>

  <xsl:template match="f:flow">
    <xsl:text>RH</xsl:text>
    <xsl:text>01</xsl:text>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="@id"/><xsl:with-param name="width" select="35"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="translate(@created, '-T:', '')"/><xsl:with-param name="width" select="14"/>
    </xsl:call-template>
    <xsl:call-template name="number-field">
      <xsl:with-param name="number" select="@sequence"/><xsl:with-param name="width" select="6"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="f:sender/@code"/><xsl:with-param name="width" select="35"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="f:receiver/@code"/><xsl:with-param name="width" select="35"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="f:receiver/@name"/><xsl:with-param name="width" select="140"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="f:account/@iban"/><xsl:with-param name="width" select="35"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="translate(@from, '-T:', '')"/><xsl:with-param name="width" select="14"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="translate(@to, '-T:', '')"/><xsl:with-param name="width" select="14"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="translate(@execution-date, '-', '')"/><xsl:with-param name="width" select="8"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="@reference"/><xsl:with-param name="width" select="35"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="''"/><xsl:with-param name="width" select="125"/>
    </xsl:call-template>
    <xsl:value-of select="$end"/>
    <xsl:call-template name="records"/>
    <xsl:text>RT</xsl:text>
    <xsl:call-template name="number-field">
      <xsl:with-param name="number" select="@count"/><xsl:with-param name="width" select="8"/>
    </xsl:call-template>
    <xsl:call-template name="number-field">
      <xsl:with-param name="number" select="translate(@total, '.', '')"/><xsl:with-param name="width" select="15"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="''"/><xsl:with-param name="width" select="475"/>
    </xsl:call-template>
    <xsl:value-of select="$end"/>
  </xsl:template>

  <xsl:template match="f:record">
    <xsl:text>RP</xsl:text>
    <xsl:call-template name="number-field">
      <xsl:with-param name="number" select="@n"/><xsl:with-param name="width" select="8"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="@notice-number"/><xsl:with-param name="width" select="18"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="@iuv"/><xsl:with-param name="width" select="35"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="@iur"/><xsl:with-param name="width" select="35"/>
    </xsl:call-template>
    <xsl:call-template name="number-field">
      <xsl:with-param name="number" select="@index"/><xsl:with-param name="width" select="1"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="@outcome"/><xsl:with-param name="width" select="1"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="translate(@paid-on, '-', '')"/><xsl:with-param name="width" select="8"/>
    </xsl:call-template>
    <xsl:call-template name="number-field">
      <xsl:with-param name="number" select="@cents"/><xsl:with-param name="width" select="12"/>
    </xsl:call-template>
    <xsl:call-template name="number-field">
      <xsl:with-param name="number" select="translate(@fee, '.', '')"/><xsl:with-param name="width" select="12"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="@debt-type"/><xsl:with-param name="width" select="35"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="@description"/><xsl:with-param name="width" select="140"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="f:debtor/@code"/><xsl:with-param name="width" select="16"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="f:debtor/@name"/><xsl:with-param name="width" select="70"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="@psp"/><xsl:with-param name="width" select="35"/>
    </xsl:call-template>
    <xsl:call-template name="text-field">
      <xsl:with-param name="text" select="@channel"/><xsl:with-param name="width" select="35"/>
    </xsl:call-template>
    <xsl:call-template name="code-field">
      <xsl:with-param name="text" select="''"/><xsl:with-param name="width" select="37"/>
    </xsl:call-template>
    <xsl:value-of select="$end"/>
  </xsl:template>
</xsl:stylesheet>
