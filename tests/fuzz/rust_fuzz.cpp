// Rust's tokens cover any text; what is read of its foreign items lies in it; a block that is split is read as the same items again.
#include <cargo_wasm/rust/foreign_items.hpp>
#include <cargo_wasm/rust/split_block.hpp>
#include <cargo_wasm/rust/wasm_signature.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace cargo_wasm::rust;

namespace {

void require(bool condition)
{
  if (!condition) {
    std::abort();
  }
}

void check_tokens(std::string_view text, Edition edition)
{
  std::uint32_t at = 0;
  for (const Token& token : tokenize(text, {edition, true})) {
    require(token.begin == at && token.size > 0 && token.suffix <= token.size);
    at = token.end();
  }
  require(at == text.size());
}

/// Names of the items with their module, sorted.
std::vector<std::string> imports(const ForeignItems& items)
{
  std::vector<std::string> out;
  for (const ForeignBlock& block : items.blocks) {
    for (const ForeignItem& item : block.items) {
      out.push_back(item.name + "@" + block.wasm_import_module().value_or(""));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

void check_split(std::string_view text, const ForeignItems& items, Edition edition)
{
  for (std::size_t i = 0; i < items.blocks.size() && i < 4; ++i) {
    const ForeignBlock& block = items.blocks[i];
    if (block.items.empty() || block.items.front().kind == ForeignItem::Kind::type || block.wasm_import_module()) {
      continue;
    }
    const std::string& name = block.items.front().name;
    const auto edited = declare_imports(text, {{block.span.begin, {name}}}, "env", edition);
    if (!edited) {
      continue;
    }
    const ForeignItems again = read_foreign_items(*edited, edition);
    const auto before = imports(items);
    const auto after = imports(again);
    require(before.size() == after.size());
    require(std::count(after.begin(), after.end(), name + "@env") > std::count(before.begin(), before.end(), name + "@env"));
    require(!unified_diff(text, *edited, "a.rs").empty());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size == 0) {
    return 0;
  }
  const auto edition = static_cast<Edition>(data[0] % 4);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_tokens(text, edition);
  const ForeignItems items = read_foreign_items(text, edition);
  const TypeNames types(text, edition);
  for (const ForeignBlock& block : items.blocks) {
    require(block.span.end <= text.size() && block.body.begin <= block.body.end);
    for (const ForeignItem& item : block.items) {
      require(block.body.begin <= item.span.begin && item.span.end <= block.body.end);
      (void)types.signature(block, item);
    }
  }
  check_split(text, items, edition);
  return 0;
}
