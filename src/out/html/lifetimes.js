/* SPDX-License-Identifier: GPL-2.0 */
/* lifetimes.js - how long ranges lived */

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
  const marks = [["p50", D.lifetime.p50_ns], ["p95", D.lifetime.p95_ns], ["p99", D.lifetime.p99_ns]].map(([name, v]) => {
    const x = Math.round((logs(v) - lo) / (hi - lo) * w) + .5, text = w < 560 ? name : `${name} ${duration(v)}`;
    return { x, text, width: g.measureText(text).width };
  });
  placeMarks(marks, w);
  for (const m of marks) {
    g.strokeStyle = palette.text;
    g.setLineDash([3, 3]); g.beginPath(); g.moveTo(m.x, 14); g.lineTo(m.x, h - 18); g.stroke(); g.setLineDash([]);
    g.fillText(m.text, m.at, 10);
  }
}

/* Side by side, as near to where they belong as the others and the edges let them. */
function placeMarks(marks, w) {
  let edge = -10;
  for (const m of marks) {
    m.at = Math.max(edge + 10, m.x - m.width / 2);
    edge = m.at + m.width;
  }
  edge = w + 10;
  for (const m of [...marks].reverse()) {
    m.at = Math.min(edge - 10 - m.width, m.at);
    edge = m.at;
  }
}
