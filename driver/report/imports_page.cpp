// The page of `imports --html`. The script puts every text in with textContent, so nothing in a name can become markup; columns sort, words
// filter. Dark and light, printable, works from a file without any network.
#include <cargo_wasm/report/imports_page.hpp>

#include "script_json.hpp"

namespace cargo_wasm::report {

namespace {

constexpr std::string_view k_imports_head = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Imports</title>
<style>
:root { color-scheme: light dark; --bg: #fff; --fg: #1b1f24; --soft: #6a737d; --line: #d8dee4; --mark: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --bg: #16191d; --fg: #e6e9ec; --soft: #9aa4ae; --line: #343a40; --mark: #f2867e; } }
body { background: var(--bg); color: var(--fg); font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 1500px; padding: 0 1rem; }
h1 { font-size: 1.35rem; margin: 0 0 .6rem; } h2 { font-size: 1.05rem; margin: 1.8rem 0 .2rem; overflow-wrap: anywhere; }
p { color: var(--soft); margin: .2rem 0; overflow-wrap: anywhere; }
input { background: var(--bg); border: 1px solid var(--line); border-radius: 4px; color: var(--fg); font: inherit; padding: .3rem .5rem; width: 24rem; max-width: 90%; }
table { border-collapse: collapse; margin-top: .4rem; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th button { background: none; border: 0; color: inherit; cursor: pointer; font: inherit; padding: 0; } th[aria-sort=ascending] button::after { content: " ↑"; } th[aria-sort=descending] button::after { content: " ↓"; }
td.code { font-family: ui-monospace, monospace; font-size: 12.5px; } td ol { margin: 0; padding-left: 1.2rem; } .unknown { color: var(--mark); } summary { cursor: pointer; }
@media print { input { display: none; } }
</style></head><body>
<h1>Imports</h1>
<label>Filter <input id="filter" type="search" placeholder="module, field, crate, host …"></label>
<noscript><p>This page draws its tables with a script that stands in it; nothing is loaded from anywhere.</p></noscript>
<div id="modules"></div>
<script type="application/json" id="data">)html";

constexpr std::string_view k_imports_tail = R"html(</script>
<script>
const ledger = JSON.parse(document.getElementById('data').textContent), rows = [];
const make = (name, text, parent) => { const element = document.createElement(name); if (text !== undefined) element.textContent = text; if (parent) parent.append(element); return element; };
const roots = { entry: "the program's entry", exported: 'exported', constructor: 'runs when the module is loaded', retained: 'kept by the link', kept: 'kept by the link' };
const place = i => { const at = i['declared-at']; return at ? `${at.package}/${at.file}:${at.line}:${at.column}` : ''; };
const crate = i => (i.crate ? [i.version ? `${i.crate} v${i.version}` : i.crate, ...i['also-declared-by']].join(', ') : `wanted by ${i['wanted-by']}`);
const columns = [['Module', i => i.module, 'code'], ['Field', i => i.field, 'code'], ['Type', i => i.type || i.kind, 'code'], ['Crate', crate],
  ['Declared at', place, 'code'], ['Why it is alive', i => [...i.path, roots[i.root] || i.root].join(' ')], ['Host', i => i.hosts.join(', ') || 'unknown']];
function why(i, cell) {
  if (i.path.length === 0) return void (cell.textContent = roots[i.root] || i.root);
  const details = make('details', undefined, cell); make('summary', `${i.path[0]} (${roots[i.root] || i.root})`, details);
  const list = make('ol', undefined, details); for (const name of i.path) make('li', name, list).className = 'code'; }
for (const m of ledger.modules) {
  const box = make('section', undefined, document.getElementById('modules'));
  make('h2', m.module, box);
  make('p', `${m.of.package} v${m.of.version}, ${m.of.kind} ${m.of.artifact}, ${m.of.target}, ${m.of.features.length ? 'features ' + m.of.features.join(', ') : 'no features'}; ${m.imports.length} imports`, box);
  if (m.of.component) make('p', `A component that imports ${m.of.interfaces.join(', ') || 'nothing'}.`, box);
  const table = make('table', undefined, box), head = make('tr', undefined, make('thead', undefined, table)), body = make('tbody', undefined, table);
  const own = m.imports.map(i => { const row = make('tr', undefined, body);
    columns.forEach(([name, text, look]) => { const cell = make('td', undefined, row);
      if (look) cell.className = look;
      if (name === 'Why it is alive') why(i, cell); else cell.textContent = text(i);
      if (name === 'Host' && i.hosts.length === 0) cell.className = 'unknown'; });
    return { row, keys: columns.map(([, text]) => text(i)) }; });
  rows.push(...own);
  columns.forEach(([name], at) => { const cell = make('th', undefined, head); cell.scope = 'col';
    make('button', name, cell).addEventListener('click', () => {
      const down = cell.getAttribute('aria-sort') === 'ascending';
      for (const other of head.children) other.removeAttribute('aria-sort');
      cell.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      own.sort((a, b) => (down ? -1 : 1) * a.keys[at].localeCompare(b.keys[at])).forEach(o => body.append(o.row)); }); }); }
document.getElementById('filter').addEventListener('input', event => { const words = event.target.value.toLowerCase().split(/\s+/);
  for (const { row, keys } of rows) { const text = keys.join('\n').toLowerCase(); row.hidden = !words.every(word => text.includes(word)); } });
</script></body></html>
)html";

} // namespace

std::string imports_page(std::string_view ledger_json)
{
  std::string page(k_imports_head);
  page += json_for_script(ledger_json);
  page += k_imports_tail;
  return page;
}

} // namespace cargo_wasm::report
