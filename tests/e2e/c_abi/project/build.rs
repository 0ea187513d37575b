fn main() {
    println!("cargo::rerun-if-changed=geometry.c");
    cc::Build::new().file("geometry.c").opt_level(1).compile("geometry");
}
