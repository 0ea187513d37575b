// Declarations and definitions of C whose form in bitcode matters to who reads it.
typedef __SIZE_TYPE__ size_t;
struct pair { int a; double b; };
struct single { long long a; };
struct list { struct list *next; void (*call)(struct list *); };
union either { long long a; float b; };

__attribute__((import_module("m"), import_name("n"))) int imported(const char *text, size_t length);
__attribute__((import_module("m"))) void module_alone(struct pair p);
__attribute__((import_name("name alone"))) void name_alone(struct single s);
int ordinary(struct pair p, struct single s, union either e);
struct pair pair_result(int a);
int variadic(const char *format, ...);
int no_prototype();
long double wide(long double a, __int128 b);
_Bool small(signed char a, unsigned short b);
extern int elsewhere;
extern __thread int thread_elsewhere;
__attribute__((weak)) int weak_elsewhere(void);
extern void __attribute__((visibility("hidden"))) hidden_elsewhere(void);

static void call_me(struct list *l) { l->next = 0; name_alone((struct single){elsewhere}); }
struct list table[2] = {{&table[1], call_me}, {0, 0}};
static int counter;
__thread int local = 3;
int common;
int __attribute__((weak)) weak_definition(void) { return counter++; }
void __attribute__((alias("weak_definition_target"))) aliased(void);
void weak_definition_target(void) { module_alone((struct pair){1, 2.0}); }
__attribute__((export_name("exported name"))) int exported(const char *text) {
  struct pair p = pair_result(variadic("%d", thread_elsewhere + local));
  table[0].call(table);
  if (weak_elsewhere) hidden_elsewhere();
  return imported(text, 3) + ordinary(p, (struct single){1}, (union either){2}) + no_prototype(4, 5.0) + small(1, 2) + (int)wide(1.0L, 2);
}
__attribute__((used)) static int kept(void) { return weak_definition() + common; }
__attribute__((constructor)) static void first(void) { counter = kept(); }
