"""Runs the calls of calls.txt with psycopg2 (argument 2) or psycopg 3 (argument 3).

Three forms of a call are compared, each as the JSON of all its rows: with typed
literals, with parameters and the casts that calls.txt lists for the driver, and
with one cast less.  Then the tables of docs/clients.md: the casts against calls.txt,
and the types that arrive.  With the argument "explore" it prints the casts that
a call needs, for writers of calls.txt.
"""
import datetime
import decimal
import itertools
import json
import re
import sys

FOLDER = "test/clients/drivers/"
DRIVERS = ["psycopg2", "psycopg3", "node_postgres", "jdbc"]


class Call:
    def __init__(self, block):
        self.sql, self.types, self.values, self.casts, self.silent = "", [], [], {}, set()
        for line in block:
            if line.startswith("$"):
                number, kind, value = line.split(" ", 2)
                self.types.append(kind)
                self.values.append(None if value == "NULL" else value)
                assert number == "$%d" % len(self.types), line
            elif line.startswith(("casts ", "silent ")):
                word, driver, *casts = line.split()
                self.casts[driver] = {int(c[1:]) for c in casts}
                if word == "silent":
                    self.silent.add(driver)
            else:
                self.sql += line + "\n"

    def text(self, replace):
        """The statement, each $n replaced by replace(n); its rows as one JSON text."""
        sql = re.sub(r"\$(\d+)", lambda m: replace(int(m.group(1))), self.sql)
        return "SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM (%s) AS t" % sql.strip()

    def literal(self, n):
        value = self.values[n - 1]
        return "CAST(%s AS %s)" % ("NULL" if value is None else "'" + value.replace("'", "''") + "'", self.types[n - 1])


def read_calls():
    block, calls = [], []
    for line in open(FOLDER + "calls.txt", encoding="utf-8"):
        line = line.rstrip("\n")
        if line and not line.startswith("#"):
            block.append(line)
        elif block:
            calls.append(Call(block))
            block = []
    return calls + ([Call(block)] if block else [])


def python_value(kind, text, wrap_json, date_range):
    """What a program in Python has in its hand for a value of this type."""
    if text is None:
        return None
    if kind.endswith("[]"):
        return [python_value(kind[:-2], item, wrap_json, date_range) for item in text.strip("{}").split(",")]
    if kind in ("int", "bigint"):
        return int(text)
    if kind == "float8":
        return float(text)
    if kind == "numeric":
        return decimal.Decimal(text)
    if kind == "boolean":
        return text == "true"
    if kind == "date":
        return datetime.date.fromisoformat(text)
    if kind == "timestamptz":
        return datetime.datetime.fromisoformat(text + ":00")
    if kind == "interval":
        number, unit = text.split()
        return text if unit == "months" else datetime.timedelta(**{unit: int(number)})
    if kind == "daterange":
        return date_range(*[datetime.date.fromisoformat(day) for day in text.strip("[)").split(",")])
    if kind in ("jsonb", "healthmodel"):
        return wrap_json(json.loads(text))
    return text


def page_table(heading):
    """The rows of the table in a section of docs/clients.md, as lists of cells."""
    section = open("docs/clients.md", encoding="utf-8").read().split("\n## " + heading + "\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


class Runner:
    def __init__(self, version):
        if version == "2":
            import psycopg2
            import psycopg2.extras

            self.driver, self.error = "psycopg2", psycopg2.Error
            self.connection = psycopg2.connect("")
            self.wrap_json, self.date_range = psycopg2.extras.Json, psycopg2.extras.DateRange
        else:
            import psycopg
            from psycopg.types.json import Jsonb
            from psycopg.types.range import Range

            self.driver, self.error = "psycopg3", psycopg.Error
            self.connection = psycopg.connect("")
            self.wrap_json, self.date_range = Jsonb, Range
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()
        self.failures = 0

    def ask(self, sql, parameters=None):
        """The answer, or the error in one line."""
        try:
            self.cursor.execute(sql, parameters)
            return self.cursor.fetchone()[0]
        except self.error as error:
            return "ERROR: " + str(error).split("\n")[0]

    def bound(self, call, casts):
        parameters = {
            "p%d" % n: python_value(kind, value, self.wrap_json, self.date_range)
            for n, (kind, value) in enumerate(zip(call.types, call.values), 1)
        }
        call_sql = call.text(lambda n: "@%d@" % n).replace("%", "%%")
        return self.ask(
            re.sub(
                r"@(\d+)@",
                lambda m: "%%(p%s)s" % m.group(1) + ("::" + call.types[int(m.group(1)) - 1] if int(m.group(1)) in casts else ""),
                call_sql,
            ),
            parameters,
        )

    def check(self, passed, label, *details):
        print("%s - %s" % ("ok" if passed else "not ok", label))
        if not passed:
            for detail in details:
                print("  ", detail[:600])

    def test(self, call, number):
        casts = call.casts.get(self.driver, set())
        label = "%d: %s" % (number, call.sql.split("\n")[0][:90])
        want = self.ask(call.text(call.literal))
        have = self.bound(call, casts)
        self.check(have == want and not want.startswith("ERROR"), label, "have: " + have, "want: " + want)
        for one in sorted(casts):
            have = self.bound(call, casts - {one})
            self.check(have != want, "%s, without a cast of $%d" % (label, one), "needs no such cast")
        if casts:
            have = self.bound(call, set())
            self.check(
                have.startswith("ERROR") != (self.driver in call.silent),
                label + ", without casts",
                "have: " + have,
            )

    def test_casts_of_page(self, calls):
        """Each row is one of the calls, and the cells are its casts."""
        for cells in page_table("Which parameters need a cast"):
            text = cells[0].split("`")[1]
            found = [
                [" ".join("`$%d::%s`" % (n, call.types[n - 1]) for n in sorted(call.casts.get(driver, ()))) for driver in DRIVERS]
                for call in calls
                if text in call.sql
            ]
            self.check(cells[1:] in found, "docs/clients.md, casts of " + text, "page: %s" % cells[1:], "calls.txt: %s" % found)

    def test_types_of_page(self):
        for cells in page_table("What arrives"):
            expression = cells[0].strip("`")
            self.cursor.execute("SELECT %s FROM clients.kept" % expression)
            value = self.cursor.fetchone()[0]
            name = "None" if value is None else type(value).__name__
            have = "`%s`" % name + (" of `%s`" % type(value[0]).__name__ if name == "tuple" else "")
            want = cells[2 + DRIVERS.index(self.driver)]
            self.check(have == want, "docs/clients.md, type of " + expression, "have: " + have, "page: " + want)

    def explore(self, call, number):
        want = self.ask(call.text(call.literal))
        print("%d: %s" % (number, call.sql.split("\n")[0][:150]))
        if want.startswith("ERROR"):
            print("   literal:", want)
            return
        numbers = range(1, len(call.types) + 1)
        plain = self.bound(call, set())
        for size in range(len(call.types) + 1):
            found = [s for s in itertools.combinations(numbers, size) if self.bound(call, set(s)) == want]
            if found:
                break
        else:
            print("   no casts help:", self.bound(call, set(numbers)), want[:200])
            return
        if size:
            print("  ", [" ".join("$%d %s" % (n, call.types[n - 1]) for n in s) for s in found], plain[:200])


def main():
    runner = Runner(sys.argv[1])
    for number, call in enumerate(read_calls(), 1):
        if sys.argv[2:] == ["explore"]:
            runner.explore(call, number)
        else:
            runner.test(call, number)
    if sys.argv[2:] != ["explore"]:
        runner.test_casts_of_page(read_calls())
        runner.test_types_of_page()


main()
