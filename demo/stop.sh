#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Ends what demo/run.sh left running, each process by its own id; data stays in var/.
set -eu
cd "$(dirname "$0")/.." || exit 70
run=$PWD/var/run
quiet=${1:-}
say() { [ "$quiet" = --quiet ] || echo "$*"; }

# The id may be another program's by now: only one that was started as this is ours. One that has
# ended is none either, also where nobody collects the dead, as in many containers.
is_ours() { # PID NAME
    tr '\0' ' ' < "/proc/$1/cmdline" 2> /dev/null | grep -qE "payer $2|$2\.py"
}

for name in work serve ente; do
    [ -f "$run/$name.pid" ] || continue
    pid=$(cat "$run/$name.pid")
    if is_ours "$pid" "$name"; then
        kill "$pid"
        tries=0
        while is_ours "$pid" "$name"; do
            tries=$((tries + 1))
            [ $tries -lt 350 ] || { echo "stop: $name ($pid) does not end" >&2; exit 1; }
            sleep 0.1
        done
        say "stopped $name"
    fi
    rm "$run/$name.pid"
done
if [ -f var/demo/payer.conf ] && [ -d var/db ]; then
    PAYER_CONFIG=$PWD/var/demo/payer.conf "${PAYER_BIN:-build/bin/payer}" db stop ${quiet:+-q}
fi
