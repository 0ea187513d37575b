int missing(int a);
int add(int a, int b) { return missing(a) + b; }
