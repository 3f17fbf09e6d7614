# Few words for building, running and checking. `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c

# A RUSTFLAGS variable would replace the flags of .cargo/config.toml, and with them the static binary.
unexport RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET

OUT := $(or $(CARGO_TARGET_DIR),target)
CHROMIUM ?= chromium
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)
CHECKS := check-format check-lints check-docs check-crates check-static check-bench check-browser check-clips check-fedify check-oidc check-podcast check-s3

.PHONY: help build run test check bench fuzz clean $(CHECKS)

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 24

build: ## the static binary, as ./instance
	cargo build --release --locked
	install -m 755 "$(OUT)/$$(rustc --print host-tuple)/release/instance" instance

run: build ## build, set up a trial in ./instance-data if there is none, and serve it
	test -e instance-data/instance.toml || ./instance init --yes
	./instance serve

test: ## unit and integration tests
	cargo test --locked

check: $(CHECKS) ## everything else a change must pass; each part also alone

check-format: ## the one way of formatting
	cargo fmt --check

check-lints: ## clippy, without a warning
	cargo clippy --locked --all-targets -- --deny warnings

check-docs: ## the documentation builds, without a broken link
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --no-deps --document-private-items

check-crates: ## licences and origin of every crate
	cargo test --locked --test it crates::

check-static: build ## the binary needs nothing from the machine
	if readelf --wide --program-headers --dynamic instance | grep -E 'INTERP|NEEDED'; then exit 1; fi
	env -i ./instance --version

check-bench: build ## the load program still works, on a small world and in seconds
	cargo bench --locked --profile dev --bench load -- --smoke

check-browser: build tests/browser/node_modules/.package-lock.json ## pages and desk in a real browser
	command -v $(CHROMIUM) || { $(SUDO) apt-get -qq update && $(SUDO) apt-get -qq install --yes --no-install-recommends chromium; }
	CHROMIUM=$(CHROMIUM) node tests/browser/run.mjs

# A program that makes films and plays them, by way of Python.
MAKER := $(OUT)/ffmpeg
$(MAKER)/bin/python:
	python3 -m venv "$(MAKER)" && "$(MAKER)/bin/pip" install --quiet imageio-ffmpeg==0.8.1 || { rm -rf "$(MAKER)"; exit 1; }

check-clips: build $(MAKER)/bin/python ## video and sound as ffmpeg makes them, whole and cut off, and what it converts as we say
	FFMPEG="$$("$(MAKER)/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" node tests/clips/run.mjs

check-fedify: build tests/fedify/node_modules/.package-lock.json ## federation with an independent implementation
	node tests/fedify/run.mjs

check-oidc: build tests/oidc/node_modules/.package-lock.json ## logging in through an identity provider that is not ours
	node tests/oidc/run.mjs

# Another reader of feeds, which is Python.
READER := $(OUT)/feedparser
$(READER)/bin/python:
	python3 -m venv "$(READER)" && "$(READER)/bin/pip" install --quiet feedparser==6.0.14 || { rm -rf "$(READER)"; exit 1; }

check-podcast: build $(READER)/bin/python ## a podcast by the schemas, by another reader, by what directories ask for
	command -v xmllint || { $(SUDO) apt-get -qq update && $(SUDO) apt-get -qq install --yes --no-install-recommends libxml2-utils; }
	PYTHON="$(READER)/bin/python" node tests/podcast/run.mjs

check-s3: build $(OUT)/s3s/bin/s3s-fs ## media in an object storage, at a server that is not ours and checks signatures
	S3SERVER="$(OUT)/s3s/bin/s3s-fs" node tests/s3/run.mjs

$(OUT)/s3s/bin/s3s-fs:
	cargo install s3s-fs --version 0.14.1 --features binary --locked --debug --root "$(OUT)/s3s"

tests/%/node_modules/.package-lock.json: tests/%/package-lock.json
	cd tests/$* && npm ci

bench: build ## the binary under load beside the least it can cost; ROWS="page inbox", ROWS=scale, ROWS=--help
	cargo bench --locked --bench load -- $(ROWS)

# Which targets, and seconds for each. What is found lies in $(OUT)/fuzz; mended, it goes into tests/fuzz/corpus.
TARGET := $(notdir $(wildcard tests/fuzz/corpus/*))
TIME := 600
# LLVM's own instrumentation, which stable Rust has too.
COVERAGE := level=4 inline-8bit-counters pc-table trace-compares

fuzz: ## made-up input for the parsers of strangers' bytes; TARGET=html TIME=60 is one of them for a minute
	cp Cargo.lock tests/fuzz/
	RUSTFLAGS="-Cpasses=sancov-module $(COVERAGE:%=-Cllvm-args=-sanitizer-coverage-%)" \
	    cargo build --manifest-path tests/fuzz/Cargo.toml --target-dir "$(OUT)/fuzz"
	for target in $(TARGET); do \
	    mkdir -p "$(OUT)/fuzz/corpus/$$target"; \
	    FUZZ_TARGET=$$target "$(OUT)/fuzz/$$(rustc --print host-tuple)/debug/fuzz" \
	        "$(OUT)/fuzz/corpus/$$target" tests/fuzz/corpus/$$target -artifact_prefix="$(OUT)/fuzz/$$target-" \
	        -max_total_time=$(TIME) -max_len=70000 -timeout=60 -rss_limit_mb=512 -dict=tests/fuzz/words \
	        -print_final_stats=1; \
	done

clean: ## remove what was built; data stays
	cargo clean
	rm -rf instance tests/*/node_modules
