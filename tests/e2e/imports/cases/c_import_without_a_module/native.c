int draw(int x);
int paint(int x) { return draw(x); }
