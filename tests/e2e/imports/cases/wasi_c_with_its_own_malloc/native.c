#include <stdlib.h>
static char pool[65536];
static size_t used;
void *malloc(size_t size) { void *start = pool + used; used += (size + 15) & ~15; return start; }
int measure(int x) { char *text = malloc(x), *other = calloc(1, x); text[0] = other[0]; free(other); return text[0]; }
