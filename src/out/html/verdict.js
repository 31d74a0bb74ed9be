/* SPDX-License-Identifier: GPL-2.0 */
/* verdict.js - the verdict, what is wrong, and the tables */

function verdictWords() {
  if (summary.verdict === "clean") return ["Clean", "clean"];
  const parts = [];
  if (summary.errors) parts.push(many(summary.errors, "error"));
  if (summary.warnings) parts.push(many(summary.warnings, "warning"));
  if (summary.verdict === "findings") return [parts.join(", "), "bad"];
  return ["Inconclusive", "doubtful"];
}

/* Who did what: one sentence for the one who opens this page in a hurry. */
function answer(c) {
  return `${driverName(c.driver)}: ${c.blame ? `${c.blame} (${c.title})` : c.title}.`;
}

/* What is hidden is hidden from the numbers, but not from the reader. */
function cleanWords() {
  const hidden = [summary.known ? many(summary.known, "known finding") : "",
                  summary.suppressed ? many(summary.suppressed, "suppressed finding") : ""].filter(Boolean);
  if (!summary.mirrors && !summary.ranges && !summary.live_references)
    return "Nothing was registered while this was recorded, so there was nothing to leave behind.";
  return [`${hidden.length ? `Nothing new is orphaned (${hidden.join(", ")})` : "Nothing is orphaned"}, and no event that matters was lost.`,
          (header.undecidable || []).length ? "Not every rule could be checked: see what is missing." : ""].filter(Boolean).join(" ");
}

function sureWords() {
  const doubt = [];
  if (summary.lost_overturning && !summary.cut) doubt.push(`${many(summary.lost_overturning, "event")} that matter were lost`);
  if (summary.cut) doubt.push("the trace is cut short");
  if (summary.inconclusive) doubt.push(`${many(summary.inconclusive, "finding")} could not be confirmed`);
  if (summary.verdict === "clean") return cleanWords();
  const top = D.causes.find((c) => c.severity === "error" || c.severity === "warn");
  const others = D.causes.filter((c) => c.severity !== "note").length - 1;
  const lead = top && summary.verdict === "findings" ?
    `Certain. ${answer(top)}${others > 0 ? ` And ${others} more below.` : ""}` : "";
  const but = doubt.length ? `${lead ? "Not all of it, though: " : "No verdict is possible: "}${doubt.join("; ")}.` : "";
  return [lead, but].filter(Boolean).join(" ");
}

function originWords() {
  return [header.uname, header.command_line, header.recorder ? `recorded by hmmtrace ${header.recorder}` : "",
          header.tier ? `tier ${header.tier}` : "", header.filters ? `filters: ${header.filters}` : ""].filter(Boolean).join(" · ");
}

function showVerdict() {
  const [words, cls] = verdictWords();
  $("verdict").textContent = words;
  $("verdict").className = cls;
  document.title = `${words} - hmmtrace report`;
  $("sure").textContent = sureWords();
  $("origin").textContent = originWords();
  $("origin").title = $("origin").textContent;
  const facts = [
    ["Mirrors", count(summary.mirrors)], ["Ranges", count(summary.ranges)],
    ["Most at once", D.live.most ? `${count(D.live.most)} at ${seconds(since(D.live.most_ts_ns))}` : "0"],
    ["Live at the end", [many(summary.live_mirrors, "mirror"), many(summary.live_ranges, "range"), many(summary.live_references, "reference")].join(", ")],
    ["Records", count(summary.records)], ["Over", duration(D.span_ns)],
    ["Lost", summary.lost.length ? many(summary.lost.reduce((n, l) => n + l.count, 0), "event") : "nothing"],
  ];
  for (const [k, v] of facts) $("facts").append(el("div", "", el("dt", "", k), el("dd", v.length > 9 ? "long" : "", v)));
}

function pair(dl, name, value, cls) {
  if (value) dl.append(el("dt", "", name), named(name.toLowerCase(), el("dd", cls || "", value)));
}

function causeCard(c) {
  const nr = c.certain + c.inconclusive, unsure = !c.certain;
  const card = el("article", `cause ${unsure ? "unsure" : c.severity}`);
  if (c.rule === "others") {
    card.append(el("h3", "", `${many(nr, "finding")} of still other kinds`));
    return card;
  }
  card.append(el("div", "badges", driverBadge(c.driver),
    el("span", `badge ${unsure ? "unsure" : c.severity}`, unsure ? "not certain" : c.severity),
    nr > 1 ? el("span", "badge", `${count(nr)} times`) : null,
    c.released ? el("span", "badge", `${count(c.released)} released too late`) : null));
  card.append(el("h3", "", c.title));
  if (c.blame) card.append(el("p", "in-short", c.blame));
  const dl = el("dl", "");
  pair(dl, "Missing", c.missing, "mono missing");
  pair(dl, "Too many", c.surplus, "mono missing");
  if (c.left_in && place(c.left_in) !== place(c.born_in))
    pair(dl, c.left_in.module && c.rule === "range-orphaned-by-mirror" ? "Forgot in" : "Since", place(c.left_in), "mono");
  pair(dl, "Wrong in", place(c.wrong_in), "mono");
  pair(dl, "Born in", place(c.born_in), "mono");
  if (c.missing && c.others_released_in)
    pair(dl, "Others are", `released in ${place(c.others_released_in)}, ${count(c.siblings_released_there)} of ${count(c.siblings)}`, "mono");
  pair(dl, "Whose", [owner(c.owner), c.owner_exited_ns ? "which has exited" : "", c.more_owners ? "and others" : ""].filter(Boolean).join(", "));
  pair(dl, nr > 1 ? "First" : "It is", c.first, "mono");
  pair(dl, "How sure", !c.inconclusive ? "certain" : unsure ? `no: ${c.doubt}` : `${count(c.certain)} certain, ${count(c.inconclusive)} not`);
  if (c.bytes) pair(dl, "Size", bytes(c.bytes));
  card.append(dl);
  const show = el("button", "plain", nr > 1 ? `Show the ${count(nr)} findings` : "Show the finding");
  show.type = "button";
  show.addEventListener("click", () => { state.cause = c; update(); $("findings-section").scrollIntoView(); });
  card.append(show);
  return card;
}

function driverBadge(d) {
  return el("span", "badge", el("span", `dot c${colorOf.get(d) ?? 7}`), driverName(d));
}

function showCauses() {
  const wrong = D.causes.filter((c) => c.severity !== "note"), notes = D.causes.filter((c) => c.severity === "note");
  $("causes-section").hidden = !D.causes.length;
  if (!wrong.length) $("causes-section").querySelector("h2").textContent = "To note";
  for (const c of [...wrong, ...notes]) $("causes").append(causeCard(c));
}
