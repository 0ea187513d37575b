fn main() {
    cc::Build::new().file("geometry.c").opt_level(1).compile("geometry");
}
