//! Refuses a release build that would not be static: a RUSTFLAGS variable in the environment
//! replaces the flags of `.cargo/config.toml` without a word. Packs what the loader has to relocate.

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    let var = |name| std::env::var(name).unwrap_or_default();
    let glibc = var("CARGO_CFG_TARGET_OS") == "linux" && var("CARGO_CFG_TARGET_ENV") == "gnu";
    let fixed = var("CARGO_CFG_TARGET_FEATURE").split(',').any(|feature| feature == "crt-static");
    if var("PROFILE") == "release" && glibc && !fixed {
        println!(
            "cargo::error=this release would be dynamically linked: RUSTFLAGS in the environment replaces .cargo/config.toml. \
             Unset it, or add '-C target-feature=+crt-static' to it"
        );
    }
    if var("PROFILE") == "release" && glibc {
        // DT_RELR instead of a table of 24 bytes for each pointer: 1.2 MB less. glibc 2.36 and later read it.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
