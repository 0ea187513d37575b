__attribute__((import_module("host"), import_name("carry"))) int carry(int a);
int add(int a, int b) { return carry(a) + b; }
