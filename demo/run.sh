#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo: a hub with two invented Enti, 10,000 debts, three channels, 1,000 payments, the flows
# of the period and a table that shows where every cent went. Everything lies in var/; it leaves
# the hub running. Run it again and other citizens pay. `make stop` ends it.
set -eu
cd "$(dirname "$0")/.." || exit 70
root=$PWD
payer=${PAYER_BIN:-$root/build/bin/payer}
demo=$root/var/demo run=$root/var/run
python=/usr/bin/python3
comune=77777777777 asl=88888888888
export PAYER_CONFIG="$demo/payer.conf" PYTHONDONTWRITEBYTECODE=1

# Names like PAYER_SERVE_PORT would configure the hub: only ours may.
for name in $(env | sed -n 's/^\(PAYER_[A-Z_]*\)=.*/\1/p'); do
    [ "$name" = PAYER_CONFIG ] || unset "$name"
done

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi
title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
fail() { echo "demo: $*" >&2; exit 1; }

background() { # NAME COMMAND…: output in var/run/NAME.out, errors in NAME.log, id in NAME.pid
    name=$1
    shift
    : > "$run/$name.out" # what an earlier run said is no answer
    nohup "$@" > "$run/$name.out" 2>> "$run/$name.log" < /dev/null &
    echo $! > "$run/$name.pid"
}

has_line() { # NAME PATTERN: wait until the first line of its output matches; false: it ended
    tries=0
    until grep -q "$2" "$run/$1.out"; do
        kill -0 "$(cat "$run/$1.pid")" 2> /dev/null || return 1
        tries=$((tries + 1))
        [ $tries -lt 300 ] || fail "$1 does not answer: see $run/$1.log"
        sleep 0.1
    done
}

wait_line() { # the same, and it may not end
    has_line "$@" || { tail -n 5 "$run/$1.log" >&2; fail "$1 ended"; }
}

[ -x "$payer" ] || fail "$payer is not built: run make"
start=$(date +%s)
demo/stop.sh --quiet
visitors=--visitors
if [ ! -d "$root/var/db" ]; then
    rm -rf "$demo" "$root/var/flow" # witnesses of another database's payments
    visitors=''
fi
mkdir -p "$demo" "$run"

title "1. A private database, and the registry of who may do what"
cat > "$PAYER_CONFIG" << END
# The demo's configuration: payer config describe says what each setting means.
[hub]
home = $root
share = $root

[work]
# The simulated Enti listen on this machine: never so in production.
peer_loopback = yes
tick = 100ms
END
"$payer" db start -q
"$payer" db migrate -q
"$payer" db status
background ente "$python" demo/ente.py --dir "$demo/ente" --secrets "$demo/secrets" \
    --registry conf/registry-example.xml "$demo/registry.xml"
wait_line ente '^listening '
"$payer" registry import "$demo/registry.xml"

title "2. Ten thousand debts come in, the bad ones stay out"
"$python" demo/positions.py --registry "$demo/registry.xml" --out "$demo/input"
for ente in $comune $asl; do
    # 1: done, with findings (the rows that are wrong on purpose)
    "$payer" position load "$demo/input/$ente.csv" --rejects "$demo/input/$ente.rejects" ||
        [ $? -eq 1 ] || fail "the positions of $ente were not loaded"
done
echo "Rejected, for example:"
for ente in $comune $asl; do
    sed 's/^/  /' "$demo/input/$ente.rejects" | cut -c 1-98 | head -n 6
done
echo "  … all of them: var/demo/input/*.rejects"

title "3. The hub and its worker, beside the Enti that are told (simulated)"
background serve "$payer" serve
has_line serve '^listening ' || { # on ports of its own, where others have the usual ones
    background serve "$payer" serve --set serve.port=0 --set metrics.port=0
    wait_line serve '^listening '
}
background work "$payer" work --set work.metrics_port=-1
http=$(sed -n 's/^listening .*http=\([0-9]*\).*/\1/p' "$run/serve.out")
metrics=$(sed -n 's/^listening .*metrics=\([0-9]*\).*/\1/p' "$run/serve.out")
url=http://127.0.0.1:$http
echo "payer serve listens on $url, metrics on port $metrics"

title "4. Citizens pay at three channels, over SOAP"
"$python" demo/channels.py --url "$url" --notices "$demo/input/notices.csv" \
    --books "$demo/books" --count "${PAYMENTS:-1000}" ${visitors:+"$visitors"}

tries=0 # the Enti are told by the worker, meanwhile
while [ -n "$("$payer" outbox list --state READY --json -q; "$payer" outbox list --state CLAIMED --json -q)" ]; do
    tries=$((tries + 1))
    [ $tries -lt 120 ] || fail "the Enti are not told: see payer outbox list"
    sleep 0.5
done
echo "Every Ente among the beneficiaries was told: $(find "$demo/ente/received" -name '*.xml' |
    wc -l) messages since the beginning."

title "5. The period is closed: flows for the Enti and for their treasury banks"
"$payer" flow run --yes --set log.level=warn # it prints the flows itself
"$payer" flow verify

title "6. Where every cent went, as seven witnesses saw it"
socket=$(find "$root/var/db" -type s -name '*.sock' | head -n 1)
"$python" demo/table.py --input "$demo/input/$comune.csv" "$demo/input/$asl.csv" \
    --books "$demo/books" --ente "$demo/ente" --flows "$root/var/flow" --socket "$socket" \
    --back-office $comune ${visitors:+"$visitors"}
[ ! -s "$demo/ente/violations.jsonl" ] || fail "a contract was broken: $demo/ente/violations.jsonl"
"$payer" audit

# A notice that nobody has touched, for the reader's own hands.
notice=$("$python" - "$demo" << 'END'
import csv, json, pathlib, re, sys
demo = pathlib.Path(sys.argv[1])
lines = (json.loads(l) for p in demo.glob("books/*.jsonl") for l in p.open(encoding="utf-8"))
touched = {line.get("notice") for line in lines}
for told in demo.glob("ente/received/*.xml"):  # of people who paid by hand, too
    touched.update(re.findall(r"[Nn]oticeNumber>([0-9]{18})<", told.read_text(encoding="utf-8")))
with open(demo / "input" / "notices.csv", newline="", encoding="utf-8") as file:
    print(next((row["notice_number"] for row in csv.DictReader(file)
                if row["option"] == "single" and row["creditor"] == "77777777777"
                and row["notice_number"] not in touched), ""))
END
)
cat > "$demo/verify.xml" << END
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<n:verifyPaymentNoticeReq xmlns:n="http://pagopa-api.pagopa.gov.it/node/nodeForPsp.xsd">
<idPSP>PSPPROVA</idPSP><idBrokerPSP>66666666666</idBrokerPSP><idChannel>66666666666_01</idChannel>
<password>prova-12345</password><qrCode><fiscalCode>$comune</fiscalCode>
<noticeNumber>$notice</noticeNumber></qrCode></n:verifyPaymentNoticeReq></s:Body></s:Envelope>
END
title "Done in $(($(date +%s) - start)) seconds, and the hub goes on. What to try next"
cat << END
  look a notice up     curl -sH 'Content-Type: text/xml; charset=utf-8' \\
                         -H 'SOAPAction: "verifyPaymentNotice"' \\
                         -d @var/demo/verify.xml $url/node-for-psp/v1
  see a position       PAYER_CONFIG=var/demo/payer.conf build/bin/payer position show $notice
  contracts            $url/node-for-psp/v1?wsdl
                       $url/debt-position/v1?wsdl, wsdl/payer/back-office.wsdl
  metrics              curl -s http://127.0.0.1:$metrics/metrics
  let others pay       make demo

  input and rejects    var/demo/input/        channels' books      var/demo/books/
  messages to Enti     var/demo/ente/         flows                var/flow/
  logs                 var/run/*.log          database             var/db/
  stop everything      make stop              begin anew           make stop; rm -r var
END
