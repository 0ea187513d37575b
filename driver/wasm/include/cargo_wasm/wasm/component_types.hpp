// The types of components and what stands in their sections. As in types.hpp nothing is checked beyond the encoding.
// Source: component-model Binary.md, as wasmparser 0.263 reads it with every feature on.
#pragma once
#include <cargo_wasm/wasm/items.hpp>

namespace cargo_wasm::wasm {

/// Component types within component types; the same limit as wasmparser's.
constexpr std::uint32_t k_max_component_type_depth = 100;

enum class PrimitiveType : std::uint8_t { bool_, s8, u8, s16, u16, s32, u32, s64, u64, f32, f64, char_, string, error_context };
[[nodiscard]] const char* to_string(PrimitiveType type);

struct ComponentValType
{
  std::optional<PrimitiveType> primitive;
  std::uint32_t index = 0; ///< of a defined type, unless primitive
  static ComponentValType read(Cursor& cursor);
};

/// A name as a component gives it to what it imports or exports. Versions stay text: "wasi:cli/run@0.2.6".
struct ExternName
{
  std::string_view name;
  std::optional<std::string_view> implements;
  std::optional<std::string_view> version_suffix; ///< continues a shortened version
  std::optional<std::string_view> external_id;
  static ExternName read(Cursor& cursor);
};
/// "0.2.6" of "wasi:cli/run@0.2.6"; empty where there is none.
[[nodiscard]] std::string_view version_of(std::string_view extern_name);

enum class ComponentExternKind : std::uint8_t { core_module, func, value, type, component, instance };
[[nodiscard]] const char* to_string(ComponentExternKind kind);

struct ComponentExternType
{
  ComponentExternKind kind = ComponentExternKind::func;
  std::uint32_t index = 0;  ///< of the type, unless it is a value or a fresh resource
  bool is_resource = false; ///< of `type`: a resource of its own instead of an equal type
  ComponentValType value;   ///< of `value`
  static ComponentExternType read(Cursor& cursor);
};

struct ComponentImport
{
  ExternName name;
  ComponentExternType type;
  static ComponentImport read(Cursor& cursor);
};

struct ComponentExport
{
  ExternName name;
  ComponentExternKind kind = ComponentExternKind::func;
  std::uint32_t index = 0;
  std::optional<ComponentExternType> type;
  static ComponentExport read(Cursor& cursor);
};

/// An export in the row that makes an instance: without a type.
struct InlineExport
{
  ComponentExport value;
  static InlineExport read(Cursor& cursor);
};

enum class AliasKind : std::uint8_t { instance_export, core_instance_export, outer };
enum class OuterKind : std::uint8_t { core_module, core_type, type, component };

struct Alias
{
  AliasKind kind = AliasKind::instance_export;
  ComponentExternKind external = ComponentExternKind::func; ///< of instance_export
  ExternalKind core = ExternalKind::func;                   ///< of core_instance_export
  OuterKind outer = OuterKind::type;                        ///< of `outer`
  std::uint32_t instance = 0;
  std::string_view name;
  std::uint32_t count = 0; ///< of `outer`: how many components outwards
  std::uint32_t index = 0;
  static Alias read(Cursor& cursor);
};

struct CoreArgument
{
  std::string_view name;
  std::uint32_t instance = 0;
  static CoreArgument read(Cursor& cursor);
};

struct CoreInstance
{
  bool is_instantiation = false;
  std::uint32_t module = 0;
  List<CoreArgument> arguments;
  List<Export> exports; ///< unless it is an instantiation
  static CoreInstance read(Cursor& cursor);
};

struct ComponentArgument
{
  std::string_view name;
  ComponentExternKind kind = ComponentExternKind::func;
  std::uint32_t index = 0;
  static ComponentArgument read(Cursor& cursor);
};

struct ComponentInstance
{
  bool is_instantiation = false;
  std::uint32_t component = 0;
  List<ComponentArgument> arguments;
  List<InlineExport> exports; ///< unless it is an instantiation
  static ComponentInstance read(Cursor& cursor);
};

enum class ModuleDeclarationKind : std::uint8_t { import, type, alias, export_ };

struct ModuleDeclaration
{
  ModuleDeclarationKind kind = ModuleDeclarationKind::type;
  Import import;
  RecGroup type;
  std::uint32_t count = 0; ///< of an outer alias of a type
  std::uint32_t index = 0;
  std::string_view name; ///< of an export
  ExternType export_type;
  static ModuleDeclaration read(Cursor& cursor);
};

struct CoreType
{
  bool is_module = false;
  RecGroup group;
  List<ModuleDeclaration> declarations; ///< of a module type
  static CoreType read(Cursor& cursor);
};

struct NamedType
{
  std::string_view name;
  ComponentValType type;
  static NamedType read(Cursor& cursor);
};

struct VariantCase
{
  std::string_view name;
  std::optional<ComponentValType> type;
  static VariantCase read(Cursor& cursor);
};

enum class ComponentTypeKind : std::uint8_t {
  primitive,
  record,            ///< fields
  variant,           ///< cases
  list,              ///< types[0]
  map,               ///< types[0], types[1]
  fixed_length_list, ///< types[0], index: the length
  tuple,             ///< elements
  flags,             ///< names
  enum_,             ///< names
  option,            ///< types[0]
  result,            ///< first, second
  own,               ///< index
  borrow,            ///< index
  future,            ///< first
  stream,            ///< first
  func,              ///< is_async, fields: the parameters, first: the result
  component,         ///< component_declarations
  instance,          ///< instance_declarations
  resource,          ///< representation, destructor
};

struct ComponentDeclaration;
struct InstanceDeclaration;

struct ComponentType
{
  ComponentTypeKind kind = ComponentTypeKind::primitive;
  PrimitiveType primitive = PrimitiveType::bool_;
  std::array<ComponentValType, 2> types;
  std::optional<ComponentValType> first;
  std::optional<ComponentValType> second;
  std::uint32_t index = 0;
  bool is_async = false;
  List<NamedType> fields;
  List<VariantCase> cases;
  List<ComponentValType> elements;
  List<std::string_view> names;
  List<ComponentDeclaration> component_declarations;
  List<InstanceDeclaration> instance_declarations;
  std::uint32_t declaration_count = 0; ///< of `component` and `instance`
  ValType representation;
  std::optional<std::uint32_t> destructor;
  static ComponentType read(Cursor& cursor);
  /// As `read`, but declarations are not entered: they follow in the cursor. Whoever walks nested types to their end does it with this and
  /// Declaration's `read_open`, in one pass; walking the lists reads what is below once more at every level.
  static ComponentType read_open(Cursor& cursor);
};

enum class DeclarationKind : std::uint8_t { core_type, type, alias, import, export_ };

/// What stands in the type of a component or of an instance.
struct Declaration
{
  DeclarationKind kind = DeclarationKind::type;
  /// Content behind the byte that names the kind: for CoreType, ComponentType, Alias, ComponentImport. Kept as a place, because types nest.
  Cursor content;
  ExternName name; ///< of an export
  ComponentExternType export_type;
};
struct ComponentDeclaration : Declaration
{
  static ComponentDeclaration read(Cursor& cursor);
  static ComponentDeclaration read_open(Cursor& cursor); ///< of `type` the kind only: the ComponentType follows in the cursor
};
/// Without imports.
struct InstanceDeclaration : Declaration
{
  static InstanceDeclaration read(Cursor& cursor);
  static InstanceDeclaration read_open(Cursor& cursor); ///< as ComponentDeclaration's
};

enum class CanonicalKind : std::uint8_t {
#define CW_WASM_CANONICAL(id, text, byte, shape) id,
#include <cargo_wasm/wasm/canonicals.def>
#undef CW_WASM_CANONICAL
};
[[nodiscard]] const char* to_string(CanonicalKind kind);

enum class CanonicalOptionKind : std::uint8_t {
  utf8,
  utf16,
  compact_utf16,
  memory,
  realloc,
  post_return,
  async,
  callback,
  core_type,
  gc,
};
[[nodiscard]] const char* to_string(CanonicalOptionKind kind);

struct CanonicalOption
{
  CanonicalOptionKind kind = CanonicalOptionKind::utf8;
  std::optional<std::uint32_t> index; ///< of memory, realloc, post_return, callback, core_type
  static CanonicalOption read(Cursor& cursor);
};

enum class CanonicalShape : std::uint8_t {
  none,
  zero,
  index,          ///< indices[0]
  zero_index,     ///< indices[0]
  index_index,    ///< indices
  async,          ///< is_async
  index_async,    ///< indices[0], is_async
  options,        ///< options
  index_options,  ///< indices[0], options
  result_options, ///< result, options
  context,        ///< type, indices[0]
  lift,           ///< indices: core function and type, options
  lower,          ///< indices[0], options
};

struct CanonicalFunction
{
  CanonicalKind kind = CanonicalKind::lift;
  std::array<std::uint32_t, 2> indices{};
  bool is_async = false;
  ValType type;
  std::optional<ComponentValType> result;
  List<CanonicalOption> options;
  [[nodiscard]] CanonicalShape shape() const;
  static CanonicalFunction read(Cursor& cursor);
};

struct ComponentStart
{
  std::uint32_t function = 0;
  List<std::uint32_t> arguments;
  std::uint32_t results = 0;
  static ComponentStart read(Cursor& cursor);
};

} // namespace cargo_wasm::wasm
