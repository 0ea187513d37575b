#include <stdarg.h>
int total(int count, ...) {
    int sum = 0;
    va_list values;
    va_start(values, count);
    while (count-- > 0) sum += va_arg(values, int);
    va_end(values);
    return sum;
}
