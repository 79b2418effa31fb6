/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position_xml.h
 * A position from its element of wsdl/payer/position.xsd: the SOAP contract and files share it. */
#ifndef SERVICE_POSITION_XML_H
#define SERVICE_POSITION_XML_H

#include "base/arena.h"
#include "domain/debt.h"
#include "xml/document.h"

/** The element was found valid before. Instalments come from the arena.
 * @return ERR_NONE | ERR_LIMIT | ERR_BUG when a value does not fit its facet. */
MUST_USE enum err position_xml_read(const struct xml_node *node, struct arena *arena,
                                    struct debt_position *out);

#endif
