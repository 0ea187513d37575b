// What the model says of a link and what the linker made of it, side by side: `link_model_dump REPORT MODULE`.
//
//   import MODULE.NAME      function NAME      each with `both`, `model` or `linker` before it
//
// Functions are compared by the module's name section; what the linker makes itself (constructors' caller, stubs) is left out.
#include <cstdio>
#include <set>
#include <string>

#include <cargo_wasm/shim/link_report.hpp>
#include <cargo_wasm/shim/link_scan.hpp>
#include <cargo_wasm/wasm/module.hpp>

using namespace cargo_wasm;

namespace {

struct Seen
{
  std::set<std::string> imports, functions;
};

Seen of_model(const shim::LinkModel& model)
{
  Seen seen;
  const auto& objects = model.objects();
  for (std::uint32_t object = 0; object < objects.size(); ++object) {
    for (std::uint32_t chunk = 0; model.takes_part(object) && chunk < objects[object].chunks.size(); ++chunk) {
      if (objects[object].chunks[chunk].is_function && model.is_live({object, chunk})) {
        seen.functions.emplace(model.name_of({object, chunk}));
      }
    }
  }
  for (const shim::ModelSymbol& symbol : model.symbols()) {
    if (!symbol.is_live || !symbol.definition.is_none() || symbol.is_provided_by_linker || symbol.wanted_by.empty()) {
      continue;
    }
    const shim::ObjectSymbol& wanted = model.symbol(symbol.wanted_by.front());
    if (wanted.kind == wasm::SymbolKind::function) {
      seen.imports.insert(std::string(wanted.import.module) + "." + std::string(wanted.import.name));
    }
  }
  return seen;
}

Result<Seen> of_module(const base::MappedFile& file)
{
  Seen seen;
  const wasm::Source source(file.path(), file.bytes());
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  CW_TRY(module.for_each_import([&](const wasm::Import& import) {
    if (import.type.kind == wasm::ExternalKind::func) {
      seen.imports.insert(std::string(import.module) + "." + std::string(import.name));
    }
  }));
  CW_TRY_ASSIGN(const wasm::ImportCounts counts, module.count_imports());
  if (const auto content = module.custom("name")) {
    wasm::NameSection names(source, *content);
    for (wasm::NameSubsection part; names.next(part);) {
      for (wasm::Naming naming; part.kind == wasm::NameKind::function && part.names.next(naming);) {
        const std::string name(naming.name);
        if (naming.index >= counts.functions && !name.starts_with("__wasm_call_ctors") && !name.starts_with("__wasm_init") &&
            !name.ends_with(".command_export")) {
          seen.functions.insert(name);
        }
      }
    }
  }
  return seen;
}

void compare(const char* what, const std::set<std::string>& model, const std::set<std::string>& linker)
{
  std::set<std::string> all = model;
  all.insert(linker.begin(), linker.end());
  for (const std::string& name : all) {
    const char* const who = !model.contains(name) ? "linker" : !linker.contains(name) ? "model" : "both";
    std::printf("%s %s %s\n", who, what, name.c_str());
  }
}

Result<> run(const char* report_path, const char* module_path)
{
  const auto fs = base::make_filesystem();
  CW_TRY_ASSIGN(const std::string text, fs->read(report_path));
  CW_TRY_ASSIGN(const shim::LinkReport report, shim::parse_link_report(text));
  const shim::LinkerOptions options = shim::read_linker_options(report.arguments);
  const shim::LinkScan scan(*fs, base::Path(report_path).parent_path(), options);
  for (const Error& error : scan.unread()) {
    std::fputs(base::render(error, base::Severity::warning, false).c_str(), stderr);
  }
  CW_TRY_ASSIGN(const base::MappedFile file, base::MappedFile::open(module_path));
  CW_TRY_ASSIGN(const Seen linked, of_module(file));
  const Seen modelled = of_model(scan.model());
  compare("import", modelled.imports, linked.imports);
  compare("function", modelled.functions, linked.functions);
  return {};
}

} // namespace

int main(int argc, char** argv)
{
  if (argc != 3) {
    std::fputs("usage: link_model_dump REPORT MODULE\n", stderr);
    return 2;
  }
  if (const auto done = run(argv[1], argv[2]); !done) {
    std::fputs(base::render(done.error(), base::Severity::error, false).c_str(), stderr);
    return 1;
  }
  return 0;
}
