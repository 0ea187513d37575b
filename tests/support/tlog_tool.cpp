// Logs as cargo-wasm writes and reads them, for comparison with other implementations (tests/differential/tlog):
//   tlog_tool write DIRECTORY SIZE STEP < SIGNING-KEY   grows a log of "entry N", STEP at a time; prints the key to verify it
//   tlog_tool check DIRECTORY KEY                       verifies all of it; prints size, root, and the SHA-256 of its entries
//   tlog_tool prove DIRECTORY KEY INDEX                 the hashes that prove an entry
//   tlog_tool consistency DIRECTORY KEY SIZE            the hashes that prove that the log began with its first SIZE entries
// What does not hold is an error, and the exit code 1.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/registry_tlog/log_directory.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_tlog/log_writer.hpp>
#include <cargo_wasm/registry_tlog/proof.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::registry_tlog;

namespace {

Result<> write(base::Filesystem& fs, const base::Path& directory, std::uint64_t size, std::uint64_t step)
{
  std::string line;
  std::getline(std::cin, line);
  CW_TRY_ASSIGN(const SignerKey key, parse_signer_key(line));
  LogWriter log;
  while (log.size() < size) {
    std::vector<std::string> entries;
    for (std::uint64_t index = log.size(); index < std::min(size, log.size() + step); ++index) {
      entries.push_back("entry " + std::to_string(index));
    }
    CW_TRY_ASSIGN(const std::vector<LogFile> files, log.append(entries));
    for (const LogFile& file : files) {
      CW_TRY(fs.write_atomic(directory / file.path, file.bytes));
    }
    SignedNote note{.text = to_text(Checkpoint{.origin = key.verifier.name, .size = log.size(), .root = log.root(), .extensions = {}}),
                    .signatures = {}};
    note.signatures.push_back(sign(note.text, key));
    CW_TRY(fs.write_atomic(directory / "checkpoint", to_text(note)));
  }
  std::puts(to_text(key.verifier).c_str());
  return {};
}

void print(const std::vector<Sha256>& hashes)
{
  for (const Sha256& hash : hashes) {
    std::puts(base::to_hex(hash).c_str());
  }
}

Result<> read(base::Filesystem& fs, const std::string& verb, const base::Path& directory, const std::string& key, std::uint64_t number)
{
  CW_TRY_ASSIGN(const LogPolicy policy, parse_log_policy("log " + key + "\nquorum none\n"));
  CW_TRY_ASSIGN(const std::string note, fs.read(directory / "checkpoint"));
  CW_TRY_ASSIGN(const VerifiedCheckpoint verified, open_checkpoint(note, policy));
  LogDirectory source(fs, directory);
  TileReader reader(verified.checkpoint, source);
  const std::uint64_t size = verified.checkpoint.size;
  if (verb == "check") {
    CW_TRY_ASSIGN(const std::vector<std::string> entries, reader.entries({.begin = 0, .end = size}));
    base::Sha256Hasher hasher;
    for (const std::string& entry : entries) {
      hasher.update(entry + "\n");
    }
    std::printf("%llu\n", static_cast<unsigned long long>(size));
    print({verified.checkpoint.root, hasher.finish()});
    return {};
  }
  CW_TRY_ASSIGN(const std::vector<Sha256> hashes,
                range_hashes(verb == "prove" ? inclusion_ranges(number, size) : consistency_ranges(number, size), reader));
  print(hashes);
  return {};
}

} // namespace

int main(int argc, char** argv)
{
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::map<std::string, std::size_t> k_words{{"write", 4}, {"check", 3}, {"prove", 4}, {"consistency", 4}};
  if (words.empty() || !k_words.contains(words[0]) || words.size() != k_words.at(words[0])) {
    std::fputs(
        "usage: tlog_tool write DIRECTORY SIZE STEP | check DIRECTORY KEY | prove DIRECTORY KEY INDEX | consistency DIRECTORY KEY SIZE\n",
        stderr);
    return 2;
  }
  const auto fs = base::make_filesystem();
  const Result<> done = words[0] == "write" ? write(*fs, words[1], std::stoull(words[2]), std::stoull(words[3]))
                                            : read(*fs, words[0], words[1], words[2], words.size() > 3 ? std::stoull(words[3]) : 0);
  if (!done) {
    std::fputs(render(done.error(), base::Severity::error, false).c_str(), stderr);
  }
  return done ? 0 : 1;
}
