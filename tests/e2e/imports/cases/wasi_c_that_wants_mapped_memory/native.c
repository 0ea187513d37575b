#define _WASI_EMULATED_MMAN
#include <sys/mman.h>
int page(void) { return mmap(0, 65536, PROT_READ, MAP_PRIVATE, -1, 0) != MAP_FAILED; }
