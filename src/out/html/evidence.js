/* SPDX-License-Identifier: GPL-2.0 */
/* evidence.js - what a finding rests on, each part under the name it has in the text report */

const firstModule = (m) => { const p = m && m.stack.find((x) => x.module); return p ? p.address : null; };
const lines = (list) => el("span", "", ...list.map((x) => el("span", "line", x)));
const returned = (m) => m.ret ? `, returned ${m.ret}` : "";

function stackBox(title, name, m, blame, after) {
  if (!m) return null;
  const box = el("div", "stack", el("h4", "", title),
    el("span", "when", `${seconds(since(m.ts_ns))} ${m.event || "?"} by ${process(m)}${returned(m)}${after || ""}`));
  const list = el("ol", "");
  const frames = m.stack.length ? m.stack : m.call_site ? [m.call_site] : [];
  for (const p of frames) list.append(el("li", p.address === blame ? "blame" : p.module ? "module" : "", place(p)));
  if (!frames.length) list.append(el("li", "", "no stack was recorded"));
  box.append(list);
  box.dataset.part = name;
  return box;
}

const classNames = { hmm: "address space", mirror: "mirror", range: "range" };

function objectPart(dl, f) {
  const o = f.object, up = f.parent;
  const what = o.window && o.window.end !== "0x0" ?
    `${o.window.start}-${o.window.end}, ${bytes(o.window.size_bytes)}` : `at ${o.address}`;
  const on = up ? `, ${up.class === "range" ? "held by" : "of"} ${classNames[up.class] || "object"} ${up.id}` : "";
  pair(dl, o.class === "hmm" ? "Space" : o.class === "mirror" ? "Mirror" : "Range", `${what}${on}, ${o.layer}`, "mono");
}

function ownerPart(dl, f) {
  const o = f.object.owner, gone = o && o.exited_ns && o.exited_ns <= f.flagged_ns;
  pair(dl, "Owner", o ? `${process(o)}${gone ? `, exited ${duration(f.flagged_ns - o.exited_ns)} before this was flagged` : ""}` : "unknown");
}

function birthPart(dl, o) {
  if (o.born || (o.class === "hmm" && o.hmm === "0x0")) return;
  pair(dl, "Born", o.born_before_trace ? "before the trace began" : "never: no register of it succeeded");
}

function failedPart(dl, f) {
  if (!f.failed_registers) return;
  const one = f.failed_registers === 1;
  const attempts = f.failed_attempts.length > 1 ? f.failed_attempts : [];
  pair(dl, "Failed", lines([
    `${count(f.failed_registers)} register${one ? "" : "s"} of this address failed, the last with ${f.last_failed_ret} (${f.last_failed_text || "no errno"})`,
    ...attempts.map((m) => `${seconds(since(m.ts_ns))} returned ${m.ret} by ${process(m)}`)]));
}

function countPart(dl, f) {
  if (!f.count && !f.expected) return;
  if (f.rule === "range-livelock") pair(dl, "Tries", `${f.count} failed in a row`);
  else if (f.rule === "range-fault-with-stale-sequence") pair(dl, "Sequence", `${f.count}, both times`);
  else if (f.rule === "mm-held-after-exit") pair(dl, "Users", `${f.count} left when its last process exited`);
  else pair(dl, "References", `${f.count} held, ${f.expected} accounted for`);
}

function holdersPart(dl, f) {
  if (!f.nr_holders) return;
  const exited = f.object.owner && f.object.owner.exited_ns, seen = f.holders.length ? f.holders[0].seen_ns : 0;
  const more = f.nr_holders - f.holders.length;
  const tail = [more > 0 ? `and ${more} more` : "",
    exited && exited <= seen ? `${duration(seen - exited)} after the owner exited` : "", "which had that open too"];
  pair(dl, "Still open", lines([...f.holders.map((h) => `${h.path}, fd ${h.fd} of ${process(h)}`),
    tail.filter(Boolean).join(", ")]));
}

function siteName(f, s, i) {
  if (s.call_site) return place(s.call_site);
  if (i === 15) return "all further places";
  return i || f.object.class === "hmm" ? "an unknown place" : "its register";
}

/* Which place got how many, and how many of those nobody gave back. */
function sitesPart(dl, f) {
  if (!f.sites.length) return;
  const rows = f.sites.map((s, i) => el("tr", s.open ? "open" : "", el("td", "num", count(s.gets)),
    el("td", "num", count(s.puts)), el("td", "num", count(s.open)), el("td", "", el("code", "", siteName(f, s, i)))));
  const head = el("tr", "", el("th", "num", "got"), el("th", "num", "put"), el("th", "num", "held"), el("th", "", "at"));
  pair(dl, "Got", el("div", "scroll", el("table", "sites", el("thead", "", head), el("tbody", "", ...rows))));
}

function countersPart(dl, c) {
  if (!c) return;
  pair(dl, "Counters", `mm_users ${c.mm_users}, mm_count ${c.mm_count} at ${seconds(since(c.ts_ns))}`);
  if (c.rss_pages) pair(dl, "Pinned", `${count(c.rss_pages)} pages resident when its last process exited`);
  if (c.faults_busy) pair(dl, "Retries", `${count(c.faults_busy)} faults on it were refused with -EBUSY`);
}

function siblingsPart(dl, f) {
  const s = f.siblings;
  if (!s || !s.released || !f.missing) return;
  pair(dl, "Siblings", `${count(s.released)} of ${count(s.seen)} born there were released${s.place ? `, ${count(s.released_there)} of them in ${place(s.place)}` : ""}`);
}

function releasedPart(dl, x) {
  const r = x.released, m = r && r.release;
  if (!r) return;
  pair(dl, "Released", `after all, at ${seconds(since(r.ts_ns))}${m ? ` by ${process(m)}` : ""}${r.after_ns !== null ? `, ${duration(r.after_ns)} after it was flagged` : ""}`);
}

function historyTable(recent) {
  const counts = (m) => m.event === "ref-put" || (m.event === "ref-get" && m.count);
  const rows = recent.map((m) => el("tr", "", el("td", "", seconds(since(m.ts_ns))), el("td", "", m.event || "?"),
    el("td", "", process(m)), el("td", "", [m.ret ? `returned ${m.ret}` : "", counts(m) ? `count ${m.count}` : ""].filter(Boolean).join(", "))));
  const box = el("div", "scroll", el("table", "history", ...rows));
  box.dataset.part = "history";
  return box;
}

function findingStacks(f) {
  const o = f.object, s = f.siblings, age = o.born && f.flagged_ns > o.born.ts_ns ?
    `, ${duration(f.flagged_ns - o.born.ts_ns)} before this was flagged` : "";
  const list = [stackBox("Born", "born", o.born, null, age),
    stackBox(f.missing ? "Should have released it before" : "Before", "because", f.prior, firstModule(f.prior)),
    stackBox("What is wrong", "offence", f.offence, firstModule(f.offence))];
  if (s && s.released && f.missing && s.release && s.release.stack.length)
    list.push(stackBox("Where its siblings were released", "siblings", s.release, null));
  return el("div", "stacks", ...list);
}

function findingBody(x) {
  const f = x.f, dl = el("dl", "facts-list");
  pair(dl, "Missing", f.missing, "mono missing");
  pair(dl, "Too many", f.surplus, "mono missing");
  siblingsPart(dl, f);
  if (f.doubt) pair(dl, "Not certain", f.doubt.text);
  ownerPart(dl, f);
  objectPart(dl, f);
  birthPart(dl, f.object);
  failedPart(dl, f);
  countPart(dl, f);
  holdersPart(dl, f);
  sitesPart(dl, f);
  countersPart(dl, f.mm_counters);
  if (f.object.lost_in_life) pair(dl, "Note", "events were lost during its life");
  releasedPart(dl, x);
  pair(dl, "Rule", f.rule, "mono");
  const body = el("div", "body", dl, findingStacks(f));
  if (f.recent.length) body.append(el("div", "", el("b", "", "History"), historyTable(f.recent)));
  body.append(el("code", "", `hmmtrace report --object ${f.object.id} FILE`));
  return body;
}
