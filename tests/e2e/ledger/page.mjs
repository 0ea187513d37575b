// Runs the script of a page in a document that knows just what such a script may use, and prints what stands in it then: one line a row.
// For machines without a browser.
import { readFileSync } from 'node:fs';

class Element {
  constructor(name) { Object.assign(this, { name, children: [], attributes: {}, listeners: {}, text: '', hidden: false }); }
  set textContent(text) { this.children = []; this.text = String(text); }
  get textContent() { return this.text + this.children.map(child => child.textContent).join(' '); }
  append(child) { child.parent?.children.splice(child.parent.children.indexOf(child), 1); child.parent = this; this.children.push(child); }
  getAttribute(name) { return this.attributes[name] ?? null; }
  setAttribute(name, value) { this.attributes[name] = value; }
  removeAttribute(name) { delete this.attributes[name]; }
  addEventListener(name, listener) { this.listeners[name] = listener; }
  all(name) { return this.children.flatMap(child => [...(child.name === name ? [child] : []), ...child.all(name)]); }
}

const page = readFileSync(process.argv[2], 'utf8');
const [, data, script] = page.match(/<script type="application\/json" id="data">([^]*?)<\/script>\s*<script>([^]*?)<\/script>/);
const byId = { data: new Element('script'), modules: new Element('div'), filter: new Element('input') };
byId.data.textContent = data;
new Function('document', script)({ getElementById: id => byId[id], createElement: name => new Element(name) });
const show = title => { console.log(title); for (const row of byId.modules.all('tr')) if (!row.hidden) console.log('  ' + row.children.map(cell => cell.textContent).join(' | ')); };
show('as it opens');
const columns = byId.modules.all('th');
columns[1].children[0].listeners.click();
columns[1].children[0].listeners.click();
show('by field, downwards');
byId.filter.listeners.input({ target: { value: 'clock' } });
show('filtered by clock');
