#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "json_cursor.hpp"

namespace cargo_wasm::registry_protocol {

namespace {

Error entry_error(const JsonCursor& cursor, std::string_view name)
{
  Error error{
      "CW0410", fmt::format("index entry is not what a registry sends: {} at byte {}", cursor.fault(), cursor.offset()), Blame::network};
  if (!name.empty()) {
    error.notes.push_back(fmt::format("in the entry of `{}`", name));
  }
  return error;
}

bool read_optional_string(JsonCursor& cursor, std::optional<std::string>& out)
{
  if (cursor.take_null()) {
    out.reset();
    return true;
  }
  return cursor.read_string(out.emplace());
}

bool read_strings(JsonCursor& cursor, std::vector<std::string>& out)
{
  out.clear();
  if (cursor.take_null()) {
    return true;
  }
  if (!cursor.enter_array()) {
    return false;
  }
  for (bool first = true; cursor.next_element(first);) {
    if (!cursor.read_string(out.emplace_back())) {
      return false;
    }
  }
  return !cursor.failed();
}

bool read_flag(JsonCursor& cursor, bool& out)
{
  return cursor.take_null() || cursor.read_bool(out);
}

bool read_dependency(JsonCursor& cursor, IndexDependency& out)
{
  if (!cursor.enter_object()) {
    return false;
  }
  bool first = true;
  bool has_name = false, has_req = false;
  for (std::string_view key; cursor.next_member(first, key);) {
    if (key == "name") {
      has_name = cursor.read_string(out.name);
    } else if (key == "req") {
      has_req = cursor.read_string(out.req);
    } else if (key == "features") {
      read_strings(cursor, out.features);
    } else if (key == "optional") {
      read_flag(cursor, out.optional);
    } else if (key == "default_features") {
      read_flag(cursor, out.default_features);
    } else if (key == "target") {
      read_optional_string(cursor, out.target);
    } else if (key == "kind") {
      read_optional_string(cursor, out.kind);
    } else if (key == "registry") {
      read_optional_string(cursor, out.registry);
    } else if (key == "package") {
      read_optional_string(cursor, out.package);
    } else if (key == "public") {
      if (cursor.take_null()) {
        out.is_public.reset();
      } else {
        cursor.read_bool(out.is_public.emplace(false));
      }
    } else {
      cursor.skip_value();
    }
  }
  if (!cursor.failed() && !(has_name && has_req)) {
    cursor.fail("a dependency without `name` or `req`");
  }
  return !cursor.failed();
}

bool read_dependencies(JsonCursor& cursor, std::vector<IndexDependency>& out)
{
  out.clear();
  if (!cursor.enter_array()) {
    return false;
  }
  for (bool first = true; cursor.next_element(first);) {
    if (!read_dependency(cursor, out.emplace_back())) {
      return false;
    }
  }
  return !cursor.failed();
}

bool read_features(JsonCursor& cursor, std::map<std::string, std::vector<std::string>>& out)
{
  out.clear();
  if (cursor.take_null()) {
    return true;
  }
  if (!cursor.enter_object()) {
    return false;
  }
  bool first = true;
  for (std::string_view key; cursor.next_member(first, key);) {
    if (!read_strings(cursor, out[std::string(key)])) {
      return false;
    }
  }
  return !cursor.failed();
}

bool read_schema(JsonCursor& cursor, std::uint32_t& out)
{
  return cursor.take_null() || cursor.read_u32(out);
}

bool read_own_member(JsonCursor& cursor, IndexEntry& out)
{
  if (!cursor.enter_object()) {
    return false;
  }
  bool first = true;
  for (std::string_view key; cursor.next_member(first, key);) {
    if (key == "log") {
      cursor.read_u64(out.log_entry.emplace());
    } else if (key == "key") {
      cursor.read_u64(out.key_entry.emplace());
    } else if (key == "oci") {
      cursor.read_string(out.component.emplace());
    } else {
      cursor.skip_value();
    }
  }
  return !cursor.failed();
}

} // namespace

Result<IndexEntry> parse_index_entry(std::string_view line)
{
  JsonCursor cursor(line);
  IndexEntry entry;
  bool has_version = false, has_dependencies = false, has_checksum = false;
  if (cursor.enter_object()) {
    bool first = true;
    for (std::string_view key; cursor.next_member(first, key);) {
      if (key == "name") {
        cursor.read_string(entry.name);
      } else if (key == "vers") {
        has_version = cursor.read_string(entry.version);
      } else if (key == "deps") {
        has_dependencies = read_dependencies(cursor, entry.dependencies);
      } else if (key == "features") {
        read_features(cursor, entry.features);
      } else if (key == "features2") {
        read_features(cursor, entry.features2);
      } else if (key == "cksum") {
        has_checksum = cursor.read_string(entry.checksum);
      } else if (key == "yanked") {
        read_flag(cursor, entry.yanked);
      } else if (key == "links") {
        read_optional_string(cursor, entry.links);
      } else if (key == "rust_version") {
        read_optional_string(cursor, entry.rust_version);
      } else if (key == "pubtime") {
        read_optional_string(cursor, entry.pubtime);
      } else if (key == "v") {
        read_schema(cursor, entry.schema);
      } else if (key == "cw") {
        read_own_member(cursor, entry);
      } else {
        cursor.skip_value();
      }
    }
  }
  if (cursor.at_end()) {
    if (entry.name.empty()) {
      cursor.fail("no `name`");
    } else if (!has_version) {
      cursor.fail("no `vers`");
    } else if (!has_dependencies) {
      cursor.fail("no `deps`");
    } else if (!has_checksum) {
      cursor.fail("no `cksum`");
    } else if (!base::is_valid_utf8(line)) {
      cursor.fail("bytes that are not UTF-8");
    }
  }
  if (cursor.failed()) {
    return base::fail(entry_error(cursor, entry.name));
  }
  return entry;
}

Result<IndexHead> parse_index_head(std::string_view line)
{
  JsonCursor cursor(line);
  IndexHead head;
  std::string scratch;
  // Names and versions are never written with escapes; one that is cannot be valid, and its view would dangle.
  const auto read_plain = [&](std::string_view& out) {
    cursor.read_string_view(out, scratch);
    if (!scratch.empty()) {
      cursor.fail("an escape in a name or version");
    }
  };
  if (cursor.enter_object()) {
    bool first = true;
    for (std::string_view key; cursor.next_member(first, key);) {
      if (key == "name") {
        read_plain(head.name);
      } else if (key == "vers") {
        read_plain(head.version);
      } else if (key == "rust_version") {
        if (!cursor.take_null()) {
          read_plain(head.rust_version);
        }
      } else if (key == "yanked") {
        read_flag(cursor, head.yanked);
      } else if (key == "v") {
        read_schema(cursor, head.schema);
      } else {
        cursor.skip_value();
      }
    }
  }
  if (cursor.at_end()) {
    if (head.name.empty()) {
      cursor.fail("no `name`");
    } else if (head.version.empty()) {
      cursor.fail("no `vers`");
    }
  }
  if (cursor.failed()) {
    return base::fail(entry_error(cursor, {}));
  }
  return head;
}

} // namespace cargo_wasm::registry_protocol
