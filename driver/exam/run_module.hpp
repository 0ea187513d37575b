// Runs what was built in Node.js, with a host that offers every function and writes down which one is really called (host.js).
#pragma once
#include <optional>

#include <cargo_wasm/exam/exam.hpp>

#include "module_facts.hpp"

namespace cargo_wasm::exam {

/// `node` on PATH; nullopt when there is none.
[[nodiscard]] std::optional<base::Path> find_node(const Env& env);

/// The transcript, line by line; `directory` is what the program sees as /room. What traps or never ends is part of it: a program is given
/// a minute. Errors: CW0010 Node.js cannot be started; of the file system.
[[nodiscard]] Result<std::vector<std::string>> run_module(const Env& env,
                                                          const ExamRequest& request,
                                                          const base::Path& node,
                                                          const Program& program,
                                                          const base::Path& file,
                                                          const base::Path& directory,
                                                          const ModuleFacts& facts);

} // namespace cargo_wasm::exam
