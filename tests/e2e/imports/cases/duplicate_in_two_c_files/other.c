int scale(int x) { return 3 * x; }
int print(int x) { return scale(x); }
