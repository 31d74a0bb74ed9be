/* SPDX-License-Identifier: GPL-2.0 */
/* data.js - what the page was given, made ready to be drawn */

const byType = { finding: [], released: [], lost: [], frequent: [], suppression: [], "suppression-proposal": [] };
let header = {}, summary = {};
for (const line of D.lines) {
  if (line.type === "header") header = line;
  else if (line.type === "summary") summary = line;
  else if (byType[line.type]) byType[line.type].push(line);
}
const proposals = byType["suppression-proposal"];
const drivers = D.drivers;
const colorOf = new Map(drivers.map((d, i) => [d.driver, i % 8]));
const findings = byType.finding.map((f) => ({ f, text: JSON.stringify([
  f.rule, f.title, f.object.id, f.object.driver, f.object.owner, f.parent && f.parent.id,
  stackText(f.object.born), stackText(f.prior), stackText(f.offence)]).toLowerCase() }));
const findingOf = new Map();
for (const { f } of findings) if (!findingOf.has(f.object.id)) findingOf.set(f.object.id, f);
for (const r of byType.released) {
  const x = findings.find((y) => y.f.serial === r.finding);
  if (x) x.released = r;
}

function stackText(m) {
  return m ? [m.comm, m.pid, m.stack.map(place)] : null;
}

const L = D.lives, NR = L.born.length;
const lifeId = (i) => `R${L.serial[i]}${L.generation[i] > 1 ? `.${L.generation[i]}` : ""}`;
const endOf = (i) => L.lived[i] < 0 ? D.span_ns : L.born[i] + L.lived[i];
const laneOf = new Map();
for (const m of D.mirrors) {
  m.lives = [];
  m.text = [m.id, m.driver, m.owner && m.owner.comm, m.owner && m.owner.pid].join(" ").toLowerCase();
  laneOf.set(m.lane, m);
}
for (let i = 0; i < NR; i++) {
  const m = laneOf.get(L.lane[i]);
  if (m) m.lives.push(i);
}
for (const h of D.holders)
  h.text = [place(h.born_in), h.owner && h.owner.comm, h.owner && h.owner.pid].join(" ").toLowerCase();

for (const m of D.mirrors) m.lives.sort((a, b) => L.born[a] - L.born[b]);

/* Bars that overlap in time go on rows of their own. Return: null when that takes too many. */
function pack(lives, share) {
  const ends = [], row = new Uint8Array(lives.length);
  for (let k = 0; k < lives.length; k++) {
    const i = lives[k];
    let r = 0;
    while (r < ends.length && ends[r] > L.born[i]) r++;
    if (r === MAX_ROWS) {
      if (!share) return null;
      r = k % MAX_ROWS;
    }
    ends[r] = Math.max(ends[r] || 0, endOf(i));
    row[k] = r;
  }
  return { row, rows: Math.max(1, ends.length) };
}
