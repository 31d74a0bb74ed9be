/* SPDX-License-Identifier: GPL-2.0 */
/* findings.js - the list of findings and what is inside one */

function stackBox(title, m, blame) {
  if (!m) return null;
  const box = el("div", "stack", el("h4", "", title),
    el("span", "when", `${seconds(since(m.ts_ns))} ${m.event || ""} by ${m.comm || "pid"} (${m.pid})`));
  const list = el("ol", "");
  const frames = m.stack.length ? m.stack : m.call_site ? [m.call_site] : [];
  for (const p of frames) list.append(el("li", p.address === blame ? "blame" : p.module ? "module" : "", place(p)));
  if (!frames.length) list.append(el("li", "", "no stack was recorded"));
  box.append(list);
  return box;
}

const firstModule = (m) => { const p = m && m.stack.find((x) => x.module); return p ? p.address : null; };

function findingBody(x) {
  const f = x.f, o = f.object, dl = el("dl", "facts-list");
  pair(dl, "Missing", f.missing, "mono missing");
  pair(dl, "Too many", f.surplus, "mono missing");
  if (f.siblings && f.siblings.released && f.missing)
    pair(dl, "Blame", `${count(f.siblings.released)} of ${count(f.siblings.seen)} born there were released${f.siblings.place ? `, ${count(f.siblings.released_there)} of them in ${place(f.siblings.place)}` : ""}`);
  pair(dl, "Owner", [owner(o.owner), o.owner && o.owner.exited_ns ? `exited at ${seconds(since(o.owner.exited_ns))}` : ""].filter(Boolean).join(", "));
  for (const h of f.holders || [])
    pair(dl, "Still open", `${h.path}, fd ${h.fd} of pid ${h.pid}${h.comm ? ` (${h.comm})` : ""}, at ${seconds(since(h.seen_ns))}: the owner had that open too`, "mono");
  if (o.window) pair(dl, "Window", `${o.window.start}–${o.window.end}, ${bytes(o.window.size_bytes)}`, "mono");
  if (f.parent) pair(dl, "Of", f.parent.id, "mono");
  if (f.count || f.expected) pair(dl, "References", `${f.count} held, ${f.expected} accounted for`);
  if (f.failed_registers) pair(dl, "Failed", `${many(f.failed_registers, "register")}, the last with ${f.last_failed_ret}`);
  if (f.doubt) pair(dl, "Not certain", f.doubt.text);
  if (o.lost_in_life) pair(dl, "Note", "events were lost during its life");
  if (x.released) pair(dl, "Released", `after all, at ${seconds(since(x.released.ts_ns))}`);
  pair(dl, "Rule", f.rule, "mono");
  const stacks = el("div", "stacks");
  for (const [title, m] of [["Born", o.born], [f.missing ? "Should have released it before" : "Before", f.prior], ["What is wrong", f.offence]]) {
    const box = stackBox(title, m, m === o.born ? null : firstModule(m));
    if (box) stacks.append(box);
  }
  const body = el("div", "body", dl, stacks);
  if (f.recent.length > 1) body.append(el("div", "", el("b", "", "History"), historyTable(f.recent)));
  body.append(el("code", "", `hmmtrace report --object ${o.id} FILE`));
  return body;
}

function historyTable(recent) {
  const rows = recent.map((m) => el("tr", "", el("td", "", seconds(since(m.ts_ns))), el("td", "", m.event || ""),
    el("td", "", `${m.comm || ""} (${m.pid})`), el("td", "", m.ret ? `returned ${m.ret}` : "")));
  return el("div", "scroll", el("table", "history", ...rows));
}

/* The inside of a finding is made when somebody opens it. */
function findingRow(x) {
  const f = x.f, unsure = f.confidence !== "certain";
  const d = el("details", "finding");
  d.id = `finding-${f.serial}`;
  d.append(el("summary", "",
    el("span", `badge ${unsure ? "unsure" : f.severity}`, unsure ? "not certain" : f.severity),
    el("span", "id", f.object.id), driverBadge(f.object.driver), el("span", "title", f.title),
    x.released ? el("span", "badge good", "released") : null,
    el("span", "when", seconds(since(f.flagged_ns)))));
  d.addEventListener("toggle", () => { if (d.open && !d.querySelector(".body")) d.append(findingBody(x)); });
  return d;
}

function showFindings() {
  const all = findings.filter(findingMatches);
  const open = new Set([...document.querySelectorAll("details.finding[open]")].map((d) => d.id));
  $("findings").replaceChildren(...all.slice(0, state.findings).map((x) => {
    const d = findingRow(x);
    if (open.has(d.id)) d.open = true;
    return d;
  }));
  const rest = Math.max(0, all.length - state.findings);
  $("more-findings").hidden = !rest;
  $("more-findings").textContent = `Show ${count(Math.min(rest, 5 * FINDINGS_AT_ONCE))} of ${count(rest)} more`;
  $("findings-section").hidden = !findings.length;
  $("nr-findings").textContent = all.length === findings.length ? count(all.length) : `${count(all.length)} of ${count(findings.length)}`;
  $("left-out").textContent = D.findings_left_out ? `${count(D.findings_left_out)} more findings are not in this page, to keep it small; they are counted above. hmmtrace report prints them all.` : "";
  return all.length;
}
