// The walk ahead of the resolver: gets the index files it will ask for before it asks, breadth first over the newest
// versions that fit, following only the features that are asked for. A guess that costs a request when it is wrong and a
// round trip saved when it is right; what the resolver decides does not depend on it.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <cargo_wasm/resolve/package_index.hpp>

#include "registry.hpp"

namespace cargo_wasm::source {

class WalkAhead
{
public:
  /// `registry_of`: the registry that answers for a source, or nullptr when another kind of source does.
  /// `may_ask`: whether the name is that registry's at all; what may not be asked is left for the resolver to refuse.
  WalkAhead(std::function<RemoteRegistry*(spec::SourceId)> registry_of, std::function<bool(const manifest::Dependency&)> may_ask)
      : m_registry_of(std::move(registry_of)), m_may_ask(std::move(may_ask))
  {
  }

  /// Starts from a dependency; whatever its file leads to follows as files come in.
  void visit(const manifest::Dependency& dependency);
  /// A file has come.
  void loaded(RemoteRegistry& registry, const std::string& name);

private:
  struct Request
  {
    manifest::Dependency dependency; ///< features: those asked for through the parent, too
  };
  /// One version that stands for its package.
  struct Node
  {
    manifest::SummaryPtr summary;
    std::set<InternedString> features;
    bool expanded = false;
    std::map<InternedString, std::set<InternedString>> asked; ///< features asked of each optional dependency that is on
  };
  void choose(RemoteRegistry& registry, const manifest::Dependency& dependency);
  void enable(Node& node, InternedString feature, std::set<InternedString>& touched);
  void enable_dependency(Node& node, InternedString name, const InternedString* feature, std::set<InternedString>& touched);

  std::function<RemoteRegistry*(spec::SourceId)> m_registry_of;
  std::function<bool(const manifest::Dependency&)> m_may_ask;
  std::map<std::pair<RemoteRegistry*, std::string>, std::vector<Request>> m_waiting;
  std::unordered_map<spec::PackageId, Node> m_nodes;
};

} // namespace cargo_wasm::source
