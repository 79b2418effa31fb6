#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The architecture, as a table: what each folder of src/ may include. Greps #include and fails on
# what the table does not allow. Read it as the diagram of docs/architecture.md.
set -eu
cd "$(dirname "$0")/../.."

# folder: our folders (or single headers) that it may include, besides its own
ours='
base:
domain:   base
xml:      base domain
crypto:   base domain
net:      base domain
db:       base domain
soap:     base domain
listen:   base domain crypto/hash.h crypto/tls.h
flow:     base domain xml crypto net db soap
service:  base domain xml crypto net db soap flow
wire:     base domain xml crypto net db soap flow service listen
work:     base domain xml crypto net db soap flow service listen
cli:      base domain xml crypto net db soap flow service listen wire work
'
# library headers (a pattern): the folders that may include them; every other header outside src/
# must be one of the C library
theirs='
libxml/.*|libxslt/.*|libexslt/.*                xml
malloc.h                                        xml
openssl/.*|crypt\.h                             crypto
curl/.*                                         net
mysql\.h|mysqld_error\.h|errmsg\.h|mariadb.*    db
event2/.*|emmintrin\.h                          listen
stdsoap2\.h|gsoap/.*|[a-zA-Z0-9_]+(H|Stub|StubH)\.h|.*\.nsmap  soap wire
'
libc='assert|ctype|dirent|errno|fcntl|ifaddrs|inttypes|limits|netdb|poll|pthread|pwd|getopt|grp|sched|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|termios|time|unistd|arpa/.*|net/if|netinet/.*|sys/.*'

found=$(mktemp)
trap 'rm -f "$found"' EXIT
grep -rnE '^[[:space:]]*#[[:space:]]*include' src --include='*.[ch]' > "$found" || true

OURS=$ours THEIRS=$theirs LIBC=$libc awk '
BEGIN {
    n = split(ENVIRON["OURS"], lines, "\n")
    for (i = 1; i <= n; i++) {
        if (split(lines[i], word, " ") == 0) continue
        folder = substr(word[1], 1, length(word[1]) - 1)
        known[folder] = 1
        may[folder, folder] = 1
        for (w = 2; w in word; w++) may[folder, word[w]] = 1
        delete word
    }
    ENVIRON["LIBC"] = "^(" ENVIRON["LIBC"] ")[.]h$"
    n = split(ENVIRON["THEIRS"], lines, "\n")
    for (i = 1; i <= n; i++) {
        if (split(lines[i], word, " ") < 2) continue
        pattern[++patterns] = "^(" word[1] ")$"
        for (w = 2; w in word; w++) allow[patterns, word[w]] = 1
        delete word
    }
}
function wrong(why) {
    print where ": " why
    bad++
}
{
    split($0, part, ":")
    where = part[1] ":" part[2]
    split(part[1], path, "/")
    folder = path[2]
    quoted = $0 ~ /include[[:space:]]*"/
    sub(/^[^"<]*["<]/, "")
    header = $0
    sub(/[">].*$/, "", header)
    top = header
    sub("/.*", "", top)
    if (!(folder in known)) { wrong("folder src/" folder " is not in the table"); next }
    if (quoted && top in known) {
        if (!((folder, top) in may) && !((folder, header) in may))
            wrong(folder " must not include \"" header "\"")
        next
    }
    for (i = 1; i <= patterns; i++)
        if (header ~ pattern[i]) {
            if (!((i, folder) in allow)) wrong(folder " must not include <" header ">")
            next
        }
    if (quoted || header !~ ENVIRON["LIBC"]) wrong(header " is in no row of tests/lint/boundaries.sh")
}
END { exit bad > 0 }
' "$found" || { echo "boundaries: the direction is src/ base <- domain <- adapters <- flow <- service <- wire work <- cli" >&2; exit 1; }
