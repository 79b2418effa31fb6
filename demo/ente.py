#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's simulated Enti. It takes a port first, then writes the registry that names it: two
demos at once never meet. On stdout when all is there: listening http=PORT."""
import argparse
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests"))
from support.ente import Ente  # noqa: E402
from support.registry import prepare  # noqa: E402

PORT = 9801  # the example's own, if it is free


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--dir", required=True, help="where what is received goes")
    parser.add_argument("--registry", nargs=2, metavar=("SOURCE", "TARGET"), required=True)
    parser.add_argument("--secrets", required=True, help="folder for the passwords' files")
    options = parser.parse_args()
    try:
        ente = Ente(options.dir, [], PORT)
    except OSError:
        ente = Ente(options.dir, [], 0)
    ente.peers = prepare(*options.registry, ente.url, options.secrets)
    ente.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ente.stopping.set())
    print(f"listening http={ente.port}", flush=True)
    ente.stopping.wait()
    ente.stop()


if __name__ == "__main__":
    main()
