// What a registry shows to people: pages of HTML without scripts and without anything from elsewhere. Values in, text out. Whatever stands
// in a value was written by a stranger: it gets into a page as text, never as markup.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_trust/revocations.hpp>

namespace cargo_wasm::registry_pages {

/// What every page says.
struct Site
{
  std::string name;           ///< of the federation
  std::string base_url;       ///< with a slash at its end
  std::string root = "./";    ///< from the page to the registry's address: "./", "../"; so pages also work below a path of a web server
  std::uint64_t log_size = 0; ///< entries of the newest checkpoint
};

/// Where the log has something, and who stated it.
struct LoggedBy
{
  std::uint64_t entry = 0;
  std::uint64_t time = 0;                  ///< seconds since 1970
  std::string user;                        ///< whom a token let in, or whose the key is; empty: not known
  std::string key;                         ///< name and id of the publisher's key that signed; empty: the registry signed, for a token
  std::string bundle;                      ///< the file with the entry, below the registry's address
  std::optional<std::string> oci_manifest; ///< SHA-256 of the component's manifest in an OCI registry
  std::string upstream = {};               ///< the registry where this one saw the version; empty: it was published here
};

struct UsedTool
{
  std::string name, version; ///< `version` may be empty
};

/// A component or module beside a version.
struct ComponentValues
{
  std::string package;      ///< "acme:calc"
  std::string manifest;     ///< where its manifest is, below the registry's address
  bool is_component = true; ///< false: a module, of which the page has no names
  std::vector<std::string> imports, exports;
  std::string layer;                ///< where the file itself is, below the registry's address
  std::uint64_t layer_bytes = 0;    ///< by the manifest
  std::string build_record = {};    ///< digest that stands in the file; empty: it was made without one
  std::vector<UsedTool> tools = {}; ///< that left their names in the file
};

struct VersionValues
{
  registry_protocol::IndexEntry entry;
  std::optional<std::uint64_t> archive_bytes; ///< nullopt: the archive is not there
  std::optional<LoggedBy> logged;             ///< nullopt: the index does not say where
  std::optional<registry_trust::Revocation> revocation;
  std::optional<ComponentValues> component = {}; ///< nullopt: none, or its files are not here
};

/// What the newest archive's Cargo.toml tells; all of it may be empty.
struct PackageAbout
{
  std::string description, license, repository, homepage, documentation;
  std::vector<std::string> keywords;
  std::string commit = {};      ///< of the repository, as whoever packaged it says
  std::string directory = {};   ///< of the package in the repository; empty: its root
  bool commit_is_dirty = false; ///< packaged files differ from it
};

struct CrateValues
{
  std::vector<VersionValues> versions; ///< newest first; at least one
  std::size_t left_off = 0;            ///< older ones that the page does not show
  std::vector<std::string> owners;
  PackageAbout about; ///< of the version that `newest` takes
};

struct ListedCrate
{
  std::string name, version; ///< `version` may be empty: all are yanked
  std::optional<LoggedBy> logged;
};

/// What the registry is, what came last, how it is used.
[[nodiscard]] std::string start_page(const Site& site, const std::vector<ListedCrate>& newest);
/// `query` as it was typed.
[[nodiscard]] std::string search_page(const Site& site, std::string_view query, const std::vector<ListedCrate>& found);
[[nodiscard]] std::string crate_page(const Site& site, const CrateValues& crate);
/// For whatever is not there, or fails: a heading and a sentence.
[[nodiscard]] std::string message_page(const Site& site, std::string_view heading, std::string_view sentence);

/// The version that a page is about: the first one that is neither yanked nor of a pre-release; else the first one not yanked; else the
/// first.
[[nodiscard]] const VersionValues& newest(const CrateValues& crate);

/// The one style sheet, `-/style.css` below the registry's address.
[[nodiscard]] std::string_view style_sheet();

} // namespace cargo_wasm::registry_pages
