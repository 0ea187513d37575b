int missing(int a);
int add(int a, int b) { return a + b; }
int unused(int a) { return missing(a); }
