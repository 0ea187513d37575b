// Writes the actions behind one link, one after the other: each reads what the one before it made.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::plan {

/// A module as an input: an output, or a file in an output that is a directory.
struct ModuleRef
{
  OutputRef output;
  std::string within; ///< "/app_bg.wasm"; empty: the output itself
};

class StepWriter
{
public:
  /// `at`: the index of the first action; `output`: which of the link's outputs is the module.
  StepWriter(const base::Path& driver, ActionTemplate& link, ActionIndex link_index, ActionIndex at, std::uint32_t output);

  /// What users call the module: "app" of `app.wasm`.
  [[nodiscard]] std::string name() const { return user_path().stem().native(); }
  /// What they see it as: "app.wasm", "app_bg.wasm" among bindings.
  [[nodiscard]] std::string final_name() const;
  /// The module that the next step would read.
  [[nodiscard]] const ModuleRef& last() const { return m_input; }

  /// A step that makes a module of a module. `tool`: a program that it starts, or none.
  void add(std::string_view verb, std::string_view suffix, const std::vector<std::string>& options, const base::Path& tool);
  /// The last step may say that its result is good for one build only (`--once`).
  void may_say_once();
  /// What the last step found out, for a later one: a file that it always makes. `option` names it.
  [[nodiscard]] ModuleRef add_finding(std::string_view option, std::string_view suffix);
  /// An option of the last step that does not change what it makes.
  void add_unkeyed(const std::string& option, const std::string& value);
  /// A file that the last step may make besides its module, which users find beside theirs as `name`, and which the module calls by a URL.
  void add_side_file(std::string_view option, std::string_view url_option, const std::string& name);
  /// The step that makes a directory with `NAME_bg.wasm` in it. `is_last`: it is made where users look for it.
  void add_bindings(const std::vector<std::string>& options, const base::Path& tool, bool is_last);
  /// The module as it is now among the bindings, where users look for them.
  void assemble_bindings();

  /// The last step reads one more module, or what an earlier step found out. `before_path`: what stands before it in the same
  /// word, "KEY=".
  void add_input(std::string_view option, const ModuleRef& input, std::string_view before_path = {});
  /// The last step reads a file of the project or of a tool; an empty path is none.
  void add_file(const base::Path& file);
  /// The last step is another one when this changes.
  void add_key(const char* variable, const std::string& value) { m_steps.back().env.emplace(variable, value); }

  /// The one step of a test program: bindings beside it, in a directory for this host. What users see of it stays what was linked.
  [[nodiscard]] std::vector<ActionTemplate>
  suite_bindings(const std::vector<std::string>& options, const base::Path& tool, const std::string& host);

  /// The last step has what users see.
  [[nodiscard]] std::vector<ActionTemplate> finish();

private:
  [[nodiscard]] const base::Path& user_path() const;
  [[nodiscard]] base::Path bindings_place() const { return user_path().parent_path() / "bindgen" / name(); }
  void write_directory(ActionTemplate& step, const base::Path& directory);
  ActionTemplate& begin(std::string_view verb, const base::Path& output, const std::vector<std::string>& options, const base::Path& tool);

  const base::Path& m_driver;
  ActionTemplate& m_link;
  std::uint32_t m_module_output;
  ActionIndex m_link_index;
  ModuleRef m_input;                   ///< of the next step
  std::optional<OutputRef> m_bindings; ///< their directory
  base::Path m_path;                   ///< of the linked module: steps' outputs are called after it
  ActionIndex m_next;
  std::vector<ActionTemplate> m_steps;
};

} // namespace cargo_wasm::plan
