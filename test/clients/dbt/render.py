"""Renders the dbt package with Jinja and executes what it writes.

dbt gives templates ref, source, var, config, modules, exceptions and the macros
of a package under its name; so does this program, and nothing else of dbt.
"""

import datetime
import pathlib
import re
import subprocess
import types

import jinja2
import yaml

PACKAGE = pathlib.Path("integrations/dbt")
EXAMPLE = PACKAGE / "example"
SCHEMA = "dbt_example"


class CompilerError(Exception):
    pass


def raise_compiler_error(message):
    raise CompilerError(message)


def context(resolve):
    """What dbt offers to templates, with ref(NAME) given by resolve."""
    project = yaml.safe_load((EXAMPLE / "dbt_project.yml").read_text())
    chs = types.SimpleNamespace()
    environment = jinja2.Environment(
        extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    environment.globals.update(
        chs=chs,
        ref=resolve,
        source=lambda schema, table: f'"demo"."{schema}"."{table}"',
        var=lambda name: project["vars"][name],
        config=lambda **_: "",
        modules=types.SimpleNamespace(re=re, datetime=datetime),
        exceptions=types.SimpleNamespace(raise_compiler_error=raise_compiler_error),
    )
    for file in sorted((PACKAGE / "macros").glob("*.sql")):
        for name, macro in vars(environment.from_string(file.read_text()).module).items():
            if isinstance(macro, jinja2.runtime.Macro):
                setattr(chs, name, macro)
    return environment, chs


def check(label, right, shown=""):
    print("ok - " + label if right else f"not ok - {label}\n{shown}")


def is_same(label, have, want):
    check(label, have == want, f"have: {have}\nwant: {want}")


def refuses(label, pattern, call):
    try:
        check(label, False, "it returned " + str(call()))
    except CompilerError as error:
        check(label, re.search(pattern, str(error)), str(error))


def psql(sql):
    run = subprocess.run(
        ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"], input=sql, text=True, capture_output=True, check=False
    )
    if run.returncode != 0:
        raise RuntimeError(f"{run.stderr}\n{sql}")
    return run.stdout.strip()


def words(sql):
    """SQL with one space wherever there is space, for a comparison."""
    return re.sub(r"\( ", "(", re.sub(r" \)", ")", re.sub(r"\s+", " ", sql))).strip()


# --- the macros alone -----------------------------------------------------------


def check_macros():
    _, chs = context(lambda name: name)
    documented = {m["name"]: [a["name"] for a in m["arguments"]]
                  for m in yaml.safe_load((PACKAGE / "macros" / "macros.yml").read_text())["macros"]}
    is_same("macros.yml names every macro with its arguments", documented,
            {name: list(macro.arguments) for name, macro in vars(chs).items()})

    span = dict(from_day="2026-01-01", to_day="2026-07-01", as_of="2026-06-30")
    days = "date '2026-01-01', date '2026-07-01', date '2026-06-30'"
    is_same("the house form of mrr_movements", words(chs.mrr_movements("subs", **span)),
            "select * from mrr_movements((select subscription_agg(customer_id, started, ended, mrr) from subs), "
            f"'month', {days})")
    is_same("with everything that it takes",
            words(chs.mrr_movements("subs", customer="c", started="a", ended="b", mrr="12 * m", definition="event",
                                    reactivation_days=90, bucket=["2026-01-01", "2026-04-01"], by=["x", "y"], where="m > 0", **span)),
            "select g.x, g.y, t.* from (select x, y, subscription_agg(c, a, b, 12 * m) as s from subs where m > 0 group by x, y) as g "
            f"cross join lateral mrr_movements(g.s, array[date '2026-01-01', date '2026-04-01'], {days}, 'event', 90) as t")
    is_same("retention_timeline", words(chs.retention_timeline("lives", **span)),
            "select * from retention_timeline((select flow_agg(started, ended, 'month') from lives), " + days + ")")
    is_same("activity_rolling", words(chs.activity_rolling("events", **span)),
            f"select * from activity_rolling((select activity_agg(customer_id, day) from events), array[1, 7, 30], {days})")
    is_same("cohort_retention with sign-ups and a zone",
            words(chs.cohort_retention("events", day="at", zone="Europe/Warsaw", entry="customers", mode="on_or_after", **span)),
            "select * from cohort_retention((select activity_agg(customer_id, day) from customers), "
            f"(select activity_agg(customer_id, at, 'Europe/Warsaw') from events), 'month', {days}, 'on_or_after')")
    is_same("a day may be SQL", chs.day("current_date - 1"), "(current_date - 1)")
    is_same("or a date of Python", chs.day(datetime.date(2026, 6, 30)), "date '2026-06-30'")
    is_same("quotes in a text are doubled", chs.text("it's"), "'it''s'")
    refuses("a bucket that there is not", "not 'fortnight'", lambda: chs.retention_timeline("t", bucket="fortnight", **span))
    refuses("entry together with by", "not both", lambda: chs.cohort_retention("t", entry="c", by=["x"], **span))
    refuses("a score without a model", "models, a relation", lambda: chs.health_score("t", as_of="2026-06-30"))


# --- the example -------------------------------------------------------------------


def run_example():
    """Every model becomes a table, after those that it refers to."""
    made = {}

    def ref(name):
        if name not in made:
            made[name] = None
            sql = environment.from_string((EXAMPLE / "models" / f"{name}.sql").read_text()).render()
            psql(f"create table {SCHEMA}.{name} as {sql}")
            made[name] = f'"demo"."{SCHEMA}"."{name}"'
        return made[name]

    environment, _ = context(ref)
    psql(f"drop schema if exists {SCHEMA} cascade; create schema {SCHEMA}")
    for file in sorted((EXAMPLE / "models").glob("*.sql")):
        try:
            ref(file.stem)
            check(f"model {file.stem}", True)
        except (RuntimeError, CompilerError, jinja2.TemplateError) as error:
            check(f"model {file.stem}", False, str(error))


EUR = """(select s.customer_id, c.segment, s.started, s.ended, s.mrr * r.to_eur as mrr from saas.subscriptions s
          join saas.reporting_rates r using (currency) join saas.customers c on c.id = s.customer_id) as e"""

# the same by hand
BY_HAND = {
    "mrr_by_month": f"""
        select * from mrr_movements((select subscription_agg(customer_id, started, ended, mrr) from {EUR}),
                                    'month', '2025-07-01', '2026-07-01', '2026-06-30')""",
    "mrr_by_segment": f"""
        select segment, m.* from (select distinct segment from saas.customers) as d,
        lateral mrr_movements((select subscription_agg(customer_id, started, ended, mrr) from {EUR} where e.segment = d.segment),
                              'quarter', '2025-07-01', '2026-07-01', '2026-06-30') as m""",
    "retention_by_segment": f"""
        select segment, t.* from (
            select segment, flow_agg(lower(life), upper(life), 'month') as s
            from (select segment, unnest(range_agg(daterange(started, ended))) as life from {EUR} where mrr > 0
                  group by customer_id, segment) as l group by segment) as f,
        retention_timeline(s, '2026-01-01', '2026-07-01', '2026-06-30') as t""",
    "nps_by_segment": """
        select c.segment, 100.0::float8 * (count(*) filter (where answer >= 9) - count(*) filter (where answer <= 6)) / count(*),
               nps_margin(survey_agg(answer)), count(*)
        from saas.surveys v join saas.customers c on c.id = v.customer_id
        where kind = 'nps' and answered_on > '2026-04-01' group by 1""",
    "usage_rolling": """
        select * from activity_rolling((select activity_agg(customer_id, started_at, 'Europe/Warsaw') from saas.sessions),
                                       array[1, 7, 30], '2026-06-01', '2026-07-01', '2026-06-30')""",
    "usage_cohorts": """
        select * from cohort_retention((select activity_agg(id, signed_up) from saas.customers),
                                       (select activity_agg(customer_id, started_at, 'Europe/Warsaw') from saas.sessions),
                                       'month', '2026-01-01', '2026-07-01', '2026-06-30')""",
    "(select customer_id, score, band, coverage from {}.customer_scores)": """
        select customer_id, score, band, coverage from saas_health.latest where as_of = '2026-06-30'""",
}


def check_example():
    run_example()
    for name, sql in BY_HAND.items():
        relation = name.format(SCHEMA) + " as r" if name.startswith("(") else f"{SCHEMA}.{name} as r"
        sums = [psql(f"set extra_float_digits = 0; select count(*), md5(string_agg(md5(x::text), '' order by md5(x::text))) "
                     f"from ({query}) as x")
                for query in (f"select * from {relation}", sql)]
        check(f"{name.format(SCHEMA)} is the same by hand", sums[0] == sums[1] and not sums[0].startswith("0|"), str(sums))
    psql(f"drop schema {SCHEMA} cascade")


check_macros()
check_example()
