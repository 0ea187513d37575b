use extism_pdk::*;

#[host_fn]
unsafe extern "ExtismHost" {
    fn host_upper(text: String) -> String;
}

#[host_fn("my:module")]
unsafe extern "ExtismHost" {
    fn host_lower(text: String) -> String;
}

pub mod world {
    wit_bindgen::generate!({
        inline: "
            package test:shapes;
            interface paint {
                stroke: func(width: u32) -> string;
            }
            world shapes {
                import paint;
                import beep: func(times: u32);
            }
        ",
    });
}
