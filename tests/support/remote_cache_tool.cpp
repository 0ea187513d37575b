// Remote caches as a build uses them, without a build, for tests against real servers (tests/e2e/remote_cache). The configuration is that
// of the working directory. ACTION is any word: its digest stands for an action's.
//   remote_cache_tool put ACTION PATIENCE-MS FILE…     offers a result with these output files; prints what became of it
//   remote_cache_tool get ACTION DIRECTORY             fetches; blobs go to DIRECTORY, by their hash
//   remote_cache_tool push                             sends the spool
//   remote_cache_tool missing REMOTE FILE…             which of these are not there
//   remote_cache_tool upload REMOTE FILE…              blobs alone
//   remote_cache_tool raw REMOTE ACTION FILE           the entry as the server has it, into a file
//   remote_cache_tool entry REMOTE ACTION FILE         the reverse: these bytes as the entry
//   remote_cache_tool execute REMOTE OUTPUT WORD…      runs a command there, on an input root with a file `input`; prints its output
//   remote_cache_tool key NAME                         a new signing key, and the key that verifies it
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/net/loader.hpp>
#include <cargo_wasm/remote/execution.hpp>
#include <cargo_wasm/remote/remotes.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::remote;

namespace {

using Words = std::vector<std::string>;

class DirectorySink final : public BlobSink
{
public:
  DirectorySink(base::Filesystem& fs, Path directory) : m_fs(fs), m_directory(std::move(directory)) {}
  bool has(const Digest& digest) override { return m_fs.is_file(name(digest)); }
  Result<Path> place(const Digest& digest) override { return Path(name(digest).native() + ".part"); }
  Result<> keep(const Digest& digest, const Path& file) override { return m_fs.rename(file, name(digest)); }

private:
  [[nodiscard]] Path name(const Digest& digest) const { return m_directory / base::to_hex(digest.hash); }
  base::Filesystem& m_fs;
  Path m_directory;
};

Result<std::vector<Blob>> blobs_of(const Env& env, const Words& files, std::size_t first)
{
  std::vector<Blob> blobs;
  for (std::size_t i = first; i < files.size(); ++i) {
    CW_TRY_ASSIGN(const Digest digest, base::digest_file(env.cwd / files[i]));
    blobs.push_back({digest, env.cwd / files[i]});
  }
  return blobs;
}

void print(const UploadSummary& summary)
{
  std::puts(fmt::format("sent {} spooled {} dropped {}", summary.sent, summary.spooled, summary.dropped).c_str());
}

Result<> put(const Env& env, Remotes& remotes, const Words& words)
{
  CW_TRY_ASSIGN(std::vector<Blob> blobs, blobs_of(env, words, 3));
  action::ActionResult result;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    result.output_files.push_back({.path = Path(words[3 + i]).filename().native(), .digest = blobs[i].digest, .is_executable = false});
  }
  result.stdout_raw = "what it wrote\n";
  remotes.offer(base::digest_of(words[1]), result, std::move(blobs));
  print(remotes.finish(std::chrono::milliseconds(std::stoll(words[2]))));
  return {};
}

Result<> get(const Env& env, Remotes& remotes, const Words& words)
{
  DirectorySink sink(env.fs, env.cwd / words[2]);
  CW_TRY(env.fs.create_directories(env.cwd / words[2]));
  const auto found = remotes.fetch(base::digest_of(words[1]), sink);
  if (!found) {
    std::puts("miss");
    return {};
  }
  for (const action::OutputFile& file : found->result.output_files) {
    std::puts(fmt::format("{} {}", file.path, base::to_hex(file.digest.hash)).c_str());
  }
  std::puts(fmt::format("{} bytes from {}, signed by {}, said {}",
                        found->fetched_bytes,
                        found->remote,
                        found->signer.value_or("nobody"),
                        found->result.stdout_raw)
                .c_str());
  return {};
}

/// Everything that REAPI wants of an action is sent, then it is run; its result is read from the action cache as well.
Result<> execute(const Env& env, CacheService& cache, const ServiceOptions& options, const Words& words)
{
  action::InputTree inputs;
  const std::string content = "what it reads\n";
  inputs.add_file("input", base::digest_of(content));
  std::map<Digest, std::string> sent;
  action::Action what;
  what.input_root = inputs.root_digest(&sent);
  action::Command command;
  command.arguments.assign(words.begin() + 3, words.end());
  command.environment = {{"PATH", "/usr/bin:/bin"}};
  command.output_paths = {words[2]};
  what.command = base::digest_of(encode(command));
  const std::string encoded = encode(what);
  for (const std::string& bytes : {content, encode(command), encoded}) {
    sent[base::digest_of(bytes)] = bytes;
  }
  std::vector<Blob> blobs;
  for (const auto& [digest, bytes] : sent) {
    blobs.push_back({digest, bytes});
  }
  CW_TRY(cache.upload(blobs));
  CW_TRY_ASSIGN(const auto executor, make_execution_service(env.http, options));
  CW_TRY_ASSIGN(const bool executes, executor->executes());
  CW_TRY_ASSIGN(const Execution done, executor->execute({.action = base::digest_of(encoded)}));
  const auto decoded = action::decode_action_result(done.encoded_result);
  if (!decoded) {
    return fail(Error("CW1266", "no result", Blame::network));
  }
  std::puts(fmt::format("executes {}, cached {}, exit code {}", executes, done.from_cache, decoded->result.exit_code).c_str());
  for (const action::OutputFile& file : decoded->result.output_files) {
    CW_TRY_ASSIGN(const auto bytes, cache.read(file.digest));
    std::puts(fmt::format("{}: {}", file.path, bytes.value_or("(not there)")).c_str());
  }
  CW_TRY_ASSIGN(const auto kept, cache.get_action_result(base::digest_of(encoded)));
  std::puts(kept ? "in the action cache" : "not in the action cache");
  return {};
}

Result<> direct(const Env& env, const CacheSettings& settings, const base::HttpOptions& http, const Words& words)
{
  const auto remote = std::find_if(settings.remotes.begin(), settings.remotes.end(), [&](const auto& one) { return one.name == words[1]; });
  if (remote == settings.remotes.end()) {
    return fail(Error("CW1263", "there is no such remote", Blame::usage));
  }
  ServiceOptions options;
  options.url = remote->url;
  options.timeout = remote->timeout;
  options.http = http;
  CW_TRY_ASSIGN(const auto service, make_service(env.http, options));
  if (words[0] == "execute") {
    return execute(env, *service, options, words);
  }
  if (words[0] == "raw" || words[0] == "entry") {
    const Digest action = base::digest_of(words[2]);
    if (words[0] == "entry") {
      CW_TRY_ASSIGN(const std::string bytes, env.fs.read(env.cwd / words[3]));
      return service->put_action_result(action, bytes);
    }
    CW_TRY_ASSIGN(const auto bytes, service->get_action_result(action));
    return env.fs.write_atomic(env.cwd / words[3], bytes.value_or(""));
  }
  CW_TRY_ASSIGN(const std::vector<Blob> blobs, blobs_of(env, words, 2));
  if (words[0] == "upload") {
    return service->upload(blobs);
  }
  std::vector<Digest> digests;
  for (const Blob& blob : blobs) {
    digests.push_back(blob.digest);
  }
  CW_TRY_ASSIGN(const std::vector<Digest> missing, service->find_missing(digests));
  for (const Digest& digest : missing) {
    std::puts(base::to_hex(digest.hash).c_str());
  }
  return {};
}

Result<> run(const Env& env, const Words& words)
{
  if (words[0] == "key") {
    CW_TRY_ASSIGN(
        const auto key,
        registry_tlog::make_signer_key(words[1], registry_tlog::SignatureType::ed25519, registry_tlog::Ed25519PrivateKey::generate()));
    std::puts(fmt::format("{}\n{}", to_secret_text(key), to_text(key.verifier)).c_str());
    return {};
  }
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, {}));
  if (words[0] != "put" && words[0] != "get" && words[0] != "push") {
    CW_TRY_ASSIGN(const CacheSettings settings, read_cache_settings(env, *config));
    CW_TRY_ASSIGN(const base::HttpOptions http, config->http_options());
    return direct(env, settings, http, words);
  }
  CW_TRY_ASSIGN(const auto remotes, open_remotes(env, *config, env.cwd / "spool"));
  if (words[0] == "push") {
    CW_TRY_ASSIGN(const UploadSummary summary, remotes->push());
    print(summary);
    return {};
  }
  return words[0] == "put" ? put(env, *remotes, words) : get(env, *remotes, words);
}

} // namespace

int main(int argc, char** argv)
{
  const Words words(argv + 1, argv + argc);
  const std::map<std::string, std::size_t> k_least{
      {"put", 3}, {"get", 3}, {"push", 1}, {"missing", 2}, {"upload", 2}, {"raw", 4}, {"entry", 4}, {"execute", 4}, {"key", 2}};
  if (words.empty() || !k_least.contains(words[0]) || words.size() < k_least.at(words[0])) {
    std::fputs("usage: remote_cache_tool put | get | push | missing | upload | raw | entry | key …\n", stderr);
    return 2;
  }
  const auto fs = base::make_filesystem();
  const auto process = base::make_process_runner();
  const auto http = net::make_http_client_factory();
  const auto clock = base::make_clock();
  base::TerminalOptions plain;
  plain.color = base::ColorChoice::never;
  plain.progress = base::ProgressChoice::never;
  const auto reporter = base::make_terminal_reporter(plain);
  const base::EnvMap vars = base::read_environment();
  const Env env{*fs, *process, *http, *clock, *reporter, vars, std::filesystem::current_path()};
  const Result<> done = run(env, words);
  if (!done) {
    reporter->error(done.error());
  }
  return done ? 0 : 1;
}
