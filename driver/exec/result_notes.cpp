#include "result_notes.hpp"

#include <algorithm>

#include <cargo_wasm/base/bytes.hpp>

namespace cargo_wasm::exec {
namespace {

constexpr std::uint64_t k_notes_version = 1;
constexpr std::uint64_t k_most_items = 1'000'000; ///< a damaged count must not become an allocation

void write_trees(base::ByteWriter& out, const std::vector<RecordedTree>& trees)
{
  out.number(trees.size());
  for (const RecordedTree& tree : trees) {
    out.text(tree.name);
    out.number(tree.kind == TreeKind::everything ? 0 : 1);
  }
}

std::vector<RecordedTree> read_trees(base::ByteReader& in)
{
  std::vector<RecordedTree> trees(in.count());
  for (RecordedTree& tree : trees) {
    tree.name = in.text();
    tree.kind = in.number() == 0 ? TreeKind::everything : TreeKind::package;
  }
  return trees;
}

void write_texts(base::ByteWriter& out, const std::vector<std::string>& texts)
{
  out.number(texts.size());
  for (const std::string& text : texts) {
    out.text(text);
  }
}

std::vector<std::string> read_texts(base::ByteReader& in)
{
  std::vector<std::string> texts(in.count());
  for (std::string& text : texts) {
    text = in.text();
  }
  return texts;
}

} // namespace

std::string encode(const ResultNotes& notes)
{
  base::ByteWriter out;
  out.number(k_notes_version);
  out.number(notes.sources.size());
  for (std::size_t i = 0; i < notes.sources.size(); ++i) {
    const auto& [name, digest] = notes.sources[i];
    out.text(name);
    out.raw(digest.hash.bytes.data(), digest.hash.bytes.size());
    out.fixed64(digest.size_bytes);
    out.number(notes.executable[i] ? 1 : 0);
  }
  write_trees(out, notes.trees);
  write_texts(out, notes.variables);
  out.text(notes.out_dir);
  out.number(notes.duration_ms);
  out.number(notes.warnings);
  out.number(number_of_privacy(notes.is_for_this_machine, notes.is_private));
  out.text(notes.private_because);
  return std::move(out.out);
}

std::optional<ResultNotes> decode_notes(std::string_view bytes)
{
  base::ByteReader in(bytes);
  if (in.number() != k_notes_version) {
    return std::nullopt;
  }
  ResultNotes notes;
  notes.sources.resize(std::min<std::uint64_t>(in.count(), k_most_items));
  for (auto& [name, digest] : notes.sources) {
    name = in.text();
    const std::string_view hash = in.take(digest.hash.bytes.size());
    std::copy(hash.begin(), hash.end(), reinterpret_cast<char*>(digest.hash.bytes.data()));
    digest.size_bytes = in.fixed64();
    notes.executable.push_back(in.number() != 0);
  }
  notes.trees = read_trees(in);
  notes.variables = read_texts(in);
  notes.out_dir = in.text();
  notes.duration_ms = in.number();
  notes.warnings = static_cast<std::uint32_t>(in.number());
  const std::uint64_t privacy = in.number();
  notes.is_for_this_machine = privacy != 0;
  notes.is_private = privacy == 1;
  notes.private_because = in.text();
  return in.ok() && in.at_end() ? std::optional(std::move(notes)) : std::nullopt;
}

std::string encode(const std::vector<Observations>& lists)
{
  base::ByteWriter out;
  out.number(k_notes_version);
  out.number(lists.size());
  for (const Observations& list : lists) {
    write_texts(out, list.variables);
    write_texts(out, list.files);
    write_trees(out, list.trees);
  }
  return std::move(out.out);
}

std::optional<std::vector<Observations>> decode_observations(std::string_view bytes)
{
  base::ByteReader in(bytes);
  if (in.number() != k_notes_version) {
    return std::nullopt;
  }
  std::vector<Observations> lists(in.count());
  for (Observations& list : lists) {
    list.variables = read_texts(in);
    list.files = read_texts(in);
    list.trees = read_trees(in);
  }
  return in.ok() && in.at_end() ? std::optional(std::move(lists)) : std::nullopt;
}

std::optional<std::string_view> notes_in(const action::ActionResult& result)
{
  const auto found = std::ranges::find(result.output_files, k_notes_path, &action::OutputFile::path);
  return found == result.output_files.end() ? std::nullopt : std::optional<std::string_view>(found->contents);
}

void add_notes(action::ActionResult& result, std::string bytes)
{
  action::OutputFile file;
  file.path = k_notes_path;
  file.digest = base::digest_of(bytes);
  file.contents = std::move(bytes);
  result.output_files.push_back(std::move(file));
}

} // namespace cargo_wasm::exec
