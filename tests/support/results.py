"""Adds up what `meson test` has logged in a build folder, sub-test by sub-test, and prints

    PASSED FAILED SKIPPED

A test that ended badly though none of its sub-tests failed (a crash, a time-out, a sanitizer's
report at exit, too few sub-tests) counts as one failed. What a bad test with sub-tests had to say is
told on standard error, since meson keeps it to itself.

    results.py BUILD_FOLDER
"""

import json
import os
import sys
import xml.etree.ElementTree

BAD = {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"}
MOST = 300  # lines of one test


def bad_tests(path):
    """The tests that ended badly: {name: what they printed}."""
    with open(path, encoding="utf-8") as file:
        tests = [json.loads(line) for line in file if line.strip()]
    return {test["name"]: test.get("stdout", "") for test in tests if test["result"] in BAD}


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
    bad = bad_tests(os.path.join(logs, "testlog.json"))
    counts, told = count_cases(os.path.join(logs, "testlog.junit.xml"), bad)
    counts["failed"] += len(bad.keys() - told)
    for name, text in bad.items():
        tell(name, text)
    print(counts["passed"], counts["failed"], counts["skipped"])


main()
