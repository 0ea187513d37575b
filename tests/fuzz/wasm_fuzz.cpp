// Everything that reads wasm files, on arbitrary bytes: a file that is accepted can be walked again lazily, and an error points into the
// file. Archives: members lie within the file, and each is read as a module.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <support/wasm_dump.hpp>

#include <cargo_wasm/wasm/archive.hpp>
#include <cargo_wasm/wasm/component.hpp>
#include <cargo_wasm/wasm/debug_inlines.hpp>
#include <cargo_wasm/wasm/debug_lines.hpp>
#include <cargo_wasm/wasm/feature_use.hpp>
#include <cargo_wasm/wasm/rewrite.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/linking.hpp>
#include <cargo_wasm/wasm/module.hpp>
#include <cargo_wasm/wasm/provenance.hpp>

namespace {

using namespace cargo_wasm;

void require(bool holds)
{
  if (!holds) {
    std::abort();
  }
}

void require_within(const wasm::Failure& failure, const wasm::Source& source)
{
  require(failure.offset <= source.file.size());
}

void read_lazily(const wasm::Source& source, bool was_accepted)
{
  const auto module = wasm::Module::read(source);
  if (!module) {
    require(!was_accepted);
    require(!module.error().id.empty());
    return;
  }
  const auto index = module->index_functions();
  require(index.has_value() || !was_accepted);
  for (std::uint32_t i = 0; index && i < index->size() - index->imported(); i += 7) {
    static_cast<void>(index->type_of(index->imported() + i));
    require(index->body_of(index->imported() + i).end() <= source.file.size());
  }
  static_cast<void>(wasm::find_function_type(*module, 3));
  const wasm::DebugLines lines(*module);
  static_cast<void>(lines.find(100));
  static_cast<void>(wasm::DebugInlines(*module, lines).calls_at(lines.rows().empty() ? 100 : lines.rows().front().address));
  if (const auto uses = wasm::features_used(*module, wasm::FeatureSet::all(), 3)) {
    for (const wasm::FeatureUse& use : *uses) {
      require(use.offset <= source.file.size());
    }
  }
  const auto rewritten = wasm::rewrite_custom_sections(source, [](std::string_view name) { return !wasm::is_debug_section(name); }, {});
  require(rewritten.has_value() && rewritten->size() <= source.bytes.size());
  if (const auto features = module->custom("target_features")) {
    wasm::SectionReader<wasm::TargetFeature> reader(source, *features, "target_features section");
    for (wasm::TargetFeature feature; reader.next(feature);) {
    }
  }
}

void read_file(const wasm::Source& source)
{
  const wasm::Provenance made = wasm::read_provenance(source);
  require(made.tools.size() <= source.bytes.size());
  test::DumpSink sink(false);
  const wasm::Failure failure = test::dump_wasm(source, sink);
  if (failure) {
    require_within(failure, source);
    require(!to_error(failure, source, "").message.empty());
  }
  if (wasm::file_kind(source) == wasm::FileKind::component) {
    std::size_t nested = 0;
    const auto result = wasm::read_component(source, {.on_import = {}, .on_export = {}, .on_nested = [&](const wasm::NestedBinary& item) {
                                                        nested += item.source.bytes.size();
                                                      }});
    require(result.has_value() || failure);
  } else if (!failure || wasm::file_kind(source) != wasm::FileKind::unknown) {
    read_lazily(source, !failure);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  static const base::Path path("fuzz.wasm");
  const wasm::Source source(path, std::string_view(reinterpret_cast<const char*>(data), size));
  if (wasm::file_kind(source) != wasm::FileKind::archive) {
    read_file(source);
    return 0;
  }
  wasm::ArchiveReader archive(source);
  for (wasm::ArchiveMember member; archive.next(member);) {
    require(member.offset + member.source.bytes.size() <= size);
    read_file(member.source);
  }
  if (archive.failure()) {
    require_within(archive.failure(), source);
  }
  return 0;
}
