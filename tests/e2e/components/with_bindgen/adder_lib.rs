wit_bindgen::generate!({ world: "adder", path: "wit" });

struct Component;

impl exports::docs::adder::add::Guest for Component {
    fn add(x: u32, y: u32) -> u32 {
        x + y
    }
}

export!(Component);
