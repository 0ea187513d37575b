// Which macro made an item that stands in no file.
#pragma once
#include "written.hpp"

#include <cargo_wasm/rust/locate.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cargo_wasm::rust {

class MacroSearch
{
public:
  /// All of them must outlive it.
  MacroSearch(const SourceMap& sources, const ItemList& expanded, const Written& written);

  struct Request
  {
    const ForeignBlock* block = nullptr;
    const ForeignItem* item = nullptr;
  };

  /// Of each what made it, in the order of the expanded text. Items that nothing tells apart (three methods `next` of one type) are taken
  /// in their order, if there are as many of them as places.
  [[nodiscard]] std::vector<std::optional<Location>> find(const std::vector<Request>& requests) const;

  /// The innermost of these modules that is written: macros make modules, too. `a::b`.
  [[nodiscard]] std::string written_module(const std::vector<std::string>& modules) const;

private:
  struct Candidate;
  struct Wanted;
  struct Gap;

  [[nodiscard]] std::vector<Candidate> best_candidates(const Request& request) const;
  [[nodiscard]] std::vector<Candidate> candidates(const Wanted& wanted) const;
  void add_annotated(const Wanted& wanted, std::vector<Candidate>& out) const;
  void add_call(const Wanted& wanted, std::size_t index, std::vector<Candidate>& out) const;
  [[nodiscard]] bool is_eligible(const Wanted& wanted, const Invocation& invocation) const;
  [[nodiscard]] std::optional<Candidate> in_definitions(const Wanted& wanted, const std::string& macro) const;
  [[nodiscard]] Gap gap_around(const Wanted& wanted) const;
  [[nodiscard]] Location location(const Candidate& candidate) const;

  const SourceMap& m_sources;
  const ItemList& m_expanded;
  const Written& m_written;
  /// Of the expanded text, by module: the items directly in it, in order.
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> m_expanded_items;
  /// Written::annotated by name in lower case.
  std::multimap<std::string, std::size_t, std::less<>> m_annotated;
};

} // namespace cargo_wasm::rust
