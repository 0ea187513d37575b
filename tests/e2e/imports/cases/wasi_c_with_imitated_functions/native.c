#define _WASI_EMULATED_PROCESS_CLOCKS
#include <time.h>
int getpid(void);
int spent(void) { return (int)clock() + getpid(); }
