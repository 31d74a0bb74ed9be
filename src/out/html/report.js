/* SPDX-License-Identifier: GPL-2.0 */
"use strict";
(() => {
const D = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const BORN_BEFORE = 2, FLAGGED = 1, AT_END = 4, LOSSY = 8;
const LANES_AT_ONCE = 12, FINDINGS_AT_ONCE = 40, MAX_ROWS = 14;

/* --- words ----------------------------------------------------------------- */

/* Everything that is not ours goes through here, as text. */
function el(tag, cls, ...children) {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  for (const c of children) if (c !== null && c !== undefined) e.append(c);
  return e;
}

function duration(ns) {
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  const units = [[1e3, "µs"], [1e6, "ms"], [1e9, "s"]];
  if (ns < 60e9) {
    let u = units[0];
    for (const next of units) if (ns >= next[0]) u = next;
    const v = ns / u[0];
    return `${v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2)} ${u[1]}`;
  }
  const s = Math.round(ns / 1e9), m = Math.floor(s / 60), h = Math.floor(m / 60);
  return h ? `${h} h ${m % 60} min` : `${m} min ${s % 60} s`;
}

function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let i = 0;
  for (; n >= 1024 && i < units.length - 1; i++) n /= 1024;
  return `${i && n < 100 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

const count = (n) => n.toLocaleString("en-US");
const many = (n, what) => `${count(n)} ${what}${n === 1 ? "" : "s"}`;
const seconds = (ns) => `${(ns / 1e9).toFixed(6)} s`;
const since = (ts) => ts - D.t0_ns;
const driverName = (d) => d || "unknown driver";

function place(p) {
  if (!p) return "";
  if (!p.symbol) return p.address;
  return `${p.symbol}+0x${p.offset.toString(16)}${p.module ? ` [${p.module}]` : ""}`;
}

function owner(o) {
  return o ? `${o.comm || "process"} (pid ${o.pid})` : "";
}

/* --- the data, made ready ---------------------------------------------------- */

const byType = { finding: [], released: [], lost: [] };
let header = {}, summary = {};
for (const line of D.lines) {
  if (line.type === "header") header = line;
  else if (line.type === "summary") summary = line;
  else if (byType[line.type]) byType[line.type].push(line);
}
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

/* --- state -------------------------------------------------------------------- */

const state = { q: "", driver: null, kind: "", from: 0, to: D.span_ns || 1,
                lanes: LANES_AT_ONCE, findings: FINDINGS_AT_ONCE, cause: null };

function lifeMatches(i, m) {
  if (state.kind === "flagged" && !(L.flags[i] & FLAGGED)) return false;
  if (state.kind === "alive" && !(L.flags[i] & AT_END)) return false;
  if (!state.q) return true;
  const id = lifeId(i).toLowerCase();
  if (id === state.q || m.text.includes(state.q)) return true;
  const h = D.holders[L.holder[i]];
  return !!h && h.text.includes(state.q);
}

const laneMatches = (m) => state.driver === null || m.driver === state.driver;

function findingMatches(x) {
  if (state.driver !== null && x.f.object.driver !== state.driver) return false;
  if (state.cause && !sameCause(x.f, state.cause)) return false;
  if (state.kind === "alive" && x.released) return false;
  return !state.q || x.f.object.id.toLowerCase() === state.q || x.text.includes(state.q);
}

function sameCause(f, c) {
  if (f.rule !== c.rule || f.object.driver !== c.driver) return false;
  if (!c.born_in) return true;
  const stack = (f.object.born && f.object.born.stack) || [];
  return !stack.length || stack.some((p) => p.address === c.born_in.address);
}

/* --- verdict ------------------------------------------------------------------ */

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
  const who = c.left_in || c.wrong_in, fn = who && who.module ? `${who.symbol}()` : "";
  if (fn && c.missing)
    return `${driverName(c.driver)}: ${c.missing} is missing in ${fn}; ${c.title}.`;
  if (fn && c.surplus)
    return `${driverName(c.driver)}: ${fn} calls ${c.surplus} once too often; ${c.title}.`;
  return `${driverName(c.driver)}: ${c.title}.`;
}

function sureWords() {
  const doubt = [];
  if (summary.lost_overturning && !summary.cut) doubt.push(`${many(summary.lost_overturning, "event")} that matter were lost`);
  if (summary.cut) doubt.push("the trace is cut short");
  if (summary.inconclusive) doubt.push(`${many(summary.inconclusive, "finding")} could not be confirmed`);
  if (summary.verdict === "clean") return "Nothing is orphaned, and no event that matters was lost.";
  const top = D.causes.find((c) => c.severity === "error" || c.severity === "warn");
  const others = D.causes.filter((c) => c.severity !== "note").length - 1;
  const lead = top && summary.verdict === "findings" ?
    `Certain. ${answer(top)}${others > 0 ? ` And ${others} more below.` : ""}` : "";
  const but = doubt.length ? `${lead ? "Not all of it, though: " : "No verdict is possible: "}${doubt.join("; ")}.` : "";
  return [lead, but].filter(Boolean).join(" ");
}

function showVerdict() {
  const [words, cls] = verdictWords();
  $("verdict").textContent = words;
  $("verdict").className = cls;
  document.title = `${words} - hmmtrace report`;
  $("sure").textContent = sureWords();
  $("origin").textContent = [header.uname, header.command_line].filter(Boolean).join(" · ");
  const facts = [
    ["Mirrors", count(summary.mirrors)], ["Ranges", count(summary.ranges)],
    ["Most at once", count(D.live.most)], ["Live at the end", count(summary.live_ranges)],
    ["Events", count(summary.records)], ["Over", duration(D.span_ns)],
    ["Lost", summary.lost.length ? many(summary.lost.reduce((n, l) => n + l.count, 0), "event") : "nothing"],
  ];
  for (const [k, v] of facts) $("facts").append(el("div", "", el("dt", "", k), el("dd", "", v)));
}

function pair(dl, name, value, cls) {
  if (value) dl.append(el("dt", "", name), el("dd", cls || "", value));
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
    c.released ? el("span", "badge good", `${count(c.released)} released after all`) : null));
  card.append(el("h3", "", c.title));
  const dl = el("dl", "");
  pair(dl, "Missing", c.missing, "mono missing");
  pair(dl, "Too many", c.surplus, "mono missing");
  if (place(c.left_in) !== place(c.born_in)) pair(dl, "Forgot in", place(c.left_in), "mono");
  pair(dl, "Wrong in", place(c.wrong_in), "mono");
  pair(dl, "Born in", place(c.born_in), "mono");
  if (c.missing && c.others_released_in)
    pair(dl, "Others are", `released in ${place(c.others_released_in)}, ${count(c.siblings_released_there)} of ${count(c.siblings)}`, "mono");
  pair(dl, "Whose", [owner(c.owner), c.owner_exited_ns ? "which has exited" : "", c.more_owners ? "and others" : ""].filter(Boolean).join(", "));
  pair(dl, "How sure", !c.inconclusive ? "certain" : unsure ? "not: events are missing, or the trace ended too early" : `${count(c.certain)} certain, ${count(c.inconclusive)} not`);
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

/* --- drawing -------------------------------------------------------------------- */

let palette = {};
function readPalette() {
  const s = getComputedStyle(document.documentElement);
  palette = {};
  for (const n of ["text", "soft", "line", "faint", "bad", "panel", "accent", "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7"])
    palette[n] = s.getPropertyValue(`--${n}`).trim();
  palette.sans = `12px ${s.getPropertyValue("--sans")}`;
}
const driverColor = (d) => palette[`d${colorOf.get(d) ?? 7}`];

function begin(canvas) {
  const box = canvas.getBoundingClientRect(), scale = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(box.width * scale));
  canvas.height = Math.max(1, Math.round(box.height * scale));
  const g = canvas.getContext("2d");
  g.setTransform(scale, 0, 0, scale, 0, 0);
  g.clearRect(0, 0, box.width, box.height);
  g.font = palette.sans;
  return { g, w: box.width, h: box.height };
}

const xOf = (t, w) => (t - state.from) / (state.to - state.from) * w;
const tOf = (x, w) => state.from + x / w * (state.to - state.from);

function niceStep(span, nr) {
  const raw = span / nr, p = Math.pow(10, Math.floor(Math.log10(raw)));
  for (const m of [1, 2, 5, 10]) if (m * p >= raw) return m * p;
  return 10 * p;
}

function drawTimeAxis(g, w, h) {
  const step = niceStep(state.to - state.from, Math.max(2, w / 130));
  g.fillStyle = palette.soft;
  g.strokeStyle = palette.line;
  for (let t = Math.ceil(state.from / step) * step; t <= state.to; t += step) {
    const x = Math.round(xOf(t, w)) + .5;
    g.beginPath(); g.moveTo(x, 0); g.lineTo(x, h - 16); g.stroke();
    const text = t === 0 ? "0" : step < 1e6 ? `${(t / 1e9).toFixed(6)} s` : step < 1e9 ? `${(t / 1e9).toFixed(3)} s` : duration(t);
    if (x + g.measureText(text).width < w) g.fillText(text, x + 3, h - 3);
  }
}

/* The most there were within each pixel: a short peak stays a peak. */
function drawCurve(g, c, w, h, most, color, filled) {
  const path = new Path2D();
  const nr = c.bins.length, top = 14, room = h - 16 - top;
  const yOf = (v) => top + room - v / most * room;
  const first = Math.max(0, Math.floor(state.from / c.width_ns)), last = Math.min(nr - 1, Math.ceil(state.to / c.width_ns));
  path.moveTo(xOf(first * c.width_ns, w), h - 16);
  for (let b = first; b <= last; b++) {
    const y = yOf(c.bins[b]);
    path.lineTo(xOf(b * c.width_ns, w), y);
    path.lineTo(xOf(Math.min((b + 1) * c.width_ns, D.span_ns), w), y);
  }
  if (filled) {
    path.lineTo(xOf(Math.min((last + 1) * c.width_ns, D.span_ns), w), h - 16);
    g.globalAlpha = .13; g.fillStyle = color; g.fill(path); g.globalAlpha = 1;
  }
  g.strokeStyle = color; g.lineWidth = filled ? 1 : 1.75; g.stroke(path); g.lineWidth = 1;
}

function shownCurves() {
  const list = drivers.filter((d) => d.live && d.live.most && (state.driver === null || d.driver === state.driver));
  return list.slice(0, 8);
}

function drawLive() {
  const { g, w, h } = begin($("curve"));
  const curves = shownCurves();
  const all = state.driver === null && drivers.length > 1;
  const most = Math.max(1, all ? D.live.most : 0, ...curves.map((d) => d.live.most));
  drawTimeAxis(g, w, h);
  if (all) drawCurve(g, D.live, w, h, most, palette.soft, true);
  for (const d of curves) drawCurve(g, d.live, w, h, most, driverColor(d.driver), !all);
  g.fillStyle = palette.soft;
  g.fillText(`${count(most)} live at most`, 4, 11);
  drawSelection(g, h);
}

function drawSelection(g, h) {
  if (!drag) return;
  g.globalAlpha = .15; g.fillStyle = palette.accent;
  g.fillRect(Math.min(drag.from, drag.to), 0, Math.abs(drag.to - drag.from), h);
  g.globalAlpha = 1;
}

const laneHeight = (m) => 12 + Math.max(18, Math.min(62, m.most_ranges * 8));

function drawMirrorLife(g, m, w) {
  if (!m.born_ns && !m.ended_ns) return;
  const a = xOf(m.born_ns ? since(m.born_ns) : 0, w), b = xOf(m.ended_ns ? since(m.ended_ns) : D.span_ns, w);
  g.fillStyle = driverColor(m.driver);
  g.globalAlpha = .35; g.fillRect(a, 2, Math.max(2, b - a), 4); g.globalAlpha = 1;
  if (!m.ended_ns) return;
  g.fillRect(b - 1, 0, 2, 8);
  /* What is right of this line has outlived its mirror. */
  g.globalAlpha = .5; g.setLineDash([2, 3]); g.strokeStyle = palette.text;
  g.beginPath(); g.moveTo(Math.round(b) + .5, 8); g.lineTo(Math.round(b) + .5, laneHeight(m)); g.stroke();
  g.setLineDash([]); g.globalAlpha = 1;
}

function visible(m) {
  const list = [];
  for (const i of m.lives) {
    if (L.born[i] > state.to) break;
    if (endOf(i) >= state.from && lifeMatches(i, m)) list.push(i);
  }
  return list;
}

/* Bars while they can be told apart; more than that at once are a height. */
function drawLane(m) {
  const { g, w, h } = begin(m.canvas), all = visible(m);
  let bars = all, packed = pack(all, false);
  drawMirrorLife(g, m, w);
  if (!packed) {
    drawDense(g, m, all, w, h);
    bars = all.filter((i) => L.flags[i] & (FLAGGED | AT_END));
    packed = pack(bars, true);
  }
  const rh = Math.min(12, (h - 12) / packed.rows);
  m.hit = { bars, packed, rh, dense: bars !== all };
  drawBars(g, m, w);
  if (!all.length) { g.fillStyle = palette.soft; g.fillText("none here", 4, h / 2 + 8); }
}

/* How many touch each pixel. */
function drawDense(g, m, all, w, h) {
  const px = Math.ceil(w), n = new Int32Array(px + 2);
  for (const i of all) {
    n[Math.max(0, Math.floor(xOf(L.born[i], w)))]++;
    n[Math.min(px, Math.floor(xOf(endOf(i), w)) + 1)]--;
  }
  let most = 1, now = 0;
  for (let x = 0; x < px; x++) { now += n[x]; n[x] = now; most = Math.max(most, now); }
  const path = new Path2D(), room = h - 13;
  path.moveTo(0, h);
  for (let x = 0; x < px; x++) { const y = h - n[x] / most * room; path.lineTo(x, y); path.lineTo(x + 1, y); }
  path.lineTo(px, h);
  g.fillStyle = g.strokeStyle = driverColor(m.driver);
  g.globalAlpha = .38; g.fill(path);
  g.globalAlpha = .9; g.stroke(path); g.globalAlpha = 1;
  m.most = { n, most };
}

/* A bar that would fall into a pixel its row has painted already is not painted again. */
function drawBars(g, m, w) {
  const { bars, packed, rh } = m.hit, painted = new Float64Array(packed.rows).fill(-1), late = [];
  const gap = rh > 4 ? 1 : .5;
  g.fillStyle = driverColor(m.driver);
  g.globalAlpha = .75;
  for (let k = 0; k < bars.length; k++) {
    const i = bars[k];
    if (L.flags[i] & (FLAGGED | AT_END)) { late.push(k); continue; }
    const row = packed.row[k], a = Math.max(xOf(L.born[i], w), painted[row]), b = Math.max(xOf(L.born[i], w) + 1, xOf(endOf(i), w));
    if (b <= painted[row] + .5) continue;
    g.fillRect(a, 10 + row * rh, Math.max(.75, b - a - (b - a > 5 ? 1 : 0)), rh - gap);
    painted[row] = b;
  }
  g.globalAlpha = 1;
  for (const k of late) drawLate(g, m, k, w);
}

/* What never ended, or ended wrong: on top, never thinner than two pixels. */
function drawLate(g, m, k, w) {
  const { bars, packed, rh } = m.hit, i = bars[k], t = Math.min(rh - 1, 5);
  const a = xOf(L.born[i], w), b = Math.max(a + 2, xOf(endOf(i), w)), y = 10 + packed.row[k] * rh + (rh - t) / 2;
  g.fillStyle = L.flags[i] & FLAGGED ? palette.bad : driverColor(m.driver);
  g.fillRect(a, y, b - a, t);
  if (!(L.flags[i] & AT_END)) return;
  /* It goes on: there is no end to draw. */
  g.beginPath(); g.moveTo(w, y + t / 2); g.lineTo(w - 7, y - 2.5); g.lineTo(w - 7, y + t + 2.5); g.fill();
}

function laneHead(m) {
  const who = el("div", "who");
  who.append(el("div", "", el("b", "", m.id || "others"), el("span", `dot c${colorOf.get(m.driver) ?? 7}`), driverName(m.driver)));
  if (m.owner) who.append(el("div", "soft", owner(m.owner)));
  who.append(el("div", "soft", `${many(m.ranges, "range")}, ${count(m.most_ranges)} at once`));
  const badges = el("div", "badges");
  if (m.certain) badges.append(el("span", "badge error", many(m.certain, "finding")));
  if (m.inconclusive) badges.append(el("span", "badge unsure", `${count(m.inconclusive)} not certain`));
  if (m.live_ranges) badges.append(el("span", "badge", `${count(m.live_ranges)} still live`));
  who.append(badges);
  return who;
}

function laneHas(m) {
  if (!laneMatches(m)) return false;
  if (!state.q && !state.kind) return true;
  if (!m.lives.length) return !state.kind && m.text.includes(state.q);
  return m.lives.some((i) => lifeMatches(i, m));
}

let shownLanes = [];
function showLanes() {
  const all = D.mirrors.filter(laneHas);
  shownLanes = all.slice(0, state.lanes);
  $("lanes").replaceChildren(...shownLanes.map((m) => {
    m.canvas = el("canvas");
    m.canvas.setAttribute("role", "img");
    m.canvas.setAttribute("aria-label", `Ranges of ${m.id || "others"}, ${driverName(m.driver)}`);
    m.canvas.style.height = `${laneHeight(m)}px`;
    listen(m.canvas, m);
    return el("div", "lane", laneHead(m), m.canvas);
  }));
  const rest = all.length - shownLanes.length;
  $("more-lanes").hidden = !rest;
  $("more-lanes").textContent = `Show ${count(Math.min(rest, 4 * LANES_AT_ONCE))} of ${count(rest)} more`;
  return all.length;
}

let frame = 0;
function draw() {
  if (frame) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    drawLive();
    shownLanes.forEach(drawLane);
    drawHistogram();
  });
}

/* --- lifetimes -------------------------------------------------------------------- */

function drawHistogram() {
  const { g, w, h } = begin($("histogram"));
  const H = D.histogram, cols = Math.max(20, Math.min(80, Math.floor(w / 14)));
  if (!H.length) return;
  const logs = (v) => Math.log10(Math.max(1, v));
  const lo = logs(D.lifetime.min_ns), hi = Math.max(lo + .5, logs(D.lifetime.max_ns) + .01);
  const bars = new Array(cols).fill(0);
  for (let i = 0; i < H.length; i += 2)
    bars[Math.min(cols - 1, Math.max(0, Math.floor((logs(H[i]) - lo) / (hi - lo) * cols)))] += H[i + 1];
  const most = Math.max(...bars), room = h - 36, cw = w / cols;
  g.fillStyle = palette.accent; g.globalAlpha = .75;
  bars.forEach((n, i) => n && g.fillRect(i * cw, 18 + room - Math.max(1.5, n / most * room), cw - 1.5, Math.max(1.5, n / most * room)));
  g.globalAlpha = 1;
  g.fillStyle = palette.soft;
  for (let e = Math.ceil(lo); e <= hi; e++) {
    const x = (e - lo) / (hi - lo) * w, text = duration(Math.pow(10, e)).replace(/\.0+ /, " ");
    if (x + g.measureText(text).width < w && (hi - lo < w / 70 || !(e % 3))) g.fillText(text, x, h - 3);
  }
  let edge = -1;
  for (const [name, v] of [["p50", D.lifetime.p50_ns], ["p95", D.lifetime.p95_ns], ["p99", D.lifetime.p99_ns]]) {
    const x = Math.round((logs(v) - lo) / (hi - lo) * w) + .5;
    g.strokeStyle = palette.text;
    g.setLineDash([3, 3]); g.beginPath(); g.moveTo(x, 14); g.lineTo(x, h - 18); g.stroke(); g.setLineDash([]);
    const text = w < 560 ? name : `${name} ${duration(v)}`, width = g.measureText(text).width;
    const at = Math.min(w - width, Math.max(edge + 10, x - width / 2));
    g.fillText(text, at, 10);
    edge = at + width;
  }
}

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

function showTables() {
  const lived = drivers.filter((d) => d.lifetime).map((d) => [driverCell(d.driver), d.lifetime]);
  if (D.lifetime && lived.length > 1) lived.push(["all", D.lifetime]);
  $("life-section").hidden = !D.lifetime;
  table("lifetimes", ["Driver", "#ended", "#p50", "#p95", "#p99", "#max"], lived.map(([name, l]) =>
    [name, count(l.count), duration(l.p50_ns), duration(l.p95_ns), duration(l.p99_ns), duration(l.max_ns)]));
  const holders = D.holders.filter((h) => h.ranges).sort((a, b) => b.live_ranges - a.live_ranges || b.most_ranges - a.most_ranges || b.ranges - a.ranges).slice(0, 25);
  $("holder-section").hidden = !holders.length;
  table("holders", ["#live at the end", "#bytes", "#at once", "#born", "Driver", "Owner", "Born in"], holders.map((h) =>
    [count(h.live_ranges), h.live_bytes ? bytes(h.live_bytes) : "–", count(h.most_ranges), count(h.ranges), driverCell(h.driver), owner(h.owner) || "?", el("code", "", place(h.born_in) || "?")]));
  $("lost-section").hidden = !summary.lost.length;
  table("lost", ["Cause", "CPU", "#count", "What it means"], summary.lost.map((l) =>
    [l.cause, l.cpu === null ? "–" : String(l.cpu), count(l.count), l.overturns ? "a verdict may rest on it" : "no verdict rests on it"]));
}

/* --- findings ---------------------------------------------------------------------- */

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

/* --- pointer ------------------------------------------------------------------------ */

let drag = null;

function lifeAt(m, x, y, w) {
  if (!m.hit) return -1;
  const { bars, packed, rh } = m.hit, row = Math.floor((y - 10) / rh);
  const slack = (state.to - state.from) / w * 2, t = tOf(x, w);
  let best = -1;
  for (let k = 0; k < bars.length; k++) {
    const i = bars[k];
    if (L.born[i] > t + slack) break;
    if (packed.row[k] !== row || endOf(i) < t - slack) continue;
    if (best < 0 || L.flags[i] & (FLAGGED | AT_END) || !(L.flags[best] & (FLAGGED | AT_END))) best = i;
  }
  return best;
}

function showTip(e, lines) {
  const tip = $("tip");
  tip.replaceChildren(...lines.map((l) => el("div", "", l)));
  tip.hidden = false;
  tip.style.left = `${Math.min(e.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.max(4, e.clientY - tip.offsetHeight - 10)}px`;
}
const hideTip = () => { $("tip").hidden = true; };

function lifeLines(i) {
  const h = D.holders[L.holder[i]], alive = L.lived[i] < 0;
  return [
    `${lifeId(i)}, ${bytes(L.size[i])}`,
    L.flags[i] & BORN_BEFORE ? "born before the trace" : `born at ${seconds(L.born[i])}`,
    alive ? "never ended" : `lived ${duration(L.lived[i])}`,
    h && h.born_in ? `born in ${place(h.born_in)}` : null,
    L.flags[i] & FLAGGED ? "flagged" : null,
  ].filter(Boolean);
}

function denseLines(m, x, w) {
  const n = m.most.n[Math.max(0, Math.min(Math.floor(x), m.most.n.length - 1))];
  return [seconds(tOf(x, w)), `${many(n, "range")}${L.one_in > 1 ? " drawn" : ""} here, zoom in to tell them apart`];
}

function curveLines(t) {
  const at = (c) => c.bins[Math.min(c.bins.length - 1, Math.max(0, Math.floor(t / c.width_ns)))];
  return [seconds(t), ...shownCurves().map((d) => `${driverName(d.driver)}: ${count(at(d.live))}`),
          drivers.length > 1 && state.driver === null ? `all: ${count(at(D.live))}` : null].filter(Boolean);
}

function inspect(i, m) {
  const box = $("inspector"), close = el("button", "plain", "Close"), dl = el("dl", "facts-list");
  close.type = "button";
  close.addEventListener("click", () => { box.hidden = true; });
  const h = D.holders[L.holder[i]];
  pair(dl, "Driver", driverName(m.driver));
  pair(dl, "On", m.id);
  pair(dl, "Owner", owner(m.owner));
  pair(dl, "Size", bytes(L.size[i]));
  pair(dl, "Born", L.flags[i] & BORN_BEFORE ? "before the trace" : seconds(L.born[i]));
  pair(dl, "Ended", L.lived[i] < 0 ? "never, in this trace" : `${seconds(endOf(i))}, after ${duration(L.lived[i])}`);
  if (h) pair(dl, "Born in", place(h.born_in), "mono");
  if (L.flags[i] & LOSSY) pair(dl, "Note", "events were lost during its life");
  box.replaceChildren(el("h3", "", el("span", "", `Range ${lifeId(i)}`), close), dl);
  const f = findingOf.get(lifeId(i));
  if (f) {
    const go = el("button", "plain", "Open its finding");
    go.type = "button";
    go.addEventListener("click", () => openFinding(f));
    box.append(el("p", "note", f.title), go);
  }
  box.append(el("code", "command", `hmmtrace report --object ${lifeId(i)} FILE`));
  box.hidden = false;
}

function openFinding(f) {
  state.cause = null;
  state.q = f.object.id.toLowerCase();
  $("search").value = f.object.id;
  update();
  const d = $(`finding-${f.serial}`);
  if (!d) return;
  d.open = true;
  d.scrollIntoView({ behavior: "smooth", block: "center" });
}

function listen(canvas, m) {
  canvas.addEventListener("pointerdown", (e) => {
    drag = { canvas, from: e.offsetX, to: e.offsetX };
    if (e.pointerType === "mouse") canvas.setPointerCapture(e.pointerId);
  });
  canvas.addEventListener("pointermove", (e) => {
    if (drag && drag.canvas === canvas) { drag.to = e.offsetX; draw(); return; }
    const w = canvas.clientWidth;
    if (!m) { showTip(e, curveLines(tOf(e.offsetX, w))); return; }
    const i = lifeAt(m, e.offsetX, e.offsetY, w);
    if (i >= 0) showTip(e, lifeLines(i));
    else if (m.hit && m.hit.dense) showTip(e, denseLines(m, e.offsetX, w));
    else hideTip();
  });
  canvas.addEventListener("pointerup", (e) => {
    const d = drag;
    drag = null;
    if (!d || d.canvas !== canvas) return;
    const w = canvas.clientWidth, a = tOf(Math.min(d.from, d.to), w), b = tOf(Math.max(d.from, d.to), w);
    if (Math.abs(d.to - d.from) > 5) zoom(a, b);
    else if (m) { const i = lifeAt(m, e.offsetX, e.offsetY, w); if (i >= 0) inspect(i, m); draw(); }
    else draw();
  });
  canvas.addEventListener("pointercancel", () => { drag = null; draw(); });
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("dblclick", () => zoom(0, D.span_ns || 1));
}

function zoom(from, to) {
  state.from = Math.max(0, from);
  state.to = Math.min(D.span_ns || 1, to);
  if (state.to - state.from < 100) state.to = state.from + 100;
  draw();
}

/* --- theme, filters, start ------------------------------------------------------------ */

const wantsDark = matchMedia("(prefers-color-scheme: dark)");
function remember(theme) { try { localStorage.setItem("hmmtrace-theme", theme); } catch (e) { /* a file has none */ } }
function remembered() { try { return localStorage.getItem("hmmtrace-theme"); } catch (e) { return null; } }

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").textContent = theme === "dark" ? "Light" : "Dark";
  readPalette();
  draw();
}

function drawnWords() {
  const parts = [];
  if (L.one_in > 1 || NR < L.seen)
    parts.push(`To keep this page small, ${count(NR)} of ${count(L.seen)} ranges are drawn: those that a finding is about or that never ended, and of the others about one in ${count(L.one_in)}. Counts, curves and lifetimes are of all.`);
  if (D.live.width_ns > 1000) parts.push(`Curves show the most there were within ${duration(D.live.width_ns)}.`);
  return parts.join(" ");
}

function showLegend() {
  const list = shownCurves().map((d) => el("span", "", el("span", `dot c${colorOf.get(d.driver)}`), driverName(d.driver)));
  if (state.driver === null && drivers.length > 1) list.unshift(el("span", "", el("span", "dot call"), "all"));
  list.push(el("span", "", el("span", "dot cbad"), "flagged"));
  $("legend").replaceChildren(...list);
}

function update() {
  const lanes = showLanes(), nr = showFindings();
  showLegend();
  const filtered = state.q || state.driver !== null || state.kind || state.cause;
  $("matches").textContent = filtered ? `${many(nr, "finding")}, ${many(lanes, "mirror")}` : "";
  draw();
}

function resetFilters() {
  Object.assign(state, { q: "", driver: null, kind: "", cause: null, from: 0, to: D.span_ns || 1,
                         lanes: LANES_AT_ONCE, findings: FINDINGS_AT_ONCE });
  $("search").value = ""; $("driver").value = ""; $("kind").value = "";
  update();
}

function start() {
  drivers.forEach((d, i) => { const o = el("option", "", driverName(d.driver)); o.value = String(i); $("driver").append(o); });
  let typing = 0;
  $("search").addEventListener("input", (e) => {
    clearTimeout(typing);
    typing = setTimeout(() => { state.q = e.target.value.trim().toLowerCase(); update(); }, 80);
  });
  $("driver").addEventListener("change", (e) => { state.driver = e.target.value === "" ? null : drivers[+e.target.value].driver; update(); });
  $("kind").addEventListener("change", (e) => { state.kind = e.target.value; update(); });
  $("reset").addEventListener("click", resetFilters);
  $("more-lanes").addEventListener("click", () => { state.lanes += 4 * LANES_AT_ONCE; update(); });
  $("more-findings").addEventListener("click", () => { state.findings += 5 * FINDINGS_AT_ONCE; update(); });
  $("theme").addEventListener("click", () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    remember(next);
    setTheme(next);
  });
  wantsDark.addEventListener("change", (e) => { if (!remembered()) setTheme(e.matches ? "dark" : "light"); });
  addEventListener("resize", draw);
  listen($("curve"), null);
  showVerdict();
  showCauses();
  showTables();
  $("drawn").textContent = drawnWords();
  $("time-section").hidden = !D.mirrors.length;
  $("curve").classList.add("lanes-head");
  setTheme(remembered() || (wantsDark.matches ? "dark" : "light"));
  update();
  document.documentElement.dataset.ready = "yes";
}
start();
})();
