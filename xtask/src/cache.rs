//! The user's cache folder: what takes long to get and belongs to no clone.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::note;

/// Name of our folder inside the user's cache folder.
const FOLDER: &str = "air-credential-ecosystem";

/// The cache folder: `ECOSYSTEM_CACHE`, or ours in `XDG_CACHE_HOME` or `~/.cache`.
///
/// # Errors
/// None of the three is an absolute path.
pub fn folder() -> Result<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    match env::var_os("ECOSYSTEM_CACHE") {
        Some(path) if Path::new(&path).is_absolute() => Ok(path.into()),
        Some(path) => bail!("ECOSYSTEM_CACHE={} must be an absolute path", path.to_string_lossy()),
        None => absolute("XDG_CACHE_HOME")
            .or_else(|| Some(absolute("HOME")?.join(".cache")))
            .map(|cache| cache.join(FOLDER))
            .context(
                "no place for the toolchain: set HOME, XDG_CACHE_HOME or ECOSYSTEM_CACHE to an absolute path",
            ),
    }
}

/// Takes the lock at `path` and returns its holder; waits, and says so, while another process has it.
///
/// # Errors
/// The file can't be created or locked.
pub fn lock(path: &Path) -> Result<File> {
    let context = || format!("{} can't be locked", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(path).with_context(context)?;
    if file.try_lock().is_err() {
        note(format!("waiting for another process that holds {}", path.display()));
        file.lock().with_context(context)?;
    }
    Ok(file)
}

/// An empty folder beside `target`, to be filled and then moved there by [`publish`].
///
/// What a killed run left in it is removed.
///
/// # Errors
/// It can't be emptied or created.
pub fn workspace_for(target: &Path) -> Result<PathBuf> {
    let partial = beside(target, "partial");
    remove(&partial)?;
    fs::create_dir_all(&partial).with_context(|| format!("{} can't be created", partial.display()))?;
    Ok(partial)
}

/// Puts the finished folder `partial` in the place of `target`.
///
/// A run that is killed in between leaves no `target`, never a half-filled one.
///
/// # Errors
/// A folder can't be moved or removed.
pub fn publish(partial: &Path, target: &Path) -> Result<()> {
    let old = beside(target, "old");
    remove(&old)?;
    let context = || format!("{} can't be put in place", target.display());
    if target.exists() {
        fs::rename(target, &old).with_context(context)?;
    }
    fs::rename(partial, target).with_context(context)?;
    remove(&old)
}

/// Removes a folder with all that is in it; that there is none is fine.
///
/// # Errors
/// It exists and can't be removed.
pub fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

fn beside(target: &Path, suffix: &str) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    target.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("xtask-cache-{name}-{}", std::process::id()));
        remove(&folder).unwrap();
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn publish_replaces_the_whole_folder() {
        let scratch = scratch("publish");
        let target = scratch.join("out");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("stale"), "").unwrap();

        let partial = workspace_for(&target).unwrap();
        fs::write(partial.join("fresh"), "").unwrap();
        assert!(target.join("stale").exists(), "the old state stays until the new one is complete");
        publish(&partial, &target).unwrap();

        let left: Vec<_> = fs::read_dir(&scratch).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["out"]);
        assert!(target.join("fresh").exists() && !target.join("stale").exists());
        remove(&scratch).unwrap();
    }

    #[test]
    fn workspace_forgets_what_a_killed_run_left() {
        let scratch = scratch("workspace");
        let target = scratch.join("out");
        fs::write(workspace_for(&target).unwrap().join("half"), "").unwrap();
        assert_eq!(fs::read_dir(workspace_for(&target).unwrap()).unwrap().count(), 0);
        assert!(!target.exists());
        remove(&scratch).unwrap();
    }
}
