#define _WASI_EMULATED_SIGNAL
#include <signal.h>
int stop(void) { return raise(SIGTERM); }
