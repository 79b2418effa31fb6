#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Ends what demo/run.sh left running, each process by its own id; data stays in var/.
set -eu
cd "$(dirname "$0")/.." || exit 70
run=$PWD/var/run
quiet=${1:-}
say() { [ "$quiet" = --quiet ] || echo "$*"; }

for name in work serve ente; do
    [ -f "$run/$name.pid" ] || continue
    pid=$(cat "$run/$name.pid")
    # The id may be another program's by now: only one that was started as this is ended.
    if tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -qE "payer $name|$name\.py"; then
        kill "$pid"
        tries=0
        while kill -0 "$pid" 2> /dev/null; do
            tries=$((tries + 1))
            [ $tries -lt 350 ] || { echo "stop: $name ($pid) does not end" >&2; exit 1; }
            sleep 0.1
        done
        say "stopped $name"
    fi
    rm "$run/$name.pid"
done
if [ -f var/demo/payer.conf ] && [ -d var/db ]; then
    PAYER_CONFIG=$PWD/var/demo/payer.conf "${PAYER_BIN:-build/bin/payer}" db stop > /dev/null
    say "stopped the database"
fi
