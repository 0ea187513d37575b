// Results that exist already: looked up when an action must run, kept when it ran, and put where they belong when somebody reads them.
//
// What is found is at first known by digest only. A dependent that is found, too, needs no file of it; one that must run gets the files as
// hard links to the store. Final artifacts and what scripts may write into are copies.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/cache/store.hpp>
#include <cargo_wasm/exec/explain_key.hpp>
#include <cargo_wasm/exec/record.hpp>

#include "freshness.hpp"
#include "shared_key.hpp"

namespace cargo_wasm::exec {

struct FoundResult
{
  Record record; ///< of what an equal run left; its outputs are nowhere in this checkout
  KnownResult result;
  /// Outputs that tell of places (the report of a link), with those of this checkout: index in the template → text.
  std::map<std::uint32_t, std::string> texts = {};
  bool names_checkout = false; ///< kept for this checkout alone: it may name places in it, where a program looks when it runs
};

class ResultCache
{
public:
  /// @param empties_out_dirs  build scripts find nothing in OUT_DIR, so what they make of something is not wanted
  ResultCache(const Context& context, const CacheUse& use, bool empties_out_dirs = false);

  /// The key of an action that must run, and what the store has for it. A store that cannot be read is told once and left out.
  [[nodiscard]] std::optional<FoundResult> look_up(plan::ActionIndex action, Verdict& verdict);
  /// The same of the caches on other machines, for the thread of a job; what they have is in the store afterwards.
  [[nodiscard]] std::optional<FoundResult> fetch(plan::ActionIndex action, const Verdict& verdict);
  /// Its key, part by part, and what the store has for it. Errors: those of reading.
  [[nodiscard]] Result<ExplainedKey> explain(plan::ActionIndex action, Verdict& verdict);
  /// After a run: keeps its outputs and says what they were made from. Outputs that became the store's own files get their new identity
  /// in `record`. Thread safe. What cannot be kept is no error of the build.
  void keep(plan::ActionIndex action, const Verdict& verdict, Record& record);
  /// The compiler was replaced: nothing is looked up or kept any more, with a warning. Thread safe.
  void leave_out_since_changed(const base::Path& toolchain);
  /// An action is done, however it was done. What was kept of it, and of those that read it, is sent to other machines as soon as
  /// everything that they were made from is known to hold nothing private. Of the executor's thread.
  void is_settled(plan::ActionIndex action, const Record& record);
  /// Whether something that it reads holds a secret; nullopt: not all of that is done. Of the executor's thread.
  [[nodiscard]] std::optional<bool> reads_private(plan::ActionIndex action);
  /// Something was written into packages while the build goes on.
  void forget_packages();
  /// Puts what is elsewhere of a record's outputs into place, and says so in the record. False: the store has it no more.
  [[nodiscard]] Result<bool> bring(plan::ActionIndex action, Record& record);
  /// Makes a found result this checkout's: what an earlier build left in the places of its outputs goes, its texts are written, and later
  /// looks at the other outputs find them as recorded, though they are elsewhere.
  Result<> settle(plan::ActionIndex action, FoundResult& found);

private:
  [[nodiscard]] Result<std::optional<FoundResult>> find(plan::ActionIndex action, Verdict& verdict);
  struct KeptResult
  {
    Scope scope;
    const base::Digest& first;
    const base::Digest& second;
    const Observations& observed;
    const action::ActionResult& result;
  };
  /// What the store has under this key, the widest scope first, until `ends_at` says that it has seen enough.
  [[nodiscard]] Result<> visit_results(plan::ActionIndex action,
                                       const Verdict& verdict,
                                       const SharedKey& key,
                                       const std::function<Result<bool>(const KeptResult&)>& ends_at);
  [[nodiscard]] Result<std::optional<FoundResult>>
  found(plan::ActionIndex action, const Verdict& verdict, const action::ActionResult& result);
  [[nodiscard]] Result<> keep_now(plan::ActionIndex action, const Verdict& verdict, Record& record);
  Result<bool> bring_directory(const RecordedOutput& output, const std::string& path);
  /// Who may take it, and why nobody else.
  [[nodiscard]] Result<std::pair<Scope, std::string>>
  scope_of(const plan::ActionTemplate& tmpl, const Record& record, std::string_view texts) const;
  Result<> keep_output(const plan::ActionTemplate& tmpl, RecordedOutput& output, action::ActionResult& result);
  Result<std::vector<Observations>> note_observations(const base::Digest& first, const Observations& observed);
  [[nodiscard]] Result<std::optional<FoundResult>> fetch_from(remote::Remotes& remotes, plan::ActionIndex action, const Verdict& verdict);
  /// The result and its remote's position. @param from  the first remote that is asked
  Result<std::optional<std::pair<action::ActionResult, std::size_t>>>
  fetch_entry(remote::Remotes& remotes, const base::Digest& key, std::size_t from);
  /// The first of these that somebody has a result for; `first` is the digest they stand under.
  [[nodiscard]] Result<std::optional<FoundResult>> fetch_one_of(remote::Remotes& remotes,
                                                                plan::ActionIndex action,
                                                                const Verdict& verdict,
                                                                Scope scope,
                                                                const base::Digest& first,
                                                                const std::vector<Observations>& observations);
  struct Offer
  {
    plan::ActionIndex action;
    std::vector<std::pair<base::Digest, action::ActionResult>> entries;
  };
  void offer(const base::Digest& key, const action::ActionResult& result);
  /// Whether it, or something that it was made from, is for this machine alone; nullopt: not all of that is done.
  [[nodiscard]] std::optional<bool> stays_here(plan::ActionIndex action);
  struct Mark
  {
    std::map<plan::ActionIndex, bool> settled; ///< by itself
    std::map<plan::ActionIndex, bool> whole;   ///< with what it was made from
  };
  [[nodiscard]] std::optional<bool> is_marked(plan::ActionIndex action, Mark& mark) const;
  [[nodiscard]] remote::Remotes* remotes();
  Result<> add_observations(std::vector<KeyPart>& parts,
                            plan::ActionIndex action,
                            const ExpandedCommand& command,
                            const Observations& observed) const;
  void leave_out(const Error& why);

  const Context& m_context;
  const CacheUse& m_use;
  cache::Store& m_store;
  SharedKeys m_keys;
  std::mutex m_mutex;          ///< of the warning, of lists under first digests, and of offers
  std::vector<Offer> m_offers; ///< that wait for what they were made from
  Mark m_stays, m_private;
  std::atomic<bool> m_is_left_out = false;
  bool m_empties_out_dirs;
  bool m_asked_for_remotes = false;
  remote::Remotes* m_remotes = nullptr;
};

/// Whether anybody but a compiler reads what this action leaves: users, reports, later commands.
[[nodiscard]] bool is_for_people(const plan::ActionGraph& graph, plan::ActionIndex action);
/// Actions whose outputs this one reads when it runs.
[[nodiscard]] std::vector<plan::ActionIndex> read_actions(const plan::ActionGraph& graph, plan::ActionIndex action);

} // namespace cargo_wasm::exec
