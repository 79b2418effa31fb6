<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- For sheets that make tables (RFC 4180): imports flow.xsl, and adds cells. A sheet that wants
     another separator or decimal sign writes those variables anew. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="flow.xsl"/>
  <xsl:variable name="separator" select="','"/>
  <xsl:variable name="decimal" select="'.'"/>
  <xsl:variable name="end" select="'&#13;&#10;'"/>

  <!-- A program for tables runs a cell that begins like this, or like this in wide characters, as a
       formula: an apostrophe before it makes it a text again. -->
  <xsl:variable name="formula" select="'=+-@&#9;&#10;&#13;＝＋－＠'"/>

  <!-- A text, and a separator after it. -->
  <xsl:template name="cell">
    <xsl:param name="text"/>
    <xsl:call-template name="last-cell">
      <xsl:with-param name="text" select="$text"/>
    </xsl:call-template>
    <xsl:value-of select="$separator"/>
  </xsl:template>

  <!-- A text, without separator. -->
  <xsl:template name="last-cell">
    <xsl:param name="text"/>
    <xsl:variable name="apostrophe">
      <xsl:if test="$text != '' and contains($formula, substring($text, 1, 1))">'</xsl:if>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="contains($text, $separator) or contains($text, '&quot;') or
                      contains($text, '&#10;') or contains($text, '&#13;')">
        <xsl:value-of select="concat('&quot;', $apostrophe)"/>
        <xsl:call-template name="quotes-doubled">
          <xsl:with-param name="text" select="$text"/>
        </xsl:call-template>
        <xsl:text>"</xsl:text>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="concat($apostrophe, $text)"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- In halves, so that a text of nothing but quotes calls no deeper than its length's logarithm. -->
  <xsl:template name="quotes-doubled">
    <xsl:param name="text"/>
    <xsl:variable name="half" select="floor(string-length($text) div 2)"/>
    <xsl:choose>
      <xsl:when test="not(contains($text, '&quot;'))"><xsl:value-of select="$text"/></xsl:when>
      <xsl:when test="$half = 0">""</xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="quotes-doubled">
          <xsl:with-param name="text" select="substring($text, 1, $half)"/>
        </xsl:call-template>
        <xsl:call-template name="quotes-doubled">
          <xsl:with-param name="text" select="substring($text, $half + 1)"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
