// The page of `--timings`: the record as JSON in the page, drawn by a short script as SVG. Dark and light, printable, works from a
// file without any network.
#include <cargo_wasm/report/timings.hpp>

#include "script_json.hpp"

namespace cargo_wasm::report {

namespace {

constexpr std::string_view k_head = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Build timings</title>
<style>
:root { --bg: #fff; --fg: #1b1f24; --soft: #6a737d; --line: #d8dee4; --a: #4c8dd6; --b: #a5c8f0; --run: #d98b2b; --crit: #c93c37; }
@media (prefers-color-scheme: dark) { :root { --bg: #16191d; --fg: #e6e9ec; --soft: #9aa4ae; --line: #343a40; --a: #3f7cc0; --b: #2a4f78; --run: #b8741f; --crit: #e5635c; } }
body { background: var(--bg); color: var(--fg); font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1rem; }
h1 { font-size: 1.35rem; margin: 0 0 .3rem; } h2 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; }
p, .soft { color: var(--soft); margin: .2rem 0; }
svg { display: block; width: 100%; overflow: visible; } svg text { fill: var(--fg); font-size: 11px; }
.grid { stroke: var(--line); } .area { fill: var(--b); stroke: var(--a); }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .2rem .5rem; text-align: left; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.key i { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; border-radius: 2px; }
</style></head><body>
<h1>Build timings</h1><p id="sum"></p>
<h2>Schedule</h2>
<p class="key"><i style="background:var(--b)"></i>until metadata<i style="background:var(--a)"></i>code generation<i style="background:var(--run)"></i>build script run<i style="outline:2px solid var(--crit)"></i>critical path</p>
<div id="gantt"></div><h2>Concurrency</h2><p>Actions that run at the same time; the line is the job limit.</p><div id="jobs"></div>
<h2>Critical path</h2><div id="crit"></div><h2>All that ran</h2><div id="table"></div>
<script type="application/json" id="data">)html";

constexpr std::string_view k_tail = R"html(</script>
<script>
const d = JSON.parse(document.getElementById('data').textContent), A = d.actions, W = 1160;
const esc = s => s.replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c]));
const sec = ms => (ms / 1000).toFixed(2) + ' s', span = Math.max(1, d['elapsed-ms'], ...A.map(a => a['end-ms'])), x = ms => ms / span * W;
const kind = a => a.mode === 'compile' ? a.target : a.mode;
document.getElementById('sum').textContent = `${d.profile} — ${d.success ? 'finished' : 'failed'} in ${sec(d['elapsed-ms'])} (started ${d['started-at']}); ${A.length} ran, ${d.fresh} fresh, ${d.jobs} jobs, critical path ${sec(d['critical-path-ms'])}`;
function axis(h) { const step = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300].find(s => span / 1000 / s <= 14) || 600; let s = '';
  for (let t = 0; t * 1000 <= span; t += step) s += `<line class="grid" x1="${x(t * 1000)}" x2="${x(t * 1000)}" y1="0" y2="${h}"/><text x="${x(t * 1000) + 2}" y="${h + 12}">${+t.toFixed(2)} s</text>`; return s; }
(() => { const lanes = []; const place = A.map(a => { let i = lanes.findIndex(end => end <= a['start-ms']); if (i < 0) i = lanes.push(0) - 1; lanes[i] = a['end-ms']; return i; });
  const rows = A.length <= 400 ? A.map((_, i) => i) : place, n = Math.max(1, ...rows.map(r => r + 1)), rh = 17; let s = axis(n * rh);
  A.forEach((a, i) => { const y = rows[i] * rh, b = x(a['start-ms']), e = x(a['end-ms']), m = a['rmeta-ms'] == null ? e : x(a['rmeta-ms']), run = a.mode !== 'compile';
    s += `<g><title>${esc(a.package)} ${esc(kind(a))}: ${sec(a['end-ms'] - a['start-ms'])}${a.reason ? '\n' + esc(a.reason) : ''}</title><rect x="${b}" y="${y + 1}" width="${Math.max(1, e - b)}" height="${rh - 3}" rx="2" fill="var(${run ? '--run' : '--a'})" ${a.critical ? 'stroke="var(--crit)" stroke-width="2"' : ''}/>`;
    if (!run && a['rmeta-ms'] != null) s += `<rect x="${b}" y="${y + 1}" width="${Math.max(0, m - b)}" height="${rh - 3}" rx="2" fill="var(--b)"/>`;
    if (A.length <= 400) s += `<text x="${b > W * .75 ? b - 4 : e + 4}" y="${y + 12}" ${b > W * .75 ? 'text-anchor="end"' : ''}>${esc(a.package)} ${a.target === 'lib' && !run ? '' : esc(kind(a))} ${sec(a['end-ms'] - a['start-ms'])}</text>`; s += '</g>'; });
  document.getElementById('gantt').innerHTML = `<svg viewBox="0 0 ${W} ${n * rh + 16}">${s}</svg>`; })();
(() => { const ev = A.flatMap(a => [[a['start-ms'], 1], [a['end-ms'], -1]]).sort((p, q) => p[0] - q[0] || p[1] - q[1]); let n = 0, top = d.jobs; const pts = [[0, 0]];
  for (const [t, s] of ev) { pts.push([t, n]); n += s; top = Math.max(top, n); pts.push([t, n]); } const h = 110, y = v => h - v / (top + .5) * h;
  document.getElementById('jobs').innerHTML = `<svg viewBox="0 0 ${W} ${h + 16}">${axis(h)}<path class="area" d="M0 ${h}${pts.map(p => `L${x(p[0])} ${y(p[1])}`).join('')}L${W} ${h}Z"/><line x1="0" x2="${W}" y1="${y(d.jobs)}" y2="${y(d.jobs)}" stroke="var(--crit)" stroke-dasharray="4 4"/></svg>`; })();
const rows = list => `<table><tr><th>Unit</th><th>What</th><th class="n">Start</th><th class="n">Time</th><th>Why</th></tr>${list.map(a => `<tr><td>${esc(a.package)}</td><td>${esc(kind(a))}</td><td class="n">${sec(a['start-ms'])}</td><td class="n">${sec(a['end-ms'] - a['start-ms'])}</td><td class="soft">${esc(a.reason)}</td></tr>`).join('')}</table>`;
document.getElementById('crit').innerHTML = rows(A.filter(a => a.critical));
document.getElementById('table').innerHTML = rows([...A].sort((p, q) => (q['end-ms'] - q['start-ms']) - (p['end-ms'] - p['start-ms'])));
</script></body></html>
)html";

} // namespace

std::string to_html(const BuildTimings& timings)
{
  std::string page(k_head);
  page += json_for_script(to_json(timings));
  page += k_tail;
  return page;
}

} // namespace cargo_wasm::report
