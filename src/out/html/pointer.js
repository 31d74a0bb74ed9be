/* SPDX-License-Identifier: GPL-2.0 */
/* pointer.js - what a pointer over the drawing shows, chooses and zooms */

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

/* What a pointer does, for those who have a keyboard. Each tells whether the key was its own. */
function zoomKey(key) {
  const middle = (state.from + state.to) / 2, half = (state.to - state.from) / 2;
  if (key === "0" || key === "Home") zoom(0, D.span_ns || 1);
  else if (key === "+" || key === "=") zoom(middle - half / 2, middle + half / 2);
  else if (key === "-") zoom(middle - 2 * half, middle + 2 * half);
  else return false;
  return true;
}

function moveKey(key) {
  const span = state.to - state.from, end = D.span_ns || 1;
  const step = key === "ArrowLeft" ? -span / 4 : key === "ArrowRight" ? span / 4 : 0;
  const from = Math.max(0, Math.min(end - span, state.from + step));
  if (step) zoom(from, from + span);
  return step !== 0;
}

function stepKey(key, m) {
  const step = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0, bars = m.hit ? m.hit.bars : [];
  if (!step || !bars.length) return false;
  m.at = Math.max(0, Math.min(bars.length - 1, (m.at ?? (step > 0 ? -1 : bars.length)) + step));
  inspect(bars[m.at], m);
  return true;
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
  canvas.addEventListener("keydown", (e) => {
    if (zoomKey(e.key) || (m ? stepKey(e.key, m) : moveKey(e.key))) e.preventDefault();
  });
}

function zoom(from, to) {
  state.from = Math.max(0, from);
  state.to = Math.min(D.span_ns || 1, to);
  if (state.to - state.from < 100) state.to = state.from + 100;
  draw();
}
