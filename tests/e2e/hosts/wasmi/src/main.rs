//! Prints which files of a directory wasmi takes, one line each: `NAME true`.
fn main() {
    let engine = wasmi::Engine::default();
    for entry in std::fs::read_dir(std::env::args().nth(1).unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let takes = wasmi::Module::new(&engine, &std::fs::read(&path).unwrap()[..]).is_ok();
        println!("{} {takes}", path.file_name().unwrap().to_str().unwrap());
    }
}
