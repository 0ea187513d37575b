"""An application of yew in a page of Chromium, used as a person would: typed into and clicked. For the suite `run` beside this file, in tier `all`."""
import shutil
import subprocess

from bound import ALL, BINDGEN, package
from builder import PROGRAM, TOOLCHAIN, check, skip
from devtools import Page

YEW = "0.21.0"
MANIFEST = f"""[package]
name = "todo"
version = "0.1.0"
edition = "2021"

[package.metadata.wasm]
host = "browser"

[package.metadata.wasm.bindgen]
target = "web"

[dependencies]
yew = {{ version = "={YEW}", features = ["csr"] }}
wasm-bindgen = "={BINDGEN}"
web-sys = {{ version = "0.3", features = ["HtmlInputElement"] }}
"""
SOURCE = r"""use web_sys::HtmlInputElement;
use yew::prelude::*;

#[function_component]
fn App() -> Html {
    let tasks = use_state(Vec::<(String, bool)>::new);
    let changed = |change: Box<dyn Fn(&mut Vec<(String, bool)>)>| {
        let tasks = tasks.clone();
        Callback::from(move |_: MouseEvent| {
            let mut list = (*tasks).clone();
            change(&mut list);
            tasks.set(list);
        })
    };
    let onkeyup = {
        let tasks = tasks.clone();
        Callback::from(move |event: KeyboardEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            if event.key() == "Enter" && !input.value().is_empty() {
                let mut list = (*tasks).clone();
                list.push((input.value(), false));
                input.set_value("");
                tasks.set(list);
            }
        })
    };
    let open = tasks.iter().filter(|(_, done)| !done).count();
    html! {
        <main>
            <input id="new" {onkeyup} />
            <ul>{ for tasks.iter().enumerate().map(|(i, (text, done))| html! {
                <li class={if *done { "done" } else { "open" }} onclick={changed(Box::new(move |list| list[i].1 = !list[i].1))}>{ text }</li>
            }) }</ul>
            <button id="clear" onclick={changed(Box::new(|list| list.retain(|(_, done)| !done)))}>{ "clear" }</button>
            <p id="count">{ format!("{open} open of {}", tasks.len()) }</p>
        </main>
    }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
"""
PAGE = '<!doctype html><meta charset="utf-8"><title>todo</title><body><script type="module">import init from "./todo.js"; await init();</script>\n'
LIST = "[...document.querySelectorAll('li')].map((entry) => entry.textContent + ':' + entry.className).join()"


def use(page):
    """What a person does, each step with what the page shows then."""
    def shows(title, expression):
        check(f"yew: {title}", page.wait_for(expression, 20), page.value("document.body.innerHTML"), page.log)

    shows("the application is there", "document.querySelector('#count')?.textContent === '0 open of 0'")
    page.click("#new")
    for text in ("sweep", "größer denken"):
        page.type(text)
        page.press_enter()
    shows("what was typed is in the list", f"{LIST} === 'sweep:open,größer denken:open' && document.querySelector('#count').textContent === '2 open of 2'")
    page.click("li")
    shows("an entry that was clicked is done", f"{LIST} === 'sweep:done,größer denken:open' && document.querySelector('#count').textContent === '1 open of 2'")
    page.click("#clear")
    shows("the button takes away what is done", f"{LIST} === 'größer denken:open' && document.querySelector('#count').textContent === '1 open of 1'")
    check("yew: no exception, and nothing in the console", page.log == [], page.log)


def check_apps(world, tool):
    if not ALL or tool is None:
        skip("an application of yew", "its hundred crates take minutes to compile: tier `all`")
        return
    root = package(world.base / "todo", MANIFEST, **{"src/main.rs": SOURCE})
    environment = {**world.environment, "XDG_CACHE_HOME": str(world.base / "cache")}

    def ours(*words):
        return subprocess.run([PROGRAM, "+" + TOOLCHAIN, *words, "--config", f'wasm.tools.wasm-bindgen="{tool}"'], cwd=root, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)

    done = ours("build")
    made = root / "target/wasm32-unknown-unknown/debug/bindgen/todo"
    if not check("yew: it is built for browsers, with bindings, and no import or instruction is complained of", done.returncode == 0 and "warning" not in done.stderr
                 and (made / "todo_bg.wasm").exists(), done.stderr):
        return
    (made / "index.html").write_text(PAGE)
    server = world.start("serve", made)
    try:
        with Page(shutil.which("chromium") or "google-chrome", world.base / "profile", server.stdout.readline().strip()) as page:
            use(page)
    finally:
        server.terminate()
        server.communicate()
    done = ours("run")
    check("yew: `cargo-wasm run` takes it into a page, to the end of `main`", (done.returncode, done.stdout) == (0, "") and "Running `target/wasm32-unknown-unknown/debug/bindgen/todo/todo_bg.wasm`"
          in done.stderr, done.returncode, done.stdout, done.stderr)
    check("yew: nothing is left of the browsers", world.is_clean(), world.left())
