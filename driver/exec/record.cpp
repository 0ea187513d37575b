#include <cargo_wasm/exec/record.hpp>

#include <cargo_wasm/base/bytes.hpp>

namespace cargo_wasm::exec {
namespace {

constexpr std::uint64_t k_version = 3;

void write(base::ByteWriter& out, const base::Digest& digest)
{
  out.raw(digest.hash.bytes.data(), digest.hash.bytes.size());
  out.number(digest.size_bytes);
}

base::Digest read_digest(base::ByteReader& in)
{
  base::Digest digest;
  const std::string_view bytes = in.take(digest.hash.bytes.size());
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(digest.hash.bytes.data()));
  digest.size_bytes = in.number();
  return digest;
}

void write(base::ByteWriter& out, const KnownFile& file)
{
  out.number(file.identity.size_bytes);
  out.fixed64(static_cast<std::uint64_t>(file.identity.mtime_ns));
  out.fixed64(static_cast<std::uint64_t>(file.identity.ctime_ns));
  out.number(file.identity.inode);
  write(out, file.digest);
  out.number((file.executable ? 1U : 0U) | (file.racy ? 2U : 0U));
}

KnownFile read_known(base::ByteReader& in)
{
  KnownFile file;
  file.identity.size_bytes = in.number();
  file.identity.mtime_ns = static_cast<std::int64_t>(in.fixed64());
  file.identity.ctime_ns = static_cast<std::int64_t>(in.fixed64());
  file.identity.inode = in.number();
  file.digest = read_digest(in);
  const std::uint64_t flags = in.number();
  file.executable = (flags & 1U) != 0;
  file.racy = (flags & 2U) != 0;
  return file;
}

/// Names of neighbours share their directory: only what differs from the name before is written.
class NameWriter
{
public:
  void write(base::ByteWriter& out, const std::string& name)
  {
    std::size_t shared = 0;
    while (shared < name.size() && shared < m_last.size() && name[shared] == m_last[shared]) {
      ++shared;
    }
    out.number(shared);
    out.text(std::string_view(name).substr(shared));
    m_last = name;
  }

private:
  std::string m_last;
};

class NameReader
{
public:
  std::string read(base::ByteReader& in)
  {
    const std::uint64_t shared = in.number();
    const std::string_view rest = in.text();
    m_last.resize(std::min<std::uint64_t>(shared, m_last.size()));
    m_last += rest;
    return m_last;
  }

private:
  std::string m_last;
};

void write(base::ByteWriter& out, const std::vector<RecordedFile>& files)
{
  NameWriter names;
  out.number(files.size());
  for (const RecordedFile& file : files) {
    names.write(out, file.name);
    write(out, file.known);
  }
}

std::vector<RecordedFile> read_files(base::ByteReader& in)
{
  NameReader names;
  std::vector<RecordedFile> files(in.count());
  for (RecordedFile& file : files) {
    file.name = names.read(in);
    file.known = read_known(in);
  }
  return files;
}

void write(base::ByteWriter& out, const std::map<std::string, std::string>& map)
{
  out.number(map.size());
  for (const auto& [name, value] : map) {
    out.text(name);
    out.text(value);
  }
}

std::map<std::string, std::string> read_map(base::ByteReader& in)
{
  std::map<std::string, std::string> map;
  for (std::uint64_t count = in.count(); count > 0; --count) {
    const std::string_view name = in.text();
    const std::string_view value = in.text();
    map.emplace_hint(map.end(), name, value);
  }
  return map;
}

} // namespace

std::string encode(const Record& record)
{
  base::ByteWriter out;
  out.number(k_version);
  out.text(record.identity);
  write(out, record.digest);
  out.number(record.arguments.size());
  for (const std::string& argument : record.arguments) {
    out.text(argument);
  }
  write(out, record.environment);
  out.number(record.observed.size());
  for (const auto& [name, value] : record.observed) {
    out.text(name);
    out.number(value ? 1 : 0);
    out.text(value.value_or(""));
  }
  out.text(record.working_directory);
  write(out, record.platform);
  write(out, record.sources);
  out.number(record.source_trees.size());
  for (const RecordedTree& tree : record.source_trees) {
    out.text(tree.name);
    out.number(static_cast<std::uint64_t>(tree.kind));
  }
  NameWriter names;
  out.number(record.dependencies.size());
  for (const auto& [name, digest] : record.dependencies) {
    names.write(out, name);
    write(out, digest);
  }
  out.number(record.outputs.size());
  for (const RecordedOutput& output : record.outputs) {
    out.number(output.index);
    out.text(output.name);
    out.number(output.is_directory ? 1 : 0);
    write(out, output.known);
    write(out, output.files);
  }
  out.text(record.stdout_text);
  out.text(record.stderr_text);
  out.text(record.out_dir);
  out.number(record.duration_ms);
  out.number(record.warnings);
  out.text(record.once_because);
  out.number(number_of_privacy(record.is_for_this_machine, record.is_private));
  return std::move(out.out);
}

std::optional<std::string_view> identity_of_record(std::string_view bytes)
{
  base::ByteReader in(bytes);
  if (in.number() != k_version) {
    return std::nullopt;
  }
  const std::string_view identity = in.text();
  return in.ok() ? std::optional(identity) : std::nullopt;
}

std::optional<Record> decode_record(std::string_view bytes)
{
  base::ByteReader in(bytes);
  if (in.number() != k_version) {
    return std::nullopt;
  }
  Record record;
  record.identity = in.text();
  record.digest = read_digest(in);
  record.arguments.resize(in.count());
  for (std::string& argument : record.arguments) {
    argument = in.text();
  }
  record.environment = read_map(in);
  record.observed.resize(in.count());
  for (auto& [name, value] : record.observed) {
    name = in.text();
    const bool is_set = in.number() != 0;
    const std::string_view text = in.text();
    if (is_set) {
      value = text;
    }
  }
  record.working_directory = in.text();
  record.platform = read_map(in);
  record.sources = read_files(in);
  record.source_trees.resize(in.count());
  for (RecordedTree& tree : record.source_trees) {
    tree.name = in.text();
    tree.kind = in.number() == 0 ? TreeKind::everything : TreeKind::package;
  }
  NameReader names;
  record.dependencies.resize(in.count());
  for (auto& [name, digest] : record.dependencies) {
    name = names.read(in);
    digest = read_digest(in);
  }
  record.outputs.resize(in.count());
  for (RecordedOutput& output : record.outputs) {
    output.index = static_cast<std::uint32_t>(in.number());
    output.name = in.text();
    output.is_directory = in.number() != 0;
    output.known = read_known(in);
    output.files = read_files(in);
  }
  record.stdout_text = in.text();
  record.stderr_text = in.text();
  record.out_dir = in.text();
  record.duration_ms = in.number();
  record.warnings = static_cast<std::uint32_t>(in.number());
  record.once_because = in.text();
  const std::uint64_t privacy = in.number();
  record.is_for_this_machine = privacy != 0;
  record.is_private = privacy == 1;
  return in.ok() && in.at_end() ? std::optional(std::move(record)) : std::nullopt;
}

} // namespace cargo_wasm::exec
