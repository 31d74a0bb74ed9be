/* SPDX-License-Identifier: GPL-2.0 */
/* drawing.js - curves and lives over time */

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

function mirrorLife(m) {
  const lived = (m.ended_ns || D.t0_ns + D.span_ns) - (m.born_ns || D.t0_ns);
  return `lived ${m.born_ns ? "" : "over "}${duration(lived)}${m.ended_ns ? "" : ", still live"}`;
}

function laneHead(m) {
  const who = el("div", "who");
  who.append(el("div", "", el("b", "", m.id || "others"), " ", el("span", `dot c${colorOf.get(m.driver) ?? 7}`), driverName(m.driver)));
  if (m.owner) who.append(el("div", "soft", owner(m.owner)));
  who.append(el("div", "soft", `${many(m.ranges, "range")}, ${count(m.most_ranges)} at once`));
  if (m.id && m.id[0] === "M") who.append(el("div", "soft", mirrorLife(m)));
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
    m.canvas.tabIndex = 0;
    m.canvas.setAttribute("aria-label", `Ranges of ${m.id || "others"}, ${driverName(m.driver)}; arrows go from one to the next`);
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
