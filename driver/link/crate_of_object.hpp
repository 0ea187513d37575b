// Whose object it is that a linker's message names.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::link {

struct ObjectOrigin
{
  enum class Kind : std::uint8_t {
    crate,          ///< compiled by `action`
    native_member,  ///< not Rust, bundled into the library of `action`'s crate
    native_library, ///< a library that the build script run `action` made
    toolchain,      ///< std and what comes with it
    merged,         ///< the linked crate and, after link-time optimization, any below it
    unknown,
  } kind = Kind::unknown;
  plan::ActionIndex action = 0; ///< of crate, native_member, native_library, merged
  std::string archive;          ///< file name of the library, empty for a plain object
  std::string member;           ///< file name of the object
};

/// @param link  the action whose linker wrote `file`: a path, or `path(member)` for members of libraries
[[nodiscard]] ObjectOrigin origin_of(const plan::ActionGraph& graph, plan::ActionIndex link, std::string_view file);

/// The action that compiled an object's Rust code, which alone has declarations that can be read; nothing for any other object.
[[nodiscard]] std::optional<plan::ActionIndex> rust_crate(const ObjectOrigin& origin);

/// "crate `app v0.1.0`", "`bar.o` in `libfoo.a`, made by the build script of `foo-sys v1.0.0`" …
[[nodiscard]] std::string describe(const plan::ActionGraph& graph, const ObjectOrigin& origin);

} // namespace cargo_wasm::link
