int missing(int a);
int unused(int a) { return missing(a); }
