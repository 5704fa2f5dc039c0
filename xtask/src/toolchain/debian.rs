//! The other way to the compiler: Debian's packages, unpacked into the cache without root.
//!
//! Debian ships current Rust as `rustc-web` (Firefox needs it), without a standard library for wasm: that one is built
//! here from Debian's sources of it. Installing the packages would conflict with `rustc`, so they are unpacked and made
//! a toolchain folder that rustup accepts. The standard library isn't the very one of Rust's own builds, so programs
//! differ from published ones by some bytes; their manifest says so.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Compiler, Via, WASM_TARGET, cargo_of, rustup};
use crate::process::{self, note};
use crate::{artifacts, cache};

/// The packages that are always unpacked; what they need beyond the installed system is asked of apt.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "libstd-rust-web-dev", "rust-web-src"];
/// Where the wrappers find the unpacked packages, from the toolchain's folder.
const UNPACKED: &str = "debian/usr";

fn folder(cache: &Path, channel: &str) -> PathBuf {
    cache.join(format!("rust-{channel}-debian"))
}

/// The unpacked toolchain, if an earlier run finished it.
#[must_use]
pub fn find(cache: &Path, channel: &str) -> Option<Compiler> {
    let folder = folder(cache, channel);
    if !folder.join("bin/rustc").is_file() {
        return None;
    }
    Compiler::at(folder, Via::Debian).ok()
}

/// Fetches and unpacks the packages and builds the standard library.
///
/// # Errors
/// A tool is missing, the packages can't be had, or the build fails.
pub fn install(cache: &Path, channel: &str) -> Result<Compiler> {
    for (tool, option) in [("apt-get", "--version"), ("dpkg", "--version"), ("cc", "--version")] {
        process::quiet(Command::new(tool).arg(option))
            .with_context(|| format!("Debian's packages need `{tool}`, which is missing"))?;
    }
    let target = folder(cache, channel);
    let partial = cache::workspace_for(&target)?;
    let apt = Apt::new(&partial.join("apt"))?;
    let packages = apt.packages(channel)?;
    let unpacked = partial.join("debian");
    apt.download(&packages)?;
    apt.unpack(&unpacked)?;
    cache::remove(&apt.folder)?;

    write_wrappers(&partial)?;
    link_linker(&partial)?;
    build_std(&partial)?;
    for unneeded in ["usr/src", "usr/share"] {
        cache::remove(&unpacked.join(unneeded))?;
    }
    cache::publish(&partial, &target)?;
    find(cache, channel).with_context(|| format!("the compiler in {} doesn't run", target.display()))
}

/// apt with lists and archives of its own: the system's need root.
struct Apt {
    folder: PathBuf,
}

impl Apt {
    fn new(folder: &Path) -> Result<Self> {
        for part in ["lists/partial", "archives/partial"] {
            fs::create_dir_all(folder.join(part))
                .with_context(|| format!("{} can't be created", folder.display()))?;
        }
        Ok(Self { folder: folder.to_path_buf() })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.join("archives"));
        for (key, value) in [
            ("Dir::State::Lists", self.folder.join("lists")),
            ("Dir::Cache", self.folder.clone()),
            ("Dir::Cache::archives", self.folder.join("archives")),
            ("APT::Sandbox::User", "root".into()), // the sandbox's user can't write here; it only matters to root
        ] {
            command.arg("-o").arg(format!("{key}={}", value.display()));
        }
        command
    }

    /// The names of all packages to unpack.
    fn packages(&self, channel: &str) -> Result<Vec<String>> {
        note("asking Debian's package lists (apt-get update, in a folder of our own)");
        // A third-party source that can't be reached fails the whole command: what counts is whether ours is found.
        let updated = process::quiet(self.command("apt-get").arg("update"));
        let simulated = self.install_plan(&["rustc-web", "cargo-web"]);
        let mut names = match (simulated, updated) {
            (Ok(names), _) => names,
            (Err(_), Err(error)) => return Err(error.context("Debian's packages can't be reached")),
            (Err(error), Ok(_)) => {
                return Err(error.context("this system has no package rustc-web (Debian 12 and later have)"));
            }
        };
        let policy = process::quiet(self.command("apt-cache").args(["policy", "rustc-web"]))?;
        let version = candidate(&policy).context("apt-cache names no version of rustc-web")?;
        if !version.starts_with(&format!("{channel}+")) {
            note(format!("warning: Debian has Rust {version}, not {channel}"));
        }
        let mut parts = version.split('.');
        if let (Some(major), Some(minor)) = (parts.next(), parts.next()) {
            names.push(format!("libstd-rust-web-{major}.{minor}"));
        }
        names.extend(PACKAGES.map(str::to_owned));
        if rustup::linkers().is_empty() {
            names.extend(self.linker_packages()?);
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// What installing `packages` would install.
    fn install_plan(&self, packages: &[&str]) -> Result<Vec<String>> {
        let mut command = self.command("apt-get");
        let plan = process::quiet(command.args(["install", "-s", "--no-install-recommends"]).args(packages))?;
        Ok(planned(&plan))
    }

    /// Debian's newest `lld`, and what it needs.
    fn linker_packages(&self) -> Result<Vec<String>> {
        let names = process::quiet(self.command("apt-cache").args(["pkgnames", "lld-"]))?;
        let newest = newest_linker(&names)
            .context("there is no linker for wasm: install rustup's toolchain, or lld")?;
        let mut plan = self.install_plan(&[&newest])?;
        plan.push(newest);
        Ok(plan)
    }

    fn download(&self, packages: &[String]) -> Result<()> {
        note(format!("downloading {} packages (about 150 MB): {}", packages.len(), packages.join(" ")));
        process::quiet(self.command("apt-get").arg("download").args(packages))
            .context("Debian's packages can't be downloaded (try again)")?;
        Ok(())
    }

    fn unpack(&self, target: &Path) -> Result<()> {
        note("unpacking them");
        fs::create_dir_all(target)?;
        for file in fs::read_dir(self.folder.join("archives"))? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "deb") {
                process::quiet(Command::new("dpkg").arg("-x").arg(&path).arg(target))
                    .context("a package can't be unpacked (is the disk full?)")?;
            }
        }
        Ok(())
    }
}

/// The package names of the lines `Inst name (version …)` of a simulated installation.
fn planned(plan: &str) -> Vec<String> {
    plan.lines()
        .filter_map(|line| line.strip_prefix("Inst ")?.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// The version that `apt-cache policy` offers.
fn candidate(policy: &str) -> Option<&str> {
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate:"))?.trim();
    (version != "(none)").then_some(version)
}

/// The package `lld-N` with the highest N.
fn newest_linker(names: &str) -> Option<String> {
    let versions = names.lines().filter_map(|name| name.trim().strip_prefix("lld-")?.parse::<u32>().ok());
    versions.max().map(|version| format!("lld-{version}"))
}

/// The folder of the unpacked compiler's own libraries, from `usr/`: it depends on the processor.
fn library_folder(usr: &Path) -> Result<String> {
    for entry in fs::read_dir(usr.join("lib"))? {
        let folder = entry?;
        let Ok(files) = fs::read_dir(folder.path()) else { continue };
        if files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("librustc_driver-")) {
            return Ok(format!("lib/{}", folder.file_name().to_string_lossy()));
        }
    }
    bail!("the package rustc-web holds no librustc_driver: it isn't the one that this recipe knows")
}

/// Makes `toolchain` a folder that rustup takes for a toolchain: `bin/` with the programs, and `lib/`.
///
/// The wrappers find everything from where they lie, so that the folder can be moved when it is complete.
fn write_wrappers(toolchain: &Path) -> Result<()> {
    let library = library_folder(&toolchain.join(UNPACKED))?;
    for folder in ["bin", "lib"] {
        fs::create_dir_all(toolchain.join(folder))?;
    }
    for program in ["cargo", "rustc", "rustdoc"] {
        let path = toolchain.join("bin").join(program);
        fs::write(&path, wrapper(&library, &format!("bin/{program}")))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn wrapper(library: &str, program: &str) -> String {
    format!(
        "#!/bin/sh\n\
         usr=$(CDPATH= cd -- \"$(dirname -- \"$0\")/../{UNPACKED}\" && pwd -P) || exit 1\n\
         export LD_LIBRARY_PATH=\"$usr/{library}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\"\n\
         exec \"$usr/{program}\" \"$@\"\n"
    )
}

/// Gives the compiler the `rust-lld` that it links wasm with: rustup's, or Debian's `lld`.
fn link_linker(toolchain: &Path) -> Result<()> {
    let usr = toolchain.join(UNPACKED);
    let host = host(toolchain)?;
    let folder = usr.join("lib/rustlib").join(&host).join("bin");
    fs::create_dir_all(&folder)?;
    let link = folder.join("rust-lld");
    if let Some(linker) = rustup::linkers().first() {
        return symlink(linker, &link).with_context(|| format!("{} can't be linked", link.display()));
    }
    let debian = newest_unpacked_linker(&usr)
        .context("there is no linker for wasm: install rustup's toolchain, or lld")?;
    // The linker's own libraries lie beside the compiler's.
    let up = "../".repeat(4);
    let script = format!(
        "#!/bin/sh\n\
         usr=$(CDPATH= cd -- \"$(dirname -- \"$0\")/{up}\" && pwd -P) || exit 1\n\
         export LD_LIBRARY_PATH=\"$usr/{}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\"\n\
         exec \"$usr/{debian}\" \"$@\"\n",
        library_folder(&usr)?
    );
    fs::write(&link, script)?;
    fs::set_permissions(&link, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// `lib/llvm-N/bin/lld` with the highest N that was unpacked.
fn newest_unpacked_linker(usr: &Path) -> Option<String> {
    let folders = fs::read_dir(usr.join("lib")).ok()?.flatten();
    let versions = folders.filter_map(|entry| {
        let version: u32 = entry.file_name().to_string_lossy().strip_prefix("llvm-")?.parse().ok()?;
        entry.path().join("bin/lld").is_file().then_some(version)
    });
    versions.max().map(|version| format!("lib/llvm-{version}/bin/lld"))
}

/// A line `key: value` of `rustc -vV`.
fn rustc_fact(toolchain: &Path, key: &str) -> Result<String> {
    let text = process::quiet(Command::new(toolchain.join("bin/rustc")).arg("-vV"))
        .context("Debian's compiler doesn't run on this system")?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
    Ok(line.with_context(|| format!("rustc -vV says nothing about {key}"))?.to_owned())
}

fn host(toolchain: &Path) -> Result<String> {
    rustc_fact(toolchain, "host")
}

/// Builds the standard library for wasm and puts it where the compiler looks for it.
///
/// Paths of its sources end up in the programs: they are written as in Rust's own builds, wherever the cache lies.
fn build_std(toolchain: &Path) -> Result<()> {
    note("building the standard library for wasm (about a minute)");
    let project = toolchain.join("std");
    fs::create_dir_all(project.join("src"))?;
    fs::write(project.join("src/lib.rs"), "")?;
    fs::write(
        project.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [profile.release]\ncodegen-units = 1\n\n[workspace]\n",
    )?;
    let commit = rustc_fact(toolchain, "commit-hash")?;
    let sources = toolchain.join(UNPACKED).join("lib/rustlib/src/rust");
    let mut flags = vec!["-Cembed-bitcode=yes".to_owned()];
    for path in [fs::canonicalize(&sources).context("the package rust-web-src holds no sources")?, sources] {
        flags.push(format!("--remap-path-prefix={}=/rustc/{commit}", path.display()));
    }
    flags.extend(artifacts::registry_remaps("/rust/deps")?);
    process::run(
        cargo_of(toolchain)
            .current_dir(&project)
            .env("RUSTC_BOOTSTRAP", "1") // -Zbuild-std on a stable compiler
            .args(["build", "--release", "-Zbuild-std=std,panic_abort", "--target", WASM_TARGET])
            .args(["--target-dir", "target"])
            .arg("--config")
            .arg(artifacts::rustflags_setting(&flags)),
    )
    .context("the standard library can't be built (is crates.io reachable?)")?;
    let libraries = toolchain.join(UNPACKED).join("lib/rustlib").join(WASM_TARGET).join("lib");
    fs::create_dir_all(&libraries)?;
    for file in fs::read_dir(project.join("target").join(WASM_TARGET).join("release/deps"))? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(&path, libraries.join(name))?;
        }
    }
    if !rustup::has_target(&toolchain.join(UNPACKED)) {
        bail!("building the standard library left no libcore in {}", libraries.display());
    }
    cache::remove(&project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planned_packages_are_those_of_inst_lines() {
        let plan = "Reading package lists...\n\
                    Inst libllvm22 (1:22.1.8-1~deb12u1 Debian-Security:12/oldstable-security [amd64])\n\
                    Inst cargo-web [1.85.0] (1.96.0+dfsg1-1~deb12u2 Debian-Security:12 [amd64])\n\
                    Conf libllvm22 (1:22.1.8-1~deb12u1 Debian-Security:12/oldstable-security [amd64])\n\
                    Remv rustc [1.63.0]\n";
        assert_eq!(planned(plan), ["libllvm22", "cargo-web"]);
        assert!(planned("").is_empty());
    }

    #[test]
    fn the_candidate_is_read_unless_there_is_none() {
        let policy = "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n";
        assert_eq!(candidate(policy), Some("1.96.0+dfsg1-1~deb12u2"));
        assert_eq!(candidate("rustc-web:\n  Installed: (none)\n  Candidate: (none)\n"), None);
        assert_eq!(candidate(""), None);
    }

    #[test]
    fn the_newest_linker_is_chosen_by_number() {
        assert_eq!(newest_linker("lld-9\nlld-19\nlld-16-dbg\nlldb-20\n"), Some("lld-19".to_owned()));
        assert_eq!(newest_linker("lldb-20\n"), None);
    }

    #[test]
    fn wrappers_work_wherever_the_folder_is_moved() {
        let scratch = std::env::temp_dir().join(format!("xtask-wrapper-{}", std::process::id()));
        let before = scratch.join("before");
        fs::create_dir_all(before.join(UNPACKED).join("bin")).unwrap();
        fs::create_dir_all(before.join(UNPACKED).join("lib/some-linux-gnu")).unwrap();
        fs::write(before.join(UNPACKED).join("lib/some-linux-gnu/librustc_driver-1.so"), "").unwrap();
        let program = before.join(UNPACKED).join("bin/rustc");
        fs::write(&program, "#!/bin/sh\necho \"$LD_LIBRARY_PATH $1\"\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        write_wrappers(&before).unwrap();

        let after = scratch.join("after with spaces");
        fs::rename(&before, &after).unwrap();
        let said = process::quiet(Command::new(after.join("bin/rustc")).arg("an argument")).unwrap();
        fs::remove_dir_all(&scratch).unwrap();
        assert!(said.contains("after with spaces/debian/usr/lib/some-linux-gnu"), "{said}");
        assert!(said.trim().ends_with("an argument"), "{said}");
    }
}
