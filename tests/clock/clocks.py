#!/usr/bin/env python3
"""Random clocks of requests for access, and what should come of them.

Written from the words of the domain paper and of lifecycle/rules/clock.h, not
from its code: here the time is walked through day by day, a day at a time,
and a day that is paused is not a day.  Bank holidays are read here, too.

  clocks.py COUNT SEED    lines POLICY;EVENTS;OUTCOME
  OUTCOME: bad | refused | starts waits_for since paused extended first due
"""
import calendar
import csv
import datetime
import random
import sys

DAY = datetime.timedelta(days=1)
LAWS = {
    "old": dict(first_counts=True, limit=("days", 40), longer=None,
                weekend_moves=False, asking_pauses=False),
    "now": dict(first_counts=False, limit=("months", 1), longer=("months", 3),
                weekend_moves=True, asking_pauses=True),
}
GIVES = {"identity-verified": "identity", "fee-paid": "fee",
         "fee-waived": "fee", "clarify-answered": "clarification"}
ASKS = {"identity-doubted": "identity", "fee-asked": "fee",
        "clarify-asked": "clarification"}


class Bad(Exception):
    pass


class Unknown(Exception):
    pass


def read_holidays(path):
    with open(path, encoding="utf-8") as f:
        rows = list(csv.reader(line for line in f if line[0] != "#"))
    return {datetime.date.fromisoformat(row[0]) for row in rows[1:]}


HOLIDAYS = read_holidays("policies/holidays/england-wales.csv")
KNOWN = range(min(d.year for d in HOLIDAYS), max(d.year for d in HOLIDAYS) + 1)


def months_on(day, n):
    month = day.month - 1 + n
    year, month = day.year + month // 12, month % 12 + 1
    return datetime.date(year, month,
                         min(day.day, calendar.monthrange(year, month)[1]))


def days_in_limit(law, limit, start):
    """How many days it has, the first being the start."""
    unit, n = limit
    end = start + n * DAY if unit == "days" else months_on(start, n)
    return (end - start).days + (0 if law["first_counts"] else 1)


class Case:
    """What has been asked for and given, told one day after another."""

    def __init__(self, law, received):
        self.law = law
        self.received = received
        self.open = {}      # what is asked for, since when
        self.given = {}     # the last day each was given
        self.still = set()  # days on which the time stands still
        self.extended = None

    def waits(self):
        for what in ("identity", "fee", "clarification"):
            if what in self.open:
                return what, self.open[what]
        return None, None

    def starts(self):
        needed = ["identity", "fee"]
        if not self.law["asking_pauses"]:
            needed.append("clarification")
        if any(what in self.open for what in needed):
            return None
        return max([self.received] +
                   [self.given[w] for w in needed if w in self.given])

    def last_day(self):
        """Of the time that runs, before any weekend."""
        limit = self.law["longer"] if self.extended else self.law["limit"]
        start = self.starts()
        left = days_in_limit(self.law, limit, start)
        day = start
        while True:
            if day not in self.still:
                left -= 1
                if left == 0:
                    return day
            day += DAY

    def due(self):
        day = self.last_day()
        if not self.law["weekend_moves"]:
            return day
        while True:
            if day.year not in KNOWN:
                raise Unknown
            if day.weekday() < 5 and day not in HOLIDAYS and \
                    day not in self.still:
                return day
            day += DAY

    def over(self, day):
        """Whether on DAY the time was over."""
        if self.waits()[0] is not None or self.starts() is None:
            return False
        return day > self.last_day() and day > self.due()

    def happens(self, day, kinds):
        if day == self.received:
            over = False
        else:
            over = self.over(day)
        for kind in kinds:
            if kind in ASKS and not over:
                self.open.setdefault(ASKS[kind], day)
        for kind in kinds:
            if kind == "extended" and self.law["longer"] and not over \
                    and self.extended is None:
                self.extended = day
        for kind in kinds:
            if kind in GIVES and GIVES[kind] in self.open:
                what = GIVES[kind]
                asked = self.open.pop(what)
                self.given[what] = day
                if what == "clarification" and self.law["asking_pauses"]:
                    self.still |= {asked + i * DAY
                                   for i in range((day - asked).days + 1)}


def by_day(events):
    days = {}
    for day, kind in events:
        days.setdefault(day, []).append(kind)
    return sorted(days.items())


def check(events):
    received = [day for day, kind in events if kind == "received"]
    if len(received) != 1 or any(day < received[0] for day, _ in events):
        raise Bad
    for day, kind in events:
        if kind in GIVES and kind != "identity-verified" and not any(
                k in ASKS and ASKS[k] == GIVES[kind] and d <= day
                for d, k in events):
            raise Bad
    return received[0]


def play(law, events):
    case = Case(law, check(events))
    for day, kinds in by_day(events):
        case.happens(day, kinds)
    return case


def outcome(law, events):
    try:
        case = play(law, events)
        waits, since = case.waits()
        start = case.starts()
        due = first = None
        if waits is None:
            due = case.due()
            first = play(law, [e for e in events
                               if e[1] != "extended"]).due()
        paused = 0 if start is None else \
            len([d for d in case.still if d >= start])
    except Bad:
        return "bad"
    except Unknown:
        return "refused"
    return " ".join(str(x) if x is not None else "-" for x in
                    (start, waits, since, paused, case.extended, first, due))


# ---- making them up ---------------------------------------------------------

FIRST, LAST = datetime.date(2007, 1, 1), datetime.date(2035, 12, 31)


def some_day(rng):
    day = FIRST + rng.randrange((LAST - FIRST).days + 1) * DAY
    kind = rng.random()
    if kind < 0.2:  # ends of months, 29 February among them
        day = day.replace(day=1) - rng.randrange(1, 4) * DAY
    elif kind < 0.3:  # so that Christmas or the new year is near its end
        day = datetime.date(day.year, 11, 18) + rng.randrange(25) * DAY
    elif kind < 0.4:  # a holiday, less a month or forty days
        holiday = rng.choice(sorted(HOLIDAYS))
        day = holiday - rng.choice((28, 29, 30, 31, 39, 40)) * DAY
    elif kind < 0.45:
        day = datetime.date(rng.choice((2008, 2012, 2024, 2028, 2032)),
                            rng.choice((1, 2)), 29)
    return min(max(day, FIRST), LAST)


def some_gap(rng):
    kind = rng.random()
    if kind < 0.45:
        return rng.randrange(0, 28)
    if kind < 0.8:
        return rng.randrange(27, 45)
    if kind < 0.92:
        return rng.randrange(80, 110)
    return rng.randrange(0, 250)


def some_events(rng):
    received = some_day(rng)
    events = [(received, "received")]
    for _ in range(rng.choice((0, 1, 1, 2, 2, 3))):
        asked = received + some_gap(rng) * DAY
        kind = rng.choice(sorted(ASKS) + ["clarify-asked"] * 3)
        events.append((asked, kind))
        if rng.random() < 0.15:
            events.append((asked + rng.randrange(4) * DAY, kind))
        for _ in range(rng.choice((0, 1, 1, 1, 1, 2))):
            gap = rng.choice((0, 0, 1, rng.randrange(12), some_gap(rng)))
            given = rng.choice([g for g in sorted(GIVES)
                                if GIVES[g] == ASKS[kind]])
            events.append((asked + gap * DAY, given))
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        events.append((received + some_gap(rng) * DAY, "extended"))
    kind = rng.random()
    if kind < 0.02:
        events.append((received + some_gap(rng) * DAY,
                       rng.choice(sorted(GIVES))))
    elif kind < 0.03:
        events.append((received - DAY, rng.choice(sorted(ASKS))))
    elif kind < 0.035:
        events.append((received + DAY, "received"))
    rng.shuffle(events)
    return events


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for i in range(count):
        policy = "now" if rng.random() < 0.6 else "old"
        events = some_events(rng)
        print("%s;%s;%s" % (policy, ", ".join("%s %s" % e for e in events),
                            outcome(LAWS[policy], events)))


main()
