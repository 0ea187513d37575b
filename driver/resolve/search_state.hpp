// What is decided so far, with a trail of changes so that going back costs what was done since, not
// a copy of everything.
#pragma once
#include "candidates.hpp"
#include "conflict_cache.hpp"
#include "expansion.hpp"

#include <optional>
#include <set>
#include <tuple>
#include <vector>

namespace cargo_wasm::resolve {

/// The dependencies of one activated package that are still to be decided, from `position` on.
struct Frame
{
  PackageNumber parent = k_none;
  const Expansion* expansion = nullptr;
  std::size_t position = 0;
  bool is_doomed = false; ///< a dependency of it is known to fail; explored for the explanation only
};

/// An active package and the dependency that led to it.
struct ParentEdge
{
  PackageNumber parent;
  const NeededDependency* dependency;
};

class SearchState
{
public:
  explicit SearchState(Candidates& candidates) : m_candidates(candidates) {}

  using Mark = std::size_t;
  [[nodiscard]] Mark mark() const noexcept { return m_trail.size(); }
  /// Undoes everything done since the mark.
  void roll_back(Mark mark, std::uint32_t age);

  /// Number of activations tried on the way to this state.
  [[nodiscard]] std::uint32_t age() const noexcept { return m_age; }
  void grow_older() noexcept { ++m_age; }

  [[nodiscard]] PackageNumber active_in(SlotNumber slot) const { return slot < m_slots.size() ? m_slots[slot].package : k_none; }
  void set_active(SlotNumber slot, PackageNumber package);
  [[nodiscard]] PackageNumber holder_of(LinksNumber links) const { return links < m_links.size() ? m_links[links] : k_none; }
  void set_holder(LinksNumber links, PackageNumber package);
  [[nodiscard]] std::optional<std::uint32_t> age_of(PackageNumber package) const;
  [[nodiscard]] std::optional<std::uint32_t> age_of(spec::PackageId id) const;

  [[nodiscard]] const FeatureBits& features(PackageNumber package) const;
  void add_features(PackageNumber package, const FeatureBits& features);

  void link(PackageNumber child, PackageNumber parent, const NeededDependency& dependency);
  [[nodiscard]] const std::vector<ParentEdge>& parents(PackageNumber child) const;
  [[nodiscard]] bool is_path_up(PackageNumber from, PackageNumber to) const;

  void push(Frame frame);
  /// The next dependency to decide: of the frame whose next one has the fewest candidates, the
  /// oldest among equals.
  [[nodiscard]] std::optional<Frame> next_dependency();
  /// Frames in the order they would be taken up.
  template <class Visitor> void visit_frames(const Visitor& visitor) const
  {
    for (const FrameKey& key : m_queue) {
      if (!visitor(m_frames[std::get<2>(key)])) {
        return;
      }
    }
  }

  [[nodiscard]] std::vector<PackageNumber> active_packages() const;

private:
  struct Change
  {
    enum class Kind : std::uint8_t { slot, links, features, edge, frame_pushed, frame_advanced, frame_dropped } kind;
    std::uint32_t subject;
    std::uint32_t old_number = 0; ///< of links: who held it before
  };
  struct Slot
  {
    PackageNumber package = k_none;
    std::uint32_t age = 0;
  };
  /// Doomed first, then by the number of candidates of the next dependency, then by time of
  /// insertion.
  using FrameKey = std::tuple<bool, std::size_t, std::uint32_t>;
  [[nodiscard]] FrameKey key_of(std::uint32_t time) const;

  Candidates& m_candidates;
  std::uint32_t m_age = 0;
  std::vector<Slot> m_slots;
  std::vector<PackageNumber> m_links;
  std::vector<FeatureBits> m_features;
  std::vector<std::vector<ParentEdge>> m_parents;
  std::vector<Frame> m_frames; ///< by time of insertion
  std::set<FrameKey> m_queue;
  std::vector<Change> m_trail;
  std::vector<FeatureBits> m_old_features; ///< of `features` changes, a stack
};

} // namespace cargo_wasm::resolve
