__attribute__((import_module("screen"), import_name("draw"))) long long draw(long long x);
int paint(int x) { return draw(x); }
