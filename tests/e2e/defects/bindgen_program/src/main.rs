//! wasm-bindgen's program without its options: `bindgen-program MODULE DIRECTORY`.
fn main() {
    let [module, directory] = [1, 2].map(|n| std::env::args().nth(n).expect("MODULE DIRECTORY"));
    let done = wasm_bindgen_cli_support::Bindgen::new().input_path(module).web(true).and_then(|tool| tool.generate(directory));
    if let Err(problem) = done {
        eprintln!("{problem:?}");
        std::process::exit(1);
    }
}
