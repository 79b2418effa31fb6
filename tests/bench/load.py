# SPDX-License-Identifier: GPL-3.0-or-later
"""`payer position load` against LOAD DATA of the same rows into the same tables, with the same keys,
one table after the other, on the same server."""
import pathlib
import subprocess
import sys
import time

from support.codes import fiscal_code, notice_number
from support.hub import COMUNE, program, run_measured

TABLES = ("position", "payment_option", "instalment", "transfer", "journal")
HEAD = ("creditor,own_id,debt_type,debtor_kind,debtor_code,debtor_name,description,amount,due_date,"
        "notice_number\r\n")


def write(path, first, n):
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for i in range(first, first + n):
            file.write(f"{COMUNE},B-{i},TARI,F,{fiscal_code(i)},Debitore {i},Tassa rifiuti {i},12.34,"
                       f"2099-12-31,{notice_number(COMUNE, i)}\r\n")


class Loading:
    def __init__(self, hub, records):
        self.hub, self.records = hub, records
        self.socket = hub.json("db", "status")[0].socket
        self.folder = hub.home / "rows"
        self.folder.mkdir()
        self.folder.chmod(0o777)  # the server writes there

    def sql(self, text):
        return subprocess.run(["mariadb", "--no-defaults", "-N", f"--socket={self.socket}", "payer"],
                              input=text, capture_output=True, text=True, check=True).stdout

    def round(self):
        """(positions a second by the hub, by LOAD DATA, the hub's biggest memory in MiB)"""
        path = self.folder / "positions.csv"
        write(path, 10 ** 8, self.records)
        self.sql("".join(f"TRUNCATE TABLE {table};" for table in TABLES))
        started = time.monotonic()
        process = subprocess.Popen([program(), "-q", "position", "load", str(path)],
                                   env=self.hub.environment, cwd=self.hub.home,
                                   stdout=subprocess.DEVNULL)
        memory = run_measured(process)
        hub_s = time.monotonic() - started
        if process.returncode != 0:
            sys.exit("bench: payer position load failed")
        path.unlink()
        return (self.records / hub_s, self.records / self.load_data(), memory)

    def load_data(self):
        for table in TABLES:
            self.sql(f"SELECT * FROM {table} INTO OUTFILE '{self.folder}/{table}'")
        self.sql("".join(f"TRUNCATE TABLE {table};" for table in TABLES))
        started = time.monotonic()
        for table in TABLES:
            self.sql(f"LOAD DATA INFILE '{self.folder}/{table}' INTO TABLE {table}")
        took_s = time.monotonic() - started
        for table in TABLES:
            pathlib.Path(self.folder, table).unlink()
        return took_s
