<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- What every flow sheet imports. In: urn:payer:flow:1 (flow.xsd, beside). A sheet writes
     templates for f:flow, f:group (where its format has groups) and f:record, with
     <xsl:call-template name="records"/> where the records stand, and works the same on the whole
     document and in batches.
     An XML format says indent="no" and makes its own line ends: a serializer that indents cannot
     know what lies between two batches. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:f="urn:payer:flow:1">
  <xsl:template match="/">
    <xsl:apply-templates select="f:flow"/>
  </xsl:template>

  <!-- The groups, in order. -->
  <xsl:template name="groups">
    <xsl:apply-templates select="f:group"/>
  </xsl:template>

  <!-- The records of the flow or group at hand. Where the engine works in batches it marks their
       place by two processing instructions, and finds the place in the result by them. -->
  <xsl:template name="records">
    <xsl:apply-templates select="f:record | processing-instruction('cut')"/>
  </xsl:template>

  <xsl:template match="processing-instruction('cut')">
    <xsl:copy/>
  </xsl:template>
</xsl:stylesheet>
