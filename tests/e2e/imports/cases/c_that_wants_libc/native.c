void *malloc(unsigned long size);
char *kept;
int measure(int x) { kept = malloc(x); return kept[0]; }
