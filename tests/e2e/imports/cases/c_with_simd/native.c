typedef int lanes __attribute__((vector_size(16)));
int sum(const int *numbers) {
    lanes all = *(const lanes *)numbers;
    all += all;
    return all[0] + all[1] + all[2] + all[3];
}
