#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every XML file that the project ships is well-formed, and valid where a schema of ours exists.
# Wrong on purpose: put such a file into a folder named bad/.
set -eu
cd "$(dirname "$0")/../.."
status=0

files() { # every XML file of ours, by NUL
    for folder in wsdl xslt conf db demo tests; do
        [ -d "$folder" ] || continue
        find "$folder" -type d -name bad -prune -o \
            -type f \( -name '*.xml' -o -name '*.xsd' -o -name '*.wsdl' -o -name '*.xsl' \) -print0
    done
}
valid() { # SCHEMA FILE…: quiet when nothing matches
    schema=$1
    shift
    for file in "$@"; do
        [ -e "$file" ] || continue
        if [ ! -e "$schema" ]; then
            echo "$file: its schema $schema is missing"
            status=1
        elif ! problems=$(xmllint --nonet --noout --schema "$schema" "$file" 2>&1); then
            echo "$problems"
            status=1
        fi
    done
}

files | xargs -0 -r xmllint --nonet --noout || status=1

valid conf/registry.xsd conf/*registry*.xml demo/*registry*.xml tests/support/*registry*.xml
valid xslt/lib/manifest.xsd xslt/flow/*/flow.xml
for format in xslt/flow/*/; do
    format=${format%/}
    name=${format##*/}
    valid "$format/output.xsd" tests/xslt/"$name"/*.out tests/xslt/"$name"/*.out.xml
    valid xslt/lib/flow.xsd tests/xslt/"$name"/*.in tests/xslt/"$name"/*.in.xml
done

# A schema that does not compile would otherwise be met by whoever uses it first. Any document
# does to find out; that this one is not valid against it does not matter.
problems=$(find wsdl xslt conf -name '*.xsd' 2> /dev/null | while IFS= read -r schema; do
    xmllint --nonet --noout --schema "$schema" "$schema" 2>&1 | grep -E 'Schemas parser|failed to compile' || true
done)
if [ -n "$problems" ]; then
    echo "$problems"
    status=1
fi
exit $status
