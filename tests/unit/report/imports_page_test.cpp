#include <cargo_wasm/report/imports_page.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;

TEST_CASE("imports page: no name can end the element that the data stands in", "[report]")
{
  const std::string empty = report::imports_page("{}");
  const std::string page = report::imports_page(R"({"module": "</script><script>alert(1)</script><!--"})");
  const auto count = [](std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) {
      ++found;
    }
    return found;
  };
  CHECK(count(page, "<script") == count(empty, "<script"));
  CHECK(count(page, "</script") == count(empty, "</script"));
  CHECK(count(page, "<!--") == 0);
}
