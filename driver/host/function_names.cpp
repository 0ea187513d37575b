#include "function_names.hpp"

#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>

#include <cargo_wasm/rust/demangle.hpp>

namespace cargo_wasm::host {

namespace {

constexpr std::size_t k_longest_way = 8; ///< through libc

std::map<std::uint32_t, std::string> section_names(const wasm::Module& module)
{
  std::map<std::uint32_t, std::string> names;
  const auto content = module.custom("name");
  if (!content) {
    return names;
  }
  wasm::NameSection section(module.source(), *content);
  for (wasm::NameSubsection part; section.next(part);) {
    for (wasm::Naming naming; part.kind == wasm::NameKind::function && part.names.next(naming);) {
      names.emplace(naming.index, rust::demangle(naming.name));
    }
  }
  return names;
}

std::string_view code_of(const wasm::Module& module)
{
  const wasm::Section& code = module.section(wasm::PayloadKind::code);
  return code.present ? module.source().file.substr(code.begin, code.end - code.begin) : std::string_view();
}

/// "app" of "app::run" and of "<app::Page as core::fmt::Display>::fmt"; empty for names without a path.
std::string_view crate_of(std::string_view path)
{
  const std::size_t begin = path.find_first_not_of("<&*( ");
  if (begin == std::string_view::npos) {
    return {};
  }
  path.remove_prefix(begin);
  for (const std::string_view word : {"dyn ", "mut "}) {
    if (path.starts_with(word)) {
      path.remove_prefix(word.size());
    }
  }
  const std::size_t end = path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  return end != std::string_view::npos && path.substr(end).starts_with("::") ? path.substr(0, end) : std::string_view();
}

std::vector<std::uint32_t> callers_of(const wasm::Module& module, std::uint32_t function)
{
  std::vector<std::uint32_t> callers;
  const auto counts = module.count_imports();
  std::uint32_t caller = counts ? counts->functions : 0;
  auto bodies = module.bodies();
  for (wasm::FunctionBody body; bodies.next(body); ++caller) {
    wasm::OperatorReader reader(body.code());
    for (wasm::Operator op; reader.next(op);) {
      const bool is_call = op.opcode == wasm::Opcode::call || op.opcode == wasm::Opcode::return_call;
      if (is_call && op.indices[0] == function) {
        callers.push_back(caller);
        break;
      }
    }
  }
  return callers;
}

} // namespace

FunctionNames::FunctionNames(const wasm::Module& module, const wasm::Source& with_names) : m_names(section_names(module))
{
  if (m_names.empty() && with_names.path != nullptr) {
    // Optimizers renumber functions; stripping and wrapping do not touch the code.
    if (const auto other = wasm::Module::read(with_names); other && code_of(*other) == code_of(module)) {
      m_names = section_names(*other);
    }
  }
  if (m_names.empty()) {
    auto exports = module.exports();
    for (wasm::Export entry; exports.next(entry);) {
      if (entry.kind == wasm::ExternalKind::func) {
        m_names.emplace(entry.index, entry.name);
      }
    }
  }
}

std::string FunctionNames::shown(std::uint32_t function) const
{
  const auto name = m_names.find(function);
  if (name == m_names.end()) {
    return fmt::format("function {}, which has no name", function);
  }
  const std::string_view crate = crate_of(name->second);
  return crate.empty() ? fmt::format("`{}` (function {})", name->second, function)
                       : fmt::format("`{}` of crate `{}` (function {})", name->second, crate, function);
}

bool FunctionNames::is_of_crate(std::uint32_t function) const
{
  const auto name = m_names.find(function);
  return name != m_names.end() && !crate_of(name->second).empty();
}

std::string FunctionNames::shown_caller(const wasm::Module& module, std::uint32_t function) const
{
  std::optional<std::uint32_t> first;
  std::set<std::uint32_t> seen{function};
  for (std::size_t step = 0; step < k_longest_way; ++step) {
    std::optional<std::uint32_t> next;
    for (const std::uint32_t caller : callers_of(module, function)) {
      if (!seen.contains(caller) && (!next || (!is_of_crate(*next) && is_of_crate(caller)))) {
        next = caller;
      }
    }
    if (!next) {
      break;
    }
    seen.insert(*next);
    function = *next;
    first = first ? first : next;
    if (is_of_crate(function)) {
      return function == *first ? shown(function) : fmt::format("{}, for {}", shown(*first), shown(function));
    }
  }
  return first ? shown(*first) : std::string();
}

} // namespace cargo_wasm::host
