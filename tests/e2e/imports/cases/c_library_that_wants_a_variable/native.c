extern int host_level;
int level(int a) { return host_level + a; }
