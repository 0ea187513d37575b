#include <cargo_wasm/registry_pages/pages.hpp>

namespace cargo_wasm::registry_pages {

std::string_view style_sheet()
{
  return R"(:root {
  --paper: #fbfaf8; --card: #ffffff; --ink: #1d1f23; --soft: #5d636e; --line: #e3e0da; --link: #6a3fb5; --accent: #6a3fb5; --on-accent: #ffffff;
  --bad: #a3232e; --bad-paper: #fbe9ea; --warn: #7a5300; --warn-paper: #fbf1d9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15161a; --card: #1d1f25; --ink: #e7e7ea; --soft: #9da3af; --line: #30333b; --link: #bda4f5; --accent: #8d6ae0; --on-accent: #ffffff;
    --bad: #ff9aa2; --bad-paper: #3a1c20; --warn: #f2cd7c; --warn-paper: #362b12;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header { background: var(--card); border-bottom: 1px solid var(--line); }
.bar, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
.bar { display: flex; flex-wrap: wrap; gap: .6rem 1.5rem; align-items: center; padding-top: .8rem; padding-bottom: .8rem; }
.bar .name { font-weight: 650; font-size: 1.1rem; color: var(--ink); }
.bar form { display: flex; flex: 1 1 16rem; gap: .5rem; max-width: 30rem; margin-left: auto; }
input { flex: 1; min-width: 0; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; padding: .35rem .7rem; }
button { font: inherit; color: var(--on-accent); background: var(--accent); border: 0; border-radius: .5rem; padding: .35rem .9rem; cursor: pointer; }
main { padding-top: 1.6rem; padding-bottom: 2rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .7rem; }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; }
h3.kind { color: var(--soft); font-weight: 600; font-size: .9rem; margin-top: .9rem; }
.lead { font-size: 1.1rem; color: var(--soft); margin: 0 0 1.2rem; white-space: pre-line; }
.version, .how, .when { color: var(--soft); font-weight: 400; }
.how, .when { font-size: .9rem; }
.crate { font-weight: 600; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .88rem; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; overflow-x: auto; overflow-wrap: normal; margin: .6rem 0; }
pre code { font-size: inherit; }
dl { margin: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .7rem 1.5rem; }
dt { color: var(--soft); font-size: .8rem; }
dd { margin: 0; }
.wide { grid-column: 1 / -1; }
.hash { font-size: .78rem; color: var(--soft); }
.facts { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1rem 1.2rem; }
.versions section { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1rem 1.2rem; margin-bottom: .8rem; }
.mark { font-size: .75rem; font-weight: 600; vertical-align: middle; border-radius: 1rem; padding: .1rem .6rem; background: var(--warn-paper); color: var(--warn); letter-spacing: 0; }
.mark.revoked { background: var(--bad-paper); color: var(--bad); }
.notice { border-radius: .6rem; padding: .6rem .9rem; margin: .6rem 0; background: var(--warn-paper); color: var(--warn); }
.notice.revoked { background: var(--bad-paper); color: var(--bad); }
.notice a { color: inherit; text-decoration: underline; }
ul.plain, ul.crates { list-style: none; margin: 0; padding: 0; }
ul.plain li { padding: .25rem 0; }
ul.crates { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; overflow: hidden; }
ul.crates li + li { border-top: 1px solid var(--line); }
ul.crates a { display: flex; flex-wrap: wrap; gap: .1rem .6rem; padding: .6rem 1.2rem; align-items: baseline; }
ul.crates a:hover { background: var(--paper); text-decoration: none; }
ul.crates .when { margin-left: auto; }
footer { color: var(--soft); font-size: .85rem; border-top: 1px solid var(--line); padding-top: .6rem; padding-bottom: 1.5rem; }
@media (max-width: 34rem) {
  .clock { display: none; }
  h1 { font-size: 1.6rem; }
}
)";
}

} // namespace cargo_wasm::registry_pages
