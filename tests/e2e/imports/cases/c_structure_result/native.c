struct size { int width, height; };
struct size square(int x) { struct size s = { x, x }; return s; }
