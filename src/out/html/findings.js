/* SPDX-License-Identifier: GPL-2.0 */
/* findings.js - the list of findings */

/* The inside of a finding is made when somebody opens it. */
function findingRow(x) {
  const f = x.f, unsure = f.confidence !== "certain";
  const d = el("details", "finding");
  d.id = `finding-${f.serial}`;
  d.append(el("summary", "",
    el("span", `badge ${unsure ? "unsure" : f.severity}`, unsure ? "not certain" : f.severity),
    el("span", "id", f.object.id), named("driver", driverBadge(f.object.driver)), el("span", "title", f.title),
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
