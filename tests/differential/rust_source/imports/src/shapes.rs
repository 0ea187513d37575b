unsafe extern "C" {
    /// Directly in a module.
    pub fn plain(x: u32) -> u32;
    #[link_name = "other-name"]
    pub fn renamed();
    pub static COUNTER: u32;
}

pub mod inline {
    #[link(wasm_import_module = "inline")]
    unsafe extern "C" {
        pub safe fn plain(x: u64) -> u64;
    }
}

#[path = "elsewhere/moved.rs"]
pub mod away;

pub fn in_a_body() {
    unsafe extern "C" {
        fn local(x: i32);
    }
    unsafe { local(1) }
}

const _: () = {
    unsafe extern "C" {
        fn in_a_constant();
    }
    #[unsafe(no_mangle)]
    extern "C" fn exported() {
        unsafe { in_a_constant() }
    }
};

cfg_if::cfg_if! {
    if #[cfg(target_os = "wasi")] {
        unsafe extern "C" {
            pub fn chosen(on: f32);
        }
    } else {
        unsafe extern "C" {
            pub fn chosen(on: f64);
        }
    }
}

macro_rules! import {
    ($module:literal, $($name:ident),*) => {
        #[link(wasm_import_module = $module)]
        unsafe extern "C" {
            $(pub fn $name();)*
            pub fn hidden_in_the_macro();
        }
    };
}

pub mod by_macro {
    import!("m", first, second);
}

macro_rules! declare_all {
    () => {
        unsafe extern "C" {
            pub fn from_the_definition();
        }
    };
}
declare_all!();

macro_rules! numbered {
    ($($stem:tt)*) => {
        unsafe extern "C" {
            #[link_name = concat!("numbered_", $($stem)*)]
            pub fn numbered_1();
        }
    };
}

pub struct Before;
numbered!("1");
pub struct After;
