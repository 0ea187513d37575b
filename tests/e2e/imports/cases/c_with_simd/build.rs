fn main() {
    cc::Build::new().file("native.c").flag("-msimd128").opt_level(1).compile("native");
}
