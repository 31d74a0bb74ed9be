# SPDX-License-Identifier: GPL-2.0
"""What the text report says, taken apart, and whether JSON and the page say it too.

A report is labels with facts behind them: names, numbers, times, addresses. Whoever
adds a label to the text has to say here where JSON has it, and to give the page an
element whose data-part is the label: one that is in neither table is a failure, and
so is a fact of the text that the line of JSON or the element does not show.
"""
import glob
import json
import os
import re
import subprocess

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
WANTED = 2  # pages to open for each label that occurs

# Label of a finding -> what of its JSON line says that.
FINDING = {
    "rule": lambda f: f["rule"], "driver": lambda f: "driver" in f["object"],
    "owner": lambda f: "owner" in f["object"], "range": lambda f: f["object"]["class"] == "range",
    "mirror": lambda f: f["object"]["class"] == "mirror",
    "space": lambda f: f["object"]["class"] == "hmm",
    "born": lambda f: "born_before_trace" in f["object"],
    "failed": lambda f: f["failed_registers"] and f["last_failed_ret"],
    "because": lambda f: f["prior"], "offence": lambda f: f["offence"],
    "tries": lambda f: f["count"], "sequence": lambda f: f["count"], "users": lambda f: f["count"],
    "references": lambda f: f["count"] or f["expected"], "still open": lambda f: f["holders"],
    "got": lambda f: f["sites"], "counters": lambda f: f["mm_counters"],
    "pinned": lambda f: f["mm_counters"]["rss_pages"],
    "retries": lambda f: f["mm_counters"]["faults_busy"],
    "missing": lambda f: f["missing"], "too many": lambda f: f["surplus"],
    "siblings": lambda f: f["siblings"]["released"], "note": lambda f: f["object"]["lost_in_life"],
    "history": lambda f: f["recent"],
}
# How a part of the rest begins -> data-part in the page, lines of JSON.
REST = {
    "recorded by ": ("recorded by", "header"),
    "  seen ": ("seen", "summary"), "  still live ": ("seen", "summary"),
    "  lost ": ("lost", "summary"), "  lost": ("lost", "summary"),
    "  undecided ": ("undecided", "header"), "  frequent events": ("frequent events", "frequent"),
    "  suppressed ": ("suppressed", "suppression"),
    "  these lines would suppress": ("suppressed", "suppression-proposal"),
    "what is wrong": ("what is wrong", "cause"), "to note": ("what is wrong", "cause"),
    "drivers (": ("drivers", "driver"), "mirrors (": ("mirrors", "mirror"),
    "lifetimes of": ("lifetimes", "driver"), "live ranges over": ("seen", "ranges"),
    "who holds": ("who holds", "holder"),
}
HEAD = re.compile(r"(error|warn|note|inconclusive): .*\b[AMR]\d+(\.\d+)?: ")
LABEL = re.compile(r"  ([a-z][a-z ]*?)  +(\S.*)?$")
FACT = re.compile(r"[\w.]+\+0x[0-9a-f]+(?: \[[^\]]+\])?|0x[0-9a-f]+|/[\w./-]+|\w+\(\)"
                  r"|[a-z]+(?:-[a-z]+)+|[AMR]\d+(?:\.\d+)?\b"
                  r"|(?<![\w.])-?\d+(?:\.\d+)*(?: (?:[num]?s|min|h|d|B|[KMGTPE]iB)\b)?")
MANUAL = re.compile(r"hmmtrace-\w+\(\d\)")
TIME = re.compile(r"\d+\.\d{6} s")
DURATION = re.compile(r"\d[\d.]* ([num]?s|min|h|d|B|[KMGTPE]iB)")


def run(program, path, *args):
    text = ["--text"] if path.endswith(".in") else []
    done = subprocess.run([program, "report", *args, *text, path], capture_output=True,
                          check=False)
    assert done.returncode in (0, 1, 3), done.stderr.decode()
    return done.stdout.decode()


def take_apart(text):
    """Findings, each {label: lines}, and the rest as {begin: lines}."""
    findings, rest, at = [], {}, None
    for line in text.splitlines():
        if HEAD.match(line):
            at = {}
            findings.append(at)
            at["title"] = label = [line]
        elif line.startswith("released: "):
            at = None
        elif not line or line.startswith(("verdict: ", "in numbers", "lost: ", "  [")):
            continue
        elif at is not None and line.startswith("  ") and findings:
            found = LABEL.match(line)
            if found:
                label = at.setdefault(found[1], [])
                line = found[2] or ""
            label.append(line)
        elif begin := next((b for b in REST if line.startswith(b)), None):
            at, label = None, rest.setdefault(begin, [])
            label.append(line[len(begin):] if begin.startswith(" ") else line)
        elif line.startswith("    ") and re.match(r" +\d+  (error|warn|note) ", line):
            rest.setdefault("rules", []).append(line)
        elif line.startswith(" "):
            label.append(line)
        else:
            raise AssertionError(f"nobody knows what this line is: {line!r}")
    return findings, rest


def facts(lines):
    # A table has its head, and a part its own words: they are no facts.
    return [m[0] for line in lines for m in FACT.finditer(MANUAL.sub("", line))]


def squeeze(text):
    """As the text has it: no separators in numbers, us for microseconds."""
    return re.sub(r"(?<=\d),(?=\d{3}\b)", "", text).replace("µs", "us")


def has(text, fact):
    return re.search(rf"(?<![\w.]){re.escape(fact)}(?![\w]|\.\d)", text) is not None


# --- JSON ---------------------------------------------------------------------------


def spell(value, t0, key=""):
    """All that a value of JSON says, in the words of the text."""
    if isinstance(value, dict):
        if value.get("symbol"):
            module = f" [{value['module']}]" if value["module"] else ""
            yield f"{value['symbol']}+{value['offset']:#x}{module}"
        for k, v in value.items():
            if k not in ("symbol", "offset", "module"):
                yield k.replace("_", "-")
                yield from spell(v, t0, k)
    elif isinstance(value, list):
        for v in value:
            yield from spell(v, t0, key)
    elif isinstance(value, int) and key.endswith("_ns"):
        us = abs(value - t0) // 1000
        yield f"{us // 1000000}.{us % 1000000:06} s"
    elif value is not None:
        yield str(value)


def check_json(where, lines, findings, rest):
    t0 = lines[-1]["first_ns"]
    told = [f for f in lines if f["type"] == "finding"]
    assert len(told) == len(findings), f"{where}: {len(told)} findings in JSON"
    for f, parts in zip(told, findings):
        text = "\n".join([*spell(f, t0), str(f["nr_holders"] - len(f["holders"]))])
        for label, said in parts.items():
            if label == "title":
                continue
            assert label in FINDING, f"{where}: JSON is not known to have '{label}'"
            assert FINDING[label](f), f"{where}: JSON has no '{label}' of {f['object']['id']}"
            for fact in facts(said):
                assert has(text, fact) or (DURATION.fullmatch(fact) and not TIME.fullmatch(fact)), \
                    f"{where}: JSON does not say {fact} of '{label}' of {f['object']['id']}"
    for begin, said in rest.items():
        kind = REST[begin][1] if begin in REST else "summary"
        text = "\n".join(w for line in lines if line["type"] in (kind, "ranges")
                         for w in spell(line, t0))
        if begin == "rules":
            text += "".join(f"\n{r['certain'] + r['inconclusive']}"
                            for r in lines[-1]["rules"].values())
        for fact in facts(said):
            assert has(text, fact) or DURATION.fullmatch(fact), \
                f"{where}: the {kind} of JSON does not say {fact} of '{begin.strip()}'"


# --- the page -----------------------------------------------------------------------

PARTS = """
for (const id of ['more-lanes', 'more-findings'])
  while (!document.getElementById(id).hidden) document.getElementById(id).click();
for (const d of document.querySelectorAll('details.finding')) d.open = true;
return new Promise(done => setTimeout(() => done(
  [...document.querySelectorAll('[data-part]')].map(e =>
    [(e.closest('details.finding') || {id: ''}).id, e.dataset.part, e.innerText])), 50));
"""


def check_page(where, b, serials, findings, rest):
    shown = {}
    for owner, part, text in b.js(PARTS):
        shown[owner, part] = shown.get((owner, part), "") + "\n" + squeeze(text)
    for serial, parts in zip(serials, findings):
        owner = f"finding-{serial}"
        whole = "\n".join(t for (o, _), t in shown.items() if o == owner)
        for label, said in parts.items():
            if label == "title":
                continue
            assert (owner, label) in shown, f"{where}: the page has no '{label}' of {owner}"
            # Why it is doubtful stands by itself.
            text = whole if label == "rule" else shown[owner, label]
            for fact in facts(said):
                assert has(text, fact), \
                    f"{where}: the page does not say {fact} of '{label}' of {owner}"
    for begin, said in rest.items():
        part = REST[begin][0] if begin in REST else begin
        # That nothing was lost is among the numbers.
        if part == "lost" and not facts(said):
            part = "seen"
        assert ("", part) in shown, f"{where}: the page has no '{part}'"
        for fact in facts(said):
            assert has(shown["", part], fact), \
                f"{where}: the page does not say {fact} of '{part}'"


# --- both ---------------------------------------------------------------------------


def inputs():
    some = os.path.join(TOP, "tests/json/some.supp")
    for path in sorted(glob.glob(TOP + "/tests/replay/*/*.in") +
                       glob.glob(TOP + "/tests/cli/data/*.in") +
                       glob.glob(TOP + "/tests/golden/legacy/*.hmt")):
        yield path, []
    for path in ("leak", "clean", "three"):
        yield f"{TOP}/tests/cli/data/{path}.in", ["--suppressions", some, "--print-suppressions"]


def check_all(program, b, top):
    """Returns how many pages were opened, and the labels that occurred."""
    seen, pages = {}, 0
    for nr, (path, args) in enumerate(inputs()):
        where = "/".join(path.split("/")[-2:])
        findings, rest = take_apart(run(program, path, "-v", *args))
        lines = [json.loads(x) for x in run(program, path, "--json", "-v", *args).splitlines()]
        check_json(where, lines, findings, rest)
        labels = set(rest).union(*findings)
        if all(seen.get(x, 0) >= WANTED for x in labels):
            continue
        for label in labels:
            seen[label] = seen.get(label, 0) + 1
        page = os.path.join(top, f"evidence-{nr}.html")
        run(program, path, "--html", "-o", page, *args)
        b.open(page)
        serials = [f["serial"] for f in lines if f["type"] == "finding"]
        check_page(where, b, serials, findings, rest)
        pages += 1
    return pages, set(seen)
