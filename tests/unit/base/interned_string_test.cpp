#include <cargo_wasm/base/interned_string.hpp>

#include <thread>

#include <support/catch.hpp>

using namespace cargo_wasm;

TEST_CASE("interned string: equal texts are one address", "[base][interned]")
{
  const InternedString a("serde");
  const InternedString b(std::string("ser") + "de");
  CHECK(a.address() == b.address());
  CHECK(a == b);
  CHECK(a == "serde");
  CHECK(InternedString("serde_json").address() != a.address());
  CHECK(InternedString().empty());
  CHECK(InternedString() == InternedString(""));
}

TEST_CASE("interned string: order is that of the bytes", "[base][interned]")
{
  const InternedString later("zeta");
  const InternedString earlier("alpha");
  CHECK(earlier < later);
  CHECK(InternedString("a") < InternedString("aa"));
  CHECK(InternedString("Z") < InternedString("a"));
}

TEST_CASE("interned string: threads that intern the same texts agree", "[base][interned]")
{
  constexpr std::size_t k_threads = 4;
  constexpr std::size_t k_texts = 2000;
  std::vector<std::vector<const void*>> seen(k_threads);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < k_threads; ++t) {
      threads.emplace_back([&seen, t] {
        for (std::size_t i = 0; i < k_texts; ++i) {
          seen[t].push_back(InternedString("text-" + std::to_string(i)).address());
        }
      });
    }
  }
  for (std::size_t t = 1; t < k_threads; ++t) {
    CHECK(seen[t] == seen[0]);
  }
}
