# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ente's positions, page by page: what fits, each once, nobody else's. [I12] [I13]"""
import datetime

import pytest

from scenario.test_positions import caller, instalment, position, submit
from support.codes import fiscal_code
from support.hub import ASL, COMUNE

TODAY, FAR = datetime.date.today(), datetime.date(2031, 5, 20)


def owed(own_id, debtor, due=FAR, **more):
    return position(own_id, debtor={"kind": "F", "code": fiscal_code(debtor), "name": "Prova"},
                    options=[{"kind": "single", "instalment": [{**instalment(), "dueDate": due}]}],
                    **more)


def pages(service, **query):
    """The own ids of every page, as often as there is a next one."""
    after, found = None, []
    while True:
        page = service.listPositions(creditor=COMUNE, after=after, **query)
        assert page.outcome == "OK" and len(page.found) <= (query.get("limit") or 100)
        found.append([p.ownId for p in page.found])
        after = page.next
        if not after:
            return found


def listed(service, **query):
    return sum(pages(service, **query), [])


def test_each_once_in_order_whatever_comes_meanwhile(hub):
    service, debtor = caller(hub), fiscal_code(9001)
    own_ids = [f"PAGE-{n}" for n in range(7)]
    submit(service, *(owed(own_id, 9001) for own_id in own_ids))
    first = service.listPositions(creditor=COMUNE, debtorCode=debtor, limit=3)
    assert [p.ownId for p in first.found] == own_ids[:3]
    submit(service, owed("PAGE-7", 9001))
    rest = service.listPositions(creditor=COMUNE, debtorCode=debtor, limit=500, after=first.next)
    assert [p.ownId for p in rest.found] == [*own_ids[3:], "PAGE-7"] and rest.next is None
    assert listed(service, debtorCode=debtor, limit=2) == [*own_ids, "PAGE-7"]


def test_all_that_is_asked_for_must_fit(hub, channel):
    service, debtor = caller(hub), fiscal_code(9002)
    submit(service, owed("FIT-1", 9002), owed("FIT-2", 9002, datetime.date(2031, 6, 30)),
           owed("FIT-3", 9002, debt_type="MENSA"), owed("FIT-4", 9003))
    service.cancelPosition(creditor=COMUNE, ownId="FIT-1")
    for query, fit in (({}, ["FIT-1", "FIT-2", "FIT-3"]), ({"state": "open"}, ["FIT-2", "FIT-3"]),
                       ({"state": "cancelled"}, ["FIT-1"]), ({"debtType": "MENSA"}, ["FIT-3"]),
                       ({"dueFrom": datetime.date(2031, 5, 21)}, ["FIT-2"]),
                       ({"dueTo": FAR}, ["FIT-1", "FIT-3"]),
                       ({"state": "open", "dueTo": FAR}, ["FIT-3"]),
                       ({"createdFrom": TODAY + datetime.timedelta(days=2)}, []),
                       ({"createdTo": TODAY - datetime.timedelta(days=2)}, []),
                       ({"createdFrom": TODAY - datetime.timedelta(days=1),
                         "createdTo": TODAY + datetime.timedelta(days=1), "debtType": "TARI"},
                        ["FIT-1", "FIT-2"])):
        assert listed(service, debtorCode=debtor, **query) == fit, query
    one = service.listPositions(creditor=COMUNE, debtorCode=debtor, state="cancelled").found[0]
    assert (one.debtorCode, one.debtType, one.dueDate) == (debtor, "TARI", FAR)
    assert abs(one.createdAt - datetime.datetime.now(datetime.timezone.utc)).total_seconds() < 600
    assert one.version == service.getPosition(creditor=COMUNE, ownId="FIT-1").version == 1


def test_a_plan_is_due_when_one_of_its_instalments_is(hub):
    service, debtor = caller(hub), fiscal_code(9004)
    days = [datetime.date(2031, month, 1) for month in (1, 2, 3)]
    plan = [{**instalment("1.00", n + 1), "dueDate": day} for n, day in enumerate(days)]
    submit(service, {**owed("DUE-1", 9004), "option": [{"kind": "plan", "instalment": plan}]})
    page = service.listPositions(creditor=COMUNE, debtorCode=debtor, dueFrom=days[1], dueTo=days[1])
    assert [(p.ownId, p.dueDate) for p in page.found] == [("DUE-1", days[1])]
    between = datetime.date(2031, 2, 10)
    assert listed(service, debtorCode=debtor, dueFrom=between, dueTo=between) == []


def test_what_is_rare_is_found_in_the_end(hub):
    """It stands behind more positions than one statement reads."""
    service = caller(hub)
    hub.load([hub.row(due_date="2032-01-01") for _ in range(1200)])
    submit(service, owed("RARE-1", 9005, datetime.date(2033, 7, 7)))
    assert listed(service, dueFrom=datetime.date(2033, 7, 7),
                  dueTo=datetime.date(2033, 7, 7)) == ["RARE-1"]
    assert len(listed(service, dueFrom=datetime.date(2032, 1, 1), limit=500,
                      dueTo=datetime.date(2032, 1, 1))) == 1200


def test_another_entes_list_does_not_exist(hub):
    refused = caller(hub, "BACKOFFICE2").listPositions(creditor=COMUNE)
    assert (refused.outcome, refused.refusal.code) == ("KO", "CREDITOR_UNKNOWN")
    assert refused.found == [] and refused.next is None
    hub.load([hub.row(ASL)])
    assert caller(hub).listPositions(creditor=ASL).refusal.code == "CREDITOR_UNKNOWN"


def test_the_command_lists_the_same(hub):
    debtor = fiscal_code(9006)
    hub.load([hub.row(debtor_code=debtor, own_id=f"CMD-{n}", due_date=f"2034-01-{n:02d}")
              for n in range(1, 4)])
    lines = hub.json("position", "list", COMUNE, "--debtor", debtor, "--due-to", "2034-01-02")
    assert [(p.own_id, p.due_date, p.state) for p in lines] == [
        ("CMD-1", "2034-01-01", "OPEN"), ("CMD-2", "2034-01-02", "OPEN")]
    rest = hub.json("position", "list", COMUNE, "--debtor", debtor, "--after", str(lines[1].id))
    assert [p.own_id for p in rest] == ["CMD-3"]
    assert hub.json("position", "list", COMUNE, "--type", "TARI", "--created-from",
                    "2900-01-01") == []
    assert len(hub.json("position", "list", COMUNE, "--debtor", debtor, "--created-to",
                        "2900-01-01")) == 3
    for wrong in (["--due-from", "domani"], ["--created-to", "2026-02-30"]):
        hub.payer("position", "list", COMUNE, *wrong, ok=(64,))


@pytest.mark.parametrize("limit", [0, 501])
def test_a_page_has_a_bound(hub, limit):
    with pytest.raises(Exception, match="limit"):
        caller(hub).listPositions(creditor=COMUNE, limit=limit)
