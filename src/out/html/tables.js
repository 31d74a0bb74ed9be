/* SPDX-License-Identifier: GPL-2.0 */
/* tables.js - what is told in rows: drivers, lifetimes, holders, losses, and what nobody can tell */

/* A column whose name begins with # holds numbers. */
function table(target, head, rows) {
  const t = $(target);
  t.replaceChildren();
  const cell = (tag, v, num) => { const c = el(tag, num ? "num" : ""); c.append(v); return c; };
  t.append(el("thead", "", el("tr", "", ...head.map((h) => cell("th", h.replace("#", ""), h.startsWith("#"))))));
  t.append(el("tbody", "", ...rows.map((r) => el("tr", "", ...r.map((v, i) => cell("td", v, head[i].startsWith("#")))))));
}

function driverCell(d) {
  return el("span", "", el("span", `dot c${colorOf.get(d) ?? 7}`), driverName(d));
}

const dash = (n, text) => n ? text || count(n) : "–";
const sure = (certain, unsure) => [certain ? count(certain) : "", unsure ? `${count(unsure)} not certain` : ""].filter(Boolean).join(", ") || "–";

function showRules() {
  const rows = Object.entries(summary.rules);
  $("rule-panel").hidden = !rows.length;
  table("rules", ["#findings", "Severity", "Rule", "#not certain", "#released later"], rows.map(([rule, r]) =>
    [count(r.certain + r.inconclusive), r.severity, el("code", "", rule), dash(r.inconclusive), dash(r.released)]));
}

function showDrivers() {
  $("driver-section").hidden = !drivers.length;
  table("drivers", ["Driver", "#mirrors", "#live at the end", "#ranges", "#live at the end", "#at once", "#bytes", "#findings"], drivers.map((d) =>
    [driverCell(d.driver), count(d.mirrors), dash(d.live_mirrors), count(d.ranges), dash(d.live_ranges), count(d.most_ranges),
     dash(d.live_bytes, bytes(d.live_bytes)), sure(d.certain, d.inconclusive)]));
}

function showLifetimes() {
  const lived = drivers.filter((d) => d.lifetime).map((d) => [driverCell(d.driver), d.lifetime]);
  if (D.lifetime && lived.length > 1) lived.push(["all", D.lifetime]);
  $("life-section").hidden = !D.lifetime;
  table("lifetimes", ["Driver", "#ended", "#p50", "#p95", "#p99", "#max"], lived.map(([name, l]) =>
    [name, count(l.count), duration(l.p50_ns), duration(l.p95_ns), duration(l.p99_ns), duration(l.max_ns)]));
}

/* A time that is known to a power of two. */
function below(ns, row) {
  return ns !== null ? duration(ns) : row.bins.length ? "longer" : "–";
}

function showFrequent() {
  const rows = byType.frequent;
  $("frequent-section").hidden = !rows.length;
  table("frequent", ["Driver", "What", "#calls", "#busy", "#errors", "#p50 below", "#p99 below", "#most"], rows.map((r) =>
    [r.driver ? driverCell(r.driver) : "–", r.what, count(r.calls), count(r.busy), count(r.errors),
     below(r.p50_below_ns, r), below(r.p99_below_ns, r), r.max_ns === null ? "–" : duration(r.max_ns)]));
}

function showHolders() {
  const holders = D.holders.filter((h) => h.ranges).sort((a, b) => b.live_ranges - a.live_ranges || b.most_ranges - a.most_ranges || b.ranges - a.ranges).slice(0, 25);
  $("holder-section").hidden = !holders.length;
  table("holders", ["#live at the end", "#bytes", "#at once", "#born", "Driver", "Owner", "Born in"], holders.map((h) =>
    [count(h.live_ranges), dash(h.live_bytes, bytes(h.live_bytes)), count(h.most_ranges), count(h.ranges), driverCell(h.driver), owner(h.owner) || "?", el("code", "", place(h.born_in) || "?")]));
}

/* When it was noticed; a loss that came again and again has only its ends. */
function lostWhen(l) {
  const times = byType.lost.filter((x) => x.cause === l.cause && x.cpu === l.cpu && x.ts_ns !== null).map((x) => seconds(since(x.ts_ns)));
  return times.length < 4 ? times.join(", ") : `${times[0]} to ${times[times.length - 1]}, ${count(times.length)} times`;
}

const openWords = {
  missing: "that kernel does not show it: hmmtrace doctor says why",
  counted: "the events were only counted: see --events",
  off: "not asked for: see --events",
};

function showMissing() {
  const open = header.undecidable || [], rows = [];
  for (const state of Object.keys(openWords)) {
    const mine = open.filter((q) => q.state === state);
    const what = [...new Set(mine.flatMap((q) => q.what.split(", ")))];
    if (what.length) rows.push([what.join(", "), mine.map((q) => q.event).join(", "), openWords[state]]);
  }
  $("lost-section").hidden = !summary.lost.length && !rows.length;
  $("lost-panel").hidden = !summary.lost.length;
  table("lost", ["Lost for", "CPU", "#count", "Noticed at", "What it means"], summary.lost.map((l) =>
    [l.cause, l.cpu === null ? "–" : String(l.cpu), count(l.count), lostWhen(l), l.overturns ? "a verdict may rest on it" : "no verdict rests on it"]));
  $("undecided-panel").hidden = !rows.length;
  table("undecided", ["Undecided", "For want of", "Why"], rows);
}

function showSuppressed() {
  const rows = byType.suppression;
  $("suppressed-section").hidden = !rows.length && !proposals.length;
  $("suppressed-note").textContent = rows.length ? `${many(summary.suppressed, "finding")} suppressed, by ${rows[0].file}; none of them is in this page.` : "";
  table("suppressed", ["#hits", "Pattern", "Where"], rows.map((r) =>
    [count(r.hits), el("code", "", r.text), `line ${r.line}${r.hits ? "" : ", never used"}`]));
  $("proposals").textContent = proposals.length ? `These lines would suppress the findings:\n${proposals.map((p) => p.text).join("\n")}` : "";
}

function showTables() {
  showRules();
  showDrivers();
  showLifetimes();
  showFrequent();
  showHolders();
  showMissing();
  showSuppressed();
}
