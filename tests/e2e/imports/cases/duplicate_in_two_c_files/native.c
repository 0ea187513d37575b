int scale(int x) { return 2 * x; }
int paint(int x) { return scale(x); }
