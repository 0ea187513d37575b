//! An extension of an editor: finds a language server, or downloads it.
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Extension;

impl zed::Extension for Extension {
    fn new() -> Self {
        Extension
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let settings = zed::settings::LspSettings::for_worktree(id.as_ref(), worktree)?;
        if let Some(path) = settings.binary.and_then(|binary| binary.path).or_else(|| worktree.which("wat-server")) {
            return Ok(Command { command: path, args: vec!["--stdio".into()], env: worktree.shell_env() });
        }
        let release = zed::latest_github_release("example/wat", zed::GithubReleaseOptions { require_assets: true, pre_release: false })?;
        let asset = release.assets.first().ok_or("no asset")?;
        zed::download_file(&asset.download_url, "wat-server", zed::DownloadedFileType::GzipTar)?;
        std::fs::metadata("wat-server").map_err(|problem| problem.to_string())?;
        Ok(Command { command: "wat-server".into(), args: vec![], env: vec![] })
    }
}

zed::register_extension!(Extension);
