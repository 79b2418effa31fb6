<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- flusso-riversamento-1.0: what was paid for an Ente, one datiSingoliPagamenti for each payment's
     transfer to the account that one credit transfer fills. In: urn:payer:flow:1. Out: XML, UTF-8,
     one line a payment. What was reversed is a line of its own with outcome 3 and the same IUV and
     IUR; the schema has no sign, so the outcome is it, and the total, which the transfer also has,
     is what is paid less what is reversed (docs/adr/0021-reversals.md).
     Source: FlussoRiversamento_1_0_4.xsd and the guide on "codici identificativi di versamento,
     riversamento e rendicontazione". -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:f="urn:payer:flow:1" exclude-result-prefixes="f"
                xmlns:pay_i="http://www.digitpa.gov.it/schemas/2011/Pagamenti/">
  <xsl:import href="../../lib/flow.xsl"/>
  <xsl:output method="xml" encoding="UTF-8" indent="no"/>

  <xsl:template match="f:flow">
    <pay_i:FlussoRiversamento>
      <xsl:text>&#10;</xsl:text>
      <pay_i:versioneOggetto>1.0</pay_i:versioneOggetto>
      <xsl:text>&#10;</xsl:text>
      <pay_i:identificativoFlusso><xsl:value-of select="@id"/></pay_i:identificativoFlusso>
      <xsl:text>&#10;</xsl:text>
      <pay_i:dataOraFlusso><xsl:value-of select="@created"/></pay_i:dataOraFlusso>
      <xsl:text>&#10;</xsl:text>
      <pay_i:identificativoUnivocoRegolamento>
        <xsl:value-of select="@reference"/>
      </pay_i:identificativoUnivocoRegolamento>
      <xsl:text>&#10;</xsl:text>
      <pay_i:dataRegolamento><xsl:value-of select="@execution-date"/></pay_i:dataRegolamento>
      <xsl:text>&#10;</xsl:text>
      <xsl:apply-templates select="f:sender"/>
      <xsl:apply-templates select="f:account/@bic"/>
      <xsl:apply-templates select="f:receiver"/>
      <pay_i:numeroTotalePagamenti><xsl:value-of select="@count"/></pay_i:numeroTotalePagamenti>
      <xsl:text>&#10;</xsl:text>
      <pay_i:importoTotalePagamenti><xsl:value-of select="@total"/></pay_i:importoTotalePagamenti>
      <xsl:text>&#10;</xsl:text>
      <xsl:call-template name="records"/>
    </pay_i:FlussoRiversamento>
  </xsl:template>

  <!-- denominazioneMittente has 3 to 70 characters: a shorter one is left out, a longer one cut. -->
  <xsl:template match="f:sender">
    <pay_i:istitutoMittente>
      <pay_i:identificativoUnivocoMittente>
        <pay_i:tipoIdentificativoUnivoco><xsl:value-of select="@kind"/></pay_i:tipoIdentificativoUnivoco>
        <pay_i:codiceIdentificativoUnivoco><xsl:value-of select="@code"/></pay_i:codiceIdentificativoUnivoco>
      </pay_i:identificativoUnivocoMittente>
      <xsl:if test="string-length(@name) &gt;= 3">
        <pay_i:denominazioneMittente><xsl:value-of select="substring(@name, 1, 70)"/></pay_i:denominazioneMittente>
      </xsl:if>
    </pay_i:istitutoMittente>
    <xsl:text>&#10;</xsl:text>
  </xsl:template>

  <xsl:template match="f:account/@bic">
    <pay_i:codiceBicBancaDiRiversamento><xsl:value-of select="."/></pay_i:codiceBicBancaDiRiversamento>
    <xsl:text>&#10;</xsl:text>
  </xsl:template>

  <xsl:template match="f:receiver">
    <pay_i:istitutoRicevente>
      <pay_i:identificativoUnivocoRicevente>
        <pay_i:tipoIdentificativoUnivoco>G</pay_i:tipoIdentificativoUnivoco>
        <pay_i:codiceIdentificativoUnivoco><xsl:value-of select="@code"/></pay_i:codiceIdentificativoUnivoco>
      </pay_i:identificativoUnivocoRicevente>
      <xsl:if test="@name">
        <pay_i:denominazioneRicevente><xsl:value-of select="substring(@name, 1, 140)"/></pay_i:denominazioneRicevente>
      </xsl:if>
    </pay_i:istitutoRicevente>
    <xsl:text>&#10;</xsl:text>
  </xsl:template>

  <xsl:template match="f:record">
    <pay_i:datiSingoliPagamenti>
      <pay_i:identificativoUnivocoVersamento><xsl:value-of select="@iuv"/></pay_i:identificativoUnivocoVersamento>
      <pay_i:identificativoUnivocoRiscossione><xsl:value-of select="@iur"/></pay_i:identificativoUnivocoRiscossione>
      <xsl:if test="@index">
        <pay_i:indiceDatiSingoloPagamento><xsl:value-of select="@index"/></pay_i:indiceDatiSingoloPagamento>
      </xsl:if>
      <pay_i:singoloImportoPagato><xsl:value-of select="translate(@amount, '-', '')"/></pay_i:singoloImportoPagato>
      <pay_i:codiceEsitoSingoloPagamento><xsl:value-of select="@outcome"/></pay_i:codiceEsitoSingoloPagamento>
      <pay_i:dataEsitoSingoloPagamento><xsl:value-of select="@paid-on"/></pay_i:dataEsitoSingoloPagamento>
    </pay_i:datiSingoliPagamenti>
    <xsl:text>&#10;</xsl:text>
  </xsl:template>
</xsl:stylesheet>
