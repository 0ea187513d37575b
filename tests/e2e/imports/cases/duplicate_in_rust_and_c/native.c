int scale(int x) { return 3 * x; }
int paint(int x) { return scale(x); }
