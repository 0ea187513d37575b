// GitClient on libgit2. Every handle is owned; an error takes libgit2's own reason along, because what a server or a
// damaged repository says is what helps.
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <git2.h>
#if __has_include(<git2/sys/errors.h>) // from 1.8 on, git_error_set_str lives there
#include <git2/sys/errors.h>
#endif

#include <cargo_wasm/net/git.hpp>

namespace cargo_wasm::net {

namespace {

template <class T, void (*Free)(T*)> struct Freer
{
  void operator()(T* handle) const { Free(handle); }
};
using Repository = std::unique_ptr<git_repository, Freer<git_repository, git_repository_free>>;
using Remote = std::unique_ptr<git_remote, Freer<git_remote, git_remote_free>>;
using Object = std::unique_ptr<git_object, Freer<git_object, git_object_free>>;
using Odb = std::unique_ptr<git_odb, Freer<git_odb, git_odb_free>>;
using StatusList = std::unique_ptr<git_status_list, Freer<git_status_list, git_status_list_free>>;
using Config = std::unique_ptr<git_config, Freer<git_config, git_config_free>>;

constexpr std::size_t k_min_short_id = 7;
/// A server that rejects credentials asks again; libgit2 would ask the agent for ever.
constexpr int k_max_credential_attempts = 3;

std::string reason()
{
  const git_error* const error = git_error_last();
  return error == nullptr || error->message == nullptr ? "libgit2 gives no reason" : error->message;
}

/// Without user and password.
std::string shown_url(const std::string& url)
{
  const std::size_t scheme = url.find("://");
  const std::size_t slash = scheme == std::string::npos ? std::string::npos : url.find('/', scheme + 3);
  const std::size_t user = scheme == std::string::npos ? std::string::npos : url.rfind('@', slash);
  return user == std::string::npos || user < scheme ? url : url.substr(0, scheme + 3) + url.substr(user + 1);
}

std::string hex(const git_oid& oid)
{
  char text[GIT_OID_HEXSZ + 1] = {};
  git_oid_tostr(text, sizeof text, &oid);
  return text;
}

Error git_failure(std::string_view id, std::string message, Blame blame = Blame::environment)
{
  return Error(std::string(id), std::move(message), blame).note(fmt::format("git says: {}", reason()));
}

struct FetchState
{
  const std::function<void(const GitProgress&)>& on_progress;
  int credential_attempts = 0;
};

int on_transfer(const git_indexer_progress* stats, void* payload)
{
  const auto& state = *static_cast<FetchState*>(payload);
  if (state.on_progress) {
    state.on_progress({stats->received_objects, stats->total_objects, stats->indexed_deltas, stats->total_deltas, stats->received_bytes});
  }
  return 0;
}

int on_credentials(git_credential** out, const char*, const char* user, unsigned int allowed, void* payload)
{
  auto& state = *static_cast<FetchState*>(payload);
  if (++state.credential_attempts > k_max_credential_attempts) {
    git_error_set_str(GIT_ERROR_CALLBACK, "authentication was required, and none of what was tried is accepted");
    return GIT_EAUTH;
  }
  const char* const name = user == nullptr ? "git" : user;
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0) {
    return git_credential_username_new(out, name);
  }
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0) {
    return git_credential_ssh_key_from_agent(out, name);
  }
  if ((allowed & GIT_CREDENTIAL_DEFAULT) != 0) {
    return git_credential_default_new(out);
  }
  git_error_set_str(GIT_ERROR_CALLBACK, "authentication is required");
  return GIT_EAUTH;
}

class Libgit2Client final : public GitClient
{
public:
  Libgit2Client()
  {
    git_libgit2_init();
    // The caches belong to whoever owns $CARGO_HOME, which in containers is often somebody else.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  }
  ~Libgit2Client() override
  {
    m_read_repository.reset();
    git_libgit2_shutdown();
  }

  Result<> fetch(const GitFetch& request, const std::function<void(const GitProgress&)>& on_progress) override;
  Result<> init(const base::Path& path, bool bare) override;
  bool is_repository(const base::Path& path) override;
  Result<std::optional<std::string>> resolve(const base::Path& path, std::string_view revision) override;
  Result<std::string> short_id(const base::Path& path, std::string_view commit) override;
  Result<> checkout(const base::Path& database, std::string_view commit, const base::Path& destination) override;
  Result<std::optional<std::string>> read_file(const base::Path& path, std::string_view commit, const base::Path& file) override;
  Result<std::vector<GitSubmodule>> submodules(const base::Path& checkout) override;
  Result<std::optional<GitWorkTree>> work_tree(const base::Path& directory) override;

private:
  Result<Repository> open(const base::Path& path);
  /// The repository that files were read from last: an index is asked for many.
  Repository m_read_repository;
  base::Path m_read_path;
};

Result<Repository> Libgit2Client::open(const base::Path& path)
{
  git_repository* raw = nullptr;
  if (git_repository_open_ext(&raw, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) != 0) {
    return fail(git_failure("CW0466", fmt::format("`{}` is no git repository", path.string())));
  }
  return Repository(raw);
}

bool Libgit2Client::is_repository(const base::Path& path)
{
  return open(path).has_value();
}

Result<> Libgit2Client::init(const base::Path& path, bool bare)
{
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  // No template: hooks and settings of the user have no business in a cache.
  options.flags = GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_MKPATH;
  if (bare) {
    options.flags |= GIT_REPOSITORY_INIT_BARE;
  }
  git_repository* raw = nullptr;
  if (git_repository_init_ext(&raw, path.c_str(), &options) != 0) {
    return fail(git_failure("CW0466", fmt::format("a git repository cannot be made in `{}`", path.string())));
  }
  git_repository_free(raw);
  return {};
}

Result<> Libgit2Client::fetch(const GitFetch& request, const std::function<void(const GitProgress&)>& on_progress)
{
  m_read_repository.reset();
  if (!is_repository(request.database)) {
    CW_TRY(init(request.database, true));
  }
  CW_TRY_ASSIGN(const auto repository, open(request.database));
  if (request.cainfo) {
    git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, request.cainfo->c_str(), nullptr);
  }
  const auto failed = [&] {
    return fail(git_failure("CW0460", fmt::format("the repository `{}` cannot be fetched", shown_url(request.url)), Blame::network)
                    .help("check the URL and your access; with `net.git-fetch-with-cli = true` in the configuration the `git` "
                          "program fetches, with its credential helpers and proxies"));
  };
  git_remote* raw = nullptr;
  if (git_remote_create_anonymous(&raw, repository.get(), request.url.c_str()) != 0) {
    return failed();
  }
  const Remote remote(raw);
  FetchState state{on_progress};
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.download_tags = request.tags ? GIT_REMOTE_DOWNLOAD_TAGS_ALL : GIT_REMOTE_DOWNLOAD_TAGS_NONE;
  options.callbacks.transfer_progress = on_transfer;
  options.callbacks.credentials = on_credentials;
  options.callbacks.payload = &state;
  options.proxy_opts.type = request.proxy ? GIT_PROXY_SPECIFIED : GIT_PROXY_AUTO;
  options.proxy_opts.url = request.proxy ? request.proxy->c_str() : nullptr;
  std::vector<char*> refspecs;
  for (const auto& refspec : request.refspecs) {
    refspecs.push_back(const_cast<char*>(refspec.c_str()));
  }
  const git_strarray list{refspecs.data(), refspecs.size()};
  if (git_remote_fetch(remote.get(), &list, &options, nullptr) != 0) {
    return failed();
  }
  return {};
}

Result<std::optional<std::string>> Libgit2Client::resolve(const base::Path& path, std::string_view revision)
{
  CW_TRY_ASSIGN(const auto repository, open(path));
  git_object* raw = nullptr;
  if (git_revparse_single(&raw, repository.get(), std::string(revision).c_str()) != 0) {
    return std::nullopt;
  }
  const Object object(raw);
  git_object* peeled = nullptr;
  if (git_object_peel(&peeled, object.get(), GIT_OBJECT_COMMIT) != 0) {
    return std::nullopt;
  }
  const Object commit(peeled);
  return hex(*git_object_id(commit.get()));
}

Result<std::string> Libgit2Client::short_id(const base::Path& path, std::string_view commit)
{
  CW_TRY_ASSIGN(const auto repository, open(path));
  git_odb* raw = nullptr;
  git_oid oid{};
  if (git_oid_fromstrn(&oid, commit.data(), commit.size()) != 0 || git_repository_odb(&raw, repository.get()) != 0) {
    return fail(git_failure("CW0466", fmt::format("the objects of `{}` cannot be read", path.string())));
  }
  const Odb odb(raw);
  std::size_t length = k_min_short_id;
  git_oid found{};
  while (length < commit.size() && git_odb_exists_prefix(&found, odb.get(), &oid, length) == GIT_EAMBIGUOUS) {
    ++length;
  }
  return std::string(commit.substr(0, length));
}

Result<> Libgit2Client::checkout(const base::Path& database, std::string_view commit, const base::Path& destination)
{
  const auto failed = [&] {
    return fail(git_failure("CW0462", fmt::format("commit `{}` cannot be checked out into `{}`", commit, destination.string())));
  };
  git_clone_options options = GIT_CLONE_OPTIONS_INIT;
  options.local = GIT_CLONE_LOCAL;
  options.checkout_opts.checkout_strategy = GIT_CHECKOUT_NONE; // the reset below writes the files
  git_repository* raw = nullptr;
  if (git_clone(&raw, ("file://" + database.string()).c_str(), destination.c_str(), &options) != 0) {
    return failed();
  }
  const Repository repository(raw);
  git_config* raw_config = nullptr;
  if (git_repository_config(&raw_config, repository.get()) == 0) {
    const Config config(raw_config);
    git_config_set_bool(config.get(), "core.autocrlf", 0);
  }
  git_oid oid{};
  git_object* raw_object = nullptr;
  if (git_oid_fromstrn(&oid, commit.data(), commit.size()) != 0 ||
      git_object_lookup(&raw_object, repository.get(), &oid, GIT_OBJECT_COMMIT) != 0) {
    return failed();
  }
  const Object object(raw_object);
  if (git_reset(repository.get(), object.get(), GIT_RESET_HARD, nullptr) != 0) {
    return failed();
  }
  return {};
}

Result<std::optional<std::string>> Libgit2Client::read_file(const base::Path& path, std::string_view commit, const base::Path& file)
{
  if (!m_read_repository || m_read_path != path) {
    CW_TRY_ASSIGN(m_read_repository, open(path));
    m_read_path = path;
  }
  git_object* raw = nullptr;
  const int found = git_revparse_single(&raw, m_read_repository.get(), fmt::format("{}:{}", commit, file.generic_string()).c_str());
  if (found == GIT_ENOTFOUND) {
    return std::nullopt;
  }
  if (found != 0) {
    return fail(git_failure("CW0466", fmt::format("the objects of `{}` cannot be read", path.string())));
  }
  const Object object(raw);
  if (git_object_type(object.get()) != GIT_OBJECT_BLOB) {
    return std::nullopt;
  }
  const auto* const blob = reinterpret_cast<const git_blob*>(object.get());
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob)), static_cast<std::size_t>(git_blob_rawsize(blob)));
}

int on_submodule(git_submodule* submodule, const char*, void* payload)
{
  const auto text = [](const char* value) { return value == nullptr ? std::string() : std::string(value); };
  GitSubmodule out;
  out.name = text(git_submodule_name(submodule));
  out.path = text(git_submodule_path(submodule));
  out.url = text(git_submodule_url(submodule));
  if (const git_oid* const head = git_submodule_head_id(submodule)) {
    out.head = hex(*head);
  }
  out.skipped = git_submodule_update_strategy(submodule) == GIT_SUBMODULE_UPDATE_NONE;
  static_cast<std::vector<GitSubmodule>*>(payload)->push_back(std::move(out));
  return 0;
}

Result<std::vector<GitSubmodule>> Libgit2Client::submodules(const base::Path& checkout)
{
  CW_TRY_ASSIGN(const auto repository, open(checkout));
  std::vector<GitSubmodule> out;
  if (git_submodule_foreach(repository.get(), on_submodule, &out) != 0) {
    return fail(git_failure("CW0466", fmt::format("the submodules of `{}` cannot be read", checkout.string())));
  }
  return out;
}

Result<std::optional<GitWorkTree>> Libgit2Client::work_tree(const base::Path& directory)
{
  git_repository* raw = nullptr;
  if (git_repository_open_ext(&raw, directory.c_str(), 0, nullptr) != 0) {
    return std::nullopt;
  }
  const Repository repository(raw);
  const char* const root = git_repository_workdir(repository.get());
  if (root == nullptr) {
    return std::nullopt;
  }
  GitWorkTree tree;
  tree.root = base::Path(std::string_view(root).substr(0, std::string_view(root).rfind('/')));
  git_oid head{};
  if (git_reference_name_to_id(&head, repository.get(), "HEAD") == 0) {
    tree.head = hex(head);
  }
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS | GIT_STATUS_OPT_INCLUDE_UNMODIFIED |
                  GIT_STATUS_OPT_INCLUDE_IGNORED | GIT_STATUS_OPT_SORT_CASE_SENSITIVELY;
  git_status_list* raw_list = nullptr;
  if (git_status_list_new(&raw_list, repository.get(), &options) != 0) {
    return fail(git_failure("CW0466", fmt::format("the state of the files of `{}` cannot be read", tree.root.string())));
  }
  const StatusList list(raw_list);
  for (std::size_t i = 0; i < git_status_list_entrycount(list.get()); ++i) {
    const git_status_entry* const entry = git_status_byindex(list.get(), i);
    const git_diff_delta* const delta = entry->index_to_workdir != nullptr ? entry->index_to_workdir : entry->head_to_index;
    if (delta == nullptr) {
      continue;
    }
    GitFile file;
    file.path = delta->new_file.path != nullptr ? delta->new_file.path : delta->old_file.path;
    file.ignored = (entry->status & GIT_STATUS_IGNORED) != 0;
    file.tracked = !file.ignored && (entry->status & GIT_STATUS_WT_NEW) == 0;
    file.changed = entry->status != GIT_STATUS_CURRENT;
    tree.files.push_back(std::move(file));
  }
  return tree;
}

} // namespace

Result<std::unique_ptr<GitClient>> make_libgit2_client();
Result<std::unique_ptr<GitClient>> make_libgit2_client()
{
  return std::make_unique<Libgit2Client>();
}

/// `http.proxy` of git's own configuration, which cargo asks when its own names none.
std::optional<std::string> libgit2_http_proxy();
std::optional<std::string> libgit2_http_proxy()
{
  const Libgit2Client library;
  git_config* raw = nullptr;
  if (git_config_open_default(&raw) != 0) {
    return std::nullopt;
  }
  const Config config(raw);
  git_buf value = GIT_BUF_INIT;
  std::optional<std::string> proxy;
  if (git_config_get_string_buf(&value, config.get(), "http.proxy") == 0) {
    proxy = std::string(value.ptr, value.size);
  }
  git_buf_dispose(&value);
  return proxy;
}

std::string libgit2_version();
std::string libgit2_version()
{
  int major = 0, minor = 0, revision = 0;
  git_libgit2_version(&major, &minor, &revision);
  return fmt::format("libgit2/{}.{}.{}", major, minor, revision);
}

} // namespace cargo_wasm::net
