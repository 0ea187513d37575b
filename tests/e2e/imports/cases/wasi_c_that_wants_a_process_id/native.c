int getpid(void);
int who(void) { return getpid(); }
