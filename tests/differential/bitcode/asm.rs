// Assembly of a whole module, and an import that only it uses.
#![feature(asm_experimental_arch)]
#[link(wasm_import_module = "host")]
extern "C" {
    fn from_assembly(a: i32);
}
std::arch::global_asm!(".globl by_hand", ".functype by_hand () -> ()", "by_hand:", ".functype by_hand () -> ()", "end_function");
extern "C" {
    fn by_hand();
}
#[no_mangle]
pub extern "C" fn run() {
    unsafe {
        by_hand();
        from_assembly(1)
    }
}
