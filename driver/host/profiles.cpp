#include <cargo_wasm/host/profiles.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

#include "profile_files.hpp"
#include "profile_reader.hpp"

namespace cargo_wasm::host {

namespace {

/// Files that extend one another in a ring end here.
constexpr std::size_t k_deepest_chain = 16;

struct Found
{
  base::Path file;
  std::string id, text;
  bool is_ours = false; ///< comes with the program
};

std::optional<std::string_view> own_text(std::string_view id)
{
  for (const ProfileFile& file : profile_files()) {
    if (file.id == id) {
      return file.text;
    }
  }
  return std::nullopt;
}

base::Path shown_own_file(std::string_view id)
{
  return fmt::format("profiles/host/{}.toml", id);
}

bool is_path(std::string_view name)
{
  return name.find('/') != std::string_view::npos || name.ends_with(".toml");
}

class Finder
{
public:
  Finder(const base::ReadOnlyFilesystem& fs, const ProfilePlaces& places) : m_fs(fs), m_places(places) {}

  /// `from`: the file that asks; nullptr: nobody does.
  Result<Profile> find(std::string_view name, const Found* from)
  {
    if (m_depth >= k_deepest_chain) {
      return fail(Error("CW0925", fmt::format("host `{}` extends itself, through other files", name)));
    }
    const std::size_t at = is_path(name) ? std::string_view::npos : name.find('@');
    CW_TRY_ASSIGN(const Found found, look(name.substr(0, at), from));
    CW_TRY_ASSIGN(Profile profile, read(found));
    if (at != std::string_view::npos) {
      CW_TRY(choose_version(profile, name.substr(at + 1)));
      profile.id = name;
    }
    return profile;
  }

  Result<Profile> read(const Found& found)
  {
    CW_TRY_ASSIGN(const auto document, manifest::parse_toml(found.file, found.text));
    base::StableHasher hasher;
    hasher.add(found.text);
    const auto named = [&](std::string_view name) -> Result<Profile> {
      ++m_depth;
      Result<Profile> other = find(name, &found);
      --m_depth;
      if (other) {
        hasher.add(other->digest);
      }
      return other;
    };
    CW_TRY_ASSIGN(Profile profile, read_profile(*document, found.id, named));
    profile.file = found.is_ours ? base::Path() : found.file;
    profile.digest = hasher.finish_hex();
    return profile;
  }

  [[nodiscard]] std::vector<std::string> ids() const
  {
    std::vector<std::string> all;
    for (const ProfileFile& file : profile_files()) {
      all.emplace_back(file.id);
    }
    if (m_fs.is_directory(m_places.user_directory)) {
      const auto entries = m_fs.list(m_places.user_directory);
      for (std::size_t i = 0; entries && i < entries->size(); ++i) {
        const base::Path path((*entries)[i].name);
        if (path.extension() == ".toml") {
          all.push_back(path.stem().string());
        }
      }
    }
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

private:
  Result<Found> look(std::string_view name, const Found* from) const
  {
    if (is_path(name)) {
      const base::Path directory = from == nullptr || from->is_ours ? m_places.cwd : from->file.parent_path();
      const base::Path file = (directory / name).lexically_normal();
      CW_TRY_ASSIGN(std::string text, m_fs.read(file));
      return Found{file, file.stem().string(), std::move(text)};
    }
    const std::string id(name);
    std::vector<base::Path> places;
    if (from != nullptr && !from->is_ours) {
      places.push_back(from->file.parent_path() / (id + ".toml"));
    }
    places.push_back(m_places.user_directory / (id + ".toml"));
    for (const base::Path& place : places) {
      if (from != nullptr && place == from->file) {
        continue; // `node.toml` that extends `node` means the one that comes with the program
      }
      if (auto text = m_fs.read_if_exists(place); text && *text) {
        return Found{place, id, std::move(**text)};
      }
    }
    if (const auto text = own_text(id)) {
      return Found{shown_own_file(id), id, std::string(*text), true};
    }
    return fail(unknown_host(id));
  }

  [[nodiscard]] Error unknown_host(const std::string& id) const
  {
    Error error("CW0870", fmt::format("there is no host `{}`", id), Blame::usage);
    const std::vector<std::string> known = ids();
    if (const auto near = base::nearest(id, known)) {
      error.helps.push_back(fmt::format("did you mean `{}`?", *near));
    }
    error.helps.push_back(fmt::format("known are {}", base::join(known, ", ")));
    error.helps.emplace_back("a host of your own is a file: `--host path/to/host.toml`");
    return error;
  }

  static Result<> choose_version(Profile& profile, std::string_view text)
  {
    auto version = parse_host_version(text);
    if (!version || !profile.version) {
      return fail(
          Error("CW0870",
                version ? fmt::format("host `{}` has no versions to choose from", profile.id)
                        : fmt::format("`{}` is no version of host `{}`", text, profile.id),
                Blame::usage)
              .help(version ? fmt::format("`--host {}`", profile.id) : "a version is numbers with dots between them: `chrome@120`"));
    }
    profile.version = std::move(version);
    return {};
  }

  const base::ReadOnlyFilesystem& m_fs;
  const ProfilePlaces& m_places;
  std::size_t m_depth = 0;
};

} // namespace

Result<Profile> find_profile(const base::ReadOnlyFilesystem& fs, const ProfilePlaces& places, std::string_view name)
{
  CW_TRY_ASSIGN(Profile profile, Finder(fs, places).find(name, nullptr));
  profile.asked = is_path(name) ? profile.file.native() : std::string(name);
  return profile;
}

Result<std::vector<Profile>> all_profiles(const base::ReadOnlyFilesystem& fs, const ProfilePlaces& places)
{
  Finder finder(fs, places);
  std::vector<Profile> profiles;
  for (const std::string& id : finder.ids()) {
    CW_TRY_ASSIGN(Profile profile, finder.find(id, nullptr));
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

Result<Profile> parse_profile(
    const base::ReadOnlyFilesystem& fs, const ProfilePlaces& places, const base::Path& file, std::string_view id, std::string text)
{
  return Finder(fs, places).read(Found{file, std::string(id), std::move(text)});
}

const std::string* interface_type(std::string_view module, std::string_view field)
{
  using Interfaces = std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>>;
  static const Interfaces all = [] {
    Interfaces read;
    for (const ProfileFile& file : interface_files()) {
      const auto document = manifest::parse_toml(fmt::format("profiles/interface/{}.toml", file.id), std::string(file.text));
      if (document) {
        if (auto functions = read_interface(**document)) {
          read.emplace(file.id, std::move(*functions));
        }
      }
    }
    return read;
  }();
  const auto interface = all.find(module);
  if (interface == all.end()) {
    return nullptr;
  }
  const auto type = interface->second.find(field);
  return type == interface->second.end() ? nullptr : &type->second;
}

} // namespace cargo_wasm::host
