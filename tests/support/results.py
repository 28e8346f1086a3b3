"""Adds up what `meson test` has logged in a build folder, sub-test by sub-test, and prints

    PASSED FAILED SKIPPED

A test that ended badly though none of its sub-tests failed (a crash, a time-out, a sanitizer's
report at exit, too few sub-tests) counts as one failed. What a bad test with sub-tests had to say is
told on standard error, since meson keeps it to itself; and so are the tests that took longest.

    results.py BUILD_FOLDER
"""

import json
import os
import sys
import xml.etree.ElementTree

BAD = {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"}
MOST = 300  # lines of one test
SLOWEST = 5


def log_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def bad_tests(tests):
    """The tests that ended badly: {name: what they printed}."""
    return {test["name"]: test.get("stdout", "") for test in tests if test["result"] in BAD}


def tell_slowest(tests):
    slowest = sorted(tests, key=lambda test: test["duration"], reverse=True)[:SLOWEST]
    told = ("%.0f s %s" % (test["duration"], test["name"].split(" / ")[-1]) for test in slowest)
    total = sum(test["duration"] for test in tests)
    print("-- %.0f s of tests, the longest: %s" % (total, ", ".join(told)), file=sys.stderr)


def tell(name, text):
    lines = text.splitlines()
    if any(line.startswith(("ok ", "not ok ")) for line in lines):
        print("%s:" % name, file=sys.stderr)
        for line in [line for line in lines if not line.startswith("ok ")][:MOST]:
            print("    " + line, file=sys.stderr)


def verdict(case, bad):
    # a test without sub-tests is itself a case, and has no child element if it took too long
    if case.get("name") in bad or case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def count_cases(path, bad):
    """{"passed": n, ...} of all sub-tests, and the names of the tests that have a failed one."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    told = set()
    for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            kind = verdict(case, bad)
            counts[kind] += 1
            if kind == "failed":
                told.update((suite.get("name").split(".", 1)[-1], case.get("name")))
    return counts, told


def main():
    logs = os.path.join(sys.argv[1], "meson-logs")
    tests = log_of(os.path.join(logs, "testlog.json"))
    bad = bad_tests(tests)
    counts, told = count_cases(os.path.join(logs, "testlog.junit.xml"), bad)
    counts["failed"] += len(bad.keys() - told)
    for name, text in bad.items():
        tell(name, text)
    tell_slowest(tests)
    print(counts["passed"], counts["failed"], counts["skipped"])


main()
