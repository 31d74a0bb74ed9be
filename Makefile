# SPDX-License-Identifier: GPL-2.0
#
# make          build build/hmmtrace
# make demo     boot a patched kernel, leak on purpose, watch it being flagged
# make demo-stock  the same idea on Debian's newest kernel, unpatched: no kernel build
# make test     everything that can fail: host tests, then the VM cases
# make check    the part of `make test` that needs no VM and no root
# make bench    how fast, and how much memory, beside peers and limits (half an hour)
# make soak     a million ranges, 10^8 events, all random schedules, an hour of churn in
#               a VM (SOAK_CHURN=seconds), with assertions
# make help     the rest
#
# NO_BPF=1      without capture: report, check, dump on any machine
# SAN=address,undefined   V=1   DEVELOPER=1 (-Werror)

O        ?= build
ifeq ($(origin CC),default)
CC       := gcc
endif
CLANG    ?= clang
BPFTOOL  ?= bpftool
AWK      ?= awk
prefix   ?= /usr/local
bindir   ?= $(prefix)/bin
mandir   ?= $(prefix)/share/man
datadir  ?= $(prefix)/share/hmmtrace
bashdir  ?= $(prefix)/share/bash-completion/completions
PKGS     := libzstd zlib jansson sqlite3 libprotobuf-c $(if $(NO_BPF),,libbpf libelf)

WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wwrite-strings -Wformat=2 -Wno-unused-parameter -Wold-style-definition \
            -Werror=implicit-function-declaration
CFLAGS   ?= -O2 -g
override CFLAGS += $(CPPFLAGS) -std=gnu11 $(WARN) -Iinclude -Isrc -I$(O)/gen -D_GNU_SOURCE \
            $(if $(NO_BPF),-DHMT_NO_BPF) $(if $(DEVELOPER),-Werror) \
            $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
LDLIBS   := -pthread $(shell pkg-config --libs $(PKGS) 2>/dev/null || echo -lzstd -lz -ljansson -lsqlite3 -lprotobuf-c $(if $(NO_BPF),,-lbpf -lelf))

ifeq ($(V),1)
Q :=
msg :=
else
Q := @
msg = @printf '  %-8s %s\n' '$(1)' '$(2)';
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all unit check test demo demo-stock setup lint bench soak install deb clean help need FORCE
all: $(O)/hmmtrace

# --- the program ---------------------------------------------------------------
# Everything but main() is in the archive, so that a unit test can reach any of it.
dirs     := base stream engine out $(if $(NO_BPF),,capture) cmd
lib_src  := $(filter-out src/cmd/main.c,$(sort $(foreach d,$(dirs),$(wildcard src/$(d)/*.c))))
lib_obj  := $(lib_src:src/%.c=$(O)/obj/%.o) $(O)/obj/out/perfetto.pb-c.o

$(O)/obj/%.o: src/%.c $(O)/gen/flags | need
	$(call msg,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# What protoc-c makes is not held to our warnings.
$(O)/gen/perfetto.pb-c.h: src/out/perfetto.proto | need
	$(call msg,PROTO,$<)
	@mkdir -p $(@D)
	$(Q)protoc-c -Isrc/out --c_out=$(O)/gen $<

$(O)/obj/out/perfetto.pb-c.o: $(O)/gen/perfetto.pb-c.h $(O)/gen/flags
	$(call msg,CC,$(<:.h=.c))
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -w -c $(<:.h=.c) -o $@

# A new member can be older than the archive, and make leaves such an object unmade.
$(O)/libhmmtrace.a: $(lib_obj) $(O)/gen/members
	$(call msg,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(O)/hmmtrace: $(O)/obj/cmd/main.o $(O)/libhmmtrace.a
	$(call msg,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# Generated files are rewritten only when they change, so that nothing is rebuilt for nothing.
define rewrite
	@mkdir -p $(@D)
	@$(1) > $@.tmp; cmp -s $@.tmp $@ && rm -f $@.tmp || mv -f $@.tmp $@
endef

# Other flags, other objects: NO_BPF=1 after a plain make rebuilds what it must.
$(O)/gen/flags: FORCE
	$(call rewrite,echo '$(CC) $(CFLAGS)')

$(O)/gen/members: FORCE
	$(call rewrite,echo $(lib_obj) $(capture_pure))

$(O)/gen/version.h: FORCE
	$(call rewrite,tools/version)

# What `hmmtrace rules explain` prints is the manual's own text.
$(O)/gen/rules_text.h: tools/rules-text $(wildcard docs/hmmtrace-rules.7.md)
	$(call msg,GEN,$@)
	$(call rewrite,tools/rules-text docs/hmmtrace-rules.7.md)
	@touch $@

# The page of `report --html`, as bytes.
page_src := src/out/html/report.html src/out/html/report.css $(wildcard src/out/html/*.js)
$(O)/gen/report_page.h: tools/embed-page $(page_src)
	$(call msg,GEN,$@)
	$(call rewrite,tools/embed-page src/out/html)
	@touch $@

$(O)/obj/out/report_html.o: $(O)/gen/report_page.h
$(O)/obj/cmd/main.o $(O)/obj/cmd/session.o $(O)/obj/cmd/gate.o: $(O)/gen/version.h
$(O)/obj/cmd/cmd_rules.o: $(O)/gen/rules_text.h
$(O)/obj/out/export_perfetto.o $(O)/obj/out/export_packets.o: $(O)/gen/perfetto.pb-c.h

# One sentence instead of a page of compiler errors on a machine that was not set up.
need_cmds := $(firstword $(CC)) pkg-config protoc-c $(if $(NO_BPF),,$(CLANG) $(BPFTOOL))
need:
	@for c in $(need_cmds); do command -v $$c >/dev/null || missing="$$missing $$c"; done; \
	for p in $(PKGS); do pkg-config --exists $$p 2>/dev/null || missing="$$missing $$p"; done; \
	[ -z "$$missing" ] || { echo "hmmtrace: the build needs$$missing: run tools/setup$(if \
		$(NO_BPF),,, or make NO_BPF=1 for the part that only reads files)" >&2; exit 1; }

# --- BPF: one object, linked from its parts, embedded as a skeleton ------------
# A second one, for old kernels, has the tracepoint source alone and is not linked.
bpf_src  := $(filter-out bpf/legacy.bpf.c,$(sort $(wildcard bpf/*.bpf.c)))
bpf_obj  := $(bpf_src:bpf/%.bpf.c=$(O)/bpf/%.bpf.o)
arch     := $(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/')
bpf_flags := -g -O2 -target bpf -D__TARGET_ARCH_$(arch) -Wall -Werror -Iinclude -Isrc -Ibpf \
            -I/usr/include/$(shell uname -m)-linux-gnu

# What kernels before 5.1 already know; the default of newer compilers is not.
$(O)/bpf/legacy.bpf.o: bpf_cpu := -mcpu=v2
$(O)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call msg,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(bpf_flags) $(bpf_cpu) -MMD -MP -c $< -o $@

$(O)/bpf/hmmtrace.o: $(bpf_obj)
	$(call msg,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(O)/gen/hmmtrace.skel.h: $(O)/bpf/hmmtrace.o
	$(call msg,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name hmmtrace_bpf > $@

$(O)/gen/legacy.skel.h: $(O)/bpf/legacy.bpf.o
	$(call msg,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name legacy_bpf > $@

ifndef NO_BPF
$(O)/obj/capture/load.o: $(O)/gen/hmmtrace.skel.h
$(O)/obj/capture/legacy.o: $(O)/gen/legacy.skel.h
$(O)/unit/t_legacy: $(O)/gen/hmmtrace.skel.h $(O)/gen/legacy.skel.h
$(O)/unit/t_lanes_bpf $(O)/unit/t_untold_bpf: $(O)/gen/bench_event.skel.h
$(O)/unit/t_shortcut: $(O)/gen/hmmtrace.skel.h
else
# What of the capture needs no libbpf is tested without it, and under the sanitizers.
capture_pure := batch buildid enrich feature holders hot kallsyms known ktypes lanes loss outq \
	plan resync siphon snapshot switches untold
$(O)/libhmmtrace.a: $(capture_pure:%=$(O)/obj/capture/%.o)
endif

# --- tests ---------------------------------------------------------------------
unit_src := $(sort $(wildcard tests/unit/t_*.c))
unit_bin := $(unit_src:tests/unit/%.c=$(O)/unit/%)

$(O)/unit/%: tests/unit/%.c $(O)/libhmmtrace.a
	$(call msg,TEST,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -Itests/unit -MMD -MP $< $(O)/libhmmtrace.a $(LDLIBS) -o $@

# Text into a trace file, for the command-line tests.
$(O)/text2trace: tests/cli/text2trace.c $(O)/libhmmtrace.a
	$(call msg,TEST,$@)
	$(Q)$(CC) $(CFLAGS) -MMD -MP $< $(O)/libhmmtrace.a $(LDLIBS) -o $@

unit: $(unit_bin) $(O)/text2trace

# No root, no network, no VM, about a minute. HMT_NO_BPF and the sanitizers have a build each.
check: all unit
	$(Q)tests/run check

lint: all
	$(Q)tests/run lint

# --- measurements ----------------------------------------------------------------
$(O)/bench/bench: tests/bench/bench.c $(O)/libhmmtrace.a
	$(call msg,BENCH,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP $< $(O)/libhmmtrace.a $(LDLIBS) -o $@

# The handlers of the tracer, linked with programs that attach to what anybody can fire.
$(O)/bench/event.bpf.o: tests/bench/event.bpf.c $(O)/bpf/hmmtrace.bpf.o $(O)/bpf/hot.bpf.o
	$(call msg,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(bpf_flags) -Itests/bench -MMD -MP -c $< -o $@

$(O)/gen/bench_event.skel.h: $(O)/bench/event.bpf.o
	$(call msg,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen object $(O)/bench/event.o $(O)/bpf/hmmtrace.bpf.o $(O)/bpf/hot.bpf.o $<
	$(Q)$(BPFTOOL) gen skeleton $(O)/bench/event.o name bench_event_bpf > $@

$(O)/bench/event: tests/bench/event.c $(O)/gen/bench_event.skel.h $(O)/libhmmtrace.a
	$(call msg,BENCH,$@)
	$(Q)$(CC) $(CFLAGS) -Itests/bench -MMD -MP $< $(O)/libhmmtrace.a $(LDLIBS) -o $@

bench_bin := $(O)/text2trace $(O)/bench/bench $(if $(NO_BPF),,$(O)/bench/event)
bench:
	$(Q)tools/setup --bench
	$(Q)$(MAKE) --no-print-directory all $(bench_bin)
	$(Q)tools/bench

SOAK_COUNT ?= 100000
SOAK_CHURN ?= 3600
soak: all unit $(O)/bench/bench
	$(Q)tests/soak --count $(SOAK_COUNT) --churn $(SOAK_CHURN)
	$(Q)tests/vm/soak/run
	$(Q)tests/vm/soak/less

# All processors, unless whoever called says otherwise.
jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

setup:
	@echo '--- setup: what is missing of the Debian packages this needs'
	$(Q)tools/setup

# Both work alone on a fresh machine: what they need, they install and build first.
test: setup
	@echo '--- build'
	$(Q)$(MAKE) --no-print-directory $(jobs) all unit
	@echo '--- tests'
	$(Q)tests/run all

demo: setup
	@echo '--- build'
	$(Q)$(MAKE) --no-print-directory $(jobs) all
	@echo '--- demo'
	$(Q)tools/demo

demo-stock: setup
	@echo '--- build'
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) all
	@echo '--- demo on a kernel as it is'
	$(Q)tools/demo-stock

# --- the rest ------------------------------------------------------------------
man_md   := $(sort $(wildcard docs/*.[1-8].md))

$(O)/man/%: docs/%.md tools/md2man
	@mkdir -p $(@D)
	$(Q)tools/md2man $< > $@

# Options and names are what the program says they are.
$(O)/hmmtrace.bash: tools/completion tools/hmmtrace.bash $(O)/hmmtrace
	$(call msg,GEN,$@)
	$(Q)tools/completion $(O)/hmmtrace > $@

# Beside the program: what a driver's developer needs that has no other package.
shared   := docs/hmmtrace-json.schema.json $(wildcard docs/ci/* include/hmmtrace/*.h) kernel/README \
            $(wildcard kernel/config/*.config kernel/config/soak/* kernel/exerciser/* kernel/patches/*/*)

install: all $(man_md:docs/%.md=$(O)/man/%) $(O)/hmmtrace.bash
	install -D -m 755 $(O)/hmmtrace $(DESTDIR)$(bindir)/hmmtrace
	install -D -m 644 $(O)/hmmtrace.bash $(DESTDIR)$(bashdir)/hmmtrace
	set -e; for f in $(man_md:docs/%.md=%); do \
		install -D -m 644 $(O)/man/$$f $(DESTDIR)$(mandir)/man$${f##*.}/$$f; \
	done
	set -e; for f in $(shared); do \
		install -D -m 644 $$f $(DESTDIR)$(datadir)/$${f#docs/}; \
	done

deb: setup
	$(Q)tools/deb $(O)/deb

clean:
	$(Q)rm -rf $(O)

help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile
	@echo 'make unit     build the unit tests        make lint     the source checks alone'
	@echo 'make install  DESTDIR=, prefix=$(prefix)   make clean    remove $(O)/'
	@echo 'make deb      a Debian package in $(O)/deb'
	@echo 'make setup    install the Debian packages all of this needs'

-include $(shell find $(O) -name '*.d' 2>/dev/null)
