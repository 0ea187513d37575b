int last;
void reset(int x) { last = x; }
