fn main() {
    println!("cargo::rustc-link-arg={}/notes.txt", env!("CARGO_MANIFEST_DIR"));
}
