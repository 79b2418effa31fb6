#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The trial of tests/systemd: runs as a unit of the machine that it tries.
set -u

fail() {
    echo "FAILED: $*"
    systemctl --no-pager --full status payer-db payer-serve payer-work
    journalctl --no-pager -n 60
    exit 1
}

ask() { # UNIT PROPERTY
    systemctl show --value -p "$2" "payer-$1"
}

until_true() { # WHAT COMMAND…
    what=$1 tries=0
    shift
    until "$@" > /dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || fail "never: $what"
        sleep 0.2
    done
    echo "ok: $what"
}

answers() {
    curl -fs "http://127.0.0.1:8080/$1"
}

restarted() { # UNIT HOW-OFTEN: and it runs again, as another process
    [ "$(ask "$1" NRestarts)" = "$2" ] && [ "$(ask "$1" ActiveState)" = active ] &&
        [ "$(ask "$1" MainPID)" != "$pid" ]
}

systemd-sysusers || fail "the user is made"
systemd-tmpfiles --create payer.conf || fail "the folders are made"
systemctl start payer-db || fail "payer-db starts"
runuser -u payer -- payer registry import /usr/share/doc/payer/examples/registry-example.xml ||
    fail "the registry is imported"

# Type=notify: start returns when READY=1 came.
systemctl start payer-serve payer-work || fail "serve and work start"
answers readyz > /dev/null || fail "serve is ready when systemd says so"
echo "ok: started, and ready when systemd was told"

for unit in serve work; do
    pid=$(ask $unit MainPID)
    systemctl reload payer-$unit || fail "$unit reloads"
    until_true "$unit took its settings anew" sh -c "journalctl -u payer-$unit | grep -q event=reload.done"
    [ "$(ask $unit MainPID)" = "$pid" ] || fail "$unit is another process after a reload"
done

pid=$(ask serve MainPID)
kill -STOP "$pid" # it hangs: the watchdog hears nothing
until_true "a server that hangs is started anew" restarted serve 1
journalctl -u payer-serve | grep -q 'Watchdog timeout' || fail "it was the watchdog"
until_true "it answers again" answers readyz

pid=$(ask serve MainPID)
kill -KILL "$pid"
until_true "a server that was killed is started anew" restarted serve 2
pid=$(ask work MainPID)
kill -KILL "$pid"
until_true "a worker that was killed is started anew" restarted work 1

for unit in work serve db; do
    systemctl stop payer-$unit || fail "$unit stops"
    [ "$(ask $unit Result),$(ask $unit ExecMainStatus)" = success,0 ] || fail "$unit ends well"
    echo "ok: $unit stopped, Result=success, status 0"
done
echo "systemd: all passed"
