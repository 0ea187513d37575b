// `.env` files: variables of a program, written down beside its sources for whoever starts it. Passwords of databases and keys of services
// are kept in them, under any name; build scripts and macros read them as they read the environment.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "freshness.hpp"

namespace cargo_wasm::exec {

/// `.env`, `.env.local`; not `.env.example`, which is there to be read by everybody.
[[nodiscard]] bool is_dotenv_name(std::string_view file_name);
/// The same of a path or place name.
[[nodiscard]] bool is_dotenv_file(std::string_view path);

/// The values of a file's text that may be secrets: 8 bytes and more, under names that nobody knows to be harmless. In each form that a
/// reader may give them, as readers do not agree about escapes, quotes and `$NAME`.
[[nodiscard]] std::vector<std::string> private_values_of_dotenv(std::string_view text);

/// Of the files that an action of a local package may read: those at the top of the package and in the directories above it, up to the
/// workspace's, and what else of the package `key` has, which is null without a store. Errors: a directory cannot be listed, or a file
/// read. Cost: a listing of each.
[[nodiscard]] Result<std::vector<std::string>>
private_values_of_dotenv_files(const Context& context, const plan::ActionTemplate& tmpl, const SharedKey* key);

} // namespace cargo_wasm::exec
