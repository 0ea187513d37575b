extern int level;
int add(int a, int b) { return a + b; }
int unused(int a) { return level + a; }
