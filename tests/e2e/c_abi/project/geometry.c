/* One function for each way that C passes an aggregate. */
struct point { int x, y; };
struct rect { struct point from, to; double scale; };
struct one { long long value; };
struct nested { struct one inner; };
struct padded { char small; long long large; };
struct four { int values[4]; };
union number { int whole; float fraction; };

int norm(struct point p) { return (p.x < 0 ? -p.x : p.x) + (p.y < 0 ? -p.y : p.y); }
struct point mirror(struct point p) { struct point q = { p.y, p.x }; return q; }
double area(struct rect r) { return (r.to.x - r.from.x) * (r.to.y - r.from.y) * r.scale; }
long long single(struct one o) { return o.value + 1; }
long long inner(struct nested n) { return n.inner.value + 2; }
long long sum(struct padded p) { return p.small + p.large; }
int total(struct four f) { return f.values[0] + f.values[1] + f.values[2] + f.values[3]; }
int whole(union number n) { return n.whole; }
struct one wrap(long long value) { struct one o = { value }; return o; }
int between(int before, struct point p, int after) { return 100 * before + 10 * p.x + p.y + after; }
