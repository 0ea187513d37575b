struct size { int width, height; };
int area(struct size s) { return s.width * s.height; }
