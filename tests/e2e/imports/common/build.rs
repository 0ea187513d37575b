//! Compiles every C file of the package into `libnative.a`.
fn main() {
    let mut build = cc::Build::new();
    for entry in std::fs::read_dir(".").unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "c") {
            build.file(file);
        }
    }
    build.opt_level(1).compile("native");
}
