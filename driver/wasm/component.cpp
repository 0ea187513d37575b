#include <cargo_wasm/wasm/component.hpp>

namespace cargo_wasm::wasm {
namespace {

template <class T> Result<> each(const Source& source, const Payload& payload, const std::function<void(const T&)>& action)
{
  if (!action || payload.depth != 0) {
    return {};
  }
  SectionReader<T> reader(source, payload.content, payload.count, name_of(payload.kind));
  for (T item{}; reader.next(item);) {
    action(item);
  }
  return reader.finish();
}

NestedBinary nested_binary(const Source& source, const Payload& payload)
{
  NestedBinary nested;
  nested.encoding = payload.kind == PayloadKind::core_module ? Encoding::module : Encoding::component;
  nested.source = source;
  nested.source.bytes = source.file.substr(payload.begin, payload.end - payload.begin);
  nested.depth = payload.depth + 1;
  return nested;
}

} // namespace

Result<> read_component(const Source& source, const ComponentHandlers& handlers)
{
  Parser parser(source);
  for (Payload payload; parser.next(payload);) {
    switch (payload.kind) {
    case PayloadKind::header:
      if (payload.encoding != Encoding::component) {
        parser.fail({Fault::header, payload.begin, 0, "a component", "a core module"});
      }
      break;
    case PayloadKind::component_import:
      CW_TRY(each(source, payload, handlers.on_import));
      break;
    case PayloadKind::component_export:
      CW_TRY(each(source, payload, handlers.on_export));
      break;
    case PayloadKind::core_module:
    case PayloadKind::component:
      if (handlers.on_nested && payload.end <= Cursor(source).end_offset()) {
        handlers.on_nested(nested_binary(source, payload));
      }
      if (payload.kind == PayloadKind::core_module) {
        parser.skip_nested();
      }
      break;
    default:
      break;
    }
  }
  return parser.finish();
}

} // namespace cargo_wasm::wasm
