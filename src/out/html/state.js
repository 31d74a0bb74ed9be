/* SPDX-License-Identifier: GPL-2.0 */
/* state.js - what is chosen: filters, times, how much is shown */

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
