// `wasm_dump check|dump|pack|entry|truncate …`: what tests/differential/wasm/oracle does under the same names, by our reader.
// `wasm_dump features FILE` lists for each entry of a pack what features_used says: NAME <tab> FEATURE,OFFSET,PLACE,WHAT;… or `error`.
// `wasm_dump members FILE` lists an archive: OFFSET SIZE NAME. `wasm_dump lines FILE` prints the line table,
// `wasm_dump inlines FILE` what is inlined at each of its addresses. `wasm_dump bench FILE` times
// the quick path, `wasm_dump memory FILE` prints by how many bytes reading everything, and then the quick path, raised the peak of what the
// process holds.
#include <support/wasm_dump.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include <fmt/format.h>

#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/wasm/archive.hpp>
#include <cargo_wasm/wasm/debug_inlines.hpp>
#include <cargo_wasm/wasm/debug_lines.hpp>
#include <cargo_wasm/wasm/feature_use.hpp>
#include <cargo_wasm/wasm/module.hpp>

namespace {

using namespace cargo_wasm;

std::string verdict(const wasm::Source& source)
{
  test::DumpSink sink(false);
  const wasm::Failure failure = test::dump_wasm(source, sink);
  if (!failure) {
    return fmt::format("ok {:016x}", sink.digest());
  }
  return fmt::format("error {} {}", failure.offset, to_error(failure, source, "").message);
}

void print_dump(const wasm::Source& source)
{
  test::DumpSink sink(true);
  const wasm::Failure failure = test::dump_wasm(source, sink);
  std::fwrite(sink.text().data(), 1, sink.text().size(), stdout);
  if (failure) {
    std::printf("error %llu %s\n", static_cast<unsigned long long>(failure.offset), to_error(failure, source, "").message.c_str());
  }
}

/// A row of /proc/self/status in bytes: "VmHWM:", "VmRSS:".
std::uint64_t status_bytes(std::string_view row)
{
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(row)) {
      return std::stoull(line.substr(row.size())) * 1024;
    }
  }
  return 0;
}

[[noreturn]] void stop(const Error& error)
{
  std::fprintf(stderr, "%s", base::render(error, base::Severity::error, false).c_str());
  std::exit(2);
}

void print_verdict(std::string_view name, const wasm::Source& source)
{
  const std::string text = fmt::format("{}\t{}\n", name, verdict(source));
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_features(std::string_view name, const wasm::Source& source)
{
  std::string text = fmt::format("{}\t", name);
  const auto module = wasm::Module::read(source);
  const auto uses = module ? wasm::features_used(*module) : Result<std::vector<wasm::FeatureUse>>(base::fail(module.error()));
  if (uses) {
    for (const wasm::FeatureUse& use : *uses) {
      text += fmt::format("{},{},{},{};", name_of(use.feature), use.offset, use.function ? "code" : "other", use.what);
    }
  } else {
    text += "error";
  }
  std::puts(text.c_str());
}

base::MappedFile open_file(const base::Path& path)
{
  auto file = base::MappedFile::open(path);
  if (!file) {
    stop(file.error());
  }
  return std::move(*file);
}

void print_members(const wasm::Source& source)
{
  wasm::ArchiveReader reader(source);
  for (wasm::ArchiveMember member; reader.next(member);) {
    std::printf(
        "%llu %zu %s\n", static_cast<unsigned long long>(member.offset), member.source.bytes.size(), std::string(member.name).c_str());
  }
  if (const auto end = reader.finish(); !end) {
    stop(end.error());
  }
}

/// What a link needs of a module first: its imports with their types, and where each function is. The fastest of twenty.
void print_speed(const wasm::Source& source)
{
  double best = 1e9;
  std::size_t functions = 0;
  std::size_t imports = 0;
  for (int i = 0; i < 20; ++i) {
    imports = 0;
    const auto start = std::chrono::steady_clock::now();
    const auto module = wasm::Module::read(source);
    if (!module) {
      stop(module.error());
    }
    const auto walked = module->for_each_import([&](const wasm::Import&) { ++imports; });
    const auto index = module->index_functions();
    if (!walked || !index) {
      stop(!walked ? walked.error() : index.error());
    }
    functions = index->size();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::printf("%zu imports, %zu functions, %zu bytes, %.6f s, %.2f GB/s\n",
              imports,
              functions,
              source.bytes.size(),
              best,
              static_cast<double>(source.bytes.size()) / best / 1e9);
}

void print_memory(const base::Path& path)
{
  const std::uint64_t before = status_bytes("VmHWM:");
  const base::MappedFile file = open_file(path);
  const wasm::Source source(path, file.bytes());
  const std::string text = verdict(source);
  if (const auto module = wasm::Module::read(source)) {
    static_cast<void>(module->index_functions());
  }
  std::printf("%llu %s\n", static_cast<unsigned long long>(status_bytes("VmHWM:") - before), text.c_str());
}

/// ADDRESS LINE COLUMN FILE, a line a row; `end` in the place of the file behind the last row of a sequence.
void print_lines(const wasm::Source& source)
{
  const auto module = wasm::Module::read(source);
  if (!module) {
    stop(module.error());
  }
  const wasm::DebugLines lines(*module);
  for (const wasm::LineRow& row : lines.rows()) {
    const std::string text =
        fmt::format("{:#x} {} {} {}\n", row.address, row.line, row.column, row.ends_sequence ? "end" : lines.files()[row.file]);
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
}

/// For each row's address, innermost first: LINE COLUMN FILE of where it is and of each call around it; CALLEE before it where inlined.
void print_inlines(const wasm::Source& source)
{
  const auto module = wasm::Module::read(source);
  if (!module) {
    stop(module.error());
  }
  const wasm::DebugLines lines(*module);
  const wasm::DebugInlines inlines(*module, lines);
  std::uint64_t last = 0;
  for (const wasm::LineRow& row : lines.rows()) {
    const auto place = row.ends_sequence || row.address == last ? std::nullopt : lines.find(row.address);
    if (!place) {
      continue;
    }
    last = row.address;
    const auto shown = [](const wasm::CodePlace& at) { return fmt::format("{} {} {}", at.line, at.column, at.file); };
    std::string text = fmt::format("{:#x}\t{}", row.address, shown(*place));
    const auto calls = inlines.calls_at(row.address);
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
      text += fmt::format("\t{}\t{}", call->callee, shown(call->called_at));
    }
    text += '\n';
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
}

std::string_view take(std::string_view& pack)
{
  std::uint32_t size = 0;
  for (unsigned i = 0; i < 4; ++i) {
    size |= static_cast<std::uint32_t>(static_cast<unsigned char>(pack[i])) << (8 * i);
  }
  const std::string_view item = pack.substr(4, size);
  pack.remove_prefix(4 + size);
  return item;
}

} // namespace

int main(int argc, char** argv)
{
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) {
    std::fprintf(stderr, "usage: wasm_dump check|dump|pack|entry|features|truncate|members|lines|inlines|bench|memory FILE…\n");
    return 2;
  }
  const std::string_view command = arguments[0];
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const base::Path path(arguments[i]);
    if (command == "memory") {
      print_memory(path);
      continue;
    }
    const base::MappedFile file = open_file(path);
    const std::string_view content = file.bytes();
    if (command == "check") {
      print_verdict(path.string(), wasm::Source(path, content));
    } else if (command == "dump") {
      print_dump(wasm::Source(path, content));
    } else if (command == "members") {
      print_members(wasm::Source(path, content));
    } else if (command == "lines") {
      print_lines(wasm::Source(path, content));
    } else if (command == "inlines") {
      print_inlines(wasm::Source(path, content));
    } else if (command == "bench") {
      print_speed(wasm::Source(path, content));
    } else if (command == "truncate") {
      for (std::size_t size = 0; size <= content.size(); ++size) {
        print_verdict(fmt::format("{}:{}", path.string(), size), wasm::Source(path, content.substr(0, size)));
      }
    } else {
      for (std::string_view rest = content; !rest.empty();) {
        const std::string_view name = take(rest);
        const std::string_view bytes = take(rest);
        if (command == "features") {
          print_features(name, wasm::Source(path, bytes));
        } else if (command == "pack") {
          print_verdict(name, wasm::Source(path, bytes));
        } else if (name == arguments.back()) {
          print_dump(wasm::Source(path, bytes));
        }
      }
      if (command == "entry") {
        break;
      }
    }
  }
  return 0;
}
