// Numbers of the format that this reader knows. They are permanent: LLVM only ever adds some.
// Source: llvm/include/llvm/Bitstream/BitCodeEnums.h, llvm/include/llvm/Bitcode/LLVMBitCodes.h, read at LLVM 14 to 23.
#pragma once
#include <cstdint>

namespace cargo_wasm::bitcode {

/// Ids that mean the same in every block; greater ones are the block's abbreviations, in the order of their definition.
enum class AbbreviationId : std::uint32_t { end_block = 0, enter_block = 1, define = 2, unabbreviated = 3, first_own = 4 };

namespace block_id {
constexpr std::uint32_t k_block_info = 0;
constexpr std::uint32_t k_module = 8;
constexpr std::uint32_t k_attribute_lists = 9;
constexpr std::uint32_t k_attribute_groups = 10;
constexpr std::uint32_t k_identification = 13;
constexpr std::uint32_t k_value_symbols = 14;
constexpr std::uint32_t k_types = 17;
constexpr std::uint32_t k_summary = 20;
constexpr std::uint32_t k_strings = 23;
constexpr std::uint32_t k_full_lto_summary = 24;
} // namespace block_id

namespace block_info_code {
constexpr std::uint32_t k_set_block = 1;
}

namespace identification_code {
constexpr std::uint32_t k_producer = 1;
constexpr std::uint32_t k_epoch = 2;
} // namespace identification_code

namespace strings_code {
constexpr std::uint32_t k_blob = 1;
}

namespace module_code {
constexpr std::uint32_t k_version = 1;
constexpr std::uint32_t k_triple = 2;
constexpr std::uint32_t k_data_layout = 3;
constexpr std::uint32_t k_assembly = 4;
constexpr std::uint32_t k_variable = 7;
constexpr std::uint32_t k_function = 8;
constexpr std::uint32_t k_alias_old = 9; ///< before LLVM 3.8: without address space
constexpr std::uint32_t k_alias = 14;
constexpr std::uint32_t k_source_file = 16;
constexpr std::uint32_t k_ifunc = 18;
/// Properties of the assembly are 19, the list of the symbols' GUIDs is 20, both since LLVM 23.
constexpr std::uint32_t k_last_known = 20;
} // namespace module_code

namespace symbols_code {
constexpr std::uint32_t k_entry = 1;
constexpr std::uint32_t k_function = 3;
} // namespace symbols_code

namespace attributes_code {
constexpr std::uint32_t k_list_old = 1; ///< before LLVM 3.3
constexpr std::uint32_t k_list = 2;
constexpr std::uint32_t k_group = 3;
} // namespace attributes_code

/// How one attribute of a group is written.
namespace attribute_form {
constexpr std::uint64_t k_flag = 0;
constexpr std::uint64_t k_integer = 1;
constexpr std::uint64_t k_string = 3;
constexpr std::uint64_t k_string_with_value = 4;
constexpr std::uint64_t k_type_unset = 5;
constexpr std::uint64_t k_type = 6;
constexpr std::uint64_t k_range = 7;
constexpr std::uint64_t k_range_list = 8;
} // namespace attribute_form

namespace summary_code {
constexpr std::uint32_t k_function = 1;
constexpr std::uint32_t k_function_profile = 2;
constexpr std::uint32_t k_variable = 3;
constexpr std::uint32_t k_alias = 7;
constexpr std::uint32_t k_version = 10;
constexpr std::uint32_t k_function_frequency = 19;
constexpr std::uint32_t k_vtable = 23;
} // namespace summary_code

/// Newest values whose meaning is known here.
constexpr std::uint64_t k_newest_module_version = 2;
constexpr std::uint64_t k_newest_epoch = 0;
constexpr std::uint64_t k_newest_summary_version = 14;

} // namespace cargo_wasm::bitcode
