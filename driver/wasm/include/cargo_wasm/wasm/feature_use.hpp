// Which features a module really uses, and where: what its instructions, types and sections need, whatever its `target_features` section
// says. The answer is as small as it can be: without any one of these features a host refuses the module.
//
// Four things are finer than LLVM has them, because hosts and tools differ in them:
//   bulk-memory-opt         memory.copy and memory.fill alone; everything else of the proposal is bulk-memory.
//   call-indirect-overlong  a call_indirect whose table index, though 0, takes several bytes, as LLVM writes it from version 20 on (a place
//                           for a relocation). That is no use of reference-types: nothing but the encoding is new. Table 1 and above is.
//   legacy-exceptions       try, catch, catch_all, rethrow, delegate. With them exception-handling is used, which is the tags and `throw`.
//   exnref                  try_table, throw_ref, the type. With them, too, exception-handling is used.
//
// What is declared once (a memory that is shared or has 64 bits) is reported where it is declared, not at every access.
#pragma once
#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::wasm {

struct FeatureUse
{
  Feature feature = Feature::mvp;
  std::uint64_t offset = 0;              ///< in the file: of the instruction, else of the entry (a type, an import, …) or section
  std::optional<std::uint32_t> function; ///< index of the function, imported ones counted, where it is in code
  std::string_view what;                 ///< the instruction by its name, or the construct in words: "shared memory". Static.
};

/// The first uses of each wanted feature, sorted by feature and place: at most one in a function, type, import or other entry, and at most
/// `at_most` in all. One lists what a module needs; more list the functions that stand in a host's way.
///
/// Cost: one pass over the module, which ends once everything wanted was found; a function is left once nothing new can be found in it.
/// Memory: the uses, and a bit for each type and global. Errors: as reading, CW0612 to CW0615; what was not looked at is not checked.
[[nodiscard]] Result<std::vector<FeatureUse>>
features_used(const Module& module, FeatureSet wanted = FeatureSet::all(), std::uint32_t at_most = 1);

} // namespace cargo_wasm::wasm
