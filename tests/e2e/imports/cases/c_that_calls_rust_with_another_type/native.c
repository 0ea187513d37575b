int step(int x);
int apply(int x) { return step(x); }
