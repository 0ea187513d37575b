// The shared key: what a result was made from, equal in every checkout, for every user and number of jobs (docs/formats/action.md).
//
// It is found in two steps, since not everything that a compiler looks at is known before it ran. The *first* digest covers command,
// package, dependencies and tools. Under it stands what results made from these have looked at besides: variables of the environment, files
// outside the package. Each such list, with the values of today, gives a *second* digest, and under that stands a result.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/exec/record.hpp>
#include <cargo_wasm/exec/seal.hpp>

#include "freshness.hpp"
#include "tool_contents.hpp"

namespace cargo_wasm::exec {

/// Who may use a result.
enum class Scope : std::uint8_t {
  anywhere,
  user,     ///< it contains a path of this user: $HOME, $CARGO_HOME or the toolchain's place
  checkout, ///< it contains the checkout's path, or is incremental
};
constexpr Scope k_scopes[] = {Scope::anywhere, Scope::user, Scope::checkout};

/// What a run looked at that could not be known before.
struct Observations
{
  std::vector<std::string> variables; ///< names, sorted
  std::vector<std::string> files;     ///< place names outside the package, sorted
  std::vector<RecordedTree> trees;    ///< directories outside the package
  bool operator==(const Observations&) const = default;
};

/// Everything of the first digest but the scope.
struct SharedKey
{
  SealInput input;                       ///< with the package's files, or its checksum in `platform`
  std::string package_tree;              ///< place name of the package whose files `input` has one by one; empty: of none
  std::set<std::string> package_files;   ///< place names that `input` covers
  std::vector<std::string> whole_places; ///< place names of directories that a checksum or a dependency's digest covers
  bool is_of_this_machine = false;       ///< part of it is hashed under the store's secret: nobody else finds what stands under it
  bool looks_at_unlisted = false;        ///< its package runs code in it, which may read what no listing names
  bool mentions_git = false;             ///< a program that runs in its making may call git
  std::vector<SealedFile> unlisted;      ///< of the package, what no listing names: hidden and ignored files
  std::string only_here;                 ///< why the result stays in this checkout whatever is in it; empty: it need not
};

/// Hidden and ignored files of a package, which scripts and macros may read.
struct Unlisted
{
  std::vector<SealedFile> files; ///< sorted by place name; none where there are too many
  std::string digest;            ///< empty: there are none
  bool is_too_much = false;
};

class SharedKeys
{
public:
  SharedKeys(const Context& context, const CacheUse& use);

  /// Of an action that must run. Errors: those of reading the package or the tools. Cost: a look at the package's files, which are read
  /// where nothing is known of them; of a crate from a registry only their times.
  [[nodiscard]] Result<SharedKey> make(plan::ActionIndex action, const Verdict& verdict);
  /// Whether the package is still as `key` says; after a run.
  [[nodiscard]] Result<bool> still_holds(plan::ActionIndex action, const SharedKey& key);

  [[nodiscard]] SealedAction first(plan::ActionIndex action, const ExpandedCommand& command, const SharedKey& key, Scope scope) const;
  /// After something was written into packages: they are looked at again. Not while a thread calls `make`.
  void forget_packages();

  /// With the values of today. Errors: those of reading files.
  [[nodiscard]] Result<SealedAction>
  second(plan::ActionIndex action, const ExpandedCommand& command, const SharedKey& key, Scope scope, const Observations& observed) const;
  /// What of a record's sources and variables the first digest does not cover.
  [[nodiscard]] Observations observations_of(const SharedKey& key, const Record& record) const;
  /// The files that `bytes` must not contain to be in the scope before this one.
  [[nodiscard]] const std::vector<std::string>& paths_of(Scope scope) const { return scope == Scope::checkout ? m_checkout : m_user; }
  /// A file of a registry's crate that is as it was unpacked: its digest needs no reading.
  [[nodiscard]] bool is_as_unpacked(const std::string& place_name) const;

  /// What of a file stands in a key: its digest, of a `.env` file an HMAC of it.
  [[nodiscard]] base::Digest key_digest(const std::string& name, const base::Digest& digest) const;
  /// What of a variable stands in a key: its value, or an HMAC of it. Errors: the store has no secret that this user may read.
  [[nodiscard]] Result<std::optional<std::string>>
  key_value(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const std::string& name) const;

private:
  Result<> add_package(const plan::ActionTemplate& tmpl, const plan::TemplateInput& input, SharedKey& key);
  Result<> add_tree(const plan::TemplateInput& input, SharedKey& key);
  Result<> add_unlisted(const plan::TemplateInput& input, SharedKey& key);
  [[nodiscard]] Result<Unlisted> look_at_unlisted(const plan::TemplateInput& input, const SharedKey& key) const;
  [[nodiscard]] Result<bool> still_holds_beside(const plan::TemplateInput& input, const SharedKey& key) const;
  Result<> add_wrappers(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, std::map<std::string, std::string>& platform);
  [[nodiscard]] std::optional<std::string> stamp_of(const std::string& package_root) const;
  Result<> add_tools(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, SharedKey& key);
  Result<> add_linker(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, std::map<std::string, std::string>& platform);
  Result<std::string> toolchain(const plan::TemplateInput& input, const std::string& identity);
  [[nodiscard]] std::string secret() const;
  void add_git(const plan::ActionTemplate& tmpl, SharedKey& key) const;
  Result<> add_mentioned(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, SharedKey& key);
  Result<std::vector<std::string>> mentioned_in_program(const std::string& place,
                                                        const base::Digest& digest,
                                                        const std::vector<std::string>& names,
                                                        const std::string& names_id);
  Result<std::string> host_tools(const plan::ActionTemplate& tmpl, const ExpandedCommand& command);
  Result<bool> is_untouched(const plan::TemplateInput& package);

  const Context& m_context;
  const CacheUse& m_use;
  PlaceNames m_places; ///< the context's, and this program, which lies elsewhere for others
  std::vector<std::string> m_checkout, m_user;
  std::map<std::string, std::string> m_toolchains;
  ToolContents m_tools;
  std::map<std::string, std::vector<std::string>> m_mentioned; ///< digest of a program and names → names that stand in it
  mutable std::mutex m_mutex;                                  ///< of `m_stamps`, which the threads of jobs read
  /// Root of a package from elsewhere → its stamp; nullopt: something was written since it was unpacked.
  std::map<std::string, std::optional<std::string>> m_stamps;
  std::map<std::string, std::vector<RecordedFile>> m_trees;
  std::map<std::string, Unlisted> m_unlisted; ///< by package root
};

/// Whether the value of this variable may stand in a key that others see: names of compilers, flags and libraries for C, of targets and
/// profiles. Everything else may be a secret.
[[nodiscard]] bool is_shareable_variable(std::string_view name);
/// Whatever else a name says: `CC_TOKEN` is no compiler.
[[nodiscard]] bool sounds_secret(std::string_view name);
enum class NamedTool : std::uint8_t { none, program, flags, directory, cmake_file, descriptions, wasi_sdk, libclang };
/// What a variable that build scripts read names: `CC_wasm32-wasip1` a program, `CFLAGS` what it is called with,
/// `PKG_CONFIG_PATH` directories of descriptions.
[[nodiscard]] NamedTool tool_named_by(std::string_view name);
/// Variables that build scripts are known to read without saying so: always part of their key.
[[nodiscard]] bool is_read_by_build_scripts(std::string_view name);

} // namespace cargo_wasm::exec
