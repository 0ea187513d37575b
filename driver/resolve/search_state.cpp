#include "search_state.hpp"

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

template <class T> T& grown(std::vector<T>& values, std::size_t position, const T& empty = {})
{
  if (position >= values.size()) {
    values.resize(position + position / 2 + 16, empty);
  }
  return values[position];
}

} // namespace

void SearchState::set_active(SlotNumber slot, PackageNumber package)
{
  grown(m_slots, slot) = {package, m_age};
  m_trail.push_back({Change::Kind::slot, slot});
}

void SearchState::set_holder(LinksNumber links, PackageNumber package)
{
  PackageNumber& holder = grown(m_links, links, k_none);
  m_trail.push_back({Change::Kind::links, links, holder});
  holder = package;
}

std::optional<std::uint32_t> SearchState::age_of(PackageNumber package) const
{
  const SlotNumber slot = m_candidates[package].slot;
  if (slot >= m_slots.size() || m_slots[slot].package != package) {
    return std::nullopt;
  }
  return m_slots[slot].age;
}

std::optional<std::uint32_t> SearchState::age_of(spec::PackageId id) const
{
  const std::optional<PackageNumber> number = m_candidates.number_of(id);
  return number ? age_of(*number) : std::nullopt;
}

const FeatureBits& SearchState::features(PackageNumber package) const
{
  static const FeatureBits none;
  return package < m_features.size() ? m_features[package] : none;
}

void SearchState::add_features(PackageNumber package, const FeatureBits& features)
{
  FeatureBits& bits = grown(m_features, package);
  bool changes = false;
  for (std::size_t i = 0; i < features.size(); ++i) {
    changes = changes || (features[i] & ~(i < bits.size() ? bits[i] : 0)) != 0;
  }
  if (!changes) {
    return;
  }
  m_old_features.push_back(bits);
  m_trail.push_back({Change::Kind::features, package});
  bits.resize(std::max(bits.size(), features.size()));
  for (std::size_t i = 0; i < features.size(); ++i) {
    bits[i] |= features[i];
  }
}

void SearchState::link(PackageNumber child, PackageNumber parent, const NeededDependency& dependency)
{
  std::vector<ParentEdge>& edges = grown(m_parents, child);
  const bool is_known = std::any_of(
      edges.begin(), edges.end(), [&](const ParentEdge& edge) { return edge.parent == parent && edge.dependency->key == dependency.key; });
  if (!is_known) {
    edges.push_back({parent, &dependency});
    m_trail.push_back({Change::Kind::edge, child});
  }
}

const std::vector<ParentEdge>& SearchState::parents(PackageNumber child) const
{
  static const std::vector<ParentEdge> none;
  return child < m_parents.size() ? m_parents[child] : none;
}

bool SearchState::is_path_up(PackageNumber from, PackageNumber to) const
{
  std::vector<bool> seen(m_candidates.size());
  std::vector<PackageNumber> stack{from};
  while (!stack.empty()) {
    const PackageNumber package = stack.back();
    stack.pop_back();
    if (package == to) {
      return true;
    }
    if (seen[package]) {
      continue;
    }
    seen[package] = true;
    for (const ParentEdge& edge : parents(package)) {
      stack.push_back(edge.parent);
    }
  }
  return false;
}

SearchState::FrameKey SearchState::key_of(std::uint32_t time) const
{
  const Frame& frame = m_frames[time];
  const auto& dependencies = frame.expansion->dependencies;
  const std::size_t candidates = frame.position < dependencies.size() ? dependencies[frame.position].candidates->size() : 0;
  return {!frame.is_doomed, candidates, time};
}

void SearchState::push(Frame frame)
{
  const auto time = static_cast<std::uint32_t>(m_frames.size());
  m_frames.push_back(frame);
  m_queue.insert(key_of(time));
  m_trail.push_back({Change::Kind::frame_pushed, time});
}

std::optional<Frame> SearchState::next_dependency()
{
  while (!m_queue.empty()) {
    const std::uint32_t time = std::get<2>(*m_queue.begin());
    m_queue.erase(m_queue.begin());
    Frame& frame = m_frames[time];
    if (frame.position >= frame.expansion->dependencies.size()) {
      m_trail.push_back({Change::Kind::frame_dropped, time});
      continue;
    }
    const Frame current = frame;
    ++frame.position;
    m_queue.insert(key_of(time));
    m_trail.push_back({Change::Kind::frame_advanced, time});
    return current;
  }
  return std::nullopt;
}

void SearchState::roll_back(Mark mark, std::uint32_t age)
{
  m_age = age;
  while (m_trail.size() > mark) {
    const Change change = m_trail.back();
    m_trail.pop_back();
    switch (change.kind) {
    case Change::Kind::slot:
      m_slots[change.subject] = {};
      break;
    case Change::Kind::links:
      m_links[change.subject] = change.old_number;
      break;
    case Change::Kind::features:
      m_features[change.subject] = std::move(m_old_features.back());
      m_old_features.pop_back();
      break;
    case Change::Kind::edge:
      m_parents[change.subject].pop_back();
      break;
    case Change::Kind::frame_pushed:
      m_queue.erase(key_of(change.subject));
      m_frames.pop_back();
      break;
    case Change::Kind::frame_advanced:
      m_queue.erase(key_of(change.subject));
      --m_frames[change.subject].position;
      m_queue.insert(key_of(change.subject));
      break;
    case Change::Kind::frame_dropped:
      m_queue.insert(key_of(change.subject));
      break;
    }
  }
}

std::vector<PackageNumber> SearchState::active_packages() const
{
  std::vector<PackageNumber> out;
  for (const Slot& slot : m_slots) {
    if (slot.package != k_none) {
      out.push_back(slot.package);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

} // namespace cargo_wasm::resolve
