// Everything in the store is read once: blobs are what their names say, and entries name blobs that are there.
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/cache/store.hpp>

#include "store_files.hpp"

namespace cargo_wasm::cache {

Result<VerifyReport> Store::verify()
{
  CW_TRY_ASSIGN(const auto lock, m_fs.lock(m_directory / "lock", base::LockMode::exclusive, [] {}));
  VerifyReport report;
  CW_TRY(for_each_stored(m_fs, m_directory / "cas", [&](const StoredFile& file) -> Result<> {
    ++report.checked.blobs;
    report.checked.blob_bytes += file.stat.size_bytes;
    CW_TRY_ASSIGN(const base::Digest digest, base::digest_file(file.path));
    if (!file.name.starts_with(base::to_hex(digest.hash))) {
      ++report.damaged_blobs;
      CW_TRY(m_fs.remove(file.path));
    }
    return {};
  }));
  CW_TRY(for_each_stored(m_fs, m_directory / "ac", [&](const StoredFile& file) -> Result<> {
    ++report.checked.entries;
    report.checked.entry_bytes += file.stat.size_bytes;
    CW_TRY_ASSIGN(const auto text, m_fs.read_if_exists(file.path));
    const auto sealed = text ? open_entry(*text) : std::nullopt;
    const auto result = sealed ? action::decode_action_result(*sealed) : std::nullopt;
    if (!result) {
      ++report.damaged_entries;
      CW_TRY(m_fs.remove(file.path));
      return {};
    }
    for (const action::OutputFile& output : result->output_files) {
      if (output.contents.empty() && !m_fs.exists(path_of_blob(output.digest, output.is_executable))) {
        ++report.incomplete_entries;
        CW_TRY(m_fs.remove(file.path));
        break;
      }
    }
    return {};
  }));
  return report;
}

} // namespace cargo_wasm::cache
