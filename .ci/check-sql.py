"""Parses every statement that is sent to Redshift (test/golden/redshift-*.sql) with sqlglot and sqlfluff: third-party parsers
that know the dialect. GAPS lists a parser's known gaps by words of the statement concerned."""
import glob
import os
import re
import sys

import sqlfluff
import sqlglot

GAPS = {
    "sqlglot": [],
    "sqlfluff": [],
}


def statements(path):
    text = open(path, encoding="utf-8").read()
    return [part.strip() for part in re.split(r";\n\n|;\n?$", text) if part.strip()]


def sqlglot_says(sql):
    try:
        parsed = sqlglot.parse(sql, dialect="redshift", error_level=sqlglot.ErrorLevel.RAISE)
        kinds = [type(one).__name__ for one in parsed]
        return "taken for a bare command" if kinds == ["Command"] and not sql.upper().startswith(("SET", "LOCK")) else None
    except sqlglot.errors.SqlglotError as error:
        return str(error)


def sqlfluff_says(sql):
    try:
        sqlfluff.parse(sql + ";\n", dialect="redshift")
        return None
    except sqlfluff.api.simple.APIParsingError as error:
        return str(error)


def main():
    folder = os.path.join(os.path.dirname(__file__), "..", "test", "golden")
    every = sorted({sql for path in glob.glob(os.path.join(folder, "redshift-*.sql")) for sql in statements(path)})
    failures = 0
    for name, judge in (("sqlglot", sqlglot_says), ("sqlfluff", sqlfluff_says)):
        for sql in every:
            verdict = judge(sql)
            if verdict and not any(words in sql for words in GAPS[name]):
                failures += 1
                print(f"{name}: {verdict}\n{sql}\n")
        print(f"{name}: {len(every)} statements parsed, known gaps: {GAPS[name] or 'none'}")
    sys.exit(1 if failures or not every else 0)


main()
