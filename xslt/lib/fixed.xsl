<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- For sheets that make lines of one width: imports flow.xsl and cp1252.xsl (a byte a character),
     and adds fields. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="flow.xsl"/>
  <xsl:import href="cp1252.xsl"/>
  <xsl:variable name="end" select="'&#13;&#10;'"/>
  <xsl:variable name="hundred" select="'                                                                                                    '"/>
  <xsl:variable name="blanks" select="concat($hundred, $hundred, $hundred, $hundred, $hundred)"/>
  <xsl:variable name="zeros" select="'00000000000000000000'"/>

  <!-- On the left, blanks after it, cut at the width (500 at most). Line ends and tabs become
       blanks. -->
  <xsl:template name="text-field">
    <xsl:param name="text"/>
    <xsl:param name="width"/>
    <xsl:variable name="line"
                  select="substring(concat(translate($text, '&#9;&#10;&#13;', '   '), $blanks), 1, $width)"/>
    <xsl:value-of select="translate($line, translate($line, $cp1252, ''), $unknown)"/>
  </xsl:template>

  <!-- The same for codes and dates, which are plain ASCII: faster. -->
  <xsl:template name="code-field">
    <xsl:param name="text"/>
    <xsl:param name="width"/>
    <xsl:value-of select="substring(concat($text, $blanks), 1, $width)"/>
  </xsl:template>

  <!-- A whole number on the right, zeros before it (20 at most), before these its - if it has one. One
       that is too long makes a line that is too long, which the check of the file refuses. -->
  <xsl:template name="number-field">
    <xsl:param name="number"/>
    <xsl:param name="width"/>
    <xsl:value-of select="concat(substring('-', 1, number(starts-with($number, '-'))),
                                 substring($zeros, 1, $width - string-length($number)),
                                 translate($number, '-', ''))"/>
  </xsl:template>
</xsl:stylesheet>
