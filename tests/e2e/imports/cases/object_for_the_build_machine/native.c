int area(int x) { return x * x; }
