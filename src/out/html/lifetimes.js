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
