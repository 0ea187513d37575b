fn main() {
    cc::Build::new().file("native.c").opt_level(1).flag("-mmultivalue").flag("-Xclang").flag("-target-abi").flag("-Xclang").flag("experimental-mv").compile("native");
}
